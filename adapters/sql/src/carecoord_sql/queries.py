"""Searches: each shape of one is put together and compiled once, and then run by the driver."""

from collections.abc import Hashable
from itertools import count
from typing import Any, TypeAlias

import sqlalchemy as sa
from attrs import frozen

from carecoord.storage.conditions import Condition, Cursor, Order
from carecoord_sql.conditions import (
    after_cursor,
    expression,
    ordering,
    shape_of,
    without_prefixes,
)
from carecoord_sql.engines import Engine
from carecoord_sql.schema import WHOLE
from carecoord_sql.statements import KindStatements

__all__ = ["Queries", "Query"]

Query: TypeAlias = tuple[str, list[Any]]
"""A statement, and its values in their places."""

_MOST = 1_000
"""How many shapes are kept; there are more only where conditions are of any length."""


@frozen
class _Compiled:
    """A statement as the driver takes it, and which value belongs in which place."""

    of: KindStatements
    sql: str
    places: tuple[str, ...]
    constants: dict[str, Any]

    @classmethod
    def of_statement(
        cls, of: KindStatements, statement: sa.Select[Any], engine: Engine
    ) -> "_Compiled":
        compiled = statement.compile(dialect=engine.dialect)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        return cls(of, str(compiled), tuple(compiled.positiontup or ()), constants)


class Queries:
    """The searches of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._compiled: dict[Hashable, _Compiled] = {}

    def bodies(
        self,
        of: KindStatements,
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> Query:
        """Id, version and body of those that match."""
        return self._query(of, ("version", "body"), where, order_by, limit, after)

    def lines(
        self,
        of: KindStatements,
        fields: tuple[str, ...],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> Query:
        """Id and these fields of those that match."""
        columns = tuple(of.tables.column(name).name for name in fields)
        return self._query(of, columns, where, order_by, limit, after)

    def number(self, of: KindStatements, where: Condition) -> Query:
        """How many match."""
        return self._query(of, None, where, (), None, None)

    def _query(
        self,
        of: KindStatements,
        columns: tuple[str, ...] | None,
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> Query:
        where = without_prefixes(where)
        values: list[Any] = []
        shape = shape_of(where, values)
        empty = None if after is None else tuple(value is None for value in after.values)
        key = (of.kind.name, columns, shape, order_by, limit is None, empty)
        found = self._compiled.get(key)
        if found is None or found.of is not of:
            if len(self._compiled) >= _MOST:
                self._compiled.clear()
            statement = self._statement(of, columns, where, order_by, limit, empty)
            found = self._compiled[key] = _Compiled.of_statement(of, statement, self._engine)
        named = {
            f"value_{n}": self._engine.listed(value) if type(value) is tuple else value
            for n, value in enumerate(values)
        }
        named.update(found.constants)
        named["most"] = limit
        if after is not None:
            named["after_id"] = after.id
            named.update((f"after_{n}", value) for n, value in enumerate(after.values))
        return found.sql, [named[name] for name in found.places]

    def _statement(
        self,
        of: KindStatements,
        columns: tuple[str, ...] | None,
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        empty: tuple[bool, ...] | None,
    ) -> sa.Select[Any]:
        tables, main = of.tables, of.tables.main
        parameters = (f"value_{n}" for n in count())
        matching = expression(of.kind, tables, where, parameters, self._engine.name)
        if columns is None:
            return sa.select(sa.func.count()).select_from(main).where(matching)
        query = sa.select(main.c.id, *(main.c[name] for name in columns)).where(matching)
        if empty is not None:
            query = query.where(after_cursor(tables, order_by, empty))
        if limit is not None:
            query = query.limit(sa.bindparam("most", type_=WHOLE))
        return query.order_by(*ordering(tables, order_by))
