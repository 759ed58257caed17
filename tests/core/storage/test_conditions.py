"""Conditions are plain data, refused where they cannot be, and mean the same everywhere."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from carecoord.errors import InvalidValue
from carecoord.storage.conditions import (
    EVERYTHING,
    Cursor,
    Order,
    Test,
    at_least,
    at_most,
    equal,
    every,
    is_none,
    less,
    matches,
    negated,
    one_of,
    prepared,
    prepared_cursor,
    prepared_order,
    some,
    starts_with,
)
from carecoord.storage.kind import Kind, Searched
from carecoord.testing.things import THING

NAIVE = datetime(2026, 1, 1)

PET: Kind[Any] = Kind(
    "pet",
    object,
    (
        Searched("name", lambda it: it.name),
        Searched("age", lambda it: it.age, "integer"),
        Searched("tricks", lambda it: it.tricks, many=True),
    ),
)


@pytest.mark.parametrize("operator", ["$where", "like", "", "equal; --"])
def test_an_operator_that_there_is_not_is_refused(operator: Any) -> None:
    with pytest.raises(InvalidValue):
        prepared(PET, Test("name", operator, "x"))


@pytest.mark.parametrize(
    "condition", [None, "name = 'x'", {"name": "x"}, every(equal("name", "x"), "x")]
)
def test_what_is_no_condition_is_refused(condition: Any) -> None:
    with pytest.raises(InvalidValue):
        prepared(PET, condition)


@pytest.mark.parametrize("value", [5, None, b"x", 1.5, NAIVE, ["x"], "\0", "\udfff"])
def test_a_value_that_the_field_cannot_hold_is_refused(value: Any) -> None:
    for condition in (equal("name", value), one_of("name", ["x", value]), at_most("name", value)):
        with pytest.raises(InvalidValue) as caught:
            prepared(PET, some(condition))
        assert caught.value.field == "where"


def test_values_are_compared_in_searchable_form() -> None:
    assert prepared(PET, equal("name", date(2026, 2, 3))) == equal("name", "2026-02-03")
    at = datetime(2026, 2, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert prepared(PET, equal("name", at)) == equal("name", "2026-02-03T04:05:06.000007Z")
    assert prepared(PET, equal("age", True)) == equal("age", 1)


def test_an_order_is_of_declared_single_fields_named_once() -> None:
    assert prepared_order(PET, (Order("name"), Order("id", descending=True)))
    for order_by in ((Order("tricks"),), (Order("nothing"),), (Order("age"), Order("age"))):
        with pytest.raises(InvalidValue):
            prepared_order(PET, order_by)


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor((), "a"),
        Cursor((1, 2), "a"),
        Cursor(("1",), "a"),
        Cursor((2**63,), "a"),
        Cursor((1,), ""),
        Cursor((1,), "no id"),
        Cursor((1,), None),  # type: ignore[arg-type]
    ],
)
def test_a_cursor_fits_its_order(cursor: Cursor) -> None:
    with pytest.raises(InvalidValue):
        prepared_cursor(PET, (Order("age"),), cursor)


def test_a_cursor_may_stand_at_nothing() -> None:
    for cursor in (Cursor((None,), "a"), Cursor((-5,), "a")):
        assert prepared_cursor(PET, (Order("age"),), cursor) == cursor


def test_the_negation_of_a_comparison_with_nothing_is_true() -> None:
    nothing = {"id": "a", "name": None}
    for test in (equal("name", "x"), starts_with("name", ""), one_of("name", ["x"])):
        assert not matches(test, nothing)
        assert matches(negated(test), nothing)
        assert negated(negated(test)) == test
    assert matches(is_none("name"), nothing)
    assert not matches(negated(is_none("name")), nothing)


def test_of_no_parts_every_holds_and_some_does_not() -> None:
    assert matches(EVERYTHING, {})
    assert not matches(some(), {})
    assert matches(negated(some()), {})
    assert not matches(negated(EVERYTHING), {})


def test_a_repr_shows_no_value() -> None:
    assert "canary" not in repr(every(equal("name", "canary"), one_of("name", ["canary"])))
    assert "canary" not in repr(Cursor(("canary",), "a"))


def test_an_exact_field_is_found_by_whole_values_and_has_no_order() -> None:
    for test in (equal("secret", "x"), one_of("secret", ["x"]), is_none("secret")):
        assert prepared(THING, test) == test
    for test in (starts_with("secret", "x"), less("secret", "x"), at_least("secret", "x")):
        with pytest.raises(InvalidValue, match="whole value"):
            prepared(THING, test)
    with pytest.raises(InvalidValue, match="no order"):
        prepared_order(THING, (Order("secret"),))
