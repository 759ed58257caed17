"""What is asked of a search, with an oracle that shares nothing with the library."""

from collections.abc import Callable
from typing import Any, TypeAlias

from attrs import evolve, frozen
from hypothesis import strategies as st

from carecoord.storage.collection import Collection
from carecoord.storage.conditions import (
    Condition,
    Order,
    Test,
    at_least,
    at_most,
    between,
    equal,
    every,
    greater,
    has,
    has_any,
    is_none,
    less,
    negated,
    one_of,
    some,
    starts_with,
)
from carecoord.storage.store import Store
from carecoord.testing.laws.law import keep
from carecoord.testing.strategies import values_of
from carecoord.testing.things import (
    Colour,
    Thing,
    ThingId,
    labels,
    ranks,
    sightings,
    things,
)

__all__ = ["Asked", "Changed", "asked", "changed", "orders", "sorted_by"]

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
    "colour": st.sampled_from(Colour),
    "id": st.sampled_from(("a", "A", "b", "ab", "zz")),
}
_EQUAL: dict[str, st.SearchStrategy[Any]] = {**_SINGLE, "secret": labels()}
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

    return st.lists(_EQUAL[field], max_size=3).map(asked)


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
    one = _MANY[field].map(
        lambda value: Asked(has(field, value), lambda it: value in getattr(it, field))
    )
    several = st.lists(_MANY[field], max_size=3).map(
        lambda values: Asked(
            has_any(field, values), lambda it: any(value in getattr(it, field) for value in values)
        )
    )
    return one | several


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
        labels().map(lambda value: _compared("secret", value, *_COMPARISONS[0])),
        st.sampled_from(sorted(_EQUAL)).flatmap(_choices),
        st.sampled_from(("rank", "seen", "label")).flatmap(_between),
        st.sampled_from(sorted(_EQUAL)).map(_nothing),
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
