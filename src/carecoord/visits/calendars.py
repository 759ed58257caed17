"""Calendars: what a search knows of one resource at one location, as plain values.

An app with tables of its own fills them itself; from schedules and bookings `calendar_of` does.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import LocationId, PatientId, ResourceId, VisitTypeId
from carecoord.kernel.time import Period
from carecoord.kernel.values import Text, checked
from carecoord.visits.availability import Schedule, common_periods
from carecoord.visits.bookings import Booking, Hold, occupies_time
from carecoord.visits.hours import check_day
from carecoord.visits.occupation import check_buffer
from carecoord.visits.visit import Visit

__all__ = ["Busy", "Calendar", "calendar_of", "patient_busy"]

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
        InvalidValue: the schedule is a location's own.
    """
    resource = schedule.resource
    if resource is None:
        raise InvalidValue("schedule", "is a location's own; give it as the site")
    hours = schedule.open_periods(span, visit_type=visit_type, at=at)
    if site is not None:
        hours = common_periods(hours, site.open_periods(span, visit_type=visit_type, at=at))
    taken = [
        Busy(occupation.period, occupation.buffer_before, occupation.buffer_after)
        for booking in bookings
        for occupation in (booking.occupation,)
        if resource in occupation.resources
        if occupation.lane_of(resource) == 0 and occupies_time(booking, at)
    ]
    return Calendar(
        resource=resource,
        location=schedule.location,
        zone=schedule.zone,
        roles=schedule.roles,
        open=hours,
        busy=(*taken, *(Busy(period) for period in imported)),
    )


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
