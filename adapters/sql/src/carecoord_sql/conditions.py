"""Conditions, orders and cursors as SQL expressions.

An expression is made of the shape of a condition alone, with a parameter in the place of every
value, so that whatever is asked often is put together once. Prepared conditions carry their
negations on the comparisons, so that a comparison with NULL, which SQL calls unknown, always means
false here.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from carecoord.storage.conditions import Condition, Every, Order, Some, Test
from carecoord.storage.kind import Kind
from carecoord_sql.schema import TEXT, WHOLE, KindTables

__all__ = ["Shape", "after_cursor", "expression", "ordering", "shape_of", "without_prefixes"]

Expression: TypeAlias = sa.ColumnElement[bool]
Shape: TypeAlias = tuple[Any, ...]
"""What two conditions have in common that differ in their values only."""

_TOGETHER = 200
"""How many parts stand side by side; SQLite limits how deep an expression may be."""

_COMPARE: Mapping[str, Callable[[Any, Any], Expression]] = {
    "equal": operator.eq,
    "less": operator.lt,
    "at_most": operator.le,
    "greater": operator.gt,
    "at_least": operator.ge,
}


def without_prefixes(condition: Condition) -> Condition:
    """The same with `starts_with` told as a range, which an index can answer."""
    match condition:
        case Every(parts):
            return Every(tuple(map(without_prefixes, parts)))
        case Some(parts):
            return Some(tuple(map(without_prefixes, parts)))
        case Test(field, "starts_with", start, negated):
            return _range(field, start, negated=negated)
        case _:
            return condition


def _range(field: str, start: str, *, negated: bool) -> Condition:
    """From the start itself to the next text after all that start with it."""
    if not start:
        return Test(field, "is_none", None, not negated)
    low = Test(field, "at_least", start, negated)
    kept = start.rstrip("\U0010ffff")
    if not kept:
        return low
    after = ord(kept[-1]) + 1
    after = 0xE000 if 0xD800 <= after <= 0xDFFF else after
    high = Test(field, "less", kept[:-1] + chr(after), negated)
    return Some((low, high)) if negated else Every((low, high))


def shape_of(condition: Condition, values: list[Any]) -> Shape:
    """The shape; the values are appended in the order in which `expression` places parameters."""
    if isinstance(condition, Test):
        if condition.operator != "is_none":
            values.append(condition.value)
        return condition.field, condition.operator, condition.negated
    return type(condition), *(shape_of(part, values) for part in condition.parts)


def expression(
    kind: Kind[Any],
    tables: KindTables,
    condition: Condition,
    parameters: Iterator[str],
    dialect: str,
) -> Expression:
    """A condition without prefixes, over the kind's table; the values are left to parameters."""
    if isinstance(condition, Test):
        return _test(kind, tables, condition, parameters, dialect)
    parts = [expression(kind, tables, part, parameters, dialect) for part in condition.parts]
    if isinstance(condition, Every):
        return _joined(sa.and_, sa.true(), parts)
    return _joined(sa.or_, sa.false(), parts)


def _joined(
    join: Callable[..., Expression], empty: Expression, parts: list[Expression]
) -> Expression:
    while len(parts) > _TOGETHER:
        groups = [parts[at : at + _TOGETHER] for at in range(0, len(parts), _TOGETHER)]
        # A function call is what SQLAlchemy does not flatten into its surroundings.
        parts = [sa.func.coalesce(join(*group), sa.false(), type_=sa.Boolean()) for group in groups]
    return join(*parts) if parts else empty


def _test(
    kind: Kind[Any], tables: KindTables, test: Test, parameters: Iterator[str], dialect: str
) -> Expression:
    of = WHOLE if kind.field_named(test.field).type == "integer" else TEXT
    if test.operator in ("has", "has_any"):
        side = tables.many[test.field].c
        if test.operator == "has":
            holds: Expression = side.value == sa.bindparam(next(parameters), type_=of)
        else:
            holds = _one_of(side.value, next(parameters), of, dialect)
        # No EXISTS for each row: a planner can set out from a list of owners.
        owners, id = sa.select(side.owner).where(holds), tables.main.c.id
        return id.not_in(owners) if test.negated else id.in_(owners)
    column = tables.column(test.field)
    if test.operator == "is_none":
        return column.is_not(None) if test.negated else column.is_(None)
    if test.operator == "one_of":
        holds = _one_of(column, next(parameters), of, dialect)
    else:
        holds = _COMPARE[test.operator](column, sa.bindparam(next(parameters), type_=of))
    return sa.or_(column.is_(None), sa.not_(holds)) if test.negated else holds


def _one_of(column: sa.Column[Any], parameter: str, of: Any, dialect: str) -> Expression:
    """One parameter for any number of values: there is no limit, and one statement to prepare."""
    if dialect == "postgresql":
        return column == sa.any_(sa.bindparam(parameter, type_=ARRAY(of)))
    each = sa.func.json_each(sa.bindparam(parameter, type_=sa.Text())).table_valued("value")
    return column.in_(sa.select(each.c.value))


def ordering(tables: KindTables, order_by: tuple[Order, ...]) -> list[sa.ColumnElement[Any]]:
    """Nothing first, or last where descending; ties by id."""
    keys: list[sa.ColumnElement[Any]] = []
    for order in order_by:
        column = tables.column(order.field)
        if order.descending:
            keys.append(column.desc().nulls_last())
        else:
            keys.append(column.asc().nulls_first())
    return [*keys, tables.main.c.id.asc()]


def after_cursor(
    tables: KindTables, order_by: tuple[Order, ...], empty: tuple[bool, ...]
) -> Expression:
    """Whatever is sorted after a cursor; `empty` says which of its values are nothing.

    Its values are the parameters `after_0`, `after_1` and so on, its id is `after_id`.
    """
    beyond: Expression = tables.main.c.id > sa.bindparam("after_id", type_=TEXT)
    for n, order in reversed(list(enumerate(order_by))):
        column = tables.column(order.field)
        if empty[n]:
            further: Expression = sa.false() if order.descending else column.is_not(None)
            same: Expression = column.is_(None)
        else:
            value = sa.bindparam(f"after_{n}", type_=column.type)
            further = (
                sa.or_(column < value, column.is_(None)) if order.descending else column > value
            )
            same = column == value
        beyond = sa.or_(further, sa.and_(same, beyond))
    return beyond
