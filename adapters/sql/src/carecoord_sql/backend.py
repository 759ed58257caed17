"""The SQL backend: one implementation of the storage contract for SQLite and PostgreSQL."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa

from carecoord.errors import InvalidValue
from carecoord.storage.backend import AuditRecord, Changes, Stored
from carecoord.storage.conditions import Condition, Cursor, Order
from carecoord.storage.kind import Kind, Scalar
from carecoord_sql.commit import Commit
from carecoord_sql.conditions import after_cursor, expression, ordering
from carecoord_sql.connections import Connections, Link
from carecoord_sql.engines import Engine
from carecoord_sql.migrate import create_schema, referring
from carecoord_sql.postgresql import PostgresEngine
from carecoord_sql.references import broken_reference
from carecoord_sql.sqlite import SqliteEngine
from carecoord_sql.statements import AuditStatements, KindStatements

__all__ = ["SqlBackend", "open_sql"]

R = TypeVar("R")

_decoded = json.JSONDecoder().decode


class SqlBackend:
    """Keeps rows in SQLite or PostgreSQL; see `Backend` for what its methods promise.

    It may be shared by threads, and a process that is forked off opens connections of its own.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connections = Connections(engine)
        self._audit = AuditStatements.of(engine)
        self._statements: dict[str, KindStatements] = {}
        self._lock = threading.Lock()

    def create_schema(self, kinds: Sequence[Kind[Any]]) -> None:
        """See `Backend`."""
        with self._translated(), self._connections.one() as link:
            create_schema(self._engine, link.sql, kinds)
            link.sql.rollback()

    def fetch(self, kind: Kind[Any], id: str) -> Stored | None:
        """See `Backend`."""
        found = self._ask(self._of(kind).fetch, (id,))
        if not found:
            return None
        ((version, body),) = found
        return Stored(id, version, _decoded(body))

    def select(
        self,
        kind: Kind[Any],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[Stored]:
        """See `Backend`."""
        main = self._of(kind).tables.main
        query = sa.select(main.c.id, main.c.version, main.c.body)
        found = self._rows(self._sorted(kind, query, where, order_by, limit, after))
        return [Stored(id, version, _decoded(body)) for id, version, body in found]

    def project(
        self,
        kind: Kind[Any],
        fields: tuple[str, ...],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[tuple[Scalar, ...]]:
        """See `Backend`."""
        tables = self._of(kind).tables
        query = sa.select(tables.main.c.id, *(tables.column(name) for name in fields))
        found = self._rows(self._sorted(kind, query, where, order_by, limit, after))
        return [tuple(row) for row in found]

    def count(self, kind: Kind[Any], where: Condition) -> int:
        """See `Backend`."""
        tables = self._of(kind).tables
        query = sa.select(sa.func.count()).select_from(tables.main)
        ((count,),) = self._rows(query.where(expression(kind, tables, where, self._engine.name)))
        return int(count)

    def commit(self, changes: Changes) -> None:
        """See `Backend`."""
        engine, committing = self._engine, False
        try:
            with self._connections.one() as link:
                transaction = engine.begin(link.driver)
                try:
                    Commit(engine, self._of, self._audit, transaction, changes).keep()
                    committing = True
                    transaction.commit()
                finally:
                    transaction.close()
        except engine.errors as error:
            if not engine.is_broken_reference(error):
                raise engine.error(error, committing=committing) from None
        else:
            return
        raise broken_reference(engine, self._ask, self._referring, changes)

    def audit_streams(self) -> list[AuditRecord]:
        """See `Backend`."""
        return [AuditRecord(*row) for row in self._ask(self._audit.streams, ())]

    def audit_records(self, stream: int, after: int, limit: int) -> list[AuditRecord]:
        """See `Backend`."""
        found = self._ask(self._audit.records, (stream, after, limit))
        return [AuditRecord(*row) for row in found]

    def close(self) -> None:
        """See `Backend`."""
        self._connections.close()

    def _referring(self, table: str) -> list[tuple[str, str]]:
        with self._translated(), self._connections.one() as link:
            try:
                return referring(link.sql, table)
            finally:
                link.sql.rollback()

    def _of(self, kind: Kind[Any]) -> KindStatements:
        found = self._statements.get(kind.name)
        if found is None or found.kind is not kind:
            with self._lock:
                found = KindStatements.of(kind, self._engine)
                self._statements[kind.name] = found
        return found

    def _sorted(
        self,
        kind: Kind[Any],
        query: Any,
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> Any:
        tables = self._of(kind).tables
        query = query.where(expression(kind, tables, where, self._engine.name))
        if after is not None:
            query = query.where(after_cursor(tables, order_by, after))
        return query.order_by(*ordering(tables, order_by)).limit(limit)

    def _ask(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """The rows of a reading statement of ours, run by the driver itself."""
        return self._read(lambda link: self._engine.fetch(link.driver, sql, values))

    def _rows(self, query: Any) -> Sequence[Any]:
        """The rows of a query that SQLAlchemy put together."""
        return self._read(lambda link: _executed(link, query))

    def _read(self, read: Callable[[Link], R]) -> R:
        """Read by a connection; one that was lost is replaced once, since nothing was changed."""
        try:
            with self._connections.one() as link:
                return read(link)
        except self._engine.errors as error:
            if not self._engine.is_lost(error):
                raise self._engine.error(error) from None
        with self._translated(), self._connections.one() as link:
            return read(link)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._engine.errors as error:
            raise self._engine.error(error) from None


def _executed(link: Link, query: Any) -> Sequence[Any]:
    try:
        return link.sql.execute(query).all()
    finally:
        link.sql.rollback()


def open_sql(url: str) -> SqlBackend:
    """The backend for `sqlite:///clinic.db` or `postgresql://user:password@host/database`.

    Raises:
        InvalidValue: the URL is none of these.
    """
    try:
        parsed = sa.make_url(url)
        name = parsed.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        raise InvalidValue("url", "cannot be read") from None
    if name == "sqlite":
        return SqlBackend(SqliteEngine(parsed))
    if name == "postgresql":
        return SqlBackend(PostgresEngine(parsed))
    raise InvalidValue("url", "is of another database than SQLite and PostgreSQL")
