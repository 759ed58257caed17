"""Busy times from another calendar: when somebody cannot be booked, and nothing else.

    busy = read_busy_times("doctor.ics", span=Period(…), zone=Zone("America/Chicago"))
    busy.periods

What the appointments are about is not read: it is nobody's business here, and may name patients.

Source: RFC 5545: TRANSP, STATUS, RRULE, RDATE, EXDATE, RECURRENCE-ID, FREEBUSY; section 3.3.5 for
times that clocks skip or show twice.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period, Zone, merged
from carecoord.visits.recurrence import Rule
from carecoord_exchange.calendars.properties import Component, Moment, components_of
from carecoord_exchange.problems import Problem
from carecoord_exchange.sources import Source

__all__ = ["BusyTime", "BusyTimes", "read_busy_times"]

_FIRST_YEAR, _LAST_YEAR = 1900, 9000
_MOST_DAYS_OF_RULES = 2_000_000
"""Days that the rules of one file may reach over, all together: ten years of 550 events."""
_DAY = timedelta(days=1)


@frozen
class BusyTime:
    """One stretch of busy time; `uid` is that of the event it comes from."""

    period: Period
    uid: str | None = field(default=None, repr=False)
    tentative: bool = False


@frozen
class BusyTimes:
    """The busy times that touch the span, by start, and what could not be read."""

    times: tuple[BusyTime, ...]
    problems: tuple[Problem, ...]

    @property
    def periods(self) -> tuple[Period, ...]:
        """The same in as few periods as possible."""
        return merged(one.period for one in self.times)


def read_busy_times(source: Source, *, span: Period, zone: Zone) -> BusyTimes:
    """The busy times of a calendar that touch a span of time.

    `zone` is that of the calendar's owner: whole days, and times without a zone, are meant there.
    Events that are cancelled or marked as leaving their time free are not busy.

    Raises:
        FileRefused: the file is no calendar, or so broken that it cannot be taken apart.
    """
    components, problems = components_of(source, "VEVENT", "VFREEBUSY")
    reading = _Reading(span, zone)
    found = sorted(
        set(reading.busy(components)), key=lambda one: (one.period, one.uid or "", one.tentative)
    )
    for component in components:
        problems += dict.fromkeys(component.findings.problems)
    return BusyTimes(tuple(found), tuple(problems))


class _Reading:
    def __init__(self, span: Period, zone: Zone) -> None:
        self.span = span
        self.zone = zone
        self.days_left = _MOST_DAYS_OF_RULES

    def busy(self, components: Iterable[Component]) -> Iterator[BusyTime]:
        components = list(components)
        moved: dict[str, set[Any]] = {}
        for component in components:
            occurrence = component.moment("RECURRENCE-ID") if component.name == "VEVENT" else None
            if occurrence is not None:
                uid = component.text("UID") or ""
                at = self._known_instant(component, "RECURRENCE-ID", occurrence)
                moved.setdefault(uid, set()).add(at)
                if component.parameter("RECURRENCE-ID", "RANGE"):
                    component.findings.warning(
                        "RECURRENCE-ID", "moves all that follow; only this one was taken"
                    )
        for component in components:
            if component.name == "VFREEBUSY":
                yield from self._stated(component)
            else:
                yield from self._event(component, moved)

    def _stated(self, component: Component) -> Iterator[BusyTime]:
        for stretch, kind in component.moments_with("FREEBUSY", "FBTYPE"):
            if not isinstance(stretch, tuple):
                component.findings.error("FREEBUSY", "must be periods")
            elif kind.upper() != "FREE":
                start, end = stretch
                tentative = kind.upper() == "BUSY-TENTATIVE"
                yield from self._time(component, start, end, tentative)

    def _event(self, component: Component, moved: dict[str, set[Any]]) -> Iterator[BusyTime]:
        status = (component.text("STATUS") or "").upper()
        if status == "CANCELLED" or (component.text("TRANSP") or "").upper() == "TRANSPARENT":
            return
        start = component.moment("DTSTART")
        if start is None:
            component.findings.error("DTSTART", "is missing, or cannot be read")
            return
        if not _FIRST_YEAR <= start.year <= _LAST_YEAR:
            component.findings.error("DTSTART", "is in a year beyond all calendars")
            return
        length = self._length(component, start)
        if length is None:
            return
        tentative = status == "TENTATIVE"
        is_moved = component.moment("RECURRENCE-ID") is not None
        left_out = set() if is_moved else set(moved.get(component.text("UID") or "", ()))
        for moment in component.moments("EXDATE"):
            if not isinstance(moment, tuple):
                left_out.add(self._known_instant(component, "EXDATE", moment))
                if isinstance(start, datetime) and not isinstance(moment, datetime):
                    left_out.add(moment)
        for begin, end in self._occurrences(component, start, length, is_moved):
            day = begin if not isinstance(begin, datetime) else begin.date()
            at = self._known_instant(component, "RDATE", begin)
            if at is not None and at not in left_out and day not in left_out:
                yield from self._time(component, begin, end, tentative)

    def _length(self, component: Component, start: Moment) -> timedelta | None:
        """How long it is: whole days of the clock, or elapsed time."""
        end, duration = component.moment("DTEND"), component.duration("DURATION")
        whole_day = not isinstance(start, datetime)
        if end is not None:
            if isinstance(end, datetime) == whole_day:
                component.findings.error("DTEND", "must be a day or a time as the start is")
                return None
            if not _FIRST_YEAR <= end.year <= _LAST_YEAR:
                component.findings.error("DTEND", "is in a year beyond all calendars")
                return None
            length = end - start if whole_day else self._instant(end) - self._instant(start)
        elif duration is not None:
            length = duration
        else:
            length = _DAY if whole_day else timedelta()
        if length < timedelta():
            component.findings.error("DTEND", "must not be before the start")
            return None
        return length

    def _occurrences(
        self, component: Component, start: Moment, length: timedelta, is_moved: bool
    ) -> Iterator[tuple[Moment, Moment | timedelta]]:
        rules = [] if is_moved else component.rules()
        yield start, length
        for extra in [] if is_moved else component.moments("RDATE"):
            yield extra if isinstance(extra, tuple) else (extra, length)
        zone = self._zone(start)
        wall = _wall(start)
        before = self.span.end.astimezone(zone).replace(tzinfo=None) + _DAY
        for text, until in rules:
            days = max(0, (before - wall).days)
            if days > self.days_left:
                component.findings.error("RRULE", "repeats over too long a time, with all others")
                return
            self.days_left -= days
            try:
                rule = Rule.parse(text, until=None if until is None else _until(until, zone))
                for found in rule.starts(wall, before=before):
                    whole = found.replace(tzinfo=zone)
                    yield whole if isinstance(start, datetime) else found.date(), length
            except InvalidValue as invalid:
                component.findings.error("RRULE", invalid.reason)

    def _time(
        self, component: Component, start: Moment, end: Moment | timedelta, tentative: bool
    ) -> Iterator[BusyTime]:
        """The stretch in UTC, if it is some time and touches the span."""
        try:
            begin = self._instant(start)
            if not isinstance(end, timedelta):
                finish = self._instant(end)
            elif isinstance(start, datetime):
                finish = begin + end
            else:
                finish = self._instant(start + end)
        except (OverflowError, ValueError):
            component.findings.error("DTEND", "is outside the years that can be kept")
            return
        if finish < begin:
            component.findings.error("DTEND", "must not be before the start")
        elif finish > begin and begin < self.span.end and self.span.start < finish:
            yield BusyTime(Period(begin, finish), component.text("UID"), tentative)

    def _zone(self, moment: Moment) -> tzinfo:
        own = moment.tzinfo if isinstance(moment, datetime) else None
        return own or self.zone

    def _known_instant(self, component: Component, name: str, moment: Moment) -> datetime | None:
        """The instant, if it lies in the years of calendars; else that is noted."""
        if _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            return self._instant(moment)
        component.findings.error(name, "is in a year beyond all calendars")
        return None

    def _instant(self, moment: Moment) -> datetime:
        """The instant of a time, or of the midnight with which a day begins."""
        return _wall(moment).replace(tzinfo=self._zone(moment)).astimezone(UTC)


def _wall(moment: Moment) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None, fold=0)
    return datetime.combine(moment, time())


def _until(until: Any, zone: tzinfo) -> datetime:
    """UNTIL in wall-clock time: an instant as the clocks show it, a day up to its end."""
    if isinstance(until, datetime):
        return until.astimezone(zone).replace(tzinfo=None) if until.tzinfo else until
    if isinstance(until, date):
        return datetime.combine(until, time(23, 59, 59))
    raise InvalidValue("RRULE", "UNTIL must be a date or a date with a time")
