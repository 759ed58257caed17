"""Whatever occupies time is a booking: a visit, a hold, a block or a group session.

All of them are kept as one kind, so that each collides with every other.
"""

from datetime import datetime
from enum import Enum
from typing import Annotated, TypeAlias

from attrs import evolve, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, NotAllowed, Refused
from carecoord.kernel.ids import ActorId, BookingId, PatientId, VisitTypeId
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.time import Period
from carecoord.kernel.values import Positive, Text, checked
from carecoord.visits.occupation import Occupation
from carecoord.visits.visit import Deliberate, Visit
from carecoord.visits.visit_types import Modality

__all__ = [
    "BLOCK",
    "HOLD",
    "RULES",
    "SESSION",
    "Block",
    "BlockStatus",
    "Booking",
    "GroupSession",
    "Hold",
    "HoldStatus",
    "SessionStatus",
    "hold_is_still_good",
    "occupies_time",
]


class HoldStatus(Enum):
    """Whether a hold still keeps its time, and how it ended."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"


HOLD: Lifecycle[HoldStatus] = Lifecycle(
    "hold",
    {
        (HoldStatus.HELD, "confirm"): HoldStatus.CONFIRMED,
        (HoldStatus.HELD, "release"): HoldStatus.RELEASED,
        (HoldStatus.HELD, "extend"): HoldStatus.HELD,
    },
)


@frozen(field_transformer=checked, kw_only=True)
class Hold:
    """Time kept for a moment, until it expires, while somebody makes up their mind.

    It is good before `expires_at`, no longer at that instant. Known to be expired, it keeps its
    claims until somebody releases it, which booking over it does.
    """

    id: BookingId
    occupation: Occupation
    expires_at: datetime
    held_by: ActorId
    patient: PatientId | None = None
    visit_type: VisitTypeId | None = None
    status: HoldStatus = HoldStatus.HELD
    became: BookingId | None = None
    sensitivities: frozenset[Sensitivity] = frozenset()
    version: int = 0

    def __attrs_post_init__(self) -> None:
        _check_occupied(self.occupation, "Hold.occupation")

    @property
    def period(self) -> Period:
        """When it is, without buffers."""
        return self.occupation.period

    @property
    def occupies_time(self) -> bool:
        """Whether it keeps its time from others, expired or not."""
        return self.status is HoldStatus.HELD

    def is_expired(self, at: datetime) -> bool:
        """Whether it has run out while nobody released it."""
        return self.status is HoldStatus.HELD and at >= self.expires_at

    def extended(self, expires_at: datetime, *, at: datetime) -> "Hold":
        """Kept longer.

        Raises:
            NotAllowed: it has expired or ended; the time may be somebody else's.
        """
        HOLD.after(self.status, "extend")
        _demand(hold_is_still_good(self, at))
        return evolve(self, expires_at=expires_at)

    def confirmed(self, visit: BookingId, *, at: datetime) -> "Hold":
        """Turned into that visit, which takes the time in the same unit of work.

        Raises:
            NotAllowed: it has expired or ended.
        """
        status = HOLD.after(self.status, "confirm")
        _demand(hold_is_still_good(self, at))
        return evolve(self, status=status, became=visit)

    def released(self) -> "Hold":
        """Given up, by its holder or because it expired; the time is free."""
        return evolve(self, status=HOLD.after(self.status, "release"))


class BlockStatus(Enum):
    """Whether a block is in force."""

    ACTIVE = "active"
    LIFTED = "lifted"


BLOCK: Lifecycle[BlockStatus] = Lifecycle(
    "block",
    {
        (BlockStatus.ACTIVE, "lift"): BlockStatus.LIFTED,
        (BlockStatus.ACTIVE, "reschedule"): BlockStatus.ACTIVE,
    },
)


@frozen(field_transformer=checked, kw_only=True)
class Block:
    """Time of resources that is taken by something other than patients: a meeting, maintenance.

    Time off for days belongs into the schedule; a block lasts 24 hours at most.
    """

    id: BookingId
    occupation: Occupation
    reason: Annotated[str, Text(longest=200)]
    blocked_by: ActorId
    overbooking: Deliberate | None = None
    status: BlockStatus = BlockStatus.ACTIVE
    version: int = 0

    def __attrs_post_init__(self) -> None:
        _check_occupied(self.occupation, "Block.occupation", self.overbooking)

    @property
    def period(self) -> Period:
        """When it is, without buffers."""
        return self.occupation.period

    @property
    def occupies_time(self) -> bool:
        """Whether it keeps its time from others."""
        return self.status is BlockStatus.ACTIVE

    def rescheduled(self, to: Occupation, *, overbooking: Deliberate | None = None) -> "Block":
        """At another time, or for other resources."""
        status = BLOCK.after(self.status, "reschedule")
        return evolve(self, occupation=to, status=status, overbooking=overbooking)

    def lifted(self) -> "Block":
        """No longer in force; the time is free."""
        return evolve(self, status=BLOCK.after(self.status, "lift"))


class SessionStatus(Enum):
    """How far a group session has come."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


