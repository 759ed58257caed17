"""Schemas are created in peace, bodies outlive releases, derived fields can be derived anew."""

from hashlib import sha512
from operator import methodcaller
from typing import Any

import pytest
from attrs import evolve, frozen

from carecoord.errors import AlreadyTaken, InvalidValue
from carecoord.kernel.values import LongText, checked
from carecoord.storage.conditions import Order, equal, has
from carecoord.storage.kind import LONGEST_INDEXED, Kind, Searched
from carecoord.storage.settings import SETTING
from carecoord.storage.store import Store
from carecoord.testing.laws.law import OpenStore, all_things, at_once, keep, reopened
from carecoord.testing.things import OWNER, THING, THINGS, Owner, OwnerId, holding

__all__ = ["EvolvingLaws"]


@frozen(field_transformer=checked, kw_only=True)
class Renamed:
    """What an owner became: its name was split."""

    id: OwnerId
    first: str
    last: str | None
    version: int = 0


def _split(body: dict[str, Any]) -> dict[str, Any]:
    first, _, last = body.pop("name").partition(" ")
    return {**body, "first": first, "last": last or None}


def _shout(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "first": body["first"].upper()}


RENAMED = Kind(
    "owner",
    Renamed,
    (Searched("name", lambda it: f"{it.first} {it.last}"),),
    schema=3,
    upcasters={1: _split, 2: _shout},
)

RANKED = Kind(
    "owner",
    Owner,
    (
        Searched("name", lambda it: it.name),
        Searched("length", lambda it: len(it.name), "integer"),
        Searched("letters", lambda it: frozenset(it.name), many=True),
    ),
    claims=lambda it: (f"name|{it.name}",),
)
"""The same owners, by more fields, and with claims."""


@frozen(field_transformer=checked, kw_only=True)
class Essay:
    """Something with texts as long as can be searched."""

    id: OwnerId
    text: LongText
    version: int = 0


ESSAY = Kind(
    "essay",
    Essay,
    (
        Searched("text", lambda it: it.text),
        Searched("words", lambda it: (it.text,), many=True),
        Searched("secret", lambda it: it.text, sensitive=True, match="exact"),
    ),
    claims=lambda it: (it.text,),
)


