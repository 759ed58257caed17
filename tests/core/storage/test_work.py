"""A unit of work is done once, and then takes no more changes."""

import pytest
from attrs import evolve

from carecoord.errors import Conflict, InvalidValue, NotFound
from carecoord.storage.conditions import equal
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store
from carecoord.storage.work import Work
from carecoord.testing.things import OWNER, THING, THINGS, Owner, OwnerId, Thing, ThingId


@pytest.fixture
def store() -> Store:
    store = Store(MemoryBackend(), THINGS)
    store.create_schema()
    with store.work() as work:
        for id, rank in (("one", 1), ("two", 2)):
            work.collection(THING).add(Thing(id=ThingId(id), rank=rank))
    return store


def test_a_work_is_committed_once(store: Store) -> None:
    with store.work() as work:
        work.audit(b"once")
        work.commit()
        with pytest.raises(InvalidValue):
            work.commit()
    assert sum(last.sequence for last in store.backend.audit_streams()) == 1


@pytest.mark.parametrize("committed", [True, False])
def test_a_work_that_is_done_takes_no_more_changes(store: Store, committed: bool) -> None:
    """They would be lost without a word."""
    work: Work
    try:
        with store.work() as work:
            kept = work.collection(THING)
            if not committed:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    one = Thing(id=ThingId("one"), version=1)
    for attempt in (
        lambda: kept.add(Thing(id=ThingId("new"))),
        lambda: kept.replace(one),
        lambda: kept.erase(one),
        lambda: work.audit(b"late"),
        lambda: work.require(THING, one),
    ):
        with pytest.raises(InvalidValue) as caught:
            attempt()
        assert caught.value.field == "work"
    assert kept.get("one").rank == 1


def test_what_a_work_changed_needs_no_requirement(store: Store) -> None:
    with store.work() as work:
        kept = work.collection(THING)
        before = kept.get("one")
        after = kept.replace(evolve(before, rank=7))
        work.require(THING, after)
        with pytest.raises(Conflict):
            work.require(THING, before)
    with store.work() as work:
        assert work.collection(THING).get("one").rank == 7


def test_all_pages_are_read_one_after_the_other(store: Store) -> None:
    with store.work() as work:
        for n in range(450):
            work.collection(OWNER).add(Owner(id=OwnerId(f"owner-{n:03}")))
    with store.work() as work:
        ids = [owner.id for owner in work.collection(OWNER).each()]
        assert ids == [f"owner-{n:03}" for n in range(450)]
        first = work.collection(OWNER).find(limit=3)
        assert len(first) == 3
        assert [owner.id for owner in first] == ids[:3]


def test_a_scope_guards_changes_too(store: Store) -> None:
    """What lies outside cannot be changed, erased or added, nor moved in or out."""
    with store.work() as work:
        scoped = work.collection(THING, equal("rank", 1))
        one, two = scoped.get("one"), work.collection(THING).get("two")
        for attempt in (
            lambda: scoped.get("two"),
            lambda: scoped.replace(two),
            lambda: scoped.replace(evolve(two, rank=1)),
            lambda: scoped.replace(evolve(one, rank=2)),
            lambda: scoped.erase(two),
            lambda: scoped.add(Thing(id=ThingId("three"), rank=3)),
        ):
            with pytest.raises(NotFound):
                attempt()
        scoped.replace(evolve(one, label="changed"))
        scoped.add(Thing(id=ThingId("four"), rank=1))
    with store.work() as work:
        scoped = work.collection(THING, equal("rank", 1))
        assert [thing.id for thing in scoped.each()] == ["four", "one"]
        scoped.erase(scoped.get("four"))
    with store.work() as work:
        assert work.collection(THING).count() == 2


def test_only_what_was_kept_can_be_changed(store: Store) -> None:
    new = Thing(id=ThingId("new"))
    with store.work() as work:
        kept = work.collection(THING)
        for attempt in (
            lambda: kept.replace(new),
            lambda: kept.erase(new),
            lambda: kept.add(evolve(new, version=1)),
        ):
            with pytest.raises(InvalidValue):
                attempt()
        kept.add(new)
        for attempt in (lambda: kept.erase(evolve(new, version=1)), lambda: kept.add(new)):
            with pytest.raises(InvalidValue):
                attempt()


def test_the_kind_of_an_aggregate_is_found_by_its_class(store: Store) -> None:
    work = store.work()
    assert work.kind_of(Thing(id=ThingId("new"))) is THING
    with pytest.raises(InvalidValue):
        work.kind_of("text")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue):
        work.collection(evolve(OWNER, schema=1))


def test_what_a_work_saw_is_noted_with_whose_it_is(store: Store) -> None:
    with store.work() as work:
        kept = work.collection(THING)
        kept.find(equal("rank", 2))
        kept.replace(kept.get("one"))
        assert work.stage.seen() == {("thing", "two"): (1, None), ("thing", "one"): (2, None)}
        assert work.stage.written() == {"thing"}
        work.stage.forget_seen()
        assert work.stage.seen() == {}


def test_a_work_can_go_back_to_where_it_was(store: Store) -> None:
    """What came since never was: neither changes nor what was seen."""
    with store.work() as work:
        kept = work.collection(THING)
        kept.replace(evolve(kept.get("one"), rank=5))
        work.audit(b"before")
        earlier = work.stage.copy()
        kept.replace(evolve(kept.get("one"), rank=6))
        kept.erase(kept.get("two"))
        kept.add(Thing(id=ThingId("three")))
        work.require(OWNER, Owner(id=OwnerId("nobody"), version=1))
        work.audit(b"since")
        work.stage.restore(earlier)
        assert kept.get("one").rank == 5
        assert kept.get_or_none("three") is None
    with store.work() as work:
        kept = work.collection(THING)
        assert {thing.id: thing.rank for thing in kept.each()} == {"one": 5, "two": 2}
    assert sum(last.sequence for last in store.backend.audit_streams()) == 1


def test_what_is_read_aside_is_not_noted(store: Store) -> None:
    with store.work() as work:
        kept = work.collection(THING)
        kept.get("one")
        with work.stage.unnoted():
            kept.get("two")
        assert set(work.stage.seen()) == {("thing", "one")}
        with pytest.raises(InvalidValue), work.stage.unnoted():
            kept.add(kept.get("two"))
        assert set(work.stage.seen()) == {("thing", "one")}


def test_what_was_there_before_is_told_from_what_is_going_to_be(store: Store) -> None:
    with store.work() as work:
        kept = work.collection(THING)
        kept.replace(evolve(kept.get("one"), rank=5))
        kept.add(Thing(id=ThingId("three")))
        assert work.stage.seen()["thing", "one"] == (2, None)
        assert work.stage.seen_before() == {("thing", "one"): (1, None)}
