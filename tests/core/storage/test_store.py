"""A store on its own: how its schema comes about, and when it tries again."""

from typing import Any

import pytest
from attrs import evolve

from carecoord.errors import AccessDenied, Conflict, InvalidValue, OutcomeUnknown, Unavailable
from carecoord.storage.audit import STREAMS, stream_of
from carecoord.storage.backend import Changes
from carecoord.storage.memory import MemoryBackend, open_memory
from carecoord.storage.settings import SETTING
from carecoord.storage.store import ATTEMPTS, Key, Store
from carecoord.storage.work import Work
from carecoord.system import writer_name
from carecoord.testing.faults import Fault, FaultyBackend
from carecoord.testing.things import THING, THINGS, Thing, ThingId


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow one another at once."""
    monkeypatch.setattr("carecoord.storage.store.pause", lambda _seconds: None)


KEY = Key(("actor", "use_case"), "key", "arguments")


class Raced(MemoryBackend):
    """Before its first commit, somebody else does the same."""

    def __init__(self, *rivals: Any) -> None:
        super().__init__()
        self.rivals = list(rivals)

    def commit(self, changes: Changes) -> None:
        if self.rivals:
            self.rivals.pop()()
        super().commit(changes)


def opened(backend: Any = None, **given: Any) -> Store:
    store = Store(MemoryBackend() if backend is None else backend, THINGS, **given)
    store.create_schema()
    return store


def add(work: Work) -> Thing:
    return work.collection(THING).add(Thing(id=ThingId("one"), badges=frozenset({"x"})))


def test_two_can_note_the_settings_of_a_new_store_at_once() -> None:
    backend = Raced()
    backend.rivals.append(lambda: Store(backend, THINGS).create_schema())
    store = opened(backend)
    with store.work() as work:
        kept = {it.id: it.value for it in work.collection(SETTING).each()}
    assert kept == {"store.format": "1", "thing.grid": "5"}


def test_two_cannot_note_different_settings_at_once() -> None:
    backend = Raced()
    finer = tuple(evolve(it, settings={"grid": "1"}) if it is THING else it for it in THINGS)
    backend.rivals.append(lambda: Store(backend, finer).create_schema())
    with pytest.raises(InvalidValue) as caught:
        opened(backend)
    assert caught.value.field == "thing.grid"


def test_what_fails_because_its_twin_has_just_succeeded_gets_its_result() -> None:
    """Even where the use case itself was refused, by what the twin had taken."""
    backend = Raced()
    store = opened(backend)
    backend.rivals.append(lambda: store.run(add, key=KEY))
    assert store.run(add, key=KEY) == evolve(add(store.work()), version=1)


def test_what_is_about_to_be_given_again_can_be_objected_to() -> None:
    """Access may have been taken away since; and the answer can be noted."""
    store = opened()
    store.run(add, key=KEY)

    def note(work: Work) -> None:
        assert set(work.stage.seen()) >= {("thing", "one")}
        work.audit(b"given again")

    assert store.run(add, key=KEY, before_repeat=note).id == "one"
    assert sum(last.sequence for last in store.backend.audit_streams()) == 1

    def object_to(work: Work) -> None:
        raise AccessDenied("use_case", "no longer")

    with pytest.raises(AccessDenied):
        store.run(add, key=KEY, before_repeat=object_to)


def test_what_fails_for_another_reason_is_told() -> None:
    backend = Raced()
    store = opened(backend)
    backend.rivals.append(lambda: store.run(add))
    with pytest.raises(Conflict) as caught:
        store.run(add, key=KEY)
    assert caught.value.reason == "already_exists"


def test_a_use_case_that_required_what_it_read_is_tried_again() -> None:
    backend = Raced()
    store = opened(backend)
    store.run(add)

    def change(work: Work) -> None:
        kept = work.collection(THING)
        kept.replace(evolve(kept.get("one"), rank=5))

    def rest_on_it(work: Work) -> None:
        seen = work.collection(THING).get("one")
        work.require(THING, seen)
        work.collection(THING).add(Thing(id=ThingId("two"), rank=seen.rank))

    backend.rivals.append(lambda: store.run(change))
    store.run(rest_on_it)
    with store.work() as work:
        assert work.collection(THING).get("two").rank == 5


def test_what_somebody_changed_between_two_reads_is_tried_again() -> None:
    store = opened()
    store.run(add)
    rivals = [1]

    def change(work: Work) -> None:
        kept = work.collection(THING)
        first = kept.get("one")
        if rivals:
            rivals.pop()
            store.run(change)
        kept.get("one")
        kept.replace(evolve(first, rank=(first.rank or 0) + 1))

    store.run(change)
    assert store.work().collection(THING).get("one").rank == 2


def test_a_last_try_that_fails_is_told() -> None:
    store = opened()
    for fault, error in ((Fault.BEFORE, Unavailable), (Fault.LOST, OutcomeUnknown)):
        backend = FaultyBackend(store.backend, [fault] * ATTEMPTS)
        with pytest.raises(error):
            Store(backend, THINGS).run(add, key=KEY)
        assert len(backend.met) == ATTEMPTS


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.AFTER])
def test_what_was_never_learnt_stays_unknown(fault: Fault) -> None:
    """`Unavailable` would promise that nothing was kept, which no try could find out."""
    backend = FaultyBackend(opened().backend, [fault])

    def add_and_lose_the_store(work: Work) -> Thing:
        backend.reads = 2 * ATTEMPTS
        return add(work)

    with pytest.raises(OutcomeUnknown):
        Store(backend, THINGS).run(add_and_lose_the_store, key=KEY)


def test_what_turned_out_not_to_be_kept_is_known() -> None:
    backend = FaultyBackend(opened().backend, [Fault.LOST, *[Fault.BEFORE] * ATTEMPTS])
    with pytest.raises(Unavailable):
        Store(backend, THINGS).run(add, key=KEY)


def test_reads_that_fail_are_tried_again_too() -> None:
    store = opened()
    store.run(add, key=KEY)
    backend = FaultyBackend(store.backend, reads=3)
    assert Store(backend, THINGS).run(add, key=KEY).id == "one"
    assert backend.reads == 0


@pytest.mark.parametrize("value", ["", " ", "\0", "\ud800", "x" * 501])
def test_a_key_is_a_text(value: str) -> None:
    with pytest.raises(InvalidValue):
        Key(("actor",), value, "arguments")


def test_a_key_shows_nothing() -> None:
    assert repr(Key(("canary",), "canary", "canary")) == "Key()"


def test_a_result_of_no_kind_cannot_be_remembered() -> None:
    store = opened()
    with pytest.raises(InvalidValue):
        store.run(lambda work: "text", key=KEY)
    with store.work() as work:
        assert work.collection(THING).count() == 0


def test_a_new_run_gets_new_ids() -> None:
    store = opened()
    ids = [store.run(lambda work: (work.new_id("a"), work.new_id("b"))) for _ in range(2)]
    assert len({id for pair in ids for id in pair}) == 4


def test_a_try_that_goes_another_way_gets_other_ids() -> None:
    backend = Raced(lambda: (_ for _ in ()).throw(Unavailable("by plan")))
    store = opened(MemoryBackend())
    kinds = iter(("thing", "owner"))
    seen = []

    def use_case(work: Work) -> None:
        seen.append(work.new_id(next(kinds)))
        work.audit(b"tried")

    Store(FaultyBackend(store.backend, [Fault.BEFORE]), THINGS).run(use_case)
    assert [id.partition("-")[0] for id in seen] == ["thing", "owner"]
    assert backend.rivals


def test_a_store_closes_its_backend() -> None:
    closed = []

    class Closing(MemoryBackend):
        def close(self) -> None:
            closed.append(True)

    with opened(Closing()):
        assert not closed
    assert closed == [True]
    open_memory("memory:").close()


def test_reindexing_survives_a_store_that_is_away_for_a_moment() -> None:
    store = opened()
    with store.work() as work:
        for n in range(3):
            work.collection(THING).add(Thing(id=ThingId(f"thing-{n}")))
    faults = [Fault.BEFORE, Fault.LOST, Fault.AFTER]
    backend = FaultyBackend(store.backend, faults, reads=2)
    assert list(Store(backend, THINGS).reindex(THING)) == ["thing-2"]
    assert backend.met == faults


def test_reindexing_gives_up_on_a_store_that_stays_away() -> None:
    store = opened()
    add_one = store.run(add)
    backend = FaultyBackend(store.backend, [Fault.BEFORE] * ATTEMPTS)
    with pytest.raises(Unavailable):
        list(Store(backend, THINGS).reindex(THING))
    assert store.work().collection(THING).get(add_one.id) == add_one


def test_a_stream_that_is_held_up_is_gone_round() -> None:
    own = stream_of(writer_name())

    class HeldUp(MemoryBackend):
        """A client that died holds the head of this writer's stream."""

        def commit(self, changes: Changes) -> None:
            if changes.audit and changes.stream == own:
                raise Unavailable("the stream is held up")
            super().commit(changes)

    store = opened(HeldUp())
    for text in (b"one", b"two"):
        store.run(lambda work, text=text: work.audit(text))
    heads = store.backend.audit_streams()
    assert [(head.stream, head.sequence) for head in heads] == [((own + 1) % STREAMS, 2)]
    assert store.broken_audit_streams() == ()
