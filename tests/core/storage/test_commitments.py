"""A commitment binds a body at its place, and says nothing without the salt in the body."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.storage.commitments import ERASED, SALT, commitment_to
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store
from carecoord.testing.things import THING, THINGS, holding

BODIES = st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5))


@given(BODIES, BODIES)
def test_other_bodies_have_other_commitments(one, other):
    same = commitment_to("thing", "t1", 1, one) == commitment_to("thing", "t1", 1, other)
    assert same is (one == other)


@given(BODIES)
def test_so_has_the_same_body_at_another_place(body):
    places = [("thing", "t1", 1), ("thing", "t1", 2), ("thing", "t2", 1), ("other", "t1", 1)]
    assert len({commitment_to(*place, body) for place in places}) == 4


@pytest.fixture
def store():
    store = Store(MemoryBackend(), THINGS)
    store.create_schema()
    return store


def test_what_is_written_is_committed_to_once_and_what_is_read_is_not(store):
    with store.work() as work:
        things = work.collection(THING)
        one = things.add(holding("t1"))
        place = ("thing", "t1")
        (first,) = work.committed([place, ("thing", "t0")]).values()
        assert work.committed([place]) == {}
        things.replace(evolve(one, badges=frozenset({"other"})))
        (second,) = work.committed([place]).values()
    kept = store.backend.fetch(THING, "t1")
    assert first != second == commitment_to("thing", "t1", kept.version, kept.body)
    with store.work() as work:
        things = work.collection(THING)
        things.erase(things.get("t1"))
        assert work.committed([place]) == {place: ERASED}


def test_the_same_body_never_has_the_same_commitment_twice(store):
    found = set()
    for _ in range(3):
        work = store.work()
        work.collection(THING).add(holding("t1"))
        found.update(work.committed([("thing", "t1")]).values())
    assert len(found) == 3


def test_a_body_with_its_salt_is_read_as_ever(store):
    with store.work() as work:
        kept = work.collection(THING).add(holding("t1"))
        work.committed([("thing", "t1")])
    assert len(store.backend.fetch(THING, "t1").body[SALT]) == 32
    with store.work() as work:
        assert work.collection(THING).get("t1") == kept
