"""The components of an iCalendar file and their properties, whatever state they are in.

The parser is that of the `icalendar` package; what it raises or warns of becomes a refusal or a
problem here.

Source: RFC 5545.
"""

import warnings
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

import icalendar

from carecoord_exchange.problems import Findings, Problem
from carecoord_exchange.sources import Source, name_of, read_whole, refused

__all__ = ["Component", "Moment", "components_of"]

_LARGEST = 16_000_000

Moment: TypeAlias = date | datetime
"""A whole day, or a time of day with or without a zone."""
Stretch: TypeAlias = tuple[Moment, Moment | timedelta]


class Component:
    """An event or a statement of busy time, with the findings of its own."""

    def __init__(self, component: Any, findings: Findings) -> None:
        self._component = component
        self.findings = findings
        self.name: str = component.name

    def text(self, name: str) -> str | None:
        """The text of a property, without surrounding blanks; None if it is not there."""
        for value in self._values(name):
            try:
                return str(value).strip() or None
            except Exception:  # noqa: BLE001 - a broken property raises what it likes
                self.findings.error(name, "cannot be read")
        return None

    def moment(self, name: str) -> Moment | None:
        """The day or time of a property; None if it is missing or wrong."""
        for value in self._values(name):
            found = self._attribute(value, "dt", name)
            if isinstance(found, date):
                return found
            if found is not None:
                self.findings.error(name, "must be a date or a date with a time")
        return None

    def duration(self, name: str) -> timedelta | None:
        """The duration of a property; None if it is missing or wrong."""
        for value in self._values(name):
            found = self._attribute(value, "dt", name)
            if isinstance(found, timedelta):
                return found
            if found is not None:
                self.findings.error(name, "must be a duration")
        return None

    def moments(self, name: str) -> list[Moment | Stretch]:
        """All days, times and stretches of a property that may come often and list several."""
        return [moment for moment, _ in self.moments_with(name, "VALUE")]

    def moments_with(self, name: str, parameter: str) -> list[tuple[Moment | Stretch, str]]:
        """The same, each with what a parameter of its property says, or an empty text."""
        found: list[tuple[Moment | Stretch, str]] = []
        for value in self._values(name):
            said = self._parameter(value, parameter, name)
            is_list = isinstance(value, icalendar.vDDDLists)
            listed = self._attribute(value, "dts", name) if is_list else [value]
            for item in listed or ():
                moment = self._attribute(item, "dt", name)
                if isinstance(moment, date) or (isinstance(moment, tuple) and len(moment) == 2):
                    found.append((moment, said))
                elif moment is not None:
                    self.findings.error(name, "must be dates, times or periods")
        return found

    def rules(self) -> list[tuple[str, Any]]:
        """The recurrence rules as text, each with what its UNTIL says, or None."""
        found: list[tuple[str, Any]] = []
        for value in self._values("RRULE"):
            try:
                until = value.get("UNTIL")
                until = until[0] if isinstance(until, list) and until else until
                found.append((value.to_ical().decode(), until))
            except Exception:  # noqa: BLE001 - a broken property raises what it likes
                self.findings.error("RRULE", "cannot be read")
        return found

    def parameter(self, name: str, parameter: str) -> str:
        """What a parameter of the first such property says, or an empty text."""
        for value in self._values(name):
            return self._parameter(value, parameter, name)
        return ""

    def _parameter(self, value: Any, parameter: str, name: str) -> str:
        parameters = self._attribute(value, "params", name)
        found = parameters.get(parameter) if isinstance(parameters, dict) else None
        return "" if found is None else str(found)

    def _values(self, name: str) -> list[Any]:
        found = self._component.get(name)
        return [] if found is None else found if isinstance(found, list) else [found]

    def _attribute(self, value: Any, attribute: str, name: str) -> Any:
        try:
            return getattr(value, attribute)
        except Exception:  # noqa: BLE001 - a broken property raises what it likes
            self.findings.error(name, "cannot be read")
            return None


def components_of(source: Source, *names: str) -> tuple[list[Component], list[Problem]]:
    """The components so named in all calendars of a file, in their order, and problems with them.

    Raises:
        FileRefused: the file is no calendar, or so broken that it cannot be taken apart.
    """
    file = name_of(source)
    data = read_whole(source, largest=_LARGEST)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            calendars = list(icalendar.Calendar.from_ical(data, multiple=True))
            found = list(_components(calendars, file, names))
        except Exception:  # noqa: BLE001 - whatever another's parser raises is our refusal
            raise refused(file, "is no calendar that can be read") from None
    if not calendars:
        raise refused(file, "holds no calendar")
    problems = [
        Problem(file, None, "file", "has something odd that the parser had to guess", True)
        for _ in caught[:1]
    ]
    return found, problems


def _components(calendars: list[Any], file: str, names: tuple[str, ...]) -> Iterator[Component]:
    index = 0
    for calendar in calendars:
        for component in calendar.walk():
            if component.name not in names:
                continue
            findings = Findings(file, index, within=component.name)
            index += 1
            for broken, _ in component.errors:
                findings.error(str(broken or "line"), "cannot be read")
            yield Component(component, findings)
