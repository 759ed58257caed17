"""Responsibility 4: scheduling. Openings, and visits from the first hold to the last move."""

from datetime import timedelta
from itertools import islice

from carecoord.coordination.openness import (
    calendars_for,
    deliberate,
    hold_with,
    openings_for,
    overbooked,
    released,
    time_is_free,
    visit_may_be_then,
    visit_may_begin,
    visit_with,
    when_busy,
)
from carecoord.coordination.turn import Turn
from carecoord.coordination.units import move_units, release_units
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, insist
from carecoord.kernel.ids import BookingId, LocationId, PatientId, ResourceId, VisitTypeId
from carecoord.kernel.time import Period
from carecoord.visits.bookings import Hold
from carecoord.visits.hours import Shift
from carecoord.visits.occupation import Occupation, collide
from carecoord.visits.openings import Found
from carecoord.visits.openings import find_openings as search_openings
from carecoord.visits.ranking import Preference, preferred_openings
from carecoord.visits.search import Opening, Search
from carecoord.visits.statuses import CancellationReason
from carecoord.visits.visit import Visit
from carecoord.visits.visit_types import (
    Modality,
    VisitType,
)

__all__ = [
    "HELD_FOR",
    "LONGEST_HOLD",
    "book",
    "cancel",
    "find_openings",
    "hold",
    "look_up_visit",
    "release_expired_holds",
    "release_hold",
    "reschedule",
    "swap",
    "visits_of",
]

_CALENDARS = ("schedule", "booking", "visit_type")
HELD_FOR = timedelta(minutes=10)
"""How long a hold lasts when nobody says otherwise.

Expiry is judged by the clock of whoever looks. Where clocks of processes differ by some seconds, as
they do when a time service keeps them, a hold may be over so much sooner for one than for another;
its time is still won by one alone, since claims know no clock.
"""

LONGEST_HOLD = timedelta(hours=24)
"""How long a hold may last at most; who needs longer books."""


@use_case("booking", reads=_CALENDARS)
def find_openings(
    turn: Turn,
    visit_type: VisitTypeId,
    span: Period,
    *,
    patient: PatientId | None = None,
    providers: tuple[ResourceId, ...] = (),
    locations: tuple[LocationId, ...] = (),
    hours: tuple[Shift, ...] = (),
    modality: Modality = Modality.IN_PERSON,
    prefer: Preference | None = None,
    limit: int = 10,
) -> Found:
    """The first openings for a visit of this type within a span, or what rules them out.

    `providers`, `locations` and `hours` of the day are insisted on; what somebody would only rather
    have is told with `prefer`: then the most preferred of all within the span come first.

    Raises:
        NotFound: no such visit type.
        InvalidValue: the visit type has no visits of this modality.
    """
    wanted = turn.visit_types.get(visit_type)
    search = Search.of(
        wanted,
        span,
        at=turn.now,
        modality=modality,
        providers=providers,
        locations=locations,
        hours=hours,
        patient_busy=when_busy(turn, patient, span),
        limit=limit,
    )
    if prefer is not None:
        known = calendars_for(turn, wanted, locations)(span)
        preferred = preferred_openings(search, known, prefer)
        return Found(preferred) if preferred else search_openings(search, known)
    found = tuple(islice(openings_for(turn, wanted, search, locations, providers), limit))
    if found:
        return Found(found)
    # Why there is none, only the calendars of others can tell, over the whole span.
    return search_openings(search, calendars_for(turn, wanted, locations)(span))


@use_case("booking", reads=("patient", *_CALENDARS), writes=("booking",))
def hold(
    turn: Turn,
    visit_type: VisitTypeId,
    opening: Opening,
    *,
    patient: PatientId | None = None,
    modality: Modality = Modality.IN_PERSON,
    duration: timedelta = HELD_FOR,
) -> Hold:
    """Keep an opening for a moment, until it expires by the clinic's clock.

    What could not be booked cannot be held either.

    Raises:
        NotAllowed: the time is not open or taken, the patient is elsewhere, or the visit type's own
            rules are against it; every reason is named.
        AlreadyTaken: somebody else was faster.
        InvalidValue: the visit type has no visits of this modality or is held in group sessions, or
            the duration is not above 0 and at most `LONGEST_HOLD`.
        NotFound: no such patient or visit type.
    """
    wanted = turn.visit_types.get(visit_type)
    _check_offered(wanted, modality)
    if not timedelta() < duration <= LONGEST_HOLD:
        raise InvalidValue("duration", "must be above 0 and at most 24 hours")
    occupation = _occupation(wanted, opening)
    insist(
        *visit_may_begin(turn, wanted, patient),
        *visit_may_be_then(turn, wanted, occupation, patient),
        *time_is_free(turn, wanted, occupation, modality, patient),
    )
    return turn.bookings.add(
        Hold(
            id=BookingId(turn.new_id("hold")),
            occupation=occupation,
            expires_at=turn.now + duration,
            held_by=turn.actor.id,
            patient=patient,
            visit_type=visit_type,
            sensitivities=wanted.sensitivities,
        )
    )


