"""Whatever is looked for, MongoDB finds what memory finds, in the same order."""

from collections.abc import Callable
from typing import Any

import pytest
from carecoord_mongo import MongoBackend
from carecoord_mongo.conditions import after_cursor, filter_of, sort_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from adapters.mongo.tests.hotel import GUEST, KINDS, row
from carecoord.storage.backend import Changes, Row, Version
from carecoord.storage.conditions import (
    EVERYTHING,
    Condition,
    Cursor,
    Every,
    Order,
    Some,
    Test,
    equal,
    is_none,
    prepared,
    starts_with,
)
from carecoord.storage.memory import MemoryBackend

TEXTS = st.sampled_from(
    ("", "a", "ab", "A", "a\ud7ff", "a\ue000", "a\U0010ffff", "\uffff", "\U00010000", "\U0010ffff",
     "\U0010ffffa", "^a", "a.*", "$ne", "null", "é", "e\u0301", "\x01")
)  # fmt: skip
WHOLE = st.sampled_from((-(2**63) + 1, -1, 0, 1, 2**31, 2**53, 2**53 + 1, 2**63 - 1))
IDS = st.sampled_from(("a", "A", "b", "a.b", "a-b", "9", "10"))
SINGLE = ("id", "name", "stars")


def several(of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=3, unique=True).map(lambda some: tuple(sorted(some)))


GUESTS = st.lists(
    st.builds(
        lambda id, searched: row(GUEST, id, **searched),
        IDS,
        st.fixed_dictionaries(
            {
                "name": st.none() | TEXTS,
                "stars": st.none() | WHOLE,
                "wishes": several(TEXTS),
                "years": several(WHOLE),
            }
        ),
    ),
    max_size=7,
    unique_by=lambda one: one.id,
)


@st.composite
def leaves(draw: st.DrawFn) -> Test:
    name = draw(st.sampled_from((*SINGLE, "wishes", "years")))
    values: Any = IDS if name == "id" else WHOLE if name in ("stars", "years") else TEXTS
    if name in ("wishes", "years"):
        if draw(st.booleans()):
            operator, value = "has", draw(values)
        else:
            operator, value = "has_any", draw(several(values))
    elif draw(st.integers(0, 3)) == 0:
        operator, value = "one_of", draw(several(values))
    else:
        prefix = () if name == "stars" else ("starts_with", "starts_with")
        ordered = ("equal", "less", "at_most", "greater", "at_least", "is_none", *prefix)
        operator, value = draw(st.sampled_from(ordered)), draw(values)
    return Test(name, operator, value, draw(st.booleans()))  # type: ignore[arg-type]


def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(parts, max_size=3).map(tuple)
    return st.builds(Every, some) | st.builds(Some, some)


CONDITIONS = st.recursive(leaves(), joined, max_leaves=5).map(lambda one: prepared(GUEST, one))
ORDERS = st.lists(
    st.builds(Order, st.sampled_from(SINGLE), st.booleans()),
    max_size=3,
    unique_by=lambda order: order.field,
).map(tuple)


def keep(backend: Any, guests: list[Row]) -> None:
    if guests:
        backend.commit(Changes(adds=tuple(guests)))


