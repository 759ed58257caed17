"""Responsibility 4: group sessions. Several patients share one time, each in a seat of their own.

    session = desk.plan_session("diabetes-class", opening)
    visit = desk.book_seat(ada.id, session.id)

Whoever takes a seat makes a new version of the session: so nobody gets a seat in one that is called
off, moved or made smaller at the same moment.
"""

from attrs import evolve, frozen

from carecoord.coordination.openness import (
    deliberate,
    overbooked,
    patient_is_free,
    time_is_free,
    visit_may_be_then,
    visit_may_begin,
    visit_with,
)
from carecoord.coordination.turn import Turn
from carecoord.coordination.units import move_units, release_units
from carecoord.coordination.use_case import use_case
from carecoord.errors import Answer, InvalidValue, insist
from carecoord.kernel.ids import BookingId, PatientId, VisitTypeId
from carecoord.kernel.time import Period
from carecoord.visits.bookings import SESSION, GroupSession
from carecoord.visits.occupation import Occupation
from carecoord.visits.search import Opening
from carecoord.visits.seats import (
    everybody_keeps_a_seat,
    free_seats,
    seat_occupation,
    session_has_a_free_seat,
)
from carecoord.visits.statuses import CancellationReason
from carecoord.visits.visit import Deliberate, Seat, Visit
from carecoord.visits.visit_types import Modality, VisitType

__all__ = [
    "SessionToCome",
    "book_seat",
    "cancel_session",
    "complete_session",
    "find_sessions",
    "move_seat",
    "move_session",
    "plan_session",
    "resize_session",
    "visits_in_session",
]

_RULES_READ = ("patient", "schedule", "visit_type", "location")
_MOVES = ("booking", "authorization")


@frozen
class SessionToCome:
    """A group session that is planned, and how many of its seats are free."""

    session: GroupSession
    free: int


@use_case("booking", reads=("schedule", "visit_type"), writes=("booking",))
def plan_session(
    turn: Turn,
    visit_type: VisitTypeId,
    opening: Opening,
    *,
    seats: int | None = None,
    modality: Modality = Modality.IN_PERSON,
    overbook_because: str | None = None,
) -> GroupSession:
    """Plan a group session at an opening, with the seats of its visit type unless told.

    Raises:
        NotAllowed: the time is not open or taken, or the visit type's own rules are against it.
        AlreadyTaken: somebody else was faster.
        InvalidValue: the visit type has no visits of this modality, or is for one patient alone.
    """
    wanted = turn.visit_types.get(visit_type)
    if wanted.seats == 1 or modality not in wanted.modalities:
        raise InvalidValue("visit_type", f"has no group sessions, or no {modality.value} ones")
    occupation, overbooking = overbooked(turn, _occupation(wanted, opening), overbook_because, ())
    insist(
        *visit_may_begin(turn, wanted, None),
        *visit_may_be_then(turn, wanted, occupation, None),
        *time_is_free(turn, wanted, occupation, modality, None),
    )
    kept = turn.bookings.add(
        GroupSession(
            id=BookingId(turn.new_id("session")),
            visit_type=visit_type,
            occupation=occupation,
            seats=wanted.seats if seats is None else seats,
            modality=modality,
            overbooking=overbooking,
        )
    )
    turn.tell("session_planned", kept)
    return kept


@use_case("booking", reads=("booking",))
def find_sessions(
    turn: Turn, visit_type: VisitTypeId, span: Period, *, full: bool = False
) -> tuple[SessionToCome, ...]:
    """The sessions of a type within a span that have a free seat, or the full ones as well."""
    sessions = turn.bookings.sessions_to_come(visit_type, span)
    counted = (
        SessionToCome(one, len(free_seats(one, turn.bookings.in_session(one.id))))
        for one in sessions
    )
    return tuple(one for one in counted if one.free or full)


