"""Responsibility 4: the day of the visit. From the patient's arrival to the end, or a no-show."""

from carecoord.coordination.openness import visit_with
from carecoord.coordination.turn import Turn
from carecoord.coordination.units import release_units
from carecoord.coordination.use_case import use_case
from carecoord.errors import insist
from carecoord.kernel.ids import BookingId
from carecoord.visits.visit import Visit, visit_is_today

__all__ = ["arrive", "check_in", "complete", "miss", "start"]


@use_case("booking", reads=("location",), writes=("booking",))
def arrive(turn: Turn, visit: BookingId) -> Visit:
    """Note that the patient has come.

    Raises:
        NotAllowed: the visit is on another day, or not one that is booked.
    """
    return turn.bookings.replace(_of_today(turn, visit, "arrive").arrived(turn.now))


@use_case("booking", reads=("location",), writes=("booking",))
def check_in(turn: Turn, visit: BookingId) -> Visit:
    """Check a patient in: here, and all formalities done.

    Raises:
        NotAllowed: the visit is on another day, or neither booked nor arrived.
    """
    kept = turn.bookings.replace(_of_today(turn, visit, "check_in").checked_in(turn.now))
    turn.tell("visit_checked_in", kept)
    return kept


@use_case("booking", writes=("booking",))
def start(turn: Turn, visit: BookingId) -> Visit:
    """Note that the patient is being seen."""
    return turn.bookings.replace(visit_with(turn, visit).started(turn.now))


@use_case("booking", writes=("booking",))
def complete(turn: Turn, visit: BookingId) -> Visit:
    """Note that the encounter is finished."""
    kept = turn.bookings.replace(visit_with(turn, visit).completed(turn.now))
    turn.tell("visit_completed", kept)
    return kept


@use_case("booking", writes=("booking", "authorization"))
def miss(turn: Turn, visit: BookingId) -> Visit:
    """Note that the patient did not come; authorized units are given back.

    Raises:
        NotAllowed: the visit has not begun yet.
    """
    kept = turn.bookings.replace(visit_with(turn, visit).no_show(turn.now))
    release_units(turn, kept)
    turn.tell("visit_missed", kept)
    return kept


def _of_today(turn: Turn, id: BookingId, verb: str) -> Visit:
    visit = visit_with(turn, id)
    zone = turn.locations.get(visit.occupation.location).zone
    insist(visit.may(verb), visit_is_today(visit, zone, turn.now))
    return visit
