"""SQLite through the driver of the standard library: a file in WAL mode, every commit synced."""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import pysqlite

from carecoord.errors import CarecoordError, InvalidValue, OutcomeUnknown, Unavailable
from carecoord_sql.engines import Cursor, Fixed, Transaction, driver_error, quoted

__all__ = ["SqliteEngine"]

_WAIT = 10.0
"""Seconds to wait for another writer."""
_TURN = 0.02
_creating = threading.Lock()

_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
)


class _Busy(sqlite3.OperationalError):
    """Other threads of this process kept the turn for too long."""


class _SqliteTransaction:
    """Begins at once as the only writer."""

    def __init__(self, connection: sqlite3.Connection, turn: threading.Lock) -> None:
        self._connection = connection
        self._turn = turn
        if not turn.acquire(timeout=_WAIT):
            raise _Busy
        try:
            connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            turn.release()
            raise

    def run(self, sql: str, values: Sequence[Any]) -> Cursor:
        return self._connection.execute(sql, values)

    def run_pairs(self, sql: str, pairs: Sequence[tuple[Any, Any]]) -> Cursor:
        return self._connection.executemany(sql, pairs)

    def settle(self) -> None:
        """Every statement is done when it returns."""

    def commit(self) -> None:
        self._connection.execute("COMMIT")

    def close(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        finally:
            self._turn.release()


class SqliteEngine:
    """See `Engine`."""

    name = "sqlite"
    mark = "?"
    row_lock = head_lock = ""
    errors: tuple[type[Exception], ...] = (sqlite3.Error, sa.exc.SQLAlchemyError)

    def __init__(self, url: sa.URL) -> None:
        if url.query or url.host:
            raise InvalidValue("url", "of SQLite names a file and nothing else")
        if not url.database or url.database == ":memory:":
            raise InvalidValue("url", "names no file; the scheme memory: keeps nothing")
        if not Path(url.database).absolute().parent.is_dir():
            raise InvalidValue("url", "names a file in a folder that does not exist")
        self._path = url.database
        self._process, self._turn = os.getpid(), threading.Lock()
        self.dialect: sa.Dialect = pysqlite.dialect()
        self.sql = sa.create_engine(
            "sqlite+pysqlite://",
            creator=self.connect,
            poolclass=sa.NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )

    def connect(self) -> sqlite3.Connection:
        """See `Engine`."""
        _create(self._path)
        connection = sqlite3.connect(
            self._path,
            timeout=_WAIT,
            isolation_level=None,
            cached_statements=512,
            check_same_thread=False,
        )
        try:
            _write_ahead(connection)
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    def fetch(self, connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> list[Any]:
        """See `Engine`."""
        return connection.execute(sql, values).fetchall()

    def begin(self, connection: sqlite3.Connection) -> Transaction:
        """See `Engine`."""
        if self._process != os.getpid():
            # A thread of the parent may have held the turn as this process was forked off.
            self._process, self._turn = os.getpid(), threading.Lock()
        return _SqliteTransaction(connection, self._turn)

    def one_of(self, column: str) -> str:
        """See `Engine`."""
        return f"{column} IN (SELECT value FROM json_each(?))"

    def listed(self, values: Sequence[Any]) -> Any:
        """See `Engine`."""
        return json.dumps(values, ensure_ascii=False)

    def insert_pairs(self, table: str, pair: tuple[str, str], of: str, fixed: Fixed) -> str:
        """See `Engine`."""
        columns = ", ".join(pair if fixed is None else (fixed[0], *pair))
        values = "?, ?" if fixed is None else f"'{fixed[1]}', ?, ?"
        return f"INSERT INTO {quoted(table)} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING"

    def delete_pairs(self, table: str, pair: tuple[str, str], of: str, fixed: Fixed) -> str:
        """See `Engine`."""
        same = f"{pair[0]} = ? AND {pair[1]} = ?"
        if fixed is not None:
            same = f"{fixed[0]} = '{fixed[1]}' AND {same}"
        return f"DELETE FROM {quoted(table)} WHERE {same}"

    def lock_schema(self, connection: sa.Connection) -> None:
        """See `Engine`."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def error(self, error: Exception, *, committing: bool = False) -> CarecoordError:
        """See `Engine`."""
        cause = driver_error(error)
        code = _code(cause)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or isinstance(cause, _Busy):
            return Unavailable("the database is busy")
        if code == sqlite3.SQLITE_FULL:
            return Unavailable("the disk is full")
        if committing:
            return OutcomeUnknown("the database failed while committing")
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return Unavailable("the file is no sound SQLite database")
        return Unavailable("the database refused a statement")

    def is_lost(self, error: Exception) -> bool:
        """See `Engine`."""
        return False

    def is_usable(self, connection: sqlite3.Connection) -> bool:
        """See `Engine`."""
        return not connection.in_transaction

    def is_broken_reference(self, error: Exception) -> bool:
        """See `Engine`."""
        return (
            getattr(driver_error(error), "sqlite_errorcode", 0)
            == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
        )


def _code(error: Exception) -> int:
    """The primary result code."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _create(path: str) -> None:
    """Make a file that is not there yet readable by its owner alone, as those beside it will be.

    One at a time: closing a file lets go of every lock that this process has on it.
    """
    with _creating, suppress(OSError):  # it is there, or SQLite will say what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _write_ahead(connection: sqlite3.Connection) -> None:
    deadline = time.monotonic() + _WAIT
    while True:
        try:
            # Changing the mode for the first time does not wait for others by itself.
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_TURN)
