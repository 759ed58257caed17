"""Faults happen as planned, and where they are planned."""

import pytest

from carecoord.errors import OutcomeUnknown, Unavailable
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store
from carecoord.testing.faults import Fault, FaultyBackend
from carecoord.testing.things import THING, THINGS, Thing, ThingId


def test_commits_fail_one_after_the_other_as_planned() -> None:
    backend = FaultyBackend(MemoryBackend(), [Fault.NONE, Fault.BEFORE, Fault.LOST, Fault.AFTER])
    store = Store(backend, THINGS)
    store.create_schema()
    for id, error in (("one", Unavailable), ("two", OutcomeUnknown), ("three", OutcomeUnknown)):
        with pytest.raises(error), store.work() as work:
            work.collection(THING).add(Thing(id=ThingId(id)))
    with store.work() as work:
        work.collection(THING).add(Thing(id=ThingId("four")))
    with store.work() as work:
        assert [thing.id for thing in work.collection(THING).each()] == ["four", "three"]
    assert backend.met == [Fault.NONE, Fault.BEFORE, Fault.LOST, Fault.AFTER]


def test_reads_fail_so_many_times() -> None:
    store = Store(MemoryBackend(), THINGS)
    store.create_schema()
    backend = FaultyBackend(store.backend, reads=6)
    faulty = Store(backend, THINGS)
    kept = faulty.work().collection(THING)
    for read in (
        lambda: kept.get_or_none("one"),
        lambda: kept.find(),
        lambda: kept.count(),
        lambda: kept.values(("label",)),
        lambda: list(faulty.audit_trail(0)),
        backend.audit_streams,
    ):
        with pytest.raises(Unavailable):
            read()
    assert kept.count() == 0
    assert backend.audit_streams() == []
    faulty.close()
