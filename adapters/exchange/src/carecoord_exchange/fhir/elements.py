"""Reading the elements of a FHIR resource by their types; faults are noted with their path.

What is missing is None or empty; what is of a wrong type is noted and then treated as missing.

Source: HL7 FHIR R4, Datatypes and JSON representation.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, ParamSpec, TypeVar

from carecoord.errors import InvalidValue
from carecoord_exchange.problems import Findings

__all__ = ["Element"]

P = ParamSpec("P")
T = TypeVar("T")

_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)", re.ASCII)


class Element:
    """An object of a resource, with its path and the findings of its entry."""

    __slots__ = ("findings", "path", "value")

    def __init__(self, value: Mapping[str, Any], path: str, findings: Findings) -> None:
        self.value = value
        self.path = path
        self.findings = findings

    def error(self, key: str, reason: str) -> None:
        """Note that something under `key` was left out; an empty key is the element itself."""
        self.findings.error(f"{self.path}.{key}" if key else self.path, reason)

    def warning(self, key: str, reason: str) -> None:
        """Note that something under `key` was taken, only not as it stands."""
        self.findings.warning(f"{self.path}.{key}" if key else self.path, reason)

    def build(self, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What `make` makes of the rest; where it refuses a value, that is noted, and None."""
        try:
            return make(*args, **kwargs)
        except InvalidValue as invalid:
            self.findings.error(self.path, invalid.reason)
            return None

    def text(self, key: str) -> str | None:
        """A string; blank ones are none."""
        found = self.value.get(key)
        if found is None:
            return None
        if not isinstance(found, str):
            self.error(key, "must be text")
            return None
        return found if found.strip() else None

    def texts(self, key: str) -> tuple[str, ...]:
        """The strings of an array; blanks and nulls are left out."""
        found = []
        for index, item in enumerate(self._array(key)):
            if isinstance(item, str):
                if item.strip():
                    found.append(item)
            elif item is not None:
                self.error(f"{key}[{index}]", "must be text")
        return tuple(found)

    def flag(self, key: str) -> bool | None:
        """A boolean."""
        found = self.value.get(key)
        if found is None or isinstance(found, bool):
            return found
        self.error(key, "must be true or false")
        return None

    def whole(self, key: str) -> int | None:
        """A whole number."""
        found = self.value.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int):
            self.error(key, "must be a whole number")
            return None
        return found

    def element(self, key: str) -> "Element | None":
        """An object."""
        found = self.value.get(key)
        if found is None:
            return None
        if not isinstance(found, dict):
            self.error(key, "must be an object")
            return None
        return Element(found, f"{self.path}.{key}", self.findings)

    def elements(self, key: str) -> "list[Element]":
        """The objects of an array."""
        found = []
        for index, item in enumerate(self._array(key)):
            if isinstance(item, dict):
                found.append(Element(item, f"{self.path}.{key}[{index}]", self.findings))
            else:
                self.error(f"{key}[{index}]", "must be an object")
        return found

    def date(self, key: str) -> date | None:
        """A whole date; one of which only the year or month is known is noted, and none."""
        found = self.text(key)
        if found is None:
            return None
        day = found.partition("T")[0]
        if not _DATE.fullmatch(day):
            self.error(key, "must be a date")
        elif len(day) < 10:
            self.warning(key, "is not known to the day; not taken")
        else:
            try:
                return date.fromisoformat(day)
            except ValueError:
                self.error(key, "is no day of the calendar")
        return None

    def instant(self, key: str) -> datetime | None:
        """An instant; one known only to the day is noted, and is the start of that day in UTC."""
        found = self.text(key)
        if found is None:
            return None
        if not _INSTANT.fullmatch(found):
            day = self.date(key)
            if day is None:
                return None
            self.warning(key, "is known only to the day; taken as its start in UTC")
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        try:
            return datetime.fromisoformat(found).astimezone(UTC)
        except (ValueError, OverflowError):
            self.error(key, "is no instant of the calendar")
            return None

    def extension(self, url: str) -> "Element | None":
        """The first extension with this address."""
        for extension in self.elements("extension") if "extension" in self.value else ():
            if extension.value.get("url") == url:
                return extension
        return None

    def _array(self, key: str) -> list[Any]:
        found = self.value.get(key)
        if found is None:
            return []
        if not isinstance(found, list):
            self.error(key, "must be an array")
            return []
        return found