@use_case("booking", reads=("patient", *_CALENDARS), writes=("booking",))
def book(
    turn: Turn,
    patient: PatientId,
    visit_type: VisitTypeId,
    opening: Opening,
    *,
    held: BookingId | None = None,
    modality: Modality = Modality.IN_PERSON,
    overbook_because: str | None = None,
    overlap_because: str | None = None,
    note: str = "",
) -> Visit:
    """Book a visit at an opening, which need not be among those found if it is free.

    `held` is the patient's hold on that time, which becomes the visit. `overbook_because` takes a
    resource a second time, in a lane of its own; `overlap_because` lets the patient be in two
    places. Both are recorded with who wanted it.

    Raises:
        NotAllowed: the time is not open or taken, the patient is elsewhere, or the visit type's own
            rules are against it; every reason is named.
        AlreadyTaken: somebody else was faster.
        NotFound: no such patient, visit type or hold.
        InvalidValue: the visit type has no visits of this modality or is held in group sessions, or
            the hold is for another patient, type or time.
    """
    wanted = turn.visit_types.get(visit_type)
    _check_offered(wanted, modality)
    whose = None if overlap_because is not None else patient
    occupation = _occupation(wanted, opening)
    hold = None if held is None else hold_with(turn, held)
    if hold is not None:
        _check_held(hold, patient, visit_type, occupation)
    besides = () if hold is None else (hold.id,)
    occupation, overbooking = overbooked(turn, occupation, overbook_because, besides)
    overlap = deliberate(turn, overlap_because)
    insist(
        *visit_may_begin(turn, wanted, patient),
        *visit_may_be_then(turn, wanted, occupation, patient),
        *time_is_free(turn, wanted, occupation, modality, whose, besides),
    )
    visit = Visit(
        id=BookingId(turn.new_id("visit")),
        patient=patient,
        visit_type=visit_type,
        occupation=occupation,
        modality=modality,
        overbooking=overbooking,
        overlap=overlap,
        booked_at=turn.now,
        booked_by=turn.actor.id,
        note=note,
        sensitivities=wanted.sensitivities,
    )
    if hold is not None:
        turn.bookings.replace(hold.confirmed(visit.id, at=turn.now))
    kept = turn.bookings.add(visit)
    turn.tell("visit_booked", kept)
    return kept


@use_case(
    "booking", reads=("patient", *_CALENDARS, "location"), writes=("booking", "authorization")
)
def reschedule(
    turn: Turn,
    visit: BookingId,
    opening: Opening,
    *,
    reason: str = "",
    overbook_because: str | None = None,
    overlap_because: str | None = None,
) -> Visit:
    """Move a visit to another opening; it keeps its old time until the new one is won.

    A visit that was overbooked, or overlaps another of its patient, is so no longer, unless it is
    said again why.

    Raises:
        NotAllowed: the new time is not open or taken, the patient is elsewhere, the visit type's
            own rules are against it, the visit can no longer be moved, or an authorization that it
            uses does not cover the new day; of the rules, every one is named.
        AlreadyTaken: somebody else was faster; the old time is kept.
        InvalidValue: the visit has a seat in a group session.
    """
    old = _without_a_seat(visit_with(turn, visit))
    wanted = turn.visit_types.get(old.visit_type)
    occupation, overbooking = overbooked(
        turn, _occupation(wanted, opening), overbook_because, (old.id,)
    )
    overlap = deliberate(turn, overlap_because)
    whose = None if overlap is not None else old.patient
    insist(
        old.may("reschedule"),
        *visit_may_be_then(turn, wanted, occupation, old.patient),
        *time_is_free(turn, wanted, occupation, old.modality, whose, (old.id,)),
    )
    kept = turn.bookings.replace(
        old.rescheduled(
            occupation,
            by=turn.actor.id,
            at=turn.now,
            reason=reason,
            overbooking=overbooking,
            overlap=overlap,
        )
    )
    move_units(turn, kept)
    turn.tell("visit_rescheduled", kept)
    return kept