@use_case("booking", reads=("booking",))
def visits_in_session(turn: Turn, session: BookingId) -> tuple[Visit, ...]:
    """Who has a seat in a session, and who had one and called it off."""
    return turn.bookings.in_session(_session_with(turn, session).id)


@use_case("booking", reads=_RULES_READ, writes=("booking",))
def book_seat(
    turn: Turn,
    patient: PatientId,
    session: BookingId,
    *,
    overlap_because: str | None = None,
    note: str = "",
) -> Visit:
    """Book the first free seat of a session for a patient; of two who want the last, one gets it.

    Raises:
        NotAllowed: no seat is free, the patient is elsewhere or in this session already, or the
            visit type's own rules are against it; every reason is named.
        NotFound: no such patient or session.
    """
    found = _session_with(turn, session)
    seated = _seated(turn, found)
    wanted = turn.visit_types.get(found.visit_type)
    insist(
        *visit_may_begin(turn, wanted, patient),
        *visit_may_be_then(turn, wanted, found.occupation, patient),
        *_seat_is_there(turn, found, seated, patient, overlap_because),
    )
    visit = Visit(
        id=BookingId(turn.new_id("visit")),
        patient=patient,
        visit_type=found.visit_type,
        occupation=seat_occupation(found),
        modality=found.modality,
        seat=_first_free(found, seated),
        overlap=deliberate(turn, overlap_because),
        booked_at=turn.now,
        booked_by=turn.actor.id,
        note=note,
        sensitivities=wanted.sensitivities,
    )
    turn.bookings.replace(found)
    kept = turn.bookings.add(visit)
    turn.tell("visit_booked", kept)
    return kept


@use_case("booking", reads=_RULES_READ, writes=_MOVES)
def move_seat(
    turn: Turn,
    visit: BookingId,
    session: BookingId,
    *,
    reason: str = "",
    overlap_because: str | None = None,
) -> Visit:
    """Give a patient a seat in another session of the type; the old seat is kept until then.

    Raises:
        NotAllowed: as `book_seat`, or an authorization that is used does not cover the new day.
        InvalidValue: the visit has no seat, or the session is of another type or modality.
    """
    found = _session_with(turn, session)
    old = visit_with(turn, visit)
    if old.seat is None or (old.visit_type, old.modality) != (found.visit_type, found.modality):
        raise InvalidValue("session", "is of another type or modality, or the visit has no seat")
    seated = _seated(turn, found)
    wanted = turn.visit_types.get(found.visit_type)
    insist(
        old.may("reschedule"),
        *visit_may_be_then(turn, wanted, found.occupation, old.patient),
        *_seat_is_there(turn, found, seated, old.patient, overlap_because, (old.id,)),
    )
    turn.bookings.replace(found)
    seat, overlap = _first_free(found, seated), deliberate(turn, overlap_because)
    return _reseated(turn, old, found, seat, reason=reason, overlap=overlap)


@use_case("booking", reads=_RULES_READ, writes=_MOVES)
def move_session(
    turn: Turn, session: BookingId, opening: Opening, *, reason: str = ""
) -> GroupSession:
    """Move a session to another opening, and all who have a seat along with it, or nobody.

    A patient who was meant to be in two places stays so.

    Raises:
        NotAllowed: the time is not open or taken, a patient is elsewhere then or here already, or
            an authorization that is used does not cover the new day.
    """
    found = _session_with(turn, session)
    wanted = turn.visit_types.get(found.visit_type)
    occupation, seated = _occupation(wanted, opening), _seated(turn, found)
    insist(
        SESSION.may(found.status, "reschedule"),
        *visit_may_be_then(turn, wanted, occupation, None),
        *time_is_free(turn, wanted, occupation, found.modality, None, (found.id,)),
        *(visit.may("reschedule") for visit in seated),
        *(
            patient_is_free(turn, visit.patient, occupation.period, (visit.id,))
            for visit in seated
            if visit.overlap is None
        ),
    )
    kept = turn.bookings.replace(found.rescheduled(occupation))
    for visit in seated:
        _reseated(turn, visit, kept, visit.seat, reason=reason, overlap=visit.overlap)
    turn.tell("session_moved", kept)
    return kept


