"""Every condition, order and page answers alike, also over what a work has not committed yet."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.storage.collection import Collection
from carecoord.storage.conditions import (
    EVERYTHING,
    Cursor,
    Order,
    Some,
    Test,
    equal,
    every,
    has,
    has_any,
    starts_with,
)
from carecoord.storage.store import Store
from carecoord.testing.laws.asking import Asked, Changed, asked, changed, orders, sorted_by
from carecoord.testing.laws.law import OpenStore, law
from carecoord.testing.things import (
    THING,
    THINGS,
    Thing,
)

__all__ = ["SearchingLaws"]


def _nothing_changed(changes: Changed) -> Changed:
    return Changed([*changes.kept, *changes.added], [], [], [])


class SearchingLaws:
    """Conditions, orders, pages, counts and projections."""

    def _found(self, kept: Collection[Thing], now: list[Thing], asked: list[Asked]) -> None:
        for one in asked:
            right = sorted_by((), [thing for thing in now if one.holds(thing)])
            assert list(kept.find(one.where)) == right
            assert kept.count(one.where) == len(right)

    def _ordered(
        self,
        kept: Collection[Thing],
        now: list[Thing],
        order_by: tuple[Order, ...],
        one: Asked,
        limit: int,
    ) -> None:
        """Follow the pages to the end, and read projections beside them."""
        right = sorted_by(order_by, [thing for thing in now if one.holds(thing)])
        pages: list[Thing] = []
        after: Cursor | None = None
        while True:
            page = kept.find(one.where, order_by=order_by, limit=limit, after=after)
            lines = kept.values(
                ("rank", "id", "label"), one.where, order_by=order_by, limit=limit, after=after
            )
            assert lines == [(it.id, it.rank, it.id, it.label) for it in page]
            assert len(page) <= limit
            pages += page
            after = page.next
            if after is None:
                break
            assert len(page) == limit
        assert pages == right
        assert list(kept.each(one.where, order_by=order_by)) == right
        lines = kept.values(("secret",), one.where, order_by=order_by)
        assert lines == [(it.id, it.secret) for it in right]

    @law(changes=changed(), questions=st.lists(asked(), min_size=8, max_size=8))
    def test_conditions_find_what_they_say(
        self, store: Store, changes: Changed, questions: list[Asked]
    ) -> None:
        """Every operator, its negation, and any joining of them, against the oracle."""
        changes = _nothing_changed(changes)
        changes.begin(store)
        now = [evolve(thing, version=1) for thing in changes.kept]
        with store.work() as work:
            self._found(work.collection(THING), now, questions)

    @law(changes=changed(), questions=st.lists(asked(), min_size=4, max_size=4))
    def test_a_work_finds_its_own_changes(
        self, store: Store, changes: Changed, questions: list[Asked]
    ) -> None:
        """As if they were committed already; and once they are, everybody finds the same."""
        changes.begin(store)
        with store.work() as work:
            now = changes.make(work.collection(THING))
            self._found(work.collection(THING), now, questions)
        with store.work() as work:
            self._found(work.collection(THING), now, questions)

    @law(changes=changed(), order_by=orders(), one=asked(), limit=st.integers(1, 4))
    def test_pages_cover_everything_once_and_in_order(
        self, store: Store, changes: Changed, order_by: tuple[Order, ...], one: Asked, limit: int
    ) -> None:
        """Nothing first, text by code point, ties by id; each page begins where one ended."""
        changes = _nothing_changed(changes)
        changes.begin(store)
        now = [evolve(thing, version=1) for thing in changes.kept]
        everything = Asked(EVERYTHING, lambda _: True)
        with store.work() as work:
            for question in (one, everything):
                self._ordered(work.collection(THING), now, order_by, question, limit)

    @law(changes=changed(), order_by=orders(), one=asked(), limit=st.integers(1, 4))
    def test_pages_hold_what_the_work_itself_changed(
        self, store: Store, changes: Changed, order_by: tuple[Order, ...], one: Asked, limit: int
    ) -> None:
        """Added, replaced and erased ones stand or are missing where they should."""
        changes.begin(store)
        everything = Asked(EVERYTHING, lambda _: True)
        with store.work() as work:
            now = changes.make(work.collection(THING))
            for question in (one, everything):
                self._ordered(work.collection(THING), now, order_by, question, limit)

    @law(changes=changed(), scope=asked(), one=asked(), order_by=orders())
    def test_what_lies_outside_a_scope_does_not_exist(
        self, store: Store, changes: Changed, scope: Asked, one: Asked, order_by: tuple[Order, ...]
    ) -> None:
        """A scoped collection answers as if there were nothing else."""
        changes = _nothing_changed(changes)
        changes.begin(store)
        now = [evolve(thing, version=1) for thing in changes.kept]
        with store.work() as work:
            scoped = work.collection(THING, scope.where)
            inside = [thing for thing in now if scope.holds(thing)]
            self._ordered(scoped, inside, order_by, one, 3)
            for thing in now:
                expected = thing if scope.holds(thing) else None
                assert scoped.get_or_none(thing.id) == expected

    def test_searches_that_cannot_be_are_refused(self, open_store: OpenStore) -> None:
        """Fields that are not declared, operators and values that do not fit, foreign cursors."""
        with open_store(THINGS) as store, store.work() as work:
            kept = work.collection(THING)
            unknown: Any = "$where"
            for where in (
                equal("content", "x"),
                equal("version", 1),
                equal("label' OR '1'='1", "x"),
                equal("label", 5),
                equal("rank", "5"),
                equal("rank", 2**63),
                equal("label", "\0"),
                starts_with("rank", "1"),
                has("label", "x"),
                has_any("label", ("x",)),
                equal("words", "x"),
                Some((every(equal("nothing", "x")),)),
                Test("label", unknown, "x"),
            ):
                for refused in (kept.find, kept.count):
                    with pytest.raises(InvalidValue):
                        refused(where)
            for order_by in (
                (Order("content"),),
                (Order("words"),),
                (Order("label"), Order("label", descending=True)),
                (Order("label; DROP TABLE thing"),),
            ):
                with pytest.raises(InvalidValue):
                    kept.find(order_by=order_by)
            for after in (
                Cursor(("x",), "a"),
                Cursor((), "a"),
                Cursor((2**63,), "a"),
                Cursor((1,), "\0"),
            ):
                with pytest.raises(InvalidValue):
                    kept.find(order_by=(Order("rank"),), after=after)
            for limit in (0, -1, 2**63):
                with pytest.raises(InvalidValue):
                    kept.find(limit=limit)
                with pytest.raises(InvalidValue):
                    kept.values(("label",), limit=limit)
            for field in ("content", "words", "label FROM thing; --"):
                with pytest.raises(InvalidValue):
                    kept.values((field,))
