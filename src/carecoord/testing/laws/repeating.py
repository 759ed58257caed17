"""What is asked twice is done once: idempotency keys, retries, and commits of unknown outcome."""

from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import strategies as st

from carecoord.errors import (
    Conflict,
    InvalidValue,
    NotAllowed,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from carecoord.storage.events import EVENT
from carecoord.storage.idempotency import KEPT_FOR, ONCE
from carecoord.storage.store import ATTEMPTS, Key, Store
from carecoord.storage.work import Work
from carecoord.testing.faults import Fault, FaultyBackend
from carecoord.testing.laws.law import (
    FixedClock,
    OpenStore,
    all_things,
    at_once,
    event_about,
    keep,
    law,
    raised,
    reopened,
)
from carecoord.testing.things import OWNER, THING, THINGS, Owner, OwnerId, Thing, ThingId, holding

__all__ = ["RepeatingLaws"]

_KEY = Key(("actor", "add_a_thing"), "key-1", "these arguments")


def _add(work: Work) -> Thing:
    """A use case: it adds a thing under a new id, with an event and an audit entry."""
    thing = work.collection(THING).add(holding(work.new_id("thing"), "only"))
    work.collection(EVENT).add(event_about(thing, at=work.now))
    work.audit(f"added {thing.id}".encode())
    return thing


def _faulty(store: Store, *plan: Fault) -> tuple[Store, FaultyBackend]:
    backend = FaultyBackend(store.backend, plan)
    return Store(backend, store.kinds, clock=store.clock, ids=store.ids), backend


def _done_once(store: Store) -> None:
    """One thing, one event, one audit entry: nothing lost, nothing twice."""
    assert len(all_things(store)) == 1
    with store.work() as work:
        assert work.collection(EVENT).count() == 1
    assert sum(last.sequence for last in store.backend.audit_streams()) == 1
    assert store.broken_audit_streams() == ()


class RepeatingLaws:
    """`Store.run`, with and without a key, while the world fails around it."""

    def test_the_same_key_gives_the_same_result(self, open_store: OpenStore) -> None:
        """As it is now, and without doing it again."""
        with open_store(THINGS) as store:
            first = store.run(_add, key=_KEY)
            assert store.run(_add, key=_KEY) == first
            _done_once(store)
            with store.work() as work:
                now = work.collection(THING).replace(evolve(first, rank=3))
            assert store.run(_add, key=_KEY) == now

    def test_results_keep_their_shape(self, open_store: OpenStore) -> None:
        """Nothing, one aggregate, or a tuple of them in their order."""
        with open_store(THINGS) as store:

            def nothing(work: Work) -> None:
                work.audit(b"nothing")

            def several(work: Work) -> tuple[Thing, Owner]:
                owner = work.collection(OWNER).add(Owner(id=OwnerId("o")))
                thing = work.collection(THING).add(Thing(id=ThingId("t"), owner=owner.id))
                return thing, owner

            def none(work: Work) -> tuple[Thing, ...]:
                work.audit(b"none")
                return ()

            for n, use_case in enumerate((nothing, several, none)):
                key = Key(("actor", "shapes"), str(n), "arguments")
                assert store.run(use_case, key=key) == store.run(use_case, key=key)

    def test_the_same_key_with_other_arguments_is_a_conflict(self, open_store: OpenStore) -> None:
        """Another scope is another key."""
        with open_store(THINGS) as store:
            store.run(_add, key=_KEY)
            with pytest.raises(Conflict) as caught:
                store.run(_add, key=evolve(_KEY, fingerprint="other arguments"))
            assert caught.value.reason == "idempotency_key_reused"
            _done_once(store)
            store.run(lambda work: None, key=evolve(_KEY, scope=("another", "add_a_thing")))
            with store.work() as work:
                assert work.collection(ONCE).count() == 2

    def test_an_expired_key_can_be_used_anew(self, open_store: OpenStore) -> None:
        """By the store's clock; expired records can be forgotten, others stay."""
        with open_store(THINGS) as store:
            clock = FixedClock()
            store = reopened(store, clock=clock)
            add = lambda work: work.collection(OWNER).add(  # noqa: E731
                Owner(id=OwnerId(work.new_id("owner")))
            )
            first = store.run(add, key=_KEY)
            clock.at += KEPT_FOR - timedelta(microseconds=1)
            assert store.run(add, key=_KEY) == first
            assert store.forget_expired_keys() == 0
            clock.at += timedelta(microseconds=1)
            second = store.run(add, key=evolve(_KEY, fingerprint="other arguments"))
            assert second != first
            assert store.run(add, key=evolve(_KEY, fingerprint="other arguments")) == second
            clock.at += KEPT_FOR
            store.run(add, key=evolve(_KEY, value="key-2"))
            assert store.forget_expired_keys() == 1
            with store.work() as work:
                assert work.collection(ONCE).count() == 1

    def test_what_failed_is_not_remembered(self, open_store: OpenStore) -> None:
        """A refused use case can be tried again under its key."""
        with open_store(THINGS) as store:

            def refused(work: Work) -> Thing:
                _add(work)
                raise NotAllowed(Refused("rule", "reason", "source"))

            with pytest.raises(NotAllowed):
                store.run(refused, key=_KEY)
            store.run(_add, key=_KEY)
            _done_once(store)

    def test_concurrent_duplicates_get_the_first_result(self, open_store: OpenStore) -> None:
        """Eight threads ask the same at once: it is done once, and all are told the same."""
        with open_store(THINGS) as store:
            results = at_once(8, lambda _: store.run(_add, key=_KEY))
            assert all(isinstance(result, Thing) for result in results)
            assert len(set(results)) == 1
            _done_once(store)

    def test_increments_are_not_lost(self, open_store: OpenStore) -> None:
        """`run` tries again when somebody else changed what the use case had read itself."""
        with open_store(THINGS) as store:
            keep(store, Thing(id=ThingId("counter"), rank=0))

            def count(work: Work) -> None:
                kept = work.collection(THING)
                seen = kept.get("counter")
                kept.replace(evolve(seen, rank=(seen.rank or 0) + 1))

            tried = at_once(4, lambda _: [raised(lambda: store.run(count)) for _ in range(4)])
            errors = [error for some in tried for error in some]
            assert all_things(store)["counter"].rank == errors.count(None)
            assert all(error.code in ("conflict", "unavailable") for error in errors if error)
            assert errors.count(None) >= 4

    def test_a_stale_state_that_was_handed_in_is_not_tried_again(
        self, open_store: OpenStore
    ) -> None:
        """Reading again would not help, and the caller decided on what it saw."""
        with open_store(THINGS) as store:
            keep(store, Thing(id=ThingId("one")))
            tries = []

            def replace(work: Work) -> None:
                tries.append(1)
                work.collection(THING).replace(Thing(id=ThingId("one"), version=4))

            with pytest.raises(Conflict):
                store.run(replace)
            assert len(tries) == 1

    @law(
        plan=st.lists(st.sampled_from(Fault), max_size=5),
        keyed=st.booleans(),
    )
    def test_nothing_is_lost_and_nothing_done_twice(
        self, store: Store, plan: list[Fault], keyed: bool
    ) -> None:
        """Whatever fails before a commit, after it, or on the way, with a key or without."""
        before = sum(last.sequence for last in store.backend.audit_streams())
        faulty, _ = _faulty(store, *plan)
        given = faulty.run(_add, key=_KEY if keyed else None)
        assert {given.id} == set(all_things(store))
        after = sum(last.sequence for last in store.backend.audit_streams())
        with store.work() as work:
            assert work.collection(EVENT).count() == after - before == 1
            assert work.collection(ONCE).count() == 1
        if keyed:
            assert {faulty.run(_add, key=_KEY).id} == set(all_things(store))

    def test_what_cannot_be_given_again_is_told_where_the_outcome_is_unknown(
        self, open_store: OpenStore
    ) -> None:
        """It is kept once, or not at all; the caller looks which."""
        with open_store(THINGS) as store:
            faulty, _ = _faulty(store, Fault.AFTER)
            with pytest.raises(OutcomeUnknown):
                faulty.run(lambda work: len(_add(work).id))
            assert len(all_things(store)) == 1
            with pytest.raises(InvalidValue, match="aggregates"):
                store.run(lambda work: len(_add(work).id), key=_KEY)
            assert len(all_things(store)) == 1

    def test_a_store_that_stays_away_is_told(self, open_store: OpenStore) -> None:
        """After so many tries, and nothing is left behind."""
        with open_store(THINGS) as store:
            faulty, backend = _faulty(store, *[Fault.BEFORE] * (ATTEMPTS + 5))
            with pytest.raises(Unavailable):
                faulty.run(_add, key=_KEY)
            assert len(backend.met) == ATTEMPTS
            assert all_things(store) == {}
            assert faulty.backend.audit_streams() == []

    def test_every_try_has_the_same_time_and_ids(self, open_store: OpenStore) -> None:
        """So that doing it again is doing the same."""
        with open_store(THINGS) as store:
            faulty, _ = _faulty(store, Fault.BEFORE, Fault.BEFORE)
            seen = []

            def use_case(work: Work) -> None:
                seen.append((work.now, work.new_id("thing"), work.new_id("owner")))
                work.audit(b"tried")

            faulty.run(use_case)
            assert len(seen) == 3
            assert len(set(seen)) == 1
