"""What to look for, and in which order: conditions over searched fields.

    every(equal("status", "booked"), between("start", monday, tuesday))
    Order("start", descending=True)

Conditions are plain data. Every store answers them alike: text compares by code point, nothing
comes before anything, and a comparison with nothing is false, so that its negation is true.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias, assert_never, get_args

import attrs
from attrs import evolve, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.values import is_id
from carecoord.storage.kind import Kind, Scalar, Searched, searchable

__all__ = [
    "EVERYTHING",
    "WHOLE",
    "Condition",
    "Cursor",
    "Every",
    "Operator",
    "Order",
    "Some",
    "Test",
    "at_least",
    "at_most",
    "between",
    "equal",
    "every",
    "fields_of",
    "greater",
    "has",
    "has_any",
    "is_none",
    "less",
    "matches",
    "negated",
    "one_of",
    "prepared",
    "prepared_cursor",
    "prepared_order",
    "single_valued",
    "some",
    "sort_key",
    "starts_with",
]

Operator: TypeAlias = Literal[
    "equal", "one_of", "less", "at_most", "greater", "at_least", "starts_with",
    "has", "has_any", "is_none",
]  # fmt: skip
_OF_MANY = ("has", "has_any")
_OF_SEVERAL = ("one_of", "has_any")


WHOLE = frozenset({"equal", "one_of", "has", "has_any", "is_none"})
"""The operators that compare whole values only."""


@frozen
class Test:
    """One comparison of a searched field with a value; `negated` turns the answer round."""

    __test__ = False  # not a test of pytest's

    field: str
    operator: Operator
    value: Any = attrs.field(repr=False)
    negated: bool = False


@frozen
class Every:
    """All of the parts hold; of none, that is true."""

    parts: tuple["Condition", ...]


@frozen
class Some:
    """At least one of the parts holds; of none, that is false."""

    parts: tuple["Condition", ...]


Condition: TypeAlias = Test | Every | Some

EVERYTHING = Every(())
"""The condition that every aggregate meets."""


@frozen
class Order:
    """Sorted by a searched field with one value; what has none comes first, or last descending."""

    field: str
    descending: bool = False


@frozen
class Cursor:
    """Where a page ended: the sort values of its last item, and its id."""

    values: tuple[Scalar, ...] = attrs.field(repr=False)
    id: str


def equal(field: str, value: object) -> Test:
    """The field is this value; use `is_none` for nothing."""
    return Test(field, "equal", value)


def one_of(field: str, values: Any) -> Test:
    """The field is one of these values; of none, that is false."""
    return Test(field, "one_of", tuple(values))


def less(field: str, value: object) -> Test:
    """The field is less than the value, or earlier."""
    return Test(field, "less", value)


def at_most(field: str, value: object) -> Test:
    """The field is at most the value."""
    return Test(field, "at_most", value)


def greater(field: str, value: object) -> Test:
    """The field is greater than the value, or later."""
    return Test(field, "greater", value)


def at_least(field: str, value: object) -> Test:
    """The field is at least the value."""
    return Test(field, "at_least", value)


def between(field: str, low: object, high: object) -> Every:
    """The field is at least `low` and less than `high`, half-open as periods are."""
    return Every((at_least(field, low), less(field, high)))


def starts_with(field: str, text: str) -> Test:
    """The text of the field starts with this text."""
    return Test(field, "starts_with", text)


def has(field: str, value: object) -> Test:
    """The value is among those of a many-valued field."""
    return Test(field, "has", value)


def has_any(field: str, values: Any) -> Test:
    """One of these values is among those of a many-valued field; of none, that is false."""
    return Test(field, "has_any", tuple(values))


def is_none(field: str) -> Test:
    """The field has nothing in it."""
    return Test(field, "is_none", None)


def every(*parts: Condition) -> Every:
    """All of them hold."""
    return Every(parts)


def some(*parts: Condition) -> Some:
    """At least one of them holds."""
    return Some(parts)


def negated(condition: Condition) -> Condition:
    """The opposite, with the negation moved down to the comparisons."""
    match condition:
        case Test():
            return evolve(condition, negated=not condition.negated)
        case Every(parts):
            return Some(tuple(negated(part) for part in parts))
        case Some(parts):
            return Every(tuple(negated(part) for part in parts))
        case _ as unreachable:
            assert_never(unreachable)


def prepared(kind: Kind[Any], condition: Condition) -> Condition:
    """The condition with its fields looked up and its values in searchable form.

    Adapters get none but prepared ones.

    Raises:
        InvalidValue: a field that is not declared, an operator that does not fit it, or a value of
            another type than the field's.
    """
    match condition:
        case Every(parts):
            return Every(tuple(prepared(kind, part) for part in parts))
        case Some(parts):
            return Some(tuple(prepared(kind, part) for part in parts))
        case Test():
            return _prepared_test(kind, condition)
        case _:
            raise InvalidValue("where", "must be a condition")


def _fit(searched: Searched[Any], value: object) -> Scalar:
    """The value in searchable form, if the field can hold it."""
    scalar = searchable(value)
    if not isinstance(scalar, str if searched.type == "text" else int):
        raise InvalidValue("where", f"{searched.name} is compared with {searched.type}")
    if isinstance(scalar, str) and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in scalar):
        raise InvalidValue("where", "text must not contain NUL or a lone surrogate")
    return scalar


def _prepared_test(kind: Kind[Any], test: Test) -> Test:
    searched = kind.field_named(test.field)
    if test.operator not in get_args(Operator):
        raise InvalidValue("where", "there is no such operator")
    if searched.many is not (test.operator in _OF_MANY):
        wanted = "has or has_any" if searched.many else "another comparison than has"
        raise InvalidValue("where", f"{test.field} needs {wanted}")
    if searched.match == "exact" and test.operator not in WHOLE:
        raise InvalidValue("where", f"{test.field} is found by its whole value only")
    if test.operator == "starts_with" and searched.type != "text":
        raise InvalidValue("where", f"{test.field} holds no text to start with")
    if test.operator == "is_none":
        return test
    if test.operator in _OF_SEVERAL:
        return evolve(test, value=tuple(_fit(searched, value) for value in test.value))
    return evolve(test, value=_fit(searched, test.value))


def single_valued(kind: Kind[Any], name: str) -> Searched[Any]:
    """The searched field of this name, if it has one value.

    Raises:
        InvalidValue: none is declared, or it has many.
    """
    searched = kind.field_named(name)
    if searched.many:
        raise InvalidValue("order_by", f"{name} has many values")
    return searched


def prepared_order(kind: Kind[Any], order_by: tuple[Order, ...]) -> tuple[Order, ...]:
    """The same order, if every field of it is declared, has one value that has an order, and is
    named once.

    Raises:
        InvalidValue: otherwise.
    """
    for order in order_by:
        if single_valued(kind, order.field).match == "exact":
            raise InvalidValue("order_by", f"{order.field} has no order")
    if len({order.field for order in order_by}) != len(order_by):
        raise InvalidValue("order_by", "names a field twice")
    return order_by


def prepared_cursor(kind: Kind[Any], order_by: tuple[Order, ...], after: Cursor) -> Cursor:
    """The cursor with its values in searchable form, if a page in this order can end there.

    Raises:
        InvalidValue: it has other values than the order has fields, or no id.
    """
    if len(after.values) != len(order_by) or not is_id(after.id):
        raise InvalidValue("after", "is a cursor of another order")
    values = (
        None if value is None else _fit(kind.field_named(order.field), value)
        for order, value in zip(order_by, after.values, strict=True)
    )
    return Cursor(tuple(values), after.id)


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "equal": lambda one, other: bool(one == other),
    "one_of": lambda one, others: one in others,
    "less": lambda one, other: bool(one < other),
    "at_most": lambda one, other: bool(one <= other),
    "greater": lambda one, other: bool(one > other),
    "at_least": lambda one, other: bool(one >= other),
    "starts_with": lambda one, start: bool(one.startswith(start)),
    "has": lambda many, one: one in many,
    "has_any": lambda many, others: not set(many).isdisjoint(others),
}


def fields_of(condition: Condition) -> frozenset[str]:
    """The fields that a condition compares."""
    if isinstance(condition, Test):
        return frozenset({condition.field})
    return frozenset[str]().union(*(fields_of(part) for part in condition.parts))


def matches(condition: Condition, searched: Mapping[str, Any]) -> bool:
    """Whether a prepared condition holds for these searched fields, `id` among them."""
    match condition:
        case Every(parts):
            return all(matches(part, searched) for part in parts)
        case Some(parts):
            return any(matches(part, searched) for part in parts)
        case Test(name, operator, value, negated_):
            held = searched[name]
            if operator == "is_none":
                return (held is None) is not negated_
            return (held is not None and _COMPARE[operator](held, value)) is not negated_
        case _ as unreachable:
            assert_never(unreachable)


class _Reversed:
    """Sorts the other way round."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __lt__(self, other: "_Reversed") -> bool:
        return bool(other.key < self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reversed) and bool(self.key == other.key)

    __hash__ = None  # type: ignore[assignment]


def sort_key(order_by: tuple[Order, ...], values: tuple[Scalar, ...], id: str) -> tuple[Any, ...]:
    """The key by which every store sorts: nothing first, then the values, ties by id ascending."""
    keys: list[Any] = []
    for order, value in zip(order_by, values, strict=True):
        key = (value is not None, value) if value is not None else (False,)
        keys.append(_Reversed(key) if order.descending else key)
    return (*keys, id)
