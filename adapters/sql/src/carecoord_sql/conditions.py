"""Conditions, orders and cursors as SQL expressions.

Prepared conditions carry their negations on the comparisons alone, so that a comparison with NULL,
which SQL calls unknown, always means false here.
"""

import json
import operator
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from carecoord.storage.conditions import Condition, Cursor, Every, Order, Some, Test
from carecoord.storage.kind import Kind, Scalar
from carecoord_sql.schema import TEXT, WHOLE, KindTables

__all__ = ["after_cursor", "expression", "ordering"]

Expression = sa.ColumnElement[bool]

_TOGETHER = 200
"""How many parts stand side by side; SQLite limits how deep an expression may be."""


_COMPARE: Mapping[str, Callable[[Any, Any], Expression]] = {
    "equal": operator.eq,
    "less": operator.lt,
    "at_most": operator.le,
    "greater": operator.gt,
    "at_least": operator.ge,
}


def expression(
    kind: Kind[Any], tables: KindTables, condition: Condition, dialect: str
) -> Expression:
    """The condition, over the kind's table."""
    match condition:
        case Every(parts):
            return _joined(
                sa.and_, sa.true(), [expression(kind, tables, p, dialect) for p in parts]
            )
        case Some(parts):
            sought, rest = _values_sought(parts)
            anyone = [_has_any(kind, tables, *one, dialect) for one in sought.items()]
            return _joined(
                sa.or_, sa.false(), anyone + [expression(kind, tables, p, dialect) for p in rest]
            )
        case Test():
            return _test(kind, tables, condition, dialect)


def _joined(
    join: Callable[..., Expression], empty: Expression, parts: list[Expression]
) -> Expression:
    while len(parts) > _TOGETHER:
        groups = [parts[at : at + _TOGETHER] for at in range(0, len(parts), _TOGETHER)]
        # A function call is what SQLAlchemy does not flatten into its surroundings.
        parts = [sa.func.coalesce(join(*group), sa.false(), type_=sa.Boolean()) for group in groups]
    return join(*parts) if parts else empty


def _values_sought(
    parts: tuple[Condition, ...],
) -> tuple[dict[str, tuple[Scalar, ...]], list[Condition]]:
    """The values of which a many-valued field must have one, and the parts that say else."""
    sought: dict[str, tuple[Scalar, ...]] = {}
    rest: list[Condition] = []
    for part in parts:
        if isinstance(part, Test) and part.operator == "has" and not part.negated:
            sought[part.field] = (*sought.get(part.field, ()), part.value)
        else:
            rest.append(part)
    return sought, rest


def _has_any(
    kind: Kind[Any], tables: KindTables, field: str, values: tuple[Scalar, ...], dialect: str
) -> Expression:
    """One look at the values of a row, however many would do, instead of one look for each."""
    side = tables.many[field]
    whole = kind.field_named(field).type == "integer"
    value: Any = side.c.value
    if dialect == "sqlite":
        # A plus keeps SQLite from looking up each value for each row: a row has few, the list many.
        value = UnaryExpression(value, operator=custom_op("+"), type_=value.type)
    fits = _one_of(value, values, dialect, whole=whole)
    return sa.exists().where(side.c.owner == tables.main.c.id, fits)


def _test(kind: Kind[Any], tables: KindTables, test: Test, dialect: str) -> Expression:
    if test.operator == "has":
        side = tables.many[test.field]
        found = sa.exists().where(side.c.owner == tables.main.c.id, side.c.value == test.value)
        return ~found if test.negated else found
    column = tables.column(test.field)
    if test.operator == "is_none":
        return column.is_not(None) if test.negated else column.is_(None)
    whole = kind.field_named(test.field).type == "integer"
    holds = _comparison(column, test.operator, test.value, dialect, whole=whole)
    return sa.or_(column.is_(None), sa.not_(holds)) if test.negated else holds


def _comparison(
    column: sa.Column[Any], asked: str, value: Any, dialect: str, *, whole: bool
) -> Expression:
    if asked == "one_of":
        return _one_of(column, value, dialect, whole=whole)
    if asked == "starts_with":
        return _starts_with(column, value)
    return _COMPARE[asked](column, value)


def _one_of(
    column: sa.ColumnElement[Any], values: tuple[Scalar, ...], dialect: str, *, whole: bool
) -> Expression:
    """One parameter for any number of values: there is no limit, and one statement to prepare."""
    if dialect == "postgresql":
        listed = sa.bindparam(None, list(values), ARRAY(WHOLE if whole else TEXT))
        return column == sa.any_(listed)
    each = sa.func.json_each(json.dumps(values, ensure_ascii=False)).table_valued("value")
    return column.in_(sa.select(each.c.value))


def _starts_with(column: sa.Column[Any], start: str) -> Expression:
    """As a range, which an index can answer: from the start itself to the next text after all."""
    if not start:
        return column.is_not(None)
    kept = start.rstrip("\U0010ffff")
    if not kept:
        return column >= start
    after = ord(kept[-1]) + 1
    after = 0xE000 if 0xD800 <= after <= 0xDFFF else after
    return sa.and_(column >= start, column < kept[:-1] + chr(after))


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


def after_cursor(tables: KindTables, order_by: tuple[Order, ...], after: Cursor) -> Expression:
    """Whatever is sorted after the cursor."""
    beyond = tables.main.c.id > after.id
    for order, value in reversed(list(zip(order_by, after.values, strict=True))):
        column = tables.column(order.field)
        same = column.is_(None) if value is None else column == value
        further = _further(column, value, descending=order.descending)
        beyond = sa.or_(further, sa.and_(same, beyond))
    return beyond


def _further(column: sa.Column[Any], value: Scalar, *, descending: bool) -> Expression:
    if value is None:
        return sa.false() if descending else column.is_not(None)
    return sa.or_(column < value, column.is_(None)) if descending else column > value
