"""When a resource can be booked: weekly hours, what differs on a date, closures and time off.

    schedule = Schedule(
        id=…, resource=…, location=…, zone=Zone("America/Denver"), roles={"physician"},
        templates=(WeeklyTemplate((Shift(Weekday.weekdays(), time(8), time(17)),)),),
    )
    schedule.open_periods(span)

Hours are wall-clock times of the schedule's own zone. They need not lie on any grid: what is
answered is exact.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Annotated
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import LocationId, ResourceId, ScheduleId, VisitTypeId
from carecoord.kernel.time import Period
from carecoord.kernel.values import Positive, Text, checked
from carecoord.visits.hours import (
    Reserved,
    Shift,
    Weekday,
    check_day,
    check_span,
    days_of,
    first_shown,
    shift_period,
)
from carecoord.visits.stretches import common, cut, joined

__all__ = [
    "Closure",
    "DateOverride",
    "ResourceKind",
    "Schedule",
    "TimeOff",
    "WeeklyTemplate",
    "common_periods",
]

_MIDNIGHT = time(0)
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class ResourceKind(Enum):
    """What a schedule is about; a location has hours too."""

    PRACTITIONER = "practitioner"
    ROOM = "room"
    DEVICE = "device"
    LOCATION = "location"


@frozen(field_transformer=checked)
class WeeklyTemplate:
    """Shifts that repeat, from `first` up to and with `last`; None is open.

    `every_weeks` above 1 repeats them in the week of `first`, and then in each so many weeks;
    weeks begin on Monday. The dates are those on which shifts begin. Templates add up; where hours
    change for good, the old template gets a last day and the new one begins the day after.

    Raises:
        InvalidValue: the last day is before the first, or weeks are skipped from no first day.
    """

    shifts: tuple[Shift, ...]
    first: date | None = None
    last: date | None = None
    every_weeks: Positive = 1
    reserved: tuple[Reserved, ...] = ()

    def __attrs_post_init__(self) -> None:
        for day in (self.first, self.last):
            if day is not None:
                check_day("WeeklyTemplate.first", day)
        if self.first is not None and self.last is not None and self.last < self.first:
            raise InvalidValue("WeeklyTemplate.last", "must not be before the first day")
        if self.every_weeks > 1 and self.first is None:
            raise InvalidValue("WeeklyTemplate.first", "must be given where weeks are skipped")

    def applies_on(self, day: date) -> bool:
        """Whether shifts can begin on this day."""
        if (self.first and day < self.first) or (self.last and day > self.last):
            return False
        if self.first is None or self.every_weeks == 1:
            return True
        return (_monday(day) - _monday(self.first)) // _WEEK % self.every_weeks == 0


@frozen(field_transformer=checked)
class DateOverride:
    """The shifts that begin on one day, instead of all those of the templates; none is closed."""

    day: date
    shifts: tuple[tuple[time, time], ...] = ()
    reason: Annotated[str, Text(longest=200, blank=True)] = ""

    def __attrs_post_init__(self) -> None:
        check_day("DateOverride.day", self.day)


@frozen(field_transformer=checked)
class Closure:
    """Whole days closed, from midnight to midnight of the place, holidays among them.

    A night shift that reaches into a closed day, or out of it, loses the part within.
    """

    first: date
    last: date
    reason: Annotated[str, Text(longest=200, blank=True)] = ""

    def __attrs_post_init__(self) -> None:
        check_day("Closure.first", self.first)
        check_day("Closure.last", self.last)
        if self.last < self.first:
            raise InvalidValue("Closure.last", "must not be before the first day")


@frozen(field_transformer=checked)
class TimeOff:
    """Time off, from one instant to another."""

    period: Period
    reason: Annotated[str, Text(longest=200, blank=True)] = ""


@frozen(field_transformer=checked, kw_only=True)
class Schedule:
    """The availability of one resource at one location, as FHIR Schedule has it.

    Somebody who works at two sites has two schedules. `resource` is None for the hours of the
    location itself, which bound those of everybody there. `roles` are what the resource can be
    asked for, as `hygienist` or `room-chair`.

    Raises:
        InvalidValue: a date overridden twice, or a resource that does not go with the kind.
    """

    id: ScheduleId
    location: LocationId
    zone: ZoneInfo
    resource: ResourceId | None
    kind: ResourceKind = ResourceKind.PRACTITIONER
    roles: frozenset[Annotated[str, Text(longest=100)]] = frozenset()
    templates: tuple[WeeklyTemplate, ...] = ()
    overrides: tuple[DateOverride, ...] = ()
    closures: tuple[Closure, ...] = ()
    time_off: tuple[TimeOff, ...] = ()
    active: bool = True
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if len({override.day for override in self.overrides}) < len(self.overrides):
            raise InvalidValue("Schedule.overrides", "must name each day once")
        if (self.kind is ResourceKind.LOCATION) is not (self.resource is None):
            raise InvalidValue("Schedule.resource", "is None for a location, and only for that")

    def open_periods(
        self,
        span: Period,
        *,
        visit_type: VisitTypeId | None = None,
        at: datetime | None = None,
    ) -> tuple[Period, ...]:
        """When it is open within the span, bookings aside, in order and never touching.

        Reserved hours are open to their own visit types, and to others once they are released;
        with no `at` to judge that by they are not.

        Raises:
            InvalidValue: the span is longer than five years, or in a year beyond all calendars.
        """
        check_span("span", span)
        if not self.active:
            return ()
        taken = [
            *(off.period for off in self.time_off),
            *(_closed(closure, self.zone) for closure in self.closures),
            *self._reserved_for_others(span, visit_type, at),
        ]
        hours = common(_pairs(self._hours(span)), [(span.start, span.end)])
        return _as_periods(cut(hours, _pairs(taken)))

    def with_override(self, override: DateOverride) -> "Schedule":
        """With other hours on that day, whatever they were."""
        kept = tuple(other for other in self.overrides if other.day != override.day)
        return evolve(self, overrides=(*kept, override))

    def with_time_off(self, period: Period, reason: str = "") -> "Schedule":
        """With time off; visits already booked there stay booked until somebody moves them."""
        return evolve(self, time_off=(*self.time_off, TimeOff(period, reason)))

    def closed_on(self, first: date, last: date | None = None, reason: str = "") -> "Schedule":
        """Closed from `first` up to and with `last`, or on that one day."""
        closure = Closure(first, first if last is None else last, reason)
        return evolve(self, closures=(*self.closures, closure))

    def changed_from(self, day: date, template: WeeklyTemplate) -> "Schedule":
        """With a new template from that day on; those in force end the day before.

        What was planned from a later day gives way.
        """
        check_day("day", day)
        ended = (
            evolve(old, last=day - _DAY)
            for old in self.templates
            if old.first is None or old.first < day
            if old.last is None or old.last >= day
        )
        past = (old for old in self.templates if old.last is not None and old.last < day)
        return evolve(self, templates=(*past, *ended, evolve(template, first=day)))

    def _hours(self, span: Period) -> Iterator[Period]:
        overridden = {override.day: override for override in self.overrides}
        for day in days_of(span, self.zone):
            weekday = Weekday.of(day)
            if override := overridden.get(day):
                everyday = frozenset({weekday})
                shifts = [Shift(everyday, start, end) for start, end in override.shifts]
            else:
                shifts = [
                    shift
                    for template in self.templates
                    if template.applies_on(day)
                    for shift in template.shifts
                    if weekday in shift.weekdays
                ]
            yield from _periods(shifts, day, self.zone)

    def _reserved_for_others(
        self, span: Period, visit_type: VisitTypeId | None, at: datetime | None
    ) -> Iterator[Period]:
        today = None if at is None else at.astimezone(self.zone).date()
        for day in days_of(span, self.zone):
            weekday = Weekday.of(day)
            shifts = (
                reserved.shift
                for template in self.templates
                if template.applies_on(day)
                for reserved in template.reserved
                if weekday in reserved.shift.weekdays
                and visit_type not in reserved.visit_types
                and not _is_released(reserved, day, today)
            )
            yield from _periods(shifts, day, self.zone)


def common_periods(one: Iterable[Period], other: Iterable[Period]) -> tuple[Period, ...]:
    """What belongs to both sets of periods, as the hours of a provider and of the site."""
    return _as_periods(common(_pairs(one), _pairs(other)))


def _pairs(periods: Iterable[Period]) -> list[tuple[datetime, datetime]]:
    return joined((period.start, period.end) for period in periods)


def _as_periods(pairs: Iterable[tuple[datetime, datetime]]) -> tuple[Period, ...]:
    return tuple(Period(start, end) for start, end in pairs)


def _is_released(reserved: Reserved, day: date, today: date | None) -> bool:
    if reserved.released_days is None or today is None:
        return False
    return (day - today).days <= reserved.released_days


def _closed(closure: Closure, zone: ZoneInfo) -> Period:
    start = first_shown(closure.first, _MIDNIGHT, zone)
    return Period(start, first_shown(closure.last + _DAY, _MIDNIGHT, zone))


def _periods(shifts: Iterable[Shift], day: date, zone: ZoneInfo) -> Iterator[Period]:
    for shift in shifts:
        period = shift_period(shift, day, zone)
        if period is not None:
            yield period


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
