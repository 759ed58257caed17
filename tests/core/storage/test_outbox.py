"""The outbox under races that stores rarely show by themselves."""

from datetime import timedelta

import pytest
from attrs import evolve

from carecoord.errors import InvalidValue, NotAllowed
from carecoord.storage.backend import Changes
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.outbox import EVENT, Event, EventState, Outbox
from carecoord.storage.store import Store
from carecoord.testing.laws.law import NOW, FixedClock, event_about
from carecoord.testing.things import Thing, ThingId


class Overtaken(MemoryBackend):
    """Before the next commit, another consumer takes what there is."""

    def __init__(self) -> None:
        super().__init__()
        self.rival: Outbox | None = None
        self.given: list[Event] = []

    def commit(self, changes: Changes) -> None:
        rival, self.rival = self.rival, None
        if rival is not None:
            rival.deliver(self.given.append)
        super().commit(changes)


class Counting(MemoryBackend):
    """Counts what each commit erases."""

    def __init__(self) -> None:
        super().__init__()
        self.erased: list[int] = []

    def commit(self, changes: Changes) -> None:
        self.erased.append(len(changes.erases))
        super().commit(changes)


def event(version: int = 1) -> Event:
    return event_about(Thing(id=ThingId("a"), version=version))


def opened(backend: MemoryBackend) -> Store:
    store = Store(backend, (), clock=FixedClock())
    store.create_schema()
    with store.work() as work:
        for version in (1, 2):
            work.collection(EVENT).add(event(version))
    return store


def test_who_is_overtaken_leaves_the_event_to_the_other() -> None:
    backend = Overtaken()
    store = opened(backend)
    backend.rival = Outbox(store)
    own: list[Event] = []
    assert Outbox(store).deliver(own.append).delivered == 0
    assert len(backend.given) == 2
    assert own == []


def test_events_of_a_blocked_aggregate_do_not_hold_up_others() -> None:
    """However many of them there are, and however few are looked at."""
    store = opened(MemoryBackend())
    with store.work() as work:
        for n in range(3, 30):
            work.collection(EVENT).add(event(n))
        other = event_about(Thing(id=ThingId("b"), version=1), at=NOW + timedelta(days=1))
        work.collection(EVENT).add(other)

    def fails(event: Event) -> None:
        if event.aggregate_id == "a":
            raise ZeroDivisionError

    done = Outbox(store).deliver(fails, limit=10)
    assert (done.delivered, done.failed) == (1, 1)


class Killed(BaseException):
    """The process of a consumer ends in the midst of an event."""


def test_an_event_that_kills_its_consumer_is_set_aside() -> None:
    """Nobody is left to say that it failed, so an expired lease says it."""
    clock = FixedClock()
    store = Store(MemoryBackend(), (), clock=clock)
    store.create_schema()
    with store.work() as work:
        for version in (1, 2):
            work.collection(EVENT).add(event(version))
    outbox = Outbox(store, attempts=3)
    delivered: list[int] = []

    def dies(event: Event) -> None:
        if event.aggregate_version == 1:
            raise Killed
        delivered.append(event.aggregate_version)

    for _ in range(3):
        with pytest.raises(Killed):
            outbox.deliver(dies)
        assert outbox.deliver(dies).failed == 0  # its lease still runs
        clock.at += 2 * outbox.lease
    done = outbox.deliver(dies)
    (aside,) = outbox.set_aside()
    assert (done.delivered, done.failed, done.set_aside) == (1, 1, (aside.id,))
    assert delivered == [2]
    assert aside.attempts == 3

    outbox.retry(aside)
    with pytest.raises(Killed):
        outbox.deliver(dies)


def test_delivered_events_are_forgotten_up_to_an_instant_in_works_of_bounded_size() -> None:
    backend = Counting()
    store = Store(backend, (), clock=FixedClock())
    store.create_schema()
    many = 501
    with store.work() as work:
        for n in range(1, many + 2):
            at = NOW + timedelta(minutes=n > many)
            delivered = evolve(
                event_about(Thing(id=ThingId("a"), version=n), at=at), state=EventState.DELIVERED
            )
            work.collection(EVENT).add(delivered)
    backend.erased.clear()
    outbox = Outbox(store)
    assert outbox.forget_delivered(NOW) == 0
    assert outbox.forget_delivered(NOW + timedelta(minutes=1)) == many
    assert sum(backend.erased) == many
    assert max(backend.erased) <= 500
    assert store.work().collection(EVENT).count() == 1


def test_at_least_one_event_is_asked_for() -> None:
    with pytest.raises(InvalidValue):
        Outbox(opened(MemoryBackend())).deliver(lambda event: None, limit=0)


@pytest.mark.parametrize("verb", ["deliver", "fail", "set_aside", "retry"])
def test_an_event_that_nobody_holds_cannot_be_let_go(verb: str) -> None:
    with pytest.raises(NotAllowed):
        event().moved(verb)


def test_an_event_counts_how_often_it_was_tried() -> None:
    tried = event().leased(NOW).moved("fail").leased(NOW)
    assert (tried.attempts, tried.state) == (2, EventState.LEASED)
    assert tried.moved("set_aside").moved("retry").attempts == 0
    assert "thing_changed" not in repr(tried)
