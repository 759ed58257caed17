"""A repository is a collection in the words of its context."""

from typing import Any

import pytest
from attrs import evolve

from carecoord.errors import Conflict, NotFound
from carecoord.storage.conditions import Order, equal
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.repository import Repository
from carecoord.storage.store import Store
from carecoord.testing.things import THING, THINGS, Thing, ThingId


class Things(Repository[Thing]):
    kind = THING
    in_order = (Order("rank", descending=True),)


@pytest.fixture
def store() -> Store:
    store = Store(MemoryBackend(), THINGS)
    store.create_schema()
    with store.work() as work:
        for id, rank in (("one", 1), ("two", 2), ("three", 3)):
            Things(work).add(Thing(id=ThingId(id), rank=rank))
    return store


def test_it_finds_in_the_usual_order(store: Store) -> None:
    things = Things(store.work())
    assert [thing.id for thing in things.all()] == ["three", "two", "one"]
    page = things.find(limit=2)
    assert [thing.id for thing in page] == ["three", "two"]
    assert [thing.id for thing in things.find(limit=2, after=page.next)] == ["one"]
    assert things.count() == 3
    assert things.count(equal("rank", 2)) == 1


def test_it_reads_by_id(store: Store) -> None:
    things = Things(store.work())
    assert things.get("one").rank == 1
    assert things.get_or_none("none") is None
    with pytest.raises(NotFound):
        things.get("none")
    found: dict[str, Any] = things.by_id(["two", "none", "two", "one"])
    assert list(found) == ["two", "one"]


def test_it_keeps_within_its_scope(store: Store) -> None:
    things = Things(store.work(), equal("rank", 2))
    assert [thing.id for thing in things.all()] == ["two"]
    assert things.get_or_none("one") is None


def test_it_replaces_and_rests_on_what_it_read(store: Store) -> None:
    work = store.work()
    things = Things(work)
    one, two = things.get("one"), things.get("two")
    things.replace(evolve(one, rank=9))
    things.require(two)
    with store.work() as other:
        Things(other).replace(evolve(two, rank=8))
    with pytest.raises(Conflict):
        work.commit()


def test_what_is_entered_again_stays_as_it_is(store: Store) -> None:
    """What is new is added, what differs is replaced, what is the same is not written."""
    for thing, version in (
        (Thing(id=ThingId("new"), rank=5), 1),
        (Thing(id=ThingId("new"), rank=5), 1),
        (Thing(id=ThingId("new"), rank=6, version=1), 2),
    ):
        with store.work() as work:
            assert Things(work).enter(thing) == evolve(thing, version=version)
            assert Things(work).get("new").version == version
    with store.work() as work, pytest.raises(Conflict):
        Things(work).enter(Thing(id=ThingId("new"), rank=8, version=1))
