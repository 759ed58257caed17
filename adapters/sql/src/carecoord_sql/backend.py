"""The SQL backend: one implementation of the storage contract for SQLite and PostgreSQL."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from carecoord.errors import InvalidValue
from carecoord.storage.backend import AuditRecord, Changes, Stored
from carecoord.storage.conditions import Condition, Cursor, Order
from carecoord.storage.kind import Kind, Scalar
from carecoord_sql.commit import Commit
from carecoord_sql.connections import Connections
from carecoord_sql.engines import Engine
from carecoord_sql.migrate import create_schema, referring
from carecoord_sql.postgresql import PostgresEngine
from carecoord_sql.queries import Queries
from carecoord_sql.references import broken_reference
from carecoord_sql.sqlite import SqliteEngine
from carecoord_sql.statements import AuditStatements, KindStatements

__all__ = ["SqlBackend", "open_sql"]

_decoded = json.JSONDecoder().decode


class SqlBackend:
    """Keeps rows in SQLite or PostgreSQL; see `Backend` for what its methods promise.

    It may be shared by threads, and a process that is forked off opens connections of its own.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connections = Connections(engine)
        self._queries = Queries(engine)
        self._audit = AuditStatements.of(engine)
        self._statements: dict[str, KindStatements] = {}
        self._lock = threading.Lock()

    def create_schema(self, kinds: Sequence[Kind[Any]]) -> None:
        """See `Backend`."""
        with self._translated(), self._engine.sql.connect() as connection:
            create_schema(self._engine, connection, kinds)

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
        found = self._ask(*self._queries.bodies(self._of(kind), where, order_by, limit, after))
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
        return self._ask(
            *self._queries.lines(self._of(kind), fields, where, order_by, limit, after)
        )

    def count(self, kind: Kind[Any], where: Condition) -> int:
        """See `Backend`."""
        ((count,),) = self._ask(*self._queries.number(self._of(kind), where))
        return int(count)

    def commit(self, changes: Changes) -> None:
        """See `Backend`."""
        engine, committing = self._engine, False
        try:
            connection = self._connections.take()
            try:
                transaction = engine.begin(connection)
                try:
                    Commit(engine, self._of, self._audit, transaction, changes).keep()
                    committing = True
                    transaction.commit()
                finally:
                    transaction.close()
            finally:
                self._connections.give(connection)
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
        with self._translated(), self._engine.sql.connect() as connection:
            return referring(connection, table)

    def _of(self, kind: Kind[Any]) -> KindStatements:
        found = self._statements.get(kind.name)
        if found is None or found.kind is not kind:
            with self._lock:
                found = KindStatements.of(kind, self._engine)
                self._statements[kind.name] = found
        return found

    def _ask(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """The rows of a reading statement.

        A connection that was lost is replaced once, since nothing was changed.
        """
        try:
            return self._fetch(sql, values)
        except self._engine.errors as error:
            if not self._engine.is_lost(error):
                raise self._engine.error(error) from None
        with self._translated():
            return self._fetch(sql, values)

    def _fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        connection = self._connections.take()
        try:
            return self._engine.fetch(connection, sql, values)
        finally:
            self._connections.give(connection)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._engine.errors as error:
            raise self._engine.error(error) from None


def open_sql(url: str, password: str | None = None) -> SqlBackend:
    """The backend for `sqlite:///clinic.db` or `postgresql://user@host/database`.

    Raises:
        InvalidValue: the URL is none of these, or there is a password for SQLite.
    """
    try:
        parsed = sa.make_url(url)
        name = parsed.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        raise InvalidValue("url", "cannot be read") from None
    if name == "sqlite" and password is not None:
        raise InvalidValue("password", "opens no SQLite file; encrypt what is kept with keys")
    if password is not None:
        parsed = parsed.set(password=password)
    if name == "sqlite":
        return SqlBackend(SqliteEngine(parsed))
    if name == "postgresql":
        return SqlBackend(PostgresEngine(parsed))
    raise InvalidValue("url", "is of another database than SQLite and PostgreSQL")
