"""Events reach a consumer at least once, in order within an aggregate, or are set aside."""

import contextlib
from datetime import timedelta

from hypothesis import strategies as st

from carecoord.errors import Unavailable
from carecoord.storage.conditions import equal
from carecoord.storage.events import EVENT, Event, EventState
from carecoord.storage.outbox import Outbox
from carecoord.storage.store import Store
from carecoord.testing.laws.law import (
    NOW,
    FixedClock,
    OpenStore,
    at_once,
    event_about,
    law,
    reopened,
)
from carecoord.testing.things import THINGS, Thing, ThingId

__all__ = ["DeliveringLaws"]


def _event(about: str, version: int, position: int = 0) -> Event:
    thing = Thing(id=ThingId(about), version=version)
    return event_about(thing, position, at=NOW + timedelta(seconds=version))


def _record(store: Store, *events: Event) -> None:
    with store.work() as work:
        for event in events:
            work.collection(EVENT).add(event)


def _count(store: Store, state: EventState) -> int:
    with store.work() as work:
        return work.collection(EVENT).count(equal("state", state))


class _Consumer:
    """Remembers what it was given, and fails as often as told."""

    def __init__(self, *failing: str, times: int = 10**6) -> None:
        self.given: list[Event] = []
        self.failing = dict.fromkeys(failing, times)

    def __call__(self, event: Event) -> None:
        if self.failing.get(event.id, 0) > 0:
            self.failing[event.id] -= 1
            raise ZeroDivisionError
        self.given.append(event)

    @property
    def seen(self) -> list[tuple[str, int, int]]:
        return [(it.aggregate_id, it.aggregate_version, it.position) for it in self.given]


class DeliveringLaws:
    """The outbox."""

    @law(
        places=st.lists(
            st.tuples(st.sampled_from("abc"), st.integers(1, 4), st.integers(0, 2)), unique=True
        ),
        failing=st.sets(st.integers(0, 20), max_size=3),
        limit=st.integers(1, 30),
    )
    def test_every_event_is_delivered_in_its_order(
        self, store: Store, places: list[tuple[str, int, int]], failing: set[int], limit: int
    ) -> None:
        """By version and position within an aggregate, some failing once, page by page."""
        events = [_event(*place) for place in places]
        _record(store, *events)
        consumer = _Consumer(*(e.id for n, e in enumerate(events) if n in failing), times=1)
        failed = 0
        for _ in range(len(events) + len(consumer.failing) + 1):
            done = Outbox(store).deliver(consumer, limit=limit)
            assert done.delivered + done.failed <= limit
            assert done.set_aside == ()
            failed += done.failed
        assert failed == len(consumer.failing)
        assert sorted(consumer.seen) == sorted(places)
        for about in "abc":
            own = [place for place in consumer.seen if place[0] == about]
            assert own == sorted(own)
        assert Outbox(store).deliver(consumer).delivered == 0
        assert Outbox(store).forget_delivered(NOW + timedelta(days=1)) == len(events)
        with store.work() as work:
            assert work.collection(EVENT).count() == 0

    def test_what_keeps_failing_is_set_aside_and_reported(self, open_store: OpenStore) -> None:
        """Those after it go on; it can be put back."""
        with open_store(THINGS) as store:
            bad = _event("a", 1)
            _record(store, bad, _event("a", 2), _event("b", 1))
            outbox, consumer = Outbox(store, attempts=3), _Consumer(bad.id, times=4)
            for turn in (1, 2, 3):
                done = outbox.deliver(consumer)
                assert done.failed == 1
                assert done.set_aside == ((bad.id,) if turn == 3 else ())
            assert consumer.seen == [("b", 1, 0), ("a", 2, 0)]
            (aside,) = outbox.set_aside()
            assert aside.id == bad.id
            outbox.retry(aside)
            assert outbox.set_aside() == ()
            assert outbox.deliver(consumer).failed == 1
            assert outbox.deliver(consumer).delivered == 1
            assert consumer.seen[-1] == ("a", 1, 0)
            assert _count(store, EventState.DELIVERED) == 3

    def test_a_consumer_that_dies_keeps_its_lease_until_it_runs_out(
        self, open_store: OpenStore
    ) -> None:
        """Nobody overtakes it, within the aggregate; then it is delivered again."""
        with open_store(THINGS) as store:
            clock = FixedClock()
            store = reopened(store, clock=clock)
            _record(store, _event("a", 1), _event("a", 2), _event("b", 1))
            outbox, consumer = Outbox(store), _Consumer()

            class Died(BaseException):
                """No exception of the consumer's own: its process is gone."""

            def dies(event: Event) -> None:
                raise Died

            with contextlib.suppress(Died):
                outbox.deliver(dies)
            assert outbox.deliver(consumer).delivered == 1
            assert consumer.seen == [("b", 1, 0)]
            clock.at += outbox.lease
            assert outbox.deliver(consumer).delivered == 2
            assert consumer.seen == [("b", 1, 0), ("a", 1, 0), ("a", 2, 0)]

    def test_a_late_consumer_does_not_undo_another(self, open_store: OpenStore) -> None:
        """Its lease ran out while it worked: the event was delivered again, and stays so."""
        with open_store(THINGS) as store:
            clock = FixedClock()
            store = reopened(store, clock=clock)
            _record(store, _event("a", 1))
            second = _Consumer()

            def slow(event: Event) -> None:
                clock.at += timedelta(hours=1)
                assert Outbox(store).deliver(second).delivered == 1

            Outbox(store).deliver(slow)
            assert second.seen == [("a", 1, 0)]
            assert _count(store, EventState.DELIVERED) == 1

    def test_consumers_share_the_work(self, open_store: OpenStore) -> None:
        """Four at once: every event once, each aggregate's in order, none at the same time."""
        with open_store(THINGS) as store:
            places = [(about, version, 0) for about in "abcd" for version in (1, 2, 3)]
            _record(store, *(_event(*place) for place in places))
            consumer = _Consumer()

            def consume(_: int) -> None:
                for _ in range(40):
                    if len(consumer.given) < len(places):
                        Outbox(store).deliver(consumer)

            ended = at_once(4, consume)
            assert all(isinstance(error, Unavailable | None) for error in ended)
            Outbox(store).deliver(consumer)
            assert sorted(consumer.seen) == sorted(places)
            for about in "abcd":
                own = [place for place in consumer.seen if place[0] == about]
                assert own == sorted(own)
