"""Every condition, order and page answers alike, also over what a work has not committed yet."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from attrs import evolve, frozen
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.storage.collection import Collection
from carecoord.storage.conditions import (
    EVERYTHING,
    Condition,
    Cursor,
    Order,
    Some,
    Test,
    at_least,
    at_most,
    between,
    equal,
    every,
    greater,
    has,
    is_none,
    less,
    negated,
    one_of,
    some,
    starts_with,
)
from carecoord.storage.store import Store
from carecoord.testing.laws.law import OpenStore, keep, law
from carecoord.testing.strategies import values_of
from carecoord.testing.things import (
    THING,
    THINGS,
    Colour,
    Thing,
    ThingId,
    labels,
    ranks,
    sightings,
    things,
)

__all__ = ["Asked", "Changed", "SearchingLaws", "asked", "changed", "orders", "sorted_by"]

Holds: TypeAlias = Callable[[Thing], bool]


@frozen
class Asked:
    """A condition, and what it means: an oracle that shares nothing with the library."""

    where: Condition
    holds: Holds


_SINGLE: dict[str, st.SearchStrategy[Any]] = {
    "label": labels(),
    "rank": ranks(),
    "seen": sightings(),
    "secret": labels(),
    "colour": st.sampled_from(Colour),
    "id": st.sampled_from(("a", "A", "b", "ab", "zz")),
}
_MANY: dict[str, st.SearchStrategy[Any]] = {"words": labels(), "numbers": ranks()}


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Colour) else value


def _compared(
    field: str, value: Any, build: Callable[[str, Any], Test], compare: Callable[[Any, Any], bool]
) -> Asked:
    def holds(thing: Thing) -> bool:
        held = _plain(getattr(thing, field))
        return held is not None and compare(held, _plain(value))

    return Asked(build(field, value), holds)


_COMPARISONS: tuple[tuple[Callable[[str, Any], Test], Callable[[Any, Any], bool]], ...] = (
    (equal, lambda held, value: held == value),
    (less, lambda held, value: held < value),
    (at_most, lambda held, value: held <= value),
    (greater, lambda held, value: held > value),
    (at_least, lambda held, value: held >= value),
)


def _comparisons(field: str) -> st.SearchStrategy[Asked]:
    return st.builds(
        lambda value, how: _compared(field, value, *how),
        _SINGLE[field],
        st.sampled_from(_COMPARISONS),
    )


def _choices(field: str) -> st.SearchStrategy[Asked]:
    def asked(values: list[Any]) -> Asked:
        plain = [_plain(value) for value in values]
        return Asked(one_of(field, values), lambda it: _plain(getattr(it, field)) in plain)

    return st.lists(_SINGLE[field], max_size=3).map(asked)


def _between(field: str) -> st.SearchStrategy[Asked]:
    def asked(low: Any, high: Any) -> Asked:
        def holds(thing: Thing) -> bool:
            held = getattr(thing, field)
            return held is not None and low <= held < high

        return Asked(between(field, low, high), holds)

    return st.builds(asked, _SINGLE[field], _SINGLE[field])


def _nothing(field: str) -> Asked:
    return Asked(is_none(field), lambda it: getattr(it, field) is None)


def _starts(text: str) -> Asked:
    return Asked(
        starts_with("label", text), lambda it: it.label is not None and it.label.startswith(text)
    )


def _has(field: str) -> st.SearchStrategy[Asked]:
    return _MANY[field].map(
        lambda value: Asked(has(field, value), lambda it: value in getattr(it, field))
    )


def _opposite(one: Asked) -> Asked:
    return Asked(negated(one.where), lambda it: not one.holds(it))


def _all(parts: list[Asked]) -> Asked:
    return Asked(
        every(*(part.where for part in parts)), lambda it: all(part.holds(it) for part in parts)
    )


def _any(parts: list[Asked]) -> Asked:
    return Asked(
        some(*(part.where for part in parts)), lambda it: any(part.holds(it) for part in parts)
    )


def asked() -> st.SearchStrategy[Asked]:
    """Every operator over every field, negated, and joined by and and or."""
    single = st.sampled_from(sorted(_SINGLE))
    tests = st.one_of(
        single.flatmap(_comparisons),
        single.flatmap(_choices),
        st.sampled_from(("rank", "seen", "label")).flatmap(_between),
        single.map(_nothing),
        labels().map(_starts),
        st.sampled_from(sorted(_MANY)).flatmap(_has),
    )
    return st.recursive(
        tests,
        lambda parts: st.one_of(
            parts.map(_opposite),
            st.lists(parts, max_size=3).map(_all),
            st.lists(parts, max_size=3).map(_any),
        ),
        max_leaves=5,
    )


def orders() -> st.SearchStrategy[tuple[Order, ...]]:
    """Up to three fields, each up or down."""
    fields = st.lists(st.sampled_from(sorted(_SINGLE)), max_size=3, unique=True)
    return fields.flatmap(
        lambda names: st.tuples(*(st.builds(Order, st.just(n), st.booleans()) for n in names))
    )


def sorted_by(order_by: tuple[Order, ...], found: list[Thing]) -> list[Thing]:
    """The one order of all stores: nothing first, text by code point, ties by id."""
    found = sorted(found, key=lambda thing: thing.id)
    for order in reversed(order_by):

        def key(thing: Thing, order: Order = order) -> tuple[Any, ...]:
            held = _plain(getattr(thing, order.field))
            return (False,) if held is None else (True, held)

        found.sort(key=key, reverse=order.descending)
    return found


@frozen
class Changed:
    """What is kept, and what a work then does with it: replace, erase, add."""

    kept: list[Thing]
    replaced: list[Thing]
    erased: list[Thing]
    added: list[Thing]

    def begin(self, store: Store) -> None:
        """Keep what is to be kept."""
        keep(store, *self.kept)

    def make(self, kept: Collection[Thing]) -> list[Thing]:
        """Make the changes; returns what there is then, as far as this work can see."""
        now = {thing.id: evolve(thing, version=1) for thing in self.kept}
        for thing in self.replaced:
            now[thing.id] = kept.replace(evolve(thing, version=1))
        for thing in self.erased:
            kept.erase(now.pop(thing.id))
        for thing in self.added:
            now[thing.id] = kept.add(thing)
        return list(now.values())


@st.composite
def changed(draw: st.DrawFn) -> Changed:
    """Some things, and changes of some of them."""
    ids = st.sampled_from("aAbBcC019") | values_of(ThingId)
    all_ids = draw(st.lists(ids, max_size=10, unique=True))
    drawn = [draw(things(st.just(id))) for id in all_ids]
    kept = drawn[: draw(st.integers(0, len(drawn)))]
    erased = kept[: draw(st.integers(0, min(2, len(kept))))]
    rest = kept[len(erased) :]
    replaced = rest[: draw(st.integers(0, min(3, len(rest))))]
    anew = [draw(things(st.just(thing.id))) for thing in replaced]
    return Changed(kept, anew, erased, drawn[len(kept) :])


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