@use_case(
    "booking", reads=("patient", *_CALENDARS, "location"), writes=("booking", "authorization")
)
def swap(turn: Turn, one: BookingId, other: BookingId, *, reason: str = "") -> tuple[Visit, Visit]:
    """Let two visits of one type change places; at no moment is either without a time.

    Raises:
        NotAllowed: one of them can no longer be moved, or could not be moved there if that time
            were free; every reason is named.
        InvalidValue: they are of different types, one and the same, or seats in group sessions.
    """
    first, second = (_without_a_seat(visit_with(turn, id)) for id in (one, other))
    if first.visit_type != second.visit_type or first.id == second.id:
        raise InvalidValue("swap", "needs two visits of one type")
    wanted, both = turn.visit_types.get(first.visit_type), (first.id, second.id)
    insist(
        *(
            answer
            for mine, theirs in ((first, second), (second, first))
            for answer in (
                mine.may("reschedule"),
                *visit_may_be_then(turn, wanted, theirs.occupation, mine.patient),
                *time_is_free(turn, wanted, theirs.occupation, mine.modality, mine.patient, both),
            )
        )
    )
    moved = tuple(
        turn.bookings.replace(
            mine.rescheduled(
                theirs.occupation,
                by=turn.actor.id,
                at=turn.now,
                reason=reason,
                overbooking=theirs.overbooking,
            )
        )
        for mine, theirs in ((first, second), (second, first))
    )
    for visit in moved:
        move_units(turn, visit)
        turn.tell("visit_rescheduled", visit)
    return moved[0], moved[1]


@use_case("booking", writes=("booking", "authorization"))
def cancel(turn: Turn, visit: BookingId, reason: CancellationReason, *, note: str = "") -> Visit:
    """Call a visit off; its time is free at once, and authorized units are given back.

    Raises:
        NotAllowed: it has started already, or has ended.
    """
    kept = turn.bookings.replace(
        visit_with(turn, visit).cancelled(reason, by=turn.actor.id, at=turn.now, note=note)
    )
    release_units(turn, kept)
    turn.tell("visit_cancelled", kept)
    return kept


@use_case("booking", reads=("booking",))
def look_up_visit(turn: Turn, visit: BookingId) -> Visit:
    """A visit; raises NotFound."""
    return visit_with(turn, visit)


@use_case("booking", reads=("booking",))
def visits_of(turn: Turn, patient: PatientId, span: Period | None = None) -> tuple[Visit, ...]:
    """The visits of a patient, past and to come, by when they begin."""
    found = turn.bookings.of_patient(patient, span)
    return tuple(one for one in found if isinstance(one, Visit))


@use_case("booking", writes=("booking",))
def release_hold(turn: Turn, held: BookingId) -> Hold:
    """Give up a hold; its time is free at once."""
    return turn.bookings.replace(hold_with(turn, held).released())


@use_case("booking", writes=("booking",))
def release_expired_holds(turn: Turn) -> tuple[Hold, ...]:
    """Release the holds that ran out; booking over one does so by itself."""
    return released(turn, turn.bookings.expired_holds(turn.now))


def _check_offered(visit_type: VisitType, modality: Modality) -> None:
    if visit_type.seats > 1:
        raise InvalidValue("visit_type", "is held in group sessions; book a seat in one")
    if modality not in visit_type.modalities:
        raise InvalidValue("modality", f"the visit type has no {modality.value} visits")


def _without_a_seat(visit: Visit) -> Visit:
    if visit.seat is not None:
        raise InvalidValue("visit", "has a seat in a group session; move the seat, or the session")
    return visit


def _check_held(
    hold: Hold, patient: PatientId, visit_type: VisitTypeId, wanted: Occupation
) -> None:
    if hold.patient not in (None, patient):
        raise InvalidValue("held", "is for another patient")
    if hold.visit_type not in (None, visit_type):
        raise InvalidValue("held", "is for a visit of another type")
    if not collide(hold.occupation, wanted):
        raise InvalidValue("held", "is of another time, or of other resources")


def _occupation(visit_type: VisitType, opening: Opening) -> Occupation:
    return visit_type.occupation(opening.start, opening.occupation.resources, opening.location)