@use_case("booking", reads=_RULES_READ, writes=_MOVES)
def cancel_session(
    turn: Turn,
    session: BookingId,
    reason: CancellationReason,
    *,
    move_to: BookingId | None = None,
    note: str = "",
) -> GroupSession:
    """Call a session off, and with it the visits of all who have a seat.

    With `move_to`, each of them gets a seat in that session instead, or nothing happens at all.

    Raises:
        NotAllowed: it is over, somebody is being seen already, or the other session has no seat for
            somebody, who is elsewhere then.
        InvalidValue: the other session is of another type or modality, or the same.
    """
    if move_to == session:
        raise InvalidValue("move_to", "is the session that is called off")
    found = _session_with(turn, session)
    seated = _seated(turn, found)
    insist(*(visit.may("cancel") for visit in seated))
    if move_to is not None:
        for visit in seated:
            move_seat.function(turn, visit.id, move_to, reason=note)
    else:
        for visit in seated:
            gone = turn.bookings.replace(
                visit.cancelled(reason, by=turn.actor.id, at=turn.now, note=note)
            )
            release_units(turn, gone)
            turn.tell("visit_cancelled", gone)
    kept = turn.bookings.replace(found.cancelled())
    turn.tell("session_cancelled", kept)
    return kept


@use_case("booking", writes=("booking",))
def resize_session(turn: Turn, session: BookingId, seats: int) -> GroupSession:
    """Give a session more or fewer seats.

    Raises:
        NotAllowed: it is over or off, or somebody sits on a seat that would be taken away.
    """
    found = _session_with(turn, session)
    insist(everybody_keeps_a_seat(found, seats, turn.bookings.in_session(found.id)))
    return turn.bookings.replace(found.resized(seats))


@use_case("booking", writes=("booking",))
def complete_session(turn: Turn, session: BookingId) -> GroupSession:
    """Note that a session took place; each patient's visit is completed on its own."""
    kept = turn.bookings.replace(_session_with(turn, session).completed())
    turn.tell("session_held", kept)
    return kept


def _session_with(turn: Turn, id: BookingId) -> GroupSession:
    found = turn.bookings.get(id)
    if not isinstance(found, GroupSession):
        raise InvalidValue("session", "is a booking of another sort")
    return found


def _occupation(visit_type: VisitType, opening: Opening) -> Occupation:
    return visit_type.occupation(opening.start, opening.occupation.resources, opening.location)


def _seated(turn: Turn, session: GroupSession) -> tuple[Visit, ...]:
    return tuple(one for one in turn.bookings.in_session(session.id) if one.occupies_time)


def _first_free(session: GroupSession, seated: tuple[Visit, ...]) -> Seat:
    return Seat(session.id, free_seats(session, seated)[0])


def _seat_is_there(
    turn: Turn,
    session: GroupSession,
    seated: tuple[Visit, ...],
    patient: PatientId,
    overlap_because: str | None,
    besides: tuple[BookingId, ...] = (),
) -> tuple[Answer, ...]:
    free = session_has_a_free_seat(session, seated)
    if overlap_because is not None:
        return (free,)
    return free, patient_is_free(turn, patient, session.period, besides)


def _reseated(
    turn: Turn,
    visit: Visit,
    session: GroupSession,
    seat: Seat | None,
    *,
    reason: str,
    overlap: Deliberate | None,
) -> Visit:
    moved = visit.rescheduled(
        seat_occupation(session), by=turn.actor.id, at=turn.now, reason=reason, overlap=overlap
    )
    kept = turn.bookings.replace(evolve(moved, seat=seat))
    move_units(turn, kept)
    turn.tell("visit_rescheduled", kept)
    return kept
