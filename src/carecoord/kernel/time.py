"""Instants, half-open periods, and wall-clock times of a place.

    desk_opens = local_time(date(2026, 3, 9), time(8, 0), ZoneInfo("America/Chicago"))
    Period.starting(desk_opens, minutes=30)

An instant is an aware datetime and is kept in UTC; a place has an IANA zone. A wall-clock time
belongs to a date and a zone, and becomes an instant only through `local_time`.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.values import check_instant, checked

__all__ = ["Clock", "Period", "Zone", "local_date", "local_time", "merged", "months_later"]

Zone = ZoneInfo
"""An IANA time zone, such as `Zone("America/New_York")`."""


class Clock(Protocol):
    """Where the present comes from."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...  # pragma: no cover


@frozen(field_transformer=checked, order=True)
class Period:
    """A half-open stretch of time: `start` belongs to it, `end` does not.

    Raises:
        InvalidValue: the end is not after the start.
    """

    start: datetime
    end: datetime

    def __attrs_post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidValue("Period.end", "must be after the start")

    @classmethod
    def starting(
        cls, start: datetime, *, minutes: int = 0, duration: timedelta | None = None
    ) -> "Period":
        """The period from `start` for so many minutes, or for `duration`."""
        length = timedelta(minutes=minutes) if duration is None else duration
        try:
            return cls(start, start + length)
        except OverflowError:
            raise InvalidValue("Period.end", "is outside the years that can be kept") from None

    @property
    def duration(self) -> timedelta:
        """How long it is; elapsed time, whatever the clocks on the wall did."""
        return self.end - self.start

    def overlaps(self, other: "Period") -> bool:
        """Whether some instant belongs to both; periods that only touch do not overlap."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Period | datetime") -> bool:
        """Whether the other period, or the instant, lies wholly within this one."""
        if isinstance(other, Period):
            return self.start <= other.start and other.end <= self.end
        return self.start <= other < self.end

    def intersection(self, other: "Period") -> "Period | None":
        """What belongs to both, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def without(self, other: "Period") -> tuple["Period", ...]:
        """What is left of this one when the other is taken out: none, one or two periods."""
        if not self.overlaps(other):
            return (self,)
        left = (Period(self.start, other.start),) if self.start < other.start else ()
        right = (Period(other.end, self.end),) if other.end < self.end else ()
        return left + right


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The same instants in as few periods as possible, in order; touching ones become one."""
    done: list[Period] = []
    for period in sorted(periods):
        if done and period.start <= done[-1].end:
            if period.end > done[-1].end:
                done[-1] = Period(done[-1].start, period.end)
        else:
            done.append(period)
    return tuple(done)


def local_time(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant at which clocks in the zone show this time on this day.

    A time that the clocks show twice is its first occurrence; one that they skip is moved on by
    the length of the gap, so that 02:30 becomes 03:30.

    Source: RFC 5545, section 3.3.5.
    """
    try:
        return datetime.combine(day, at.replace(fold=0), tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise InvalidValue("day", "is outside the years that can be kept") from None


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day in the zone at this instant."""
    try:
        return check_instant("instant", instant).astimezone(zone).date()
    except OverflowError:
        raise InvalidValue("instant", "is outside the years that can be kept") from None


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last of a shorter month.

    Beyond the calendar it is the calendar's last day, or its first.
    """
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
