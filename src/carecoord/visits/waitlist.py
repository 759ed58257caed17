"""The waitlist: who would come sooner, and who is offered a time that has become free.

    for entry in next_in_line(entries, opening, zone, at=now, limit=3):
        entry.offered(opening, at=now, expires_at=now + timedelta(hours=2))

The same time can be offered to several at once. The first who accepts it wins, because the visit
that is booked then claims the time; the others keep their places.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, NotAllowed, Refused
from carecoord.kernel.ids import (
    BookingId,
    LocationId,
    PatientId,
    ResourceId,
    VisitTypeId,
    WaitlistEntryId,
)
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import LongText, checked
from carecoord.visits.hours import Shift, lies_within
from carecoord.visits.search import Opening
from carecoord.visits.visit_types import Modality

__all__ = [
    "RULES",
    "WAITLIST",
    "Offer",
    "Priority",
    "WaitlistEntry",
    "WaitlistStatus",
    "next_in_line",
    "offer_is_still_good",
    "opening_suits_who_waits",
]

_OWN_RULE = "carecoord's own rule"


class Priority(Enum):
    """How urgent it is, in the codes of FHIR's request-priority."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"
    STAT = "stat"

    @property
    def rank(self) -> int:
        """0 for the most urgent."""
        return len(Priority) - 1 - list(Priority).index(self)


