"""A work rests on what it requires, leaves its trail, and is thrown away by an exception."""

import threading
from operator import methodcaller

import pytest
from attrs import evolve
from hypothesis import strategies as st

from carecoord.errors import CarecoordError, Conflict, InvalidValue, NotFound
from carecoord.storage.store import Store
from carecoord.testing.laws.law import OpenStore, all_things, at_once, keep, law, raised
from carecoord.testing.things import OWNER, THING, THINGS, Owner, OwnerId, Thing, ThingId, things

__all__ = ["WorkingLaws"]


def _entries(store: Store) -> list[bytes]:
    return [record.entry for record in store.audit_records()]


class WorkingLaws:
    """Units of work and the audit trail."""

    @law(thing=things(), other=things())
    def test_an_exception_throws_everything_away(
        self, store: Store, thing: Thing, other: Thing
    ) -> None:
        """Of the caller's own as well as of the library; so does leaving without a commit."""
        keep(store, thing)
        before = _entries(store)
        with pytest.raises(ZeroDivisionError), store.work() as work:
            work.collection(THING).replace(evolve(other, id=thing.id, version=1))
            work.audit(b"never")
            raise ZeroDivisionError
        work = store.work()
        work.collection(THING).erase(evolve(thing, version=1))
        assert all_things(store) == {thing.id: evolve(thing, version=1)}
        assert _entries(store) == before

    @law(thing=things(), second=things(), third=things())
    def test_a_work_reads_its_own_writes(
        self, store: Store, thing: Thing, second: Thing, third: Thing
    ) -> None:
        """What it added can be got and replaced, and is kept as one version."""
        second, third = evolve(second, id=thing.id), evolve(third, id=thing.id)
        with store.work() as work:
            kept = work.collection(THING)
            assert kept.get_or_none(thing.id) is None
            assert kept.add(thing) == evolve(thing, version=1)
            assert kept.get(thing.id) == evolve(thing, version=1)
            assert kept.replace(evolve(second, version=1)) == evolve(second, version=1)
            assert raised(lambda: kept.replace(evolve(third, version=2))).__class__ is Conflict
            assert raised(lambda: kept.add(third)).__class__ is InvalidValue
            with store.work() as other:
                assert other.collection(THING).get_or_none(thing.id) is None
        assert all_things(store) == {thing.id: evolve(second, version=1)}
        with store.work() as work:
            kept = work.collection(THING)
            kept.replace(evolve(third, version=1))
            assert kept.replace(evolve(kept.get(thing.id), rank=1)).version == 2
        assert all_things(store) == {thing.id: evolve(third, rank=1, version=2)}
        with store.work() as work:
            kept = work.collection(THING)
            kept.erase(kept.get(thing.id))
            assert kept.get_or_none(thing.id) is None
            again = evolve(third, version=2)
            assert raised(lambda: kept.replace(again)).__class__ is NotFound
        assert all_things(store) == {}

    @law(thing=things(), changed=st.booleans(), gone=st.booleans())
    def test_what_a_work_requires_must_be_as_it_was_read(
        self, store: Store, thing: Thing, changed: bool, gone: bool
    ) -> None:
        """A requirement is judged at the end, and alters nothing itself."""
        keep(store, thing)

        def use_case() -> None:
            with store.work() as work:
                seen = work.collection(THING).get(thing.id)
                if changed or gone:
                    with store.work() as meanwhile:
                        if gone:
                            meanwhile.collection(THING).erase(seen)
                        else:
                            meanwhile.collection(THING).replace(seen)
                work.require(THING, seen)
                work.collection(OWNER).add(Owner(id=OwnerId("rests-on-it")))

        error = raised(use_case)
        assert (error is None) is not (changed or gone)
        with store.work() as work:
            assert work.collection(OWNER).count() == (error is None)
        if error is not None:
            assert isinstance(error, Conflict)
            assert (error.kind, error.id, error.reason) == ("thing", thing.id, "stale_version")
        else:
            assert all_things(store) == {thing.id: evolve(thing, version=1)}

    def test_what_is_required_can_be_changed_in_the_same_work(self, open_store: OpenStore) -> None:
        """The requirement is about what was there before."""
        with open_store(THINGS) as store:
            keep(store, Thing(id=ThingId("one")), Thing(id=ThingId("two")))
            with store.work() as work:
                kept = work.collection(THING)
                one, two = kept.get("one"), kept.get("two")
                work.require(THING, one)
                work.require(THING, two)
                kept.replace(evolve(one, rank=1))
                kept.erase(two)
            assert all_things(store) == {"one": Thing(id=ThingId("one"), rank=1, version=2)}

    def test_a_requirement_alone_is_judged_too(self, open_store: OpenStore) -> None:
        """A work that changes nothing still fails when what it rests on has changed."""
        with open_store(THINGS) as store:
            keep(store, Thing(id=ThingId("one")))
            with store.work() as work:
                work.require(THING, work.collection(THING).get("one"))
            with pytest.raises(Conflict), store.work() as work:
                work.require(THING, Thing(id=ThingId("one"), version=2))

    def test_works_that_require_what_the_other_changes_cannot_both_be_kept(
        self, open_store: OpenStore
    ) -> None:
        """Each reads both and changes one: without requirements that would be a write skew."""
        with open_store(THINGS) as store:
            for turn in range(6):
                ids = f"a-{turn}", f"b-{turn}"
                keep(store, *(Thing(id=ThingId(id), rank=1) for id in ids))
                read = threading.Barrier(2)

                def leave(
                    mine: int, ids: tuple[str, str] = ids, read: threading.Barrier = read
                ) -> None:
                    with store.work() as work:
                        kept = work.collection(THING)
                        me, you = kept.get(ids[mine]), kept.get(ids[1 - mine])
                        read.wait(30)
                        work.require(THING, you)
                        kept.replace(evolve(me, rank=0))

                errors = at_once(2, leave)
                lost = [error for error in errors if isinstance(error, CarecoordError)]
                assert lost
                assert all(error.code in ("conflict", "unavailable") for error in lost)
                there = all_things(store)
                assert sum(there[id].rank or 0 for id in ids) >= 1

    @law(entries=st.lists(st.lists(st.binary(max_size=200), min_size=1, max_size=3), max_size=5))
    def test_audit_entries_are_appended_in_order(
        self, store: Store, entries: list[list[bytes]]
    ) -> None:
        """Byte for byte, in sequence without gaps, each chained to the one before."""
        before = _entries(store)
        for work_entries in entries:
            with store.work() as work:
                for entry in work_entries:
                    work.audit(entry)
        assert _entries(store) == before + [one for some in entries for one in some]
        assert store.broken_audit_streams() == ()
        for last in store.backend.audit_streams():
            trail = list(store.audit_trail(last.stream))
            assert [record.sequence for record in trail] == list(range(1, len(trail) + 1))
            assert {record.stream for record in trail} == {last.stream}
            assert trail[-1] == last
            page = store.backend.audit_records(last.stream, 1, 2)
            assert page == trail[1:3]

    def test_audit_streams_have_no_gaps_under_contention(self, open_store: OpenStore) -> None:
        """Many threads append at once: every entry is there once, and every chain holds."""
        with open_store(THINGS) as store:

            def write(writer: int) -> None:
                for n in range(5):
                    store.run(methodcaller("audit", b"%d.%d" % (writer, n)))

            assert at_once(8, write) == [None] * 8
            entries = _entries(store)
            assert sorted(entries) == sorted(b"%d.%d" % (w, n) for w in range(8) for n in range(5))
            assert store.broken_audit_streams() == ()
            for writer in range(8):
                own = [entry for entry in entries if entry.startswith(b"%d." % writer)]
                assert own == sorted(own)
