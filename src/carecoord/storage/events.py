"""Events: that something happened to an aggregate, kept with the change that caused it."""

from datetime import datetime
from enum import Enum

from attrs import evolve, frozen

from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import checked
from carecoord.storage.kind import Kind, Searched

__all__ = ["EVENT", "EVENT_LIFECYCLE", "Event", "EventState"]


class EventState(Enum):
    """How far an event has come."""

    PENDING = "pending"
    LEASED = "leased"
    DELIVERED = "delivered"
    SET_ASIDE = "set_aside"


EVENT_LIFECYCLE = Lifecycle(
    "event",
    {
        (EventState.PENDING, "lease"): EventState.LEASED,
        (EventState.LEASED, "lease"): EventState.LEASED,
        (EventState.LEASED, "deliver"): EventState.DELIVERED,
        (EventState.LEASED, "fail"): EventState.PENDING,
        (EventState.LEASED, "set_aside"): EventState.SET_ASIDE,
        (EventState.SET_ASIDE, "retry"): EventState.PENDING,
    },
)


@frozen(field_transformer=checked, kw_only=True)
class Event:
    """That something happened to an aggregate; it carries ids, never details of a patient."""

    id: str
    name: str
    aggregate_kind: str
    aggregate_id: str
    aggregate_version: int
    position: int
    recorded_at: datetime
    state: EventState = EventState.PENDING
    attempts: int = 0
    lease_until: datetime | None = None
    version: int = 0

    @property
    def about(self) -> str:
        """The aggregate it is about."""
        return f"{self.aggregate_kind}|{self.aggregate_id}"

    def leased(self, until: datetime) -> "Event":
        """Handed to a consumer until then."""
        state = EVENT_LIFECYCLE.after(self.state, "lease")
        return evolve(self, state=state, lease_until=until, attempts=self.attempts + 1)

    def moved(self, verb: str) -> "Event":
        """Let go of by its consumer: delivered, failed or set aside; or to be retried."""
        attempts = 0 if verb == "retry" else self.attempts
        state = EVENT_LIFECYCLE.after(self.state, verb)
        return evolve(self, state=state, lease_until=None, attempts=attempts)


EVENT = Kind(
    "event",
    Event,
    (
        Searched("state", lambda event: event.state),
        Searched("about", lambda event: event.about),
        Searched("recorded_at", lambda event: event.recorded_at),
        Searched("aggregate_version", lambda event: event.aggregate_version, "integer"),
        Searched("position", lambda event: event.position, "integer"),
    ),
    # Whoever has leased an event holds its aggregate, so that no two of its events run at once.
    claims=lambda event: (f"lease|{event.about}",) if event.state is EventState.LEASED else (),
)
