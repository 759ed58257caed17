"""Responsibility 4: the waitlist. Times that fall free go to those who wait, in their order."""

from datetime import date, timedelta

from carecoord.coordination.booking_a_visit import book, reschedule
from carecoord.coordination.openness import visit_with
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, NotAllowed, Refused, insist
from carecoord.kernel.ids import (
    BookingId,
    LocationId,
    PatientId,
    ResourceId,
    VisitTypeId,
    WaitlistEntryId,
)
from carecoord.patients.registration import patient_is_active
from carecoord.visits.hours import Shift
from carecoord.visits.search import Opening
from carecoord.visits.visit import Visit
from carecoord.visits.visit_types import Modality
from carecoord.visits.waitlist import Priority, WaitlistEntry, next_in_line, offer_is_still_good

__all__ = [
    "LONGEST_OFFER",
    "OFFER_LASTS",
    "accept_offer",
    "decline_offer",
    "join_waitlist",
    "leave_waitlist",
    "offer_to_waitlist",
    "waitlist_for",
]

OFFER_LASTS = timedelta(hours=2)
"""How long an offer is good when nobody says otherwise."""

LONGEST_OFFER = timedelta(days=7)
"""How long an offer is good at most; others wait for the same time meanwhile."""


@use_case("waitlist_entry", reads=("patient", "visit_type", "booking"), writes=("waitlist_entry",))
def join_waitlist(
    turn: Turn,
    patient: PatientId,
    visit_type: VisitTypeId,
    *,
    priority: Priority = Priority.ROUTINE,
    sooner_than: BookingId | None = None,
    providers: frozenset[ResourceId] = frozenset(),
    locations: frozenset[LocationId] = frozenset(),
    hours: tuple[Shift, ...] = (),
    first: date | None = None,
    last: date | None = None,
    notice: timedelta = timedelta(),
    modality: Modality = Modality.IN_PERSON,
    note: str = "",
) -> WaitlistEntry:
    """Put a patient on the waitlist for a visit, or for a sooner one than is booked already.

    Raises:
        NotFound: no such patient, visit type or visit.
        NotAllowed: the record is inactive.
        InvalidValue: the visit is another patient's, or of another type or modality.
    """
    insist(patient_is_active(turn.patients.get(patient)))
    wanted = turn.visit_types.get(visit_type)
    if sooner_than is not None:
        booked = visit_with(turn, sooner_than)
        if (booked.patient, booked.visit_type, booked.modality) != (patient, visit_type, modality):
            reason = "is of another patient, or of another type or modality"
            raise InvalidValue("sooner_than", reason)
    return turn.waitlist.add(
        WaitlistEntry(
            id=WaitlistEntryId(turn.new_id("waitlist")),
            patient=patient,
            visit_type=visit_type,
            since=turn.now,
            priority=priority,
            visit=sooner_than,
            providers=providers,
            locations=locations,
            hours=hours,
            first=first,
            last=last,
            notice=notice,
            modality=modality,
            note=note,
            sensitivities=wanted.sensitivities,
        )
    )


@use_case("waitlist_entry", reads=("location",), writes=("waitlist_entry",))
def offer_to_waitlist(
    turn: Turn,
    visit_type: VisitTypeId,
    opening: Opening,
    *,
    modality: Modality = Modality.IN_PERSON,
    limit: int = 1,
    lasts: timedelta = OFFER_LASTS,
) -> tuple[WaitlistEntry, ...]:
    """Offer an opening to those next in line whom it suits; the first to accept gets it.

    An offer ends after `lasts`, and in any case when the visit would begin.

    Raises:
        InvalidValue: it would last no time, or longer than `LONGEST_OFFER`.
    """
    if not timedelta() < lasts <= LONGEST_OFFER:
        raise InvalidValue("lasts", "must be above 0 and at most 7 days")
    zone = turn.locations.get(opening.location).zone
    next_ = next_in_line(
        turn.waitlist.waiting_for(visit_type),
        opening,
        zone,
        visit_type=visit_type,
        at=turn.now,
        modality=modality,
        limit=limit,
    )
    expires_at = min(turn.now + lasts, opening.start)
    offered = tuple(
        turn.waitlist.replace(entry.offered(opening, at=turn.now, expires_at=expires_at))
        for entry in next_
    )
    for entry in offered:
        turn.tell("opening_offered", entry)
    return offered


@use_case(
    "waitlist_entry",
    reads=("patient", "schedule", "visit_type", "location"),
    writes=("waitlist_entry", "booking", "authorization"),
)
def accept_offer(turn: Turn, entry: WaitlistEntryId) -> Visit:
    """Book what was offered, or move the visit that was booked already.

    Raises:
        NotAllowed: the offer has run out, or somebody else was faster.
    """
    found = turn.waitlist.get(entry)
    if found.offer is None:
        raise NotAllowed(Refused("offer_is_still_good", "nothing is on offer", "the waitlist"))
    insist(offer_is_still_good(found.offer, turn.now))
    opening = found.offer.opening
    visit = (
        book.function(turn, found.patient, found.visit_type, opening, modality=found.modality)
        if found.visit is None
        else reschedule.function(turn, found.visit, opening, reason="from the waitlist")
    )
    turn.waitlist.replace(found.accepted(visit.id, at=turn.now))
    return visit


@use_case("waitlist_entry", writes=("waitlist_entry",))
def decline_offer(turn: Turn, entry: WaitlistEntryId) -> WaitlistEntry:
    """Decline an offer, or note that it ran out; the place in line stays."""
    return turn.waitlist.replace(turn.waitlist.get(entry).declined())


@use_case("waitlist_entry", writes=("waitlist_entry",))
def leave_waitlist(turn: Turn, entry: WaitlistEntryId) -> WaitlistEntry:
    """Take somebody off the waitlist."""
    return turn.waitlist.replace(turn.waitlist.get(entry).withdrawn())


@use_case("waitlist_entry", reads=("waitlist_entry",))
def waitlist_for(turn: Turn, visit_type: VisitTypeId) -> tuple[WaitlistEntry, ...]:
    """Those who wait for a visit of this type, in their order."""
    return turn.waitlist.waiting_for(visit_type)
