"""What is kept comes back as it was, changes by version, and goes when it is erased."""

import functools
import threading
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import strategies as st

from carecoord.errors import CarecoordError, Conflict, InvalidValue, NotFound
from carecoord.storage.conditions import equal, has, negated, starts_with
from carecoord.storage.store import Store
from carecoord.storage.work import Work
from carecoord.testing.laws.law import OpenStore, all_things, at_once, keep, law, raised
from carecoord.testing.strategies import NASTY_TEXTS, aggregates_of, texts, values_of
from carecoord.testing.things import (
    BOX_OR_BAG,
    OWNER,
    THING,
    THINGS,
    Bag,
    Box,
    Owner,
    OwnerId,
    ParcelId,
    Thing,
    ThingId,
    things,
)

__all__ = ["KeepingLaws"]

_ABSURD = 2**62


def _added(thing: Thing, work: Work) -> Thing:
    return work.collection(THING).add(thing)


class KeepingLaws:
    """Add, get, replace, erase."""

    @law(drawn=st.lists(values_of(Thing), max_size=4, unique_by=lambda thing: thing.id))
    def test_what_is_kept_comes_back_as_it_was(self, store: Store, drawn: list[Thing]) -> None:
        """Every type that a field may have, to the microsecond and the code point."""
        drawn = [evolve(thing, badges=frozenset()) for thing in drawn]
        keep(store, *drawn)
        with store.work() as work:
            kept = work.collection(THING)
            assert [kept.get(thing.id) for thing in drawn] == [evolve(t, version=1) for t in drawn]
        assert all_things(store) == {thing.id: evolve(thing, version=1) for thing in drawn}

    @law(
        drawn=st.lists(
            aggregates_of(BOX_OR_BAG), min_size=1, max_size=6, unique_by=lambda one: one.id
        )
    )
    def test_classes_of_a_kind_are_told_apart(self, store: Store, drawn: list[Box | Bag]) -> None:
        """A kind that is a union gives back the class that was kept."""
        with store.work() as work:
            for one in drawn:
                work.collection(BOX_OR_BAG).add(one)
        with store.work() as work:
            for one in drawn:
                assert work.collection(BOX_OR_BAG).get(one.id) == evolve(one, version=1)

    @law(first=things(), second=things(), third=things())
    def test_every_replacement_counts_the_version_up(
        self, store: Store, first: Thing, second: Thing, third: Thing
    ) -> None:
        """From 1, by one, whatever was replaced by whatever."""
        keep(store, first)
        for version, thing in enumerate((second, third, first), start=1):
            state = evolve(thing, id=first.id, version=version)
            with store.work() as work:
                assert work.collection(THING).replace(state) == evolve(state, version=version + 1)
            assert all_things(store) == {first.id: evolve(state, version=version + 1)}

    @law(thing=things(), other=things(), stale=st.integers(1, 3))
    def test_a_stale_replacement_is_a_conflict(
        self, store: Store, thing: Thing, other: Thing, stale: int
    ) -> None:
        """Only the version that is kept can be replaced; the conflict names what it is about."""
        keep(store, thing)
        for version in (1, 2):
            with store.work() as work:
                work.collection(THING).replace(evolve(thing, version=version))
        attempt = evolve(other, id=thing.id, version=stale)

        def replace() -> None:
            with store.work() as work:
                work.collection(THING).replace(attempt)

        error = raised(replace)
        if stale == 3:
            assert error is None
        else:
            assert isinstance(error, Conflict)
            found = (error.kind, error.id, error.reason)
            assert found == ("thing", thing.id, "stale_version")
            assert all_things(store) == {thing.id: evolve(thing, version=3)}

    def test_what_was_never_kept_cannot_be_replaced_or_erased(self, open_store: OpenStore) -> None:
        """Nor can an absurd version: each is a conflict about the version."""
        with open_store(THINGS) as store:
            keep(store, Thing(id=ThingId("kept")))
            for thing in (
                Thing(id=ThingId("never"), version=1),
                Thing(id=ThingId("kept"), version=_ABSURD),
            ):
                for change in ("replace", "erase"):
                    with pytest.raises(Conflict) as caught, store.work() as work:
                        getattr(work.collection(THING), change)(thing)
                    assert (caught.value.id, caught.value.reason) == (thing.id, "stale_version")
            assert list(all_things(store)) == ["kept"]

    @law(thing=things(), other=things())
    def test_an_id_is_given_once(self, store: Store, thing: Thing, other: Thing) -> None:
        """A second one of the same id is a conflict, and the first stays."""
        keep(store, thing)
        error = raised(lambda: keep(store, evolve(other, id=thing.id)))
        assert isinstance(error, Conflict)
        assert (error.kind, error.id, error.reason) == ("thing", thing.id, "already_exists")
        assert all_things(store) == {thing.id: evolve(thing, version=1)}

    def test_ids_of_different_kinds_are_apart_and_differ_by_case(
        self, open_store: OpenStore
    ) -> None:
        """One kind's id says nothing about another's; `a` is not `A`."""
        with open_store(THINGS) as store:
            keep(store, Thing(id=ThingId("a"), rank=1), Thing(id=ThingId("A"), rank=2))
            with store.work() as work:
                work.collection(BOX_OR_BAG).add(Box(id=ParcelId("a"), weight=3))
            with store.work() as work:
                assert work.collection(THING).get("a").rank == 1
                assert work.collection(THING).get("A").rank == 2
                assert work.collection(OWNER).get_or_none("a") is None

    @law(thing=things(), other=things())
    def test_what_is_erased_is_gone_and_its_id_is_free(
        self, store: Store, thing: Thing, other: Thing
    ) -> None:
        """From every way of reading, its many values included."""
        keep(store, thing)
        with store.work() as work:
            work.collection(THING).erase(work.collection(THING).get(thing.id))
        with store.work() as work:
            kept = work.collection(THING)
            assert kept.get_or_none(thing.id) is None
            assert kept.find().items == ()
            assert kept.count() == 0
            assert kept.values(("label",)) == []
            assert all(kept.count(has("words", word)) == 0 for word in thing.words)
            with pytest.raises(NotFound):
                kept.get(thing.id)
        keep(store, evolve(other, id=thing.id))
        assert all_things(store) == {thing.id: evolve(other, id=thing.id, version=1)}

    def test_hostile_text_is_mere_text(self, open_store: OpenStore) -> None:
        """As a label, a word, a secret or a badge it is kept, told from all others, and found."""
        whole = [
            Thing(
                id=ThingId(f"thing-{n:02}"),
                label=text,
                words=frozenset({text}),
                secret=text,
                badges=frozenset({text}),
                version=1,
            )
            for n, text in enumerate(NASTY_TEXTS)
        ]
        with open_store(THINGS) as store:
            keep(store, *(evolve(thing, version=0) for thing in whole))
            assert all_things(store) == {thing.id: thing for thing in whole}
            with store.work() as work:
                kept = work.collection(THING)
                for thing, text in zip(whole, NASTY_TEXTS, strict=True):
                    for where in (equal("label", text), has("words", text), equal("secret", text)):
                        assert kept.find(where).items == (thing,)
                        others = [one for one in whole if one != thing]
                        assert list(kept.find(negated(where))) == others
                    start = [one for one in whole if (one.label or "").startswith(text[:3])]
                    assert list(kept.find(starts_with("label", text[:3]))) == start

    @law(text=st.sampled_from(NASTY_TEXTS) | texts() | st.sampled_from(("\0", "\ud800", "")))
    def test_hostile_ids_and_field_names_find_nothing(self, store: Store, text: str) -> None:
        """An id that cannot be one is not found; a field that is not declared is refused."""
        keep(store, Thing(id=ThingId("kept")))
        with store.work() as work:
            kept = work.collection(THING)
            assert kept.get_or_none(text) is None
            assert raised(lambda: kept.get(text)).__class__ is NotFound
            assert raised(lambda: kept.find(equal(text, "x"))).__class__ is InvalidValue
        assert list(all_things(store)) == ["kept"]

    @law(thing=things(), secret=st.uuids().map(str))
    def test_no_error_shows_what_is_kept(self, store: Store, thing: Thing, secret: str) -> None:
        """Nor does its repr, nor what the driver said, which would be seen in a traceback."""
        one = frozenset({secret})
        marked = evolve(thing, label=secret, secret=secret, badges=one, words=one)
        other = evolve(marked, id=ThingId("other"))
        keep(store, marked)

        def replace() -> None:
            with store.work() as work:
                work.collection(THING).replace(evolve(marked, version=7))

        def refer() -> None:
            keep(
                store,
                evolve(marked, id=ThingId("third"), badges=frozenset(), owner=OwnerId("none")),
            )

        for attempt in (
            lambda: keep(store, marked),
            lambda: keep(store, other),
            replace,
            refer,
        ):
            error: BaseException | None = raised(attempt)
            assert isinstance(error, CarecoordError)
            while error is not None and (error.__cause__ or not error.__suppress_context__):
                assert secret not in f"{error!r} {error}"
                error = error.__cause__ or error.__context__

    def test_one_of_many_writers_wins(self, open_store: OpenStore) -> None:
        """Eight threads replace the same state: one keeps its own, seven meet a conflict."""
        with open_store(THINGS) as store:
            keep(store, Thing(id=ThingId("contested")))
            read = threading.Barrier(8)

            def replace(rank: int) -> None:
                with store.work() as work:
                    seen = work.collection(THING).get("contested")
                    read.wait(30)
                    work.collection(THING).replace(evolve(seen, rank=rank))

            errors = at_once(8, replace)
            lost = [error for error in errors if isinstance(error, CarecoordError)]
            assert len(lost) == 7
            assert all(error.code in ("conflict", "unavailable") for error in lost)
            assert all_things(store)["contested"].rank == errors.index(None)
            assert all_things(store)["contested"].version == 2

    def test_many_writers_of_different_things_all_succeed(self, open_store: OpenStore) -> None:
        """Threads that have nothing in common do not disturb each other, but for retries."""
        with open_store(THINGS) as store:

            def write(writer: int) -> None:
                for n in range(5):
                    thing = Thing(id=ThingId(f"thing-{writer}-{n}"), rank=n)
                    store.run(functools.partial(_added, thing))

            assert at_once(6, write) == [None] * 6
            assert len(all_things(store)) == 30

    def test_one_owner_is_read_as_often_as_asked(self, open_store: OpenStore) -> None:
        """A work reads what is committed at the moment of each read."""
        with open_store(THINGS) as store:
            keep(store, Owner(id=OwnerId("o"), name="before"))
            with store.work() as early:
                assert early.collection(OWNER).get("o").name == "before"
                with store.work() as late:
                    owner = late.collection(OWNER).get("o")
                    late.collection(OWNER).replace(evolve(owner, name="after"))
                assert early.collection(OWNER).get("o").name == "after"

    def test_the_time_of_a_work_is_the_one_given(self, open_store: OpenStore) -> None:
        """`now` is an instant in UTC, the store's clock by default."""
        with open_store(THINGS) as store:
            at = datetime(2026, 11, 1, 6, 30, 0, 1, tzinfo=UTC)
            assert store.work(now=at).now == at
            assert abs(store.work().now - store.clock.now()) < timedelta(minutes=1)