SESSION: Lifecycle[SessionStatus] = Lifecycle(
    "group session",
    {
        (SessionStatus.PLANNED, "reschedule"): SessionStatus.PLANNED,
        (SessionStatus.PLANNED, "resize"): SessionStatus.PLANNED,
        (SessionStatus.PLANNED, "complete"): SessionStatus.HELD,
        (SessionStatus.PLANNED, "cancel"): SessionStatus.CANCELLED,
    },
)


@frozen(field_transformer=checked, kw_only=True)
class GroupSession:
    """Time of resources shared by several patients, each with a visit that has a seat in it."""

    id: BookingId
    visit_type: VisitTypeId
    occupation: Occupation
    seats: Positive
    modality: Modality = Modality.IN_PERSON
    overbooking: Deliberate | None = None
    status: SessionStatus = SessionStatus.PLANNED
    version: int = 0

    def __attrs_post_init__(self) -> None:
        _check_occupied(self.occupation, "GroupSession.occupation", self.overbooking)

    @property
    def period(self) -> Period:
        """When it is, without buffers."""
        return self.occupation.period

    @property
    def occupies_time(self) -> bool:
        """Whether it keeps its time from others."""
        return self.status is not SessionStatus.CANCELLED

    def resized(self, seats: int) -> "GroupSession":
        """With more or fewer seats; whether those taken away are empty is for the caller to see."""
        return evolve(self, status=SESSION.after(self.status, "resize"), seats=seats)

    def rescheduled(
        self, to: Occupation, *, overbooking: Deliberate | None = None
    ) -> "GroupSession":
        """At another time; the visits with seats move along in the same unit of work."""
        status = SESSION.after(self.status, "reschedule")
        return evolve(self, occupation=to, status=status, overbooking=overbooking)

    def completed(self) -> "GroupSession":
        """It took place."""
        return evolve(self, status=SESSION.after(self.status, "complete"))

    def cancelled(self) -> "GroupSession":
        """Called off; the time of the resources is free."""
        return evolve(self, status=SESSION.after(self.status, "cancel"))


Booking: TypeAlias = Visit | Hold | Block | GroupSession
"""Whatever occupies time."""


def occupies_time(booking: Booking, at: datetime) -> bool:
    """Whether it keeps its time from others at this instant; an expired hold does not."""
    return booking.occupies_time and not (isinstance(booking, Hold) and booking.is_expired(at))


def hold_is_still_good(hold: Hold, at: datetime) -> Answer:
    """A hold that has expired gives no right to its time.

    Source: carecoord's own rule.
    """
    if at < hold.expires_at:
        return Allowed()
    return Refused("hold_is_still_good", "the hold has expired", "carecoord's own rule")


def _demand(answer: Answer) -> None:
    if isinstance(answer, Refused):
        raise NotAllowed(answer)


def _check_occupied(
    occupation: Occupation, field: str, overbooking: Deliberate | None = None
) -> None:
    if not occupation.resources:
        raise InvalidValue(field, "needs at least one resource")
    if bool(occupation.lane) is not bool(overbooking):
        raise InvalidValue(field, "a lane above 0 goes with who overbooks and why")


RULES = (hold_is_still_good,)