class WaitlistStatus(Enum):
    """Whether somebody still waits."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    WITHDRAWN = "withdrawn"


WAITLIST: Lifecycle[WaitlistStatus] = Lifecycle(
    "waitlist entry",
    {
        (WaitlistStatus.WAITING, "offer"): WaitlistStatus.OFFERED,
        (WaitlistStatus.OFFERED, "offer"): WaitlistStatus.OFFERED,
        (WaitlistStatus.OFFERED, "accept"): WaitlistStatus.BOOKED,
        (WaitlistStatus.OFFERED, "decline"): WaitlistStatus.WAITING,
        (WaitlistStatus.WAITING, "withdraw"): WaitlistStatus.WITHDRAWN,
        (WaitlistStatus.OFFERED, "withdraw"): WaitlistStatus.WITHDRAWN,
    },
)


@frozen(field_transformer=checked)
class Offer:
    """An opening that was offered, and until when; it is good before that instant."""

    opening: Opening
    at: datetime
    expires_at: datetime

    def __attrs_post_init__(self) -> None:
        if self.expires_at <= self.at:
            raise InvalidValue("Offer.expires_at", "must be after it is made")


@frozen(field_transformer=checked, kw_only=True)
class WaitlistEntry:
    """Somebody who waits for a visit, or for a sooner one than `visit`, which is booked already.

    Empty `providers`, `locations` and `hours` leave it open; `first` and `last` bound the day, and
    `notice` is how long the patient needs to get ready. `offer` is the latest one.

    Raises:
        InvalidValue: the last day is before the first, notice is negative, or the status does not
            go with the offer.
    """

    id: WaitlistEntryId
    patient: PatientId
    visit_type: VisitTypeId
    since: datetime
    priority: Priority = Priority.ROUTINE
    visit: BookingId | None = None
    providers: frozenset[ResourceId] = frozenset()
    locations: frozenset[LocationId] = frozenset()
    hours: tuple[Shift, ...] = ()
    first: date | None = None
    last: date | None = None
    notice: timedelta = timedelta()
    modality: Modality = Modality.IN_PERSON
    status: WaitlistStatus = WaitlistStatus.WAITING
    offer: Offer | None = None
    became: BookingId | None = None
    note: LongText = ""
    sensitivities: frozenset[Sensitivity] = frozenset()
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise InvalidValue("WaitlistEntry.last", "must not be before the first day")
        if self.notice < timedelta():
            raise InvalidValue("WaitlistEntry.notice", "must not be negative")
        if (self.status is WaitlistStatus.OFFERED) is not (self.offer is not None):
            raise InvalidValue("WaitlistEntry.offer", "goes with the status offered")

    def offered(self, opening: Opening, *, at: datetime, expires_at: datetime) -> "WaitlistEntry":
        """Offered this opening until then; an earlier offer that ran out gives way.

        Raises:
            NotAllowed: an earlier offer is still good, or nobody waits any more.
        """
        status = WAITLIST.after(self.status, "offer")
        if self.offer is not None and offer_is_still_good(self.offer, at):
            reason = "an earlier offer is still good"
            raise NotAllowed(Refused("one_offer_at_a_time", reason, _OWN_RULE))
        return evolve(self, status=status, offer=Offer(opening, at, expires_at))

    def accepted(self, visit: BookingId, *, at: datetime) -> "WaitlistEntry":
        """Booked; the visit takes its time in the same unit of work, or none of this happens.

        Raises:
            NotAllowed: the offer has run out, or there is none.
        """
        status = WAITLIST.after(self.status, "accept")
        assert self.offer is not None
        answer = offer_is_still_good(self.offer, at)
        if isinstance(answer, Refused):
            raise NotAllowed(answer)
        return evolve(self, status=status, offer=None, became=visit)

    def declined(self) -> "WaitlistEntry":
        """Waiting on, with the same place in line; so too when the offer ran out."""
        return evolve(self, status=WAITLIST.after(self.status, "decline"), offer=None)

    def withdrawn(self) -> "WaitlistEntry":
        """No longer waiting."""
        return evolve(self, status=WAITLIST.after(self.status, "withdraw"), offer=None)

    def is_free_for_offers(self, at: datetime) -> bool:
        """Whether something can be offered: nothing is on offer, or what was has run out."""
        if self.status is WaitlistStatus.OFFERED:
            return self.offer is not None and not offer_is_still_good(self.offer, at)
        return self.status is WaitlistStatus.WAITING


def next_in_line(
    entries: Iterable[WaitlistEntry],
    opening: Opening,
    zone: ZoneInfo,
    *,
    visit_type: VisitTypeId,
    at: datetime,
    modality: Modality = Modality.IN_PERSON,
    limit: int,
) -> tuple[WaitlistEntry, ...]:
    """Those to whom the opening, good for visits of this type and modality, is offered: the most
    urgent first, among equals who has waited longest.
    """
    suited = [
        entry
        for entry in entries
        if (entry.visit_type, entry.modality) == (visit_type, modality)
        and entry.is_free_for_offers(at)
        and opening_suits_who_waits(entry, opening, zone, at)
    ]
    suited.sort(key=lambda entry: (entry.priority.rank, entry.since, entry.id))
    return tuple(suited[:limit])


def offer_is_still_good(offer: Offer, at: datetime) -> Answer:
    """An offer that has run out cannot be accepted.

    Source: carecoord's own rule.
    """
    if at < offer.expires_at:
        return Allowed()
    return Refused("offer_is_still_good", "the offer has run out", _OWN_RULE)


def opening_suits_who_waits(
    entry: WaitlistEntry, opening: Opening, zone: ZoneInfo, at: datetime
) -> Answer:
    """A time is offered only to those who could come then, there, and to that provider.

    Days and hours are those of the place, in `zone`.

    Source: carecoord's own rule.
    """
    day = opening.start.astimezone(zone).date()
    against = {
        "with another provider": entry.providers and opening.provider not in entry.providers,
        "at another location": entry.locations and opening.location not in entry.locations,
        "too early": entry.first is not None and day < entry.first,
        "too late": entry.last is not None and day > entry.last,
        "on too short notice": opening.start - at < entry.notice,
        "at another time of day": entry.hours
        and not lies_within(opening.period, entry.hours, zone),
    }
    reasons = [reason for reason, holds in against.items() if holds]
    if not reasons:
        return Allowed()
    return Refused("opening_suits_who_waits", f"it is {' and '.join(reasons)}", _OWN_RULE)


RULES = (offer_is_still_good, opening_suits_who_waits)