def moved_on(backend: MongoBackend) -> None:
    backend._collections.of("guest").delete_many({})


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    guests=GUESTS,
    asked=st.lists(st.tuples(CONDITIONS, ORDERS, st.integers(0, 3)), min_size=1, max_size=4),
)
def test_it_finds_what_memory_finds(
    created: MongoBackend,
    guests: list[Row],
    asked: list[tuple[Condition, tuple[Order, ...], int]],
) -> None:
    moved_on(created)
    memory = MemoryBackend()
    memory.create_schema(KINDS)
    keep(created, guests)
    keep(memory, guests)
    for where, order_by, limit in asked:
        expected = memory.select(GUEST, where, order_by, None, None)
        assert created.select(GUEST, where, order_by, None, None) == expected
        assert created.count(GUEST, where) == len(expected)
        names = tuple(order.field for order in order_by)
        lines = memory.project(GUEST, names, EVERYTHING, order_by, None, None)
        assert created.project(GUEST, names, EVERYTHING, order_by, None, None) == lines
        for line in lines:
            after = Cursor(line[1:], str(line[0]))
            page = memory.select(GUEST, where, order_by, limit, after)
            assert created.select(GUEST, where, order_by, limit, after) == page
            shown = memory.project(GUEST, ("stars", "name"), where, order_by, limit, after)
            found = created.project(GUEST, ("stars", "name"), where, order_by, limit, after)
            assert found == shown
            assert all(type(one) in (str, int, type(None)) for line in found for one in line)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("", {"$gte": ""}),
        ("a", {"$gte": "a", "$lt": "b"}),
        ("a\ud7ff", {"$gte": "a\ud7ff", "$lt": "a\ue000"}),
        ("a\U0010ffff", {"$gte": "a\U0010ffff", "$lt": "b"}),
        ("\U0010ffff", {"$gte": "\U0010ffff"}),
    ],
)
def test_a_start_is_a_range_of_text(start: str, expected: dict[str, str]) -> None:
    assert filter_of(starts_with("name", start)) == {"searched.name": expected}


def test_values_stand_behind_operators() -> None:
    """A text that looks like an operator, or even a document, is compared and never run."""
    for value in ("$ne", "{$where: 1}"):
        assert filter_of(equal("name", value)) == {"searched.name": {"$eq": value}}
    assert filter_of(Every(())) == {}
    assert filter_of(Some(())) == filter_of(Every((Some(()),))) == {"_id": {"$in": []}}
    assert filter_of(Some((is_none("name"),))) == {"searched.name": {"$eq": None}}


def test_what_follows_the_id_sorts_nothing() -> None:
    order_by = (Order("id", descending=True), Order("name"))
    assert sort_of(order_by) == [("_id", -1)]
    assert after_cursor(order_by, Cursor(("b", "x"), "b")) == {
        "$or": [{"_id": {"$lt": "b"}}, {"_id": {"$eq": None}}]
    }


def test_a_field_that_was_never_written_is_nothing(backend: MongoBackend) -> None:
    """As where a kind got a new searched field and was not reindexed yet."""
    backend._collections.of("guest").insert_one({"_id": "old", "version": 1, "body": "{}"})
    keep(backend, [row(GUEST, "new", name="a")])
    order = (Order("name"),)
    assert backend.project(GUEST, ("name",), EVERYTHING, order, None, None) == [
        ("old", None),
        ("new", "a"),
    ]
    assert backend.count(GUEST, is_none("name")) == 1
    assert backend.project(GUEST, (), EVERYTHING, order, 1, Cursor((None,), "old")) == [("new",)]


class _InBetween(CommandListener):
    """Does something once, after the first batch of a query has come."""

    def __init__(self, do: Callable[[], None]) -> None:
        self.do: Callable[[], None] | None = do

    def started(self, event: CommandStartedEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass

    def succeeded(self, event: CommandSucceededEvent) -> None:
        if event.command_name == "find" and self.do is not None:
            do, self.do = self.do, None
            do()


def test_many_are_read_as_of_one_moment(backend: MongoBackend, url: str) -> None:
    """None is missed and none comes twice, whatever moves while they are read."""
    guests = [row(GUEST, f"g{n:03}", name=f"n{n:03}") for n in range(300)]
    keep(backend, guests)
    before = [(guest.id, guest.searched["name"]) for guest in guests]

    def move() -> None:
        to_the_end = row(GUEST, "g000", 2, name="z")
        to_the_front = row(GUEST, "g299", 2, name="a")
        gone = Version(GUEST, "g298", 1)
        backend.commit(Changes(replaces=(to_the_end, to_the_front), erases=(gone,)))

    client: Any = MongoClient(url, event_listeners=[_InBetween(move)])
    reader = MongoBackend(client, client.get_default_database().name)
    order = (Order("name"),)
    assert reader.project(GUEST, ("name",), EVERYTHING, order, None, None) == before
    after = reader.project(GUEST, ("name",), EVERYTHING, order, None, None)
    assert after == [("g299", "a"), *before[1:298], ("g000", "z")]
    reader.close()
