"""Seats in group sessions: which are free, and what a patient who takes one occupies.

    number, *_ = free_seats(session, visits)
    Visit(…, occupation=seat_occupation(session), seat=Seat(session.id, number))

The session takes the time of the resources; each visit takes the patient's own time and one seat.
"""

from collections.abc import Iterable

from carecoord.errors import Allowed, Answer, Refused
from carecoord.visits.bookings import GroupSession, SessionStatus
from carecoord.visits.occupation import Occupation
from carecoord.visits.visit import Visit

__all__ = [
    "RULES",
    "everybody_keeps_a_seat",
    "free_seats",
    "seat_occupation",
    "session_has_a_free_seat",
]

_OWN_RULE = "carecoord's own rule"


def free_seats(session: GroupSession, visits: Iterable[Visit]) -> tuple[int, ...]:
    """The numbers of the seats that nobody has taken; none once the session is over or off."""
    if session.status is not SessionStatus.PLANNED:
        return ()
    taken = _taken(session, visits)
    return tuple(number for number in range(1, session.seats + 1) if number not in taken)


def seat_occupation(session: GroupSession) -> Occupation:
    """The time that a patient with a seat occupies: that of the session, and no resource."""
    return Occupation(session.period, (), session.occupation.location)


def session_has_a_free_seat(session: GroupSession, visits: Iterable[Visit]) -> Answer:
    """A group session takes as many patients as it has seats.

    Source: carecoord's own rule.
    """
    if free_seats(session, visits):
        return Allowed()
    return Refused("session_has_a_free_seat", "no seat is free", _OWN_RULE)


def everybody_keeps_a_seat(session: GroupSession, seats: int, visits: Iterable[Visit]) -> Answer:
    """A session is not made smaller than the highest seat that somebody has.

    Source: carecoord's own rule.
    """
    highest = max(_taken(session, visits), default=0)
    if seats >= highest:
        return Allowed()
    return Refused("everybody_keeps_a_seat", f"seat {highest} is taken", _OWN_RULE)


def _taken(session: GroupSession, visits: Iterable[Visit]) -> set[int]:
    return {
        visit.seat.number
        for visit in visits
        if visit.seat is not None and visit.seat.session == session.id and visit.occupies_time
    }


RULES = (session_has_a_free_seat, everybody_keeps_a_seat)
