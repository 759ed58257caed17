"""Calendars: what a search knows of one resource at one location, as plain values.

An app with tables of its own fills them itself; from schedules and bookings `calendar_of` does.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import LocationId, PatientId, ResourceId, VisitTypeId
from carecoord.kernel.time import Period
from carecoord.kernel.values import Text, checked
from carecoord.visits.availability import Schedule, common_periods
from carecoord.visits.bookings import Booking, Hold, occupies_time
from carecoord.visits.hours import check_day
from carecoord.visits.occupation import check_buffer
from carecoord.visits.visit import Visit

__all__ = [
    "Busy",
    "Calendar",
    "busy_of",
    "calendar_of",
    "calendars_of",
    "calendars_with",
    "patient_busy",
]

_NONE = timedelta()


@frozen(field_transformer=checked)
class Busy:
    """Time taken from a resource, with the buffers that no other body may meet.

    Imported busy time may begin and end at any instant and last as long as it likes.
    """

    period: Period
    buffer_before: timedelta = _NONE
    buffer_after: timedelta = _NONE

    def __attrs_post_init__(self) -> None:
        check_day("Busy.period", self.period.start.date())
        check_day("Busy.period", self.period.end.date())
        check_buffer("Busy.buffer_before", self.buffer_before)
        check_buffer("Busy.buffer_after", self.buffer_after)


@frozen(field_transformer=checked, kw_only=True)
class Calendar:
    """One resource at one location: its roles, when it is open, and what is taken from it."""

    resource: ResourceId
    location: LocationId
    zone: ZoneInfo
    roles: frozenset[Annotated[str, Text(longest=100)]]
    open: tuple[Period, ...]
    busy: tuple[Busy, ...] = ()


def calendar_of(
    schedule: Schedule,
    bookings: Iterable[Booking],
    span: Period,
    *,
    at: datetime,
    visit_type: VisitTypeId | None = None,
    site: Schedule | None = None,
    imported: Iterable[Period] = (),
) -> Calendar:
    """The calendar of a schedule's resource over the span, as seen at an instant.

    `bookings` may hold other resources' too. `site` is the schedule of the location, whose hours
    bound the resource's; `imported` is busy time from elsewhere. Overbooking lanes take nothing
    from the ordinary one.

    Raises:
        InvalidValue: the schedule is a location's own, or the site's is of another location.
    """
    if site is not None and site.location != schedule.location:
        raise InvalidValue("site", "is of another location")
    sites = {} if site is None else {site.location: site}
    (calendar,) = calendars_of(
        [schedule], bookings, span, at=at, visit_type=visit_type, sites=sites
    )
    busy = (*calendar.busy, *(Busy(period) for period in imported))
    return evolve(calendar, busy=busy)


def calendars_of(
    schedules: Iterable[Schedule],
    bookings: Iterable[Booking],
    span: Period,
    *,
    at: datetime,
    visit_type: VisitTypeId | None = None,
    sites: Mapping[LocationId, Schedule] = MappingProxyType({}),
) -> tuple[Calendar, ...]:
    """The calendars of many schedules at once, each as `calendar_of` gives it.

    `sites` are the schedules of locations that have hours of their own.

    Raises:
        InvalidValue: a schedule is a location's own.
    """
    return calendars_with(
        schedules, busy_of(bookings, at), span, at=at, visit_type=visit_type, sites=sites
    )


def calendars_with(
    schedules: Iterable[Schedule],
    busy: Mapping[ResourceId, Iterable[Busy]],
    span: Period,
    *,
    at: datetime,
    visit_type: VisitTypeId | None = None,
    sites: Mapping[LocationId, Schedule] = MappingProxyType({}),
) -> tuple[Calendar, ...]:
    """The same, where it is known already what is taken from each resource."""
    site_hours = {
        location: site.open_periods(span, visit_type=visit_type, at=at)
        for location, site in sites.items()
    }
    made = []
    for schedule in schedules:
        if schedule.resource is None:
            raise InvalidValue("schedule", "is a location's own; give it as the site")
        hours = schedule.open_periods(span, visit_type=visit_type, at=at)
        if schedule.location in site_hours:
            hours = common_periods(hours, site_hours[schedule.location])
        made.append(
            Calendar(
                resource=schedule.resource,
                location=schedule.location,
                zone=schedule.zone,
                roles=schedule.roles,
                open=hours,
                busy=tuple(busy.get(schedule.resource, ())),
            )
        )
    return tuple(made)


def busy_of(bookings: Iterable[Booking], at: datetime) -> dict[ResourceId, list[Busy]]:
    """What is taken at this instant from each resource in its ordinary lane."""
    taken: dict[ResourceId, list[Busy]] = {}
    for booking in bookings:
        if occupies_time(booking, at):
            occupation = booking.occupation
            busy = Busy(occupation.period, occupation.buffer_before, occupation.buffer_after)
            for resource in occupation.resources:
                if occupation.lane_of(resource) == 0:
                    taken.setdefault(resource, []).append(busy)
    return taken


def patient_busy(
    patient: PatientId, bookings: Iterable[Booking], at: datetime
) -> tuple[Period, ...]:
    """When the patient is somewhere already; visits that may overlap others do not count."""
    return tuple(
        booking.period
        for booking in bookings
        if isinstance(booking, Visit | Hold)
        if booking.patient == patient and occupies_time(booking, at)
        if not (isinstance(booking, Visit) and booking.overlap)
    )
