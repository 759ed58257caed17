"""The memory store keeps the whole contract, with no adapter installed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import evolve

from carecoord.errors import AlreadyTaken, Conflict
from carecoord.storage.backend import Changes, Version
from carecoord.storage.kind import Kind
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store
from carecoord.storage.wire import Codec
from carecoord.testing.laws import OpenStore, StorageLaws
from carecoord.testing.things import OWNER, THING, THINGS, Owner, OwnerId, Thing, holding


@contextmanager
def memory(kinds: Sequence[Kind[Any]]) -> Iterator[Store]:
    with Store(MemoryBackend(), kinds) as store:
        store.create_schema()
        yield store


@pytest.fixture(scope="session")
def open_store() -> OpenStore:
    return memory


class TestMemory(StorageLaws):
    pass


def row(thing: Thing, version: int) -> Any:
    return Codec(THING).row(thing, version)


def test_a_commit_is_judged_in_the_order_that_the_port_states() -> None:
    """Requirements, replacements, erasures, additions, claims, references: each wrong in turn."""
    backend = MemoryBackend()
    Store(backend, THINGS).create_schema()
    owner = Codec(OWNER).row(Owner(id=OwnerId("owner")), 1)
    kept = [row(holding(id, id), 1) for id in "abcd"]
    lost = evolve(holding("e"), owner=OwnerId("owner"))
    backend.commit(Changes(adds=(owner, *kept, row(lost, 1))))
    wrong: dict[str, Any] = {
        "requires": (Version(THING, "a", 7),),
        "replaces": (row(holding("b", "b"), 7),),
        "erases": (Version(THING, "c", 7),),
        "adds": (row(holding("d", "a"), 1),),
    }
    for expected, id in zip(("requires", "replaces", "erases", "adds"), "abcd", strict=True):
        with pytest.raises(Conflict) as caught:
            backend.commit(Changes(**wrong))
        assert caught.value.id == id
        del wrong[expected]
    claims = row(evolve(holding("f", "a"), owner=OwnerId("nobody")), 1)
    with pytest.raises(AlreadyTaken):
        backend.commit(Changes(adds=(claims,), erases=(Version(OWNER, "owner", 1),)))
    refers = row(evolve(holding("f"), owner=OwnerId("nobody")), 1)
    with pytest.raises(Conflict) as caught:
        backend.commit(Changes(adds=(refers,), erases=(Version(OWNER, "owner", 1),)))
    assert caught.value.reason == "missing_reference"
