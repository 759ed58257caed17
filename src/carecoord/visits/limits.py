"""Where a search lets the body of a visit be, whatever the resources."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from carecoord.visits.hours import Weekday, days_of, shift_period
from carecoord.visits.search import Search
from carecoord.visits.starts import microseconds, stretch
from carecoord.visits.stretches import Stretch, common, cut, joined

__all__ = ["body_limits"]


def body_limits(search: Search, duration: timedelta, zone: ZoneInfo) -> list[Stretch]:
    """The stretches, in microseconds, that a body of this duration must fit into."""
    start, end = stretch(search.span)
    if search.earliest is not None:
        start = max(start, microseconds(search.earliest))
    if search.latest is not None:
        end = min(end, microseconds(search.latest + duration))
    limits = joined([(start, end)])
    if search.hours:
        limits = common(limits, _wanted_hours(search, zone))
    return cut(limits, joined(stretch(period) for period in search.patient_busy))


def _wanted_hours(search: Search, zone: ZoneInfo) -> list[Stretch]:
    return joined(
        stretch(period)
        for day in days_of(search.span, zone)
        for shift in search.hours
        if Weekday.of(day) in shift.weekdays
        for period in (shift_period(shift, day, zone),)
        if period is not None
    )