def _long_text(seed: str) -> str:
    """As long as can be indexed, and of letters that do not compress."""
    drawn = b"".join(sha512(f"{seed}{n}".encode()).digest() for n in range(30))
    letters = (drawn[2 * n] * 256 + drawn[2 * n + 1] for n in range(LONGEST_INDEXED // 4))
    return "".join(chr(0x10000 + letter) for letter in letters)


def _owners(store: Store, *names: str) -> None:
    keep(store, *(Owner(id=OwnerId(f"owner-{n:04}"), name=name) for n, name in enumerate(names)))


class EvolvingLaws:
    """Schemas, settings, upcasters, reindexing."""

    def test_creating_the_schema_again_changes_nothing(self, open_store: OpenStore) -> None:
        """It is what a deploy script does every time."""
        with open_store(THINGS) as store:
            keep(store, holding("one", "x"))
            for _ in range(2):
                store.create_schema()
            assert all_things(store) == {"one": holding("one", "x", version=1)}
            with pytest.raises(AlreadyTaken):
                keep(store, holding("two", "x"))

    def test_the_schema_can_be_created_by_many_at_once(self, open_store: OpenStore) -> None:
        """All of them succeed, and the settings are there once."""
        new = Kind("novelty", Owner, (Searched("name", lambda it: it.name),), settings={"a": "1"})
        with open_store(THINGS) as store:
            errors = at_once(
                6, lambda _: reopened(store, kinds=(*store.kinds, new)).create_schema()
            )
            assert errors == [None] * 6
            with reopened(store, kinds=(*store.kinds, new)).work() as work:
                kept = {it.id: it.value for it in work.collection(SETTING).each()}
                work.collection(new).add(Owner(id=OwnerId("x")))
            assert kept == {"store.format": "1", "thing.grid": "5", "novelty.a": "1"}

    def test_settings_are_fixed_when_a_store_is_created(self, open_store: OpenStore) -> None:
        """Another value is refused, and the first one stays."""
        with open_store(THINGS) as store:
            other = evolve(THING, settings={"grid": "1"})
            with pytest.raises(InvalidValue):
                reopened(store, kinds=(OWNER, other)).create_schema()
            with store.work() as work:
                assert work.collection(SETTING).get("thing.grid").value == "5"
            store.create_schema()

    def test_bodies_of_earlier_schemas_are_brought_up_to_date(self, open_store: OpenStore) -> None:
        """Step by step, wherever they are read; they can then be replaced."""
        with open_store(THINGS) as store:
            _owners(store, "Ada Lovelace", "Plato")
            store = reopened(store, kinds=(RENAMED,))
            ada = Renamed(id=OwnerId("owner-0000"), first="ADA", last="Lovelace", version=1)
            plato = Renamed(id=OwnerId("owner-0001"), first="PLATO", last=None, version=1)
            with store.work() as work:
                kept = work.collection(RENAMED)
                assert kept.get("owner-0000") == ada
                assert kept.find().items == (ada, plato)
                kept.replace(evolve(plato, last="II"))
            with store.work() as work:
                assert work.collection(RENAMED).get("owner-0001").last == "II"

    def test_bodies_of_later_schemas_are_refused(self, open_store: OpenStore) -> None:
        """Rather than read without what they say; the error names no value."""
        with open_store(THINGS) as store:
            _owners(store, "canary")
            later = reopened(store, kinds=(RENAMED,))
            with later.work() as work:
                kept = work.collection(RENAMED)
                kept.replace(kept.get("owner-0000"))
            for read in (
                methodcaller("get", "owner-0000"),
                methodcaller("get_or_none", "owner-0000"),
                methodcaller("find"),
            ):
                with pytest.raises(InvalidValue) as caught, store.work() as work:
                    read(work.collection(OWNER))
                assert "canary" not in repr(caught.value).lower()

    def test_a_new_searched_field_is_filled_by_reindexing(self, open_store: OpenStore) -> None:
        """Page by page, also from where it was left; claims are taken at the same time."""
        with open_store(THINGS) as store:
            _owners(store, *(f"name {n:04}" for n in range(1100)))
            wider = reopened(store, kinds=(RANKED,))
            wider.create_schema()
            first = next(wider.reindex(RANKED))
            assert first == "owner-0499"
            rest = list(wider.reindex(RANKED, after=first))
            assert rest == ["owner-0999", "owner-1099"]
            with wider.work() as work:
                kept = work.collection(RANKED)
                assert kept.count(equal("length", 9)) == 1100
                assert kept.values(("length",), equal("name", "name 0777")) == [("owner-0777", 9)]
                assert kept.get("owner-0777").version == 1
            with pytest.raises(AlreadyTaken), wider.work() as work:
                work.collection(RANKED).add(Owner(id=OwnerId("another"), name="name 0001"))

    def test_reindexing_passes_over_what_has_changed(self, open_store: OpenStore) -> None:
        """Somebody replaces and erases while it runs: what they kept stays."""
        with open_store(THINGS) as store:
            _owners(store, "one", "two", "three")
            with store.work() as work:
                kept = work.collection(OWNER)
                stale = [kept.get(f"owner-{n:04}") for n in (0, 1)]

            class Slow:
                """A backend in which others write between a page's reading and its writing."""

                def __getattr__(self, name: str) -> Any:
                    return getattr(store.backend, name)

                def commit(self, changes: Any) -> None:
                    with store.work() as work:
                        kept = work.collection(OWNER)
                        kept.replace(evolve(stale[0], name="newer"))
                        kept.erase(stale[1])
                    store.backend.commit(changes)

            slow: Any = Slow()
            assert list(Store(slow, (OWNER,)).reindex(OWNER)) == ["owner-0002"]
            with store.work() as work:
                kept = work.collection(OWNER)
                assert kept.values(("name",), equal("name", "newer")) == [("owner-0000", "newer")]
                assert kept.count(equal("name", "one")) == 0
                assert [owner.name for owner in kept.each()] == ["newer", "three"]

    def test_the_longest_text_can_be_searched_and_claimed(self, open_store: OpenStore) -> None:
        """The core refuses what is longer, so that every store takes what is left."""
        with open_store((ESSAY,)) as store:
            texts = [_long_text(seed) for seed in "abc"]
            with store.work() as work:
                for n, text in enumerate(texts):
                    work.collection(ESSAY).add(Essay(id=OwnerId(f"{n}" * 128), text=text))
            with store.work() as work:
                kept = work.collection(ESSAY)
                for n, text in enumerate(texts):
                    for where in (equal("text", text), has("words", text), equal("secret", text)):
                        assert [essay.id for essay in kept.find(where)] == [f"{n}" * 128]
                page = kept.find(order_by=(Order("text"),), limit=2)
                rest = kept.find(order_by=(Order("text"),), after=page.next)
                assert [essay.text for essay in (*page, *rest)] == sorted(texts)
            with pytest.raises(AlreadyTaken), store.work() as work:
                work.collection(ESSAY).add(Essay(id=OwnerId("other"), text=texts[0]))
            with pytest.raises(InvalidValue), store.work() as work:
                work.collection(ESSAY).add(Essay(id=OwnerId("longer"), text=texts[0] + "x"))

    def test_a_kind_that_the_store_does_not_know_is_refused(self, open_store: OpenStore) -> None:
        """By name, and when it is another kind of the same name."""
        with open_store(THINGS) as store, store.work() as work:
            for kind in (Kind("unknown", Owner), RANKED):
                with pytest.raises(InvalidValue):
                    work.collection(kind)

    def test_stores_are_apart(self, open_store: OpenStore) -> None:
        """What is kept in one is not seen in another that is open at the same time."""
        with open_store(THINGS) as one, open_store(THINGS) as other:
            keep(one, holding("one", "x"))
            assert all_things(other) == {}
            keep(other, holding("two", "x"))
            assert list(all_things(one)) == ["one"]
