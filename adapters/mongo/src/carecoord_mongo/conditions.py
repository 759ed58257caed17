"""Conditions, orders and cursors, as the filters and sorts of a query.

Values stand only behind operators (`$eq`, `$lt`, …), where MongoDB compares and never interprets
them; field names are names of ours. A comparison with null is false for the other type brackets,
and the negated operators match null, which is the two-valued logic of the contract.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from carecoord.storage.conditions import Condition, Cursor, Every, Order, Some, Test

__all__ = ["Filter", "after_cursor", "filter_of", "path_of", "sort_of"]

Filter: TypeAlias = dict[str, Any]

_NOTHING: Filter = {"_id": {"$in": []}}

_OPERATORS = {
    "less": "$lt",
    "at_most": "$lte",
    "greater": "$gt",
    "at_least": "$gte",
}


def path_of(field: str) -> str:
    """Where a searched field stands in a document."""
    return "_id" if field == "id" else f"searched.{field}"


def filter_of(condition: Condition) -> Filter:
    """The filter that matches what a prepared condition matches."""
    match condition:
        case Every(parts):
            return _all_of([filter_of(part) for part in parts])
        case Some(parts):
            return _any_of([filter_of(part) for part in parts])
        case Test():
            return {path_of(condition.field): _comparison(condition)}


def _all_of(filters: list[Filter]) -> Filter:
    filters = [one for one in filters if one]
    if len(filters) < 2:
        return filters[0] if filters else {}
    return {"$and": filters}


def _any_of(filters: list[Filter]) -> Filter:
    if len(filters) < 2:
        return filters[0] if filters else _NOTHING
    return {"$or": filters}


def _comparison(test: Test) -> Filter:
    value = test.value
    match test.operator:
        case "equal" | "has":
            return {"$ne" if test.negated else "$eq": value}
        case "is_none":
            return {"$ne" if test.negated else "$eq": None}
        case "one_of" | "has_any":
            return {"$nin" if test.negated else "$in": list(value)}
        case "starts_with":
            compared = _starting(value)
        case ordered:
            compared = {_OPERATORS[ordered]: value}
    return {"$not": compared} if test.negated else compared


def _starting(start: str) -> Filter:
    """Text from `start` up to the first text that no longer starts so.

    A range needs no escaping, unlike a regular expression, and uses the index as well.
    """
    end = _next_text(start)
    return {"$gte": start} if end is None else {"$gte": start, "$lt": end}


def _next_text(start: str) -> str | None:
    """The least text by code point that is above all that start so, or None where nothing is."""
    stem = start.rstrip("\U0010ffff")
    if not stem:
        return None
    following = ord(stem[-1]) + 1
    return stem[:-1] + chr(0xE000 if 0xD800 <= following < 0xE000 else following)


def _until_id(order_by: Sequence[Order]) -> Iterator[Order]:
    """The order with its tie, by id; whatever follows the id decides nothing."""
    for order in order_by:
        yield order
        if order.field == "id":
            return
    yield Order("id")


def sort_of(order_by: Sequence[Order]) -> list[tuple[str, int]]:
    """The sort of an order, ties by id. MongoDB sorts null first, and text by code point."""
    return [(path_of(order.field), -1 if order.descending else 1) for order in _until_id(order_by)]


def after_cursor(order_by: Sequence[Order], after: Cursor) -> Filter:
    """The filter that matches what is sorted after the cursor."""
    same: list[Filter] = []
    later: list[Filter] = []
    for order, value in zip(_until_id(order_by), (*after.values, after.id), strict=False):
        path = path_of(order.field)
        later.append(_all_of([*same, _beyond(path, value, order.descending)]))
        same.append({path: {"$eq": value}})
    return _any_of(later)


def _beyond(path: str, value: object, descending: bool) -> Filter:
    if not descending:
        return {path: {"$ne": None} if value is None else {"$gt": value}}
    if value is None:
        return _NOTHING
    return {"$or": [{path: {"$lt": value}}, {path: {"$eq": None}}]}
