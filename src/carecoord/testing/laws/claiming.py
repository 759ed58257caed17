"""Claims are held by one, references lead somewhere, and a work is kept whole or not at all."""

from functools import partial

import pytest
from attrs import evolve
from hypothesis import strategies as st

from carecoord.errors import AlreadyTaken, CarecoordError, Conflict
from carecoord.storage.conditions import equal, has
from carecoord.storage.events import EVENT
from carecoord.storage.idempotency import ONCE
from carecoord.storage.store import Key, Store
from carecoord.storage.work import Work
from carecoord.testing.laws.law import (
    OpenStore,
    all_things,
    at_once,
    emptied,
    event_about,
    keep,
    law,
    raised,
)
from carecoord.testing.strategies import values_of
from carecoord.testing.things import (
    OWNER,
    THING,
    THINGS,
    Owner,
    OwnerId,
    Thing,
    ThingId,
    badges,
    holding,
    things,
)

__all__ = ["ClaimingLaws"]


class ClaimingLaws:
    """Claims, references, atomicity."""

    @law(
        first=st.frozensets(badges(), max_size=3),
        second=st.frozensets(badges(), max_size=3),
        third=st.frozensets(badges(), max_size=3),
    )
    def test_a_claim_has_one_holder(
        self, store: Store, first: frozenset[str], second: frozenset[str], third: frozenset[str]
    ) -> None:
        """Whoever comes second is refused, with the first word of the claim and nothing else."""
        held: set[str] = set()
        for id, wanted in (("one", first), ("two", second), ("three", third)):
            error = raised(partial(keep, store, holding(id, *wanted)))
            if wanted & held:
                assert isinstance(error, AlreadyTaken)
                assert (error.kind, error.what) == ("thing", "badge")
            else:
                assert error is None
                held |= wanted
        kept = all_things(store).values()
        assert sorted(badge for thing in kept for badge in thing.badges) == sorted(held)

    @law(held=st.frozensets(badges(), min_size=1, max_size=4), then=st.frozensets(badges()))
    def test_what_is_let_go_can_be_taken(
        self, store: Store, held: frozenset[str], then: frozenset[str]
    ) -> None:
        """A replacement keeps what it still claims and lets go of the rest; erasing frees all."""
        keep(store, holding("one", *held))
        with store.work() as work:
            work.collection(THING).replace(holding("one", *then, version=1))
        for badge in held | then:
            error = raised(partial(keep, store, holding("other", badge)))
            assert (error is None) is (badge not in then)
            if error is None:
                with store.work() as work:
                    work.collection(THING).erase(holding("other", badge, version=1))
        with store.work() as work:
            work.collection(THING).erase(work.collection(THING).get("one"))
        keep(store, holding("two", *held, *then))

    @law(mine=badges(), yours=badges(), spare=badges())
    def test_two_can_swap_in_one_work(
        self, store: Store, mine: str, yours: str, spare: str
    ) -> None:
        """All that is let go in a work is let go before anything is taken, in any order."""
        if mine == yours:
            return
        for turn in (1, -1):
            emptied(store)
            keep(store, holding("one", mine), holding("two", yours), holding("three"))
            swap = (holding("one", yours, version=1), holding("two", mine, version=1))
            with store.work() as work:
                for holder in swap[::turn]:
                    work.collection(THING).replace(holder)
            kept = all_things(store)
            assert kept["one"] == holding("one", yours, version=2)
            assert kept["two"] == holding("two", mine, version=2)
            with store.work() as work:
                work.collection(THING).replace(holding("one", version=2))
                work.collection(THING).erase(kept["two"])
                work.collection(THING).add(holding("four", mine, yours))
            error = raised(partial(keep, store, holding("five", mine, yours, spare)))
            assert isinstance(error, AlreadyTaken)

    def test_two_in_one_work_cannot_hold_the_same(self, open_store: OpenStore) -> None:
        """Neither of them is kept."""
        with open_store(THINGS) as store:
            with pytest.raises(AlreadyTaken):
                keep(store, holding("one", "x"), holding("two", "x"))
            keep(store, holding("two"))
            with pytest.raises(AlreadyTaken), store.work() as work:
                work.collection(THING).replace(holding("two", "x", version=1))
                work.collection(THING).add(holding("one", "x"))
            assert all_things(store) == {"two": holding("two", version=1)}

    def test_claims_of_different_kinds_are_apart(self, open_store: OpenStore) -> None:
        """An event holds its lease beside a thing that claims the same words."""
        with open_store(THINGS) as store:
            keep(store, holding("one", "x", "\u00e9"))
            keep(store, holding("two", "X", "e\u0301", "x "))
            assert len(all_things(store)) == 2

    def test_one_of_many_takers_wins(self, open_store: OpenStore) -> None:
        """Eight threads claim the same: one has it, seven are told that it is taken."""
        with open_store(THINGS) as store:

            def take(taker: int) -> Thing:
                holder = holding(f"taker-{taker}", "wanted", f"own-{taker}")
                return store.run(lambda work: work.collection(THING).add(holder))

            errors = at_once(8, take)
            lost = [error for error in errors if isinstance(error, CarecoordError)]
            assert [error.code for error in lost] == ["already_taken"] * 7
            assert len(all_things(store)) == 1

    def test_a_reference_must_lead_somewhere(self, open_store: OpenStore) -> None:
        """To what is kept already, or comes with the same work; nothing is no reference."""
        with open_store(THINGS) as store:
            owned = Thing(id=ThingId("owned"), owner=OwnerId("owner"))
            with pytest.raises(Conflict) as caught:
                keep(store, owned)
            found = (caught.value.kind, caught.value.id, caught.value.reason)
            assert found == ("thing", "owned", "missing_reference")
            keep(store, owned, Owner(id=OwnerId("owner")))
            with pytest.raises(Conflict) as caught, store.work() as work:
                work.collection(THING).replace(evolve(owned, owner=OwnerId("nobody"), version=1))
            assert caught.value.reason == "missing_reference"
            with store.work() as work:
                assert work.collection(THING).find(equal("owner", "owner")).items == (
                    evolve(owned, version=1),
                )

    def test_what_is_referred_to_stays(self, open_store: OpenStore) -> None:
        """It can be erased together with, or after, the last that refers to it."""
        with open_store(THINGS) as store:
            owner = Owner(id=OwnerId("owner"))
            one = Thing(id=ThingId("one"), owner=owner.id)
            two = Thing(id=ThingId("two"), owner=owner.id)
            keep(store, owner, one, two)
            owner = evolve(owner, version=1)
            with pytest.raises(Conflict) as caught, store.work() as work:
                work.collection(OWNER).erase(owner)
            found = (caught.value.kind, caught.value.id, caught.value.reason)
            assert found == ("owner", "owner", "still_referenced")
            with pytest.raises(Conflict) as caught, store.work() as work:
                work.collection(OWNER).erase(owner)
                work.collection(THING).erase(evolve(one, version=1))
            assert caught.value.reason == "still_referenced"
            with pytest.raises(Conflict) as caught, store.work() as work:
                work.collection(OWNER).erase(owner)
                work.collection(THING).add(Thing(id=ThingId("new"), owner=owner.id))
                work.collection(THING).erase(evolve(one, version=1))
                work.collection(THING).erase(evolve(two, version=1))
            assert caught.value.reason == "missing_reference"
            with store.work() as work:
                work.collection(OWNER).erase(owner)
                work.collection(THING).erase(evolve(one, version=1))
                work.collection(THING).replace(evolve(two, owner=None, version=1))
            assert all_things(store) == {"two": evolve(two, owner=None, version=2)}

    @law(
        links=st.lists(st.sampled_from(("o", "p", "q", None)), max_size=4),
        erased=st.lists(st.sampled_from("opq"), unique=True),
        moved=st.lists(st.tuples(st.integers(0, 3), st.sampled_from("opqx")), max_size=3),
        new=st.lists(st.sampled_from("opqx"), max_size=2),
    )
    def test_the_first_broken_reference_is_named(
        self,
        store: Store,
        links: list[str | None],
        erased: list[str],
        moved: list[tuple[int, str]],
        new: list[str],
    ) -> None:
        """What leads nowhere before what is still referred to, each in the order of the work."""
        linked = [
            Thing(id=ThingId(f"t{n}"), owner=None if link is None else OwnerId(link))
            for n, link in enumerate(links)
        ]
        keep(store, *(Owner(id=OwnerId(id)) for id in "opq"), *linked)
        changed = {n: OwnerId(to) for n, to in moved if n < len(linked)}
        added = [Thing(id=ThingId(f"n{n}"), owner=OwnerId(to)) for n, to in enumerate(new)]

        def make() -> None:
            with store.work() as work:
                for id in erased:
                    work.collection(OWNER).erase(Owner(id=OwnerId(id), version=1))
                for n, to in changed.items():
                    work.collection(THING).replace(evolve(linked[n], owner=to, version=1))
                for thing in added:
                    work.collection(THING).add(thing)

        replaced = [evolve(linked[n], owner=to) for n, to in changed.items()]
        there = set("opq") - set(erased)
        nowhere = [it.id for it in (*added, *replaced) if it.owner not in there]
        left = {it.owner for n, it in enumerate(linked) if n not in changed}
        still = [id for id in erased if id in left]
        error = raised(make)
        if nowhere:
            assert isinstance(error, Conflict)
            assert (error.id, error.reason) == (nowhere[0], "missing_reference")
        elif still:
            assert isinstance(error, Conflict)
            assert (error.id, error.reason) == (still[0], "still_referenced")
        else:
            assert error is None

    @law(
        owner=values_of(Owner),
        drawn=st.lists(things(), min_size=2, max_size=4, unique_by=lambda thing: thing.id),
        bad=st.sampled_from(("stale", "exists", "claim", "reference", "referenced", "required")),
    )
    def test_one_bad_change_leaves_nothing_of_the_work(
        self, store: Store, owner: Owner, drawn: list[Thing], bad: str
    ) -> None:
        """No aggregate, claim, audit entry, event or idempotency record, whatever was wrong."""
        base = drawn[0]
        keep(store, owner, evolve(base, owner=owner.id, badges=frozenset({"held"})))
        base = all_things(store)[base.id]
        audit = store.backend.audit_streams()

        def use_case(work: Work) -> Thing:
            kept = work.collection(THING)
            for thing in drawn[1:]:
                kept.add(evolve(thing, badges=frozenset({thing.id})))
            work.audit(b"that it was tried")
            work.collection(EVENT).add(event_about(drawn[1]))
            match bad:
                case "stale":
                    kept.replace(evolve(base, rank=5, version=2))
                case "exists":
                    work.collection(OWNER).add(owner)
                case "claim":
                    kept.add(holding("x-claim", "held"))
                case "reference":
                    kept.add(Thing(id=ThingId("x-reference"), owner=OwnerId("nobody")))
                case "referenced":
                    work.collection(OWNER).erase(evolve(owner, version=1))
                case "required":
                    work.require(THING, evolve(base, version=7))
            return drawn[1]

        key = Key(("actor", "use_case"), "key", "arguments")
        error = raised(lambda: store.run(use_case, key=key))
        assert isinstance(error, AlreadyTaken if bad == "claim" else Conflict)
        assert all_things(store) == {base.id: base}
        assert store.backend.audit_streams() == audit
        with store.work() as work:
            assert work.collection(EVENT).count() == 0
            assert work.collection(ONCE).count() == 0
            assert work.collection(OWNER).count() == 1
            words = {word for thing in drawn for word in thing.words} - base.words
            assert not any(work.collection(THING).count(has("words", word)) for word in words)
        for thing in drawn[1:]:
            keep(store, holding(thing.id, thing.id))
