"""Hours on the wall: shifts that repeat by the week, and the instants that they stand for.

    Shift(Weekday.weekdays(), time(8), time(12))
    Shift({Weekday.FRIDAY}, time(22), time(6))        # overnight, into Saturday

A shift belongs to the day on which it begins. It begins at the first instant at which the clock on
the wall shows its start or something later, and ends likewise; so where the clock skips its start
it begins when the clock jumps, and nobody is offered an hour that the wall never shows. (The start
of an *event* in the gap is another matter: `kernel.time.local_time` moves that on.)
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import VisitTypeId
from carecoord.kernel.time import Period
from carecoord.kernel.values import Count, checked

__all__ = [
    "LONGEST_SPAN",
    "Reserved",
    "Shift",
    "Weekday",
    "check_day",
    "check_span",
    "days_of",
    "first_shown",
    "lies_within",
    "shift_period",
]

_DAY = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
LONGEST_SPAN = timedelta(days=1830)
"""The longest span that hours are spread over: five years."""


class Weekday(Enum):
    """A day of the week, in the codes of FHIR."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"

    @classmethod
    def of(cls, day: date) -> "Weekday":
        """The weekday of this date."""
        return _WEEKDAYS[day.weekday()]

    @classmethod
    def weekdays(cls) -> "frozenset[Weekday]":
        """Monday to Friday."""
        return frozenset(_WEEKDAYS[:5])

    @classmethod
    def every(cls) -> "frozenset[Weekday]":
        """The whole week."""
        return frozenset(_WEEKDAYS)


_WEEKDAYS = tuple(Weekday)


@frozen(field_transformer=checked)
class Shift:
    """Hours on some weekdays; an end not after the start is on the next day.

    Start and end alike are a round of 24 hours.
    """

    weekdays: frozenset[Weekday]
    start: time
    end: time

    def __attrs_post_init__(self) -> None:
        if not self.weekdays:
            raise InvalidValue("Shift.weekdays", "must name at least one day")


@frozen(field_transformer=checked)
class Reserved:
    """Hours kept for visits of some types until `released_days` days before; None is forever.

    On the day that is `released_days` days before, from midnight of the place, everybody may have
    what is left. They make no hours of their own: what is not open anyhow stays closed.
    """

    shift: Shift
    visit_types: frozenset[VisitTypeId]
    released_days: Count | None = None

    def __attrs_post_init__(self) -> None:
        if not self.visit_types:
            raise InvalidValue("Reserved.visit_types", "must name at least one type")


def check_day(field: str, day: date) -> date:
    """The day itself, if calendars can reckon with it.

    Raises:
        InvalidValue: outside the years 1900 to 9000.
    """
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InvalidValue(field, f"must be in the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


def check_span(field: str, span: Period) -> Period:
    """The span itself, if hours can be spread over it.

    Raises:
        InvalidValue: longer than five years, or outside the years 1900 to 9000.
    """
    check_day(field, span.start.date())
    check_day(field, span.end.date())
    if span.duration > LONGEST_SPAN:
        raise InvalidValue(field, "must not exceed five years")
    return span


@lru_cache(maxsize=16_384)
def first_shown(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which clocks in the zone show this time or a later one.

    A time that is shown twice is its first showing; one that is skipped is the end of the gap.
    """
    shown = datetime.combine(day, at)
    late = shown.replace(tzinfo=zone).astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None, fold=0) == shown:
        return late
    early = shown.replace(tzinfo=zone, fold=1).astimezone(UTC)
    # The time is skipped: the clock jumps somewhere after `early`, and by `late` it has.
    while late - early > timedelta(microseconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).replace(tzinfo=None, fold=0) >= shown:
            late = middle
        else:
            early = middle
    return late


def shift_period(shift: Shift, day: date, zone: ZoneInfo) -> Period | None:
    """The shift that begins on this day, whatever weekday it is; None if the clock skips it all."""
    start = first_shown(day, shift.start, zone)
    last_day = day if shift.start < shift.end else day + _DAY
    end = first_shown(last_day, shift.end, zone)
    return Period(start, end) if start < end else None


def lies_within(period: Period, shifts: Iterable[Shift], zone: ZoneInfo) -> bool:
    """Whether the whole period lies within one of the shifts, on the wall of the zone."""
    today = period.start.astimezone(zone).date()
    known = tuple(shifts)
    candidates = (
        shift_period(shift, day, zone)
        for day in (today, today - _DAY)
        for shift in known
        if Weekday.of(day) in shift.weekdays
    )
    return any(one is not None and one.contains(period) for one in candidates)


def days_of(span: Period, zone: ZoneInfo) -> tuple[date, ...]:
    """The local days whose shifts can reach into the span: the day before it begins, to its end."""
    first = span.start.astimezone(zone).date() - _DAY
    last = span.end.astimezone(zone).date()
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
