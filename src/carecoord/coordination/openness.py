"""What booking, holding and moving visits ask alike: whether they may be, and the time is free."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from attrs import evolve

from carecoord.coordination.turn import Turn
from carecoord.errors import Answer, InvalidValue
from carecoord.kernel.ids import BookingId, LocationId, PatientId, ResourceId
from carecoord.kernel.time import Period
from carecoord.patients.registration import patient_is_active
from carecoord.visits.bookings import Hold
from carecoord.visits.calendars import Calendar, calendars_with, patient_busy
from carecoord.visits.conflicts import (
    bookings_in_the_way,
    expired_in_the_way,
    patient_is_in_one_place_at_a_time,
    resources_are_free,
    resources_are_open,
    resources_fill_the_requirements,
)
from carecoord.visits.occupation import Occupation
from carecoord.visits.openings import iterate_openings
from carecoord.visits.search import Opening, Search
from carecoord.visits.visit import Deliberate, Visit
from carecoord.visits.visit_types import (
    Modality,
    PatientStanding,
    VisitType,
    notice_is_long_enough,
    patient_standing_suits_the_visit_type,
    role_may_book_the_visit_type,
    visit_is_within_the_planning_horizon,
    visit_type_is_active,
)

__all__ = [
    "calendars_for",
    "deliberate",
    "hold_with",
    "openings_for",
    "overbooked",
    "patient_is_free",
    "released",
    "time_is_free",
    "visit_may_be_then",
    "visit_may_begin",
    "visit_with",
    "when_busy",
]

_MICROSECOND = timedelta(microseconds=1)
_FIRST_LOOK = timedelta(days=1)


def visit_with(turn: Turn, id: BookingId) -> Visit:
    """The visit with this id.

    Raises:
        NotFound: there is no booking with it.
        InvalidValue: the booking is none of a patient.
    """
    found = turn.bookings.get(id)
    if not isinstance(found, Visit):
        raise InvalidValue("visit", "is a booking of another sort")
    return found


def hold_with(turn: Turn, id: BookingId) -> Hold:
    """The hold with this id; raises NotFound and InvalidValue."""
    found = turn.bookings.get(id)
    if not isinstance(found, Hold):
        raise InvalidValue("held", "is a booking of another sort")
    return found


def released(turn: Turn, holds: Iterable[Hold]) -> tuple[Hold, ...]:
    """The same holds, given up, whosever they are."""
    return tuple(turn.bookings.give_up(hold) for hold in holds)


def calendars_for(
    turn: Turn,
    visit_type: VisitType,
    locations: tuple[LocationId, ...],
    providers: tuple[ResourceId, ...] = (),
) -> Callable[[Period], tuple[Calendar, ...]]:
    """Gives the calendars over a span of everybody who could take part in a visit of this type.

    With `providers`, only of these, and of those who could take part with them where they work.
    Schedules are read at once, what is taken when a span is asked for.
    """
    roles = [requirement.role for requirement in visit_type.requirements]
    if providers:
        known = turn.schedules.of_resources(providers)
        own = tuple(one for one in known if not locations or one.location in locations)
        there = sorted({one.location for one in own})
        others = turn.schedules.with_roles(roles[1:], there) if there else ()
        schedules = tuple({one.id: one for one in (*own, *others)}.values())
    else:
        schedules = turn.schedules.with_roles(roles, locations)
    resources = {one.resource for one in schedules if one.resource is not None}
    sites = turn.schedules.of_locations()

    def over(span: Period) -> tuple[Calendar, ...]:
        # A buffer may reach beyond the span, to a body that does not touch it.
        start, end = span.start - visit_type.buffer_before, span.end + visit_type.buffer_after
        busy = turn.bookings.busy(resources, Period(start, end), turn.now)
        return calendars_with(
            schedules, busy, span, at=turn.now, visit_type=visit_type.id, sites=sites
        )

    return over


def openings_for(
    turn: Turn,
    visit_type: VisitType,
    search: Search,
    locations: tuple[LocationId, ...],
    providers: tuple[ResourceId, ...] = (),
) -> Iterator[Opening]:
    """Every opening that the search looks for, earliest first.

    It looks at one day first and then at ever longer times, for the first few openings are mostly
    found soon, and the bookings of later days need not be read then.
    """
    calendars = calendars_for(turn, visit_type, locations, providers)
    longest = max([search.duration, *(own.duration for own in search.own_durations)])
    start, end, length = search.span.start, search.span.end, _FIRST_LOOK
    start = max(start, search.earliest or start)
    while start < end:
        until = min(start + length, end)
        last = until - _MICROSECOND
        if search.latest is not None:
            last = min(last, search.latest)
        near = Period(start, min(until + longest, end))
        yield from iterate_openings(evolve(search, earliest=start, latest=last), calendars(near))
        start, length = until, 2 * length


def when_busy(turn: Turn, patient: PatientId | None, span: Period) -> tuple[Period, ...]:
    """When the patient is somewhere already within the span; never, for nobody in particular."""
    if patient is None:
        return ()
    return patient_busy(patient, turn.bookings.taking_of(patient, span), turn.now)


def time_is_free(
    turn: Turn,
    visit_type: VisitType,
    occupation: Occupation,
    modality: Modality,
    patient: PatientId | None,
    besides: tuple[BookingId, ...] = (),
) -> tuple[Answer, ...]:
    """Whether the right resources are open and free then, and the patient is, unless None.

    Expired holds in the way are released in the same unit of work; `besides` are bookings that
    give up their own time.
    """
    span = occupation.extended
    found = {one.id: one for one in turn.bookings.taking(occupation.resources, span)}
    if patient is not None:
        own = turn.bookings.taking_of(patient, occupation.period)
        found |= {one.id: one for one in own}
    bookings = tuple(found.values())
    calendars = calendars_with(
        turn.schedules.of_resources(occupation.resources),
        {},
        span,
        at=turn.now,
        visit_type=visit_type.id,
        sites=turn.schedules.of_locations((occupation.location,)),
    )
    answers = [
        resources_are_open(occupation, calendars),
        resources_fill_the_requirements(occupation, visit_type, modality, calendars),
        resources_are_free(occupation, bookings, turn.now, besides=besides),
    ]
    if patient is not None:
        elsewhere = patient_is_in_one_place_at_a_time(
            patient, occupation.period, bookings, turn.now, besides=besides
        )
        answers.append(elsewhere)
    expired = expired_in_the_way(occupation, patient, bookings, turn.now)
    released(turn, (hold for hold in expired if hold.id not in besides))
    return tuple(answers)


def patient_is_free(
    turn: Turn, patient: PatientId, period: Period, besides: tuple[BookingId, ...] = ()
) -> Answer:
    """Whether the patient is nowhere else then; expired holds of theirs are released."""
    own = turn.bookings.taking_of(patient, period)
    expired = (one for one in own if isinstance(one, Hold) and one.is_expired(turn.now))
    released(turn, (one for one in expired if one.id not in besides))
    return patient_is_in_one_place_at_a_time(patient, period, own, turn.now, besides=besides)


def visit_may_begin(
    turn: Turn, visit_type: VisitType, patient: PatientId | None
) -> tuple[Answer, ...]:
    """What is asked once, before there is a visit: who has one keeps it."""
    offered = visit_type_is_active(visit_type)
    if patient is None:
        return (offered,)
    seen = turn.bookings.was_seen(patient)
    standing = PatientStanding.ESTABLISHED if seen else PatientStanding.NEW
    return offered, patient_standing_suits_the_visit_type(visit_type, standing)


def visit_may_be_then(
    turn: Turn, visit_type: VisitType, occupation: Occupation, patient: PatientId | None
) -> tuple[Answer, ...]:
    """What is asked whenever a time is chosen, by booking, holding, moving and swapping alike."""
    start = occupation.period.start
    answers = (
        notice_is_long_enough(visit_type, start, turn.now),
        visit_is_within_the_planning_horizon(visit_type, start, turn.now),
        role_may_book_the_visit_type(visit_type, turn.actor.roles),
    )
    if patient is None:
        return answers
    return patient_is_active(turn.patients.get(patient)), *answers


def overbooked(
    turn: Turn, wanted: Occupation, because: str | None, besides: tuple[BookingId, ...]
) -> tuple[Occupation, Deliberate | None]:
    """The time, in a lane of its own where somebody says why and the ordinary one is taken."""
    occupation = wanted if because is None else _in_a_free_lane(turn, wanted, besides)
    return occupation, deliberate(turn, because) if occupation.lane else None


def deliberate(turn: Turn, because: str | None) -> Deliberate | None:
    """Who does something unusual on purpose here, why and when; None where nobody does."""
    return None if because is None else Deliberate(turn.actor.id, because, turn.now)


def _in_a_free_lane(
    turn: Turn, occupation: Occupation, besides: tuple[BookingId, ...]
) -> Occupation:
    """The same time in the first lane that is free for whoever is booked twice.

    `besides` are bookings that give up their own time.
    """
    taking = turn.bookings.taking(occupation.resources, occupation.extended)
    found = [booking for booking in taking if booking.id not in besides]
    in_the_way = bookings_in_the_way(occupation, found, turn.now)
    taken = {resource for booking in in_the_way for resource in booking.occupation.resources}
    twice = tuple(one for one in occupation.resources if one in taken)
    lane, tried = 0, occupation
    while bookings_in_the_way(tried, found, turn.now):
        lane += 1
        tried = evolve(occupation, lane=lane, overbooked=twice)
    return tried
