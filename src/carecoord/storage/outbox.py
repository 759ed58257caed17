"""Events for the outside world: kept with the change that caused them, delivered at least once.

outbox = Outbox(store)
outbox.deliver(notify)          # in order within an aggregate, by one consumer at a time
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from attrs import evolve, frozen

from carecoord.errors import AlreadyTaken, Conflict, InvalidValue
from carecoord.storage.conditions import Order, equal, every, less, one_of
from carecoord.storage.events import EVENT, Event, EventState
from carecoord.storage.store import Store

__all__ = ["Delivery", "Outbox"]


_OPEN = one_of("state", (EventState.PENDING, EventState.LEASED))
_LONGEST_WAITING = (Order("recorded_at"),)
_IN_ORDER = (Order("aggregate_version"), Order("position"))


@frozen
class Delivery:
    """What one call of `deliver` came to."""

    delivered: int = 0
    failed: int = 0
    set_aside: tuple[str, ...] = ()

    def failing(self, event: Event, *, aside: bool) -> "Delivery":
        """The same with one more that failed, and was set aside or not."""
        ids = (*self.set_aside, event.id) if aside else self.set_aside
        return evolve(self, failed=self.failed + 1, set_aside=ids)


@frozen
class Outbox:
    """Hands the events of a store to a consumer.

    An event that failed `attempts` times is set aside and reported, and those after it go on. A
    consumer that dies keeps its lease until it runs out, judged by the store's clock: keep the
    clocks of consumers within a few seconds of each other, and leases well above that. A lease that
    ran out is a failed attempt, so that an event which kills its consumers is set aside as well.
    """

    store: Store
    lease: timedelta = timedelta(minutes=1)
    attempts: int = 5

    def deliver(self, consumer: Callable[[Event], None], *, limit: int = 100) -> Delivery:
        """Give the consumer the events that are due, each aggregate's in order, at most `limit`.

        Whatever the consumer raises counts as a failure of that event; it stays for a later call.

        Raises:
            InvalidValue: a limit below 1.
        """
        if limit < 1:
            raise InvalidValue("limit", "must be at least 1")
        done = Delivery()
        for about in self._due():
            while (event := self._taken(about)) is not None:
                before, done = done, self._handed(consumer, event, done)
                if done.delivered + done.failed == limit:
                    return done
                if done.failed > before.failed and len(done.set_aside) == len(before.set_aside):
                    break
        return done

    def set_aside(self) -> tuple[Event, ...]:
        """Events that kept failing, for somebody to look at."""
        with self.store.work() as work:
            where = equal("state", EventState.SET_ASIDE)
            return tuple(work.collection(EVENT).each(where))

    def retry(self, event: Event) -> Event:
        """Put an event that was set aside back to be delivered."""
        with self.store.work() as work:
            return work.collection(EVENT).replace(event.moved("retry"))

    def forget_delivered(self, before: datetime) -> int:
        """Erase delivered events recorded before this instant; returns how many.

        A page of them goes at a time: what was erased stays so if the rest cannot be just now.
        """
        where = every(equal("state", EventState.DELIVERED), less("recorded_at", before))
        return self.store.forget(EVENT, where)

    def _due(self) -> Iterator[str]:
        """What has open events, the longest waiting first, each once."""
        seen: set[str] = set()
        for event in self.store.work().collection(EVENT).each(_OPEN, order_by=_LONGEST_WAITING):
            if event.about not in seen:
                seen.add(event.about)
                yield event.about

    def _taken(self, about: str) -> Event | None:
        """The next event about this aggregate, leased or set aside; None if none can be taken."""
        try:
            with self.store.work() as work:
                events = work.collection(EVENT)
                where = every(equal("about", about), _OPEN)
                first = events.find(where, order_by=_IN_ORDER, limit=1).items
                if not first or (first[0].lease_until or work.now) > work.now:
                    return None
                return events.replace(self._next_state(first[0], work.now))
        except (AlreadyTaken, Conflict):
            return None

    def _next_state(self, event: Event, now: datetime) -> Event:
        if event.state is EventState.LEASED and event.attempts >= self.attempts:
            return event.moved("set_aside")  # its consumers died, and nobody else can say so
        return event.leased(now + self.lease)

    def _handed(self, consumer: Callable[[Event], None], event: Event, done: Delivery) -> Delivery:
        if event.state is EventState.SET_ASIDE:
            return done.failing(event, aside=True)
        try:
            consumer(event)
        except Exception:  # noqa: BLE001 - a consumer may raise anything, and must not stop others
            aside = event.attempts >= self.attempts
            self._let_go(event, "set_aside" if aside else "fail")
            return done.failing(event, aside=aside)
        self._let_go(event, "deliver")
        return evolve(done, delivered=done.delivered + 1)

    def _let_go(self, event: Event, verb: str) -> None:
        try:
            with self.store.work() as work:
                work.collection(EVENT).replace(event.moved(verb))
        except Conflict:
            # Its lease ran out and another consumer has it; it will be delivered again.
            return
