"""PostgreSQL through psycopg: reads commit by themselves, a commit takes few round trips."""

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg as dialect

from carecoord.errors import CarecoordError, InvalidValue, OutcomeUnknown, Unavailable
from carecoord_sql.engines import Cursor, Fixed, Transaction, driver_error, quoted

if TYPE_CHECKING:
    from typing import LiteralString

    import psycopg

__all__ = ["PostgresEngine"]

_PATIENCE = "10"
"""Seconds to wait for a server, unless the URL says otherwise."""
_SETTINGS: tuple["LiteralString", ...] = (
    # What was acknowledged must survive the server, also where a role or database says otherwise.
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'",
    "SET lock_timeout = '10s'",
)
_SCHEMA_LOCK = 0x63617265636F6F72
"""The advisory lock of whoever changes the schema: "carecoor" in ASCII."""

_TRANSIENT = {
    "40001": "it collided with another transaction",
    "40P01": "it collided with another transaction",
    "55P03": "another transaction holds what it needs",
    "57014": "the statement was cancelled",
}


class _PostgresTransaction:
    """Sends statements as they come, and waits for their answers only when it settles."""

    def __init__(
        self, connection: "psycopg.Connection[Any]", failure: "type[psycopg.Error]"
    ) -> None:
        self._connection = connection
        self._failure = failure
        self._stack = ExitStack()
        self._pipeline = self._stack.enter_context(connection.pipeline())
        try:
            connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        except BaseException:
            self.close()
            raise

    def run(self, sql: str, values: Sequence[Any]) -> Cursor:
        return self._connection.execute(sql, values)

    def run_pairs(self, sql: str, pairs: Sequence[tuple[Any, Any]]) -> Cursor:
        return self._connection.execute(sql, [[a for a, _ in pairs], [b for _, b in pairs]])

    def settle(self) -> None:
        self._pipeline.sync()

    def commit(self) -> None:
        self._connection.execute("COMMIT")
        self._pipeline.sync()

    def close(self) -> None:
        # What fails here was told already, and shows in the connection.
        with suppress(self._failure):
            self._stack.close()
        with suppress(self._failure):
            self._connection.rollback()


class PostgresEngine:
    """See `Engine`."""

    name = "postgresql"
    mark = "%s"
    row_lock = " FOR SHARE"
    head_lock = " FOR UPDATE"

    def __init__(self, url: sa.URL) -> None:
        try:
            import psycopg
        except ImportError:
            hint = "no driver is installed; install carecoord-sql[postgresql]"
            raise InvalidValue("url", hint) from None
        self._psycopg = psycopg
        self.errors: tuple[type[Exception], ...] = (psycopg.Error, sa.exc.SQLAlchemyError)
        self.dialect: sa.Dialect = dialect.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
        _, self._arguments = self.dialect.create_connect_args(url)  # type: ignore[no-untyped-call]
        self.sql = sa.create_engine(
            "postgresql+psycopg://",
            creator=self.connect,
            poolclass=sa.NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            use_native_hstore=False,
        )

    def connect(self) -> "psycopg.Connection[Any]":
        """See `Engine`."""
        arguments = {"connect_timeout": _PATIENCE, **self._arguments, "autocommit": True}
        connection = self._psycopg.connect(**arguments)
        try:
            for statement in _SETTINGS:
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection

    def fetch(
        self, connection: "psycopg.Connection[Any]", sql: str, values: Sequence[Any]
    ) -> list[Any]:
        """See `Engine`."""
        return connection.execute(sql, values).fetchall()

    def begin(self, connection: "psycopg.Connection[Any]") -> Transaction:
        """See `Engine`."""
        return _PostgresTransaction(connection, self._psycopg.Error)

    def one_of(self, column: str) -> str:
        """See `Engine`."""
        return f"{column} = ANY(%s)"

    def listed(self, values: Sequence[Any]) -> Any:
        """See `Engine`."""
        return list(values)

    def insert_pairs(self, table: str, pair: tuple[str, str], of: str, fixed: Fixed) -> str:
        """See `Engine`."""
        columns = ", ".join(pair if fixed is None else (fixed[0], *pair))
        values = "*" if fixed is None else f"'{fixed[1]}', *"
        return (
            f"INSERT INTO {quoted(table)} ({columns})"
            f" SELECT {values} FROM unnest(%s::text[], %s::{of}[]) ON CONFLICT DO NOTHING"
        )

    def delete_pairs(self, table: str, pair: tuple[str, str], of: str, fixed: Fixed) -> str:
        """See `Engine`."""
        same = f"{pair[0]} = gone.a AND {pair[1]} = gone.b"
        if fixed is not None:
            same = f"{fixed[0]} = '{fixed[1]}' AND {same}"
        gone = f"unnest(%s::text[], %s::{of}[]) AS gone (a, b)"
        return f"DELETE FROM {quoted(table)} USING {gone} WHERE {same}"

    def lock_schema(self, connection: sa.Connection) -> None:
        """See `Engine`.

        Raises:
            InvalidValue: the database cannot keep every character.
        """
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise InvalidValue("url", "names a database whose encoding is not UTF8")
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})")

    def error(self, error: Exception, *, committing: bool = False) -> CarecoordError:
        """See `Engine`."""
        if self.is_lost(error):
            if committing:
                return OutcomeUnknown("the connection to the database broke while committing")
            return Unavailable("the database cannot be reached")
        state = getattr(driver_error(error), "sqlstate", None)
        reason = _TRANSIENT.get(state or "", f"the database refused a statement ({state})")
        return Unavailable(reason)

    def is_lost(self, error: Exception) -> bool:
        """See `Engine`."""
        cause = driver_error(error)
        if not isinstance(cause, self._psycopg.OperationalError | self._psycopg.InterfaceError):
            return False
        return cause.sqlstate is None or cause.sqlstate[:2] == "08" or cause.sqlstate[:4] == "57P0"

    def is_usable(self, connection: "psycopg.Connection[Any]") -> bool:
        """See `Engine`."""
        return connection.pgconn.transaction_status == _IDLE

    def is_broken_reference(self, error: Exception) -> bool:
        """See `Engine`."""
        return getattr(driver_error(error), "sqlstate", None) == "23503"


_IDLE = 0
"""The transaction status of a connection that waits for its next statement."""
