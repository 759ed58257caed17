"""What stands in the way of a booking, asked before it is tried.

The claims in the store decide in the end; these rules tell a screen beforehand, and say which
bookings are in the way. A hold that has expired is in nobody's way.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import zip_longest

from carecoord.errors import Allowed, Answer, Refused
from carecoord.kernel.ids import BookingId, PatientId, ResourceId
from carecoord.kernel.time import Period, merged
from carecoord.visits.bookings import Booking, Hold, occupies_time
from carecoord.visits.calendars import Calendar
from carecoord.visits.occupation import Occupation, collide
from carecoord.visits.visit import Seat, Visit
from carecoord.visits.visit_types import Modality, VisitType

__all__ = [
    "RULES",
    "bookings_in_the_way",
    "expired_in_the_way",
    "patient_is_in_one_place_at_a_time",
    "resources_are_free",
    "resources_are_open",
    "resources_fill_the_requirements",
    "seat_is_free",
]

_OWN_RULE = "carecoord's own rule"


def bookings_in_the_way(
    wanted: Occupation, bookings: Iterable[Booking], at: datetime
) -> tuple[Booking, ...]:
    """The bookings that keep resources from the wanted time at this instant, in their order."""
    return tuple(
        booking
        for booking in bookings
        if occupies_time(booking, at) and collide(wanted, booking.occupation)
    )


def expired_in_the_way(
    wanted: Occupation, patient: PatientId | None, bookings: Iterable[Booking], at: datetime
) -> tuple[Hold, ...]:
    """The expired holds whose claims must be released for the wanted time to be won.

    `patient` is whose own time is wanted too, None for nobody's.
    """
    return tuple(
        booking
        for booking in bookings
        if isinstance(booking, Hold)
        and booking.is_expired(at)
        and (
            collide(wanted, booking.occupation)
            or (patient is not None and _is_elsewhere(patient, wanted.period, booking))
        )
    )


def resources_are_free(
    wanted: Occupation,
    bookings: Iterable[Booking],
    at: datetime,
    *,
    besides: Collection[BookingId] = (),
) -> Answer:
    """No two bookings take the same resource in one lane at one time; buffers may meet buffers.

    `besides` are bookings that give up their time in the same unit of work, as the old time of a
    visit that moves, or the hold that becomes the visit.

    Source: carecoord's own rule.
    """
    others = (booking for booking in bookings if booking.id not in besides)
    return _free("resources_are_free", bookings_in_the_way(wanted, others, at))


def resources_are_open(wanted: Occupation, calendars: Iterable[Calendar]) -> Answer:
    """Every resource is open at the location for the whole of the body, buffers aside.

    Source: carecoord's own rule.
    """
    hours: dict[ResourceId, list[Period]] = {resource: [] for resource in wanted.resources}
    for calendar in calendars:
        if calendar.location == wanted.location and calendar.resource in hours:
            hours[calendar.resource] += calendar.open
    closed = [
        resource
        for resource, periods in hours.items()
        if not any(period.contains(wanted.period) for period in merged(periods))
    ]
    if not closed:
        return Allowed()
    return Refused("resources_are_open", f"not open then: {', '.join(closed)}", _OWN_RULE)


def resources_fill_the_requirements(
    wanted: Occupation, visit_type: VisitType, modality: Modality, calendars: Iterable[Calendar]
) -> Answer:
    """Each requirement is filled by a resource of its own, in order, and no resource is idle.

    Only requirements that apply to the modality count. A resource fills one if it has the role at
    that location, as its calendar there says.

    Source: the clinic's own rule, set in the visit type and the schedules.
    """
    roles: dict[ResourceId, frozenset[str]] = {}
    for calendar in calendars:
        if calendar.location == wanted.location:
            roles[calendar.resource] = roles.get(calendar.resource, frozenset()) | calendar.roles
    needed = [need.role for need in visit_type.requirements if need.applies_to(modality)]
    pairs = zip_longest(needed, wanted.resources)
    if all(role in roles.get(resource, ()) for role, resource in pairs):
        return Allowed()
    reason = f"it takes one resource for each of these, in order: {', '.join(needed)}"
    return Refused(
        "resources_fill_the_requirements",
        reason,
        "the clinic's own rule, set in the visit type and the schedules",
    )


def patient_is_in_one_place_at_a_time(
    patient: PatientId,
    period: Period,
    bookings: Iterable[Booking],
    at: datetime,
    *,
    besides: Collection[BookingId] = (),
) -> Answer:
    """A patient has no two visits at once, unless either says who wanted it so, and why.

    Source: carecoord's own rule.
    """
    in_the_way = tuple(
        booking
        for booking in bookings
        if booking.id not in besides
        and occupies_time(booking, at)
        and _is_elsewhere(patient, period, booking)
    )
    return _free("patient_is_in_one_place_at_a_time", in_the_way)


def seat_is_free(
    seat: Seat, bookings: Iterable[Booking], *, besides: Collection[BookingId] = ()
) -> Answer:
    """A seat of a group session is one patient's.

    Source: carecoord's own rule.
    """
    in_the_way = tuple(
        booking
        for booking in bookings
        if isinstance(booking, Visit)
        and booking.id not in besides
        and booking.occupies_time
        and booking.seat == seat
    )
    return _free("seat_is_free", in_the_way)


def _is_elsewhere(patient: PatientId, period: Period, booking: Booking) -> bool:
    if not isinstance(booking, Visit | Hold) or booking.patient != patient:
        return False
    deliberate = isinstance(booking, Visit) and booking.overlap is not None
    return not deliberate and booking.period.overlaps(period)


def _free(rule: str, in_the_way: tuple[Booking, ...]) -> Answer:
    if not in_the_way:
        return Allowed()
    ids = ", ".join(str(booking.id) for booking in in_the_way)
    return Refused(rule, f"the time is taken by {ids}", _OWN_RULE)


RULES = (
    resources_are_open,
    resources_fill_the_requirements,
    resources_are_free,
    patient_is_in_one_place_at_a_time,
    seat_is_free,
)
