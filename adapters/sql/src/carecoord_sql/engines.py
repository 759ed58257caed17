"""What the two databases do differently; everything else in this package is one for both."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import sqlalchemy as sa

from carecoord.errors import CarecoordError

__all__ = ["Cursor", "Engine", "Fixed", "Transaction", "driver_error", "quoted"]

Fixed: TypeAlias = tuple[str, str] | None
"""A column that has the same name of ours in all the rows of a statement, and that name."""


class Cursor(Protocol):
    """What a statement gave; to be looked at once its transaction has settled."""

    @property
    def rowcount(self) -> int:
        """How many rows it wrote."""
        ...  # pragma: no cover

    def fetchall(self) -> list[Any]:
        """The rows it read."""
        ...  # pragma: no cover


class Transaction(Protocol):
    """A writing transaction of one connection, in which statements may travel together."""

    def run(self, sql: str, values: Sequence[Any]) -> Cursor:
        """Run a statement; what it gave can be asked after the next `settle`."""
        ...  # pragma: no cover

    def run_pairs(self, sql: str, pairs: Sequence[tuple[Any, Any]]) -> Cursor:
        """Run a statement of `Engine.insert_pairs` or `delete_pairs` for all the pairs."""
        ...  # pragma: no cover

    def settle(self) -> None:
        """Wait until all statements are done."""
        ...  # pragma: no cover

    def commit(self) -> None:
        """Keep everything, durably."""
        ...  # pragma: no cover

    def close(self) -> None:
        """Undo whatever was not committed."""
        ...  # pragma: no cover


class Engine(Protocol):
    """A database: how to reach it, how to speak to it, and what its errors mean."""

    name: str
    """`sqlite` or `postgresql`."""
    sql: sa.Engine
    """For what SQLAlchemy does itself: the schema. It keeps no connections."""
    dialect: sa.Dialect
    """How statements are compiled for `fetch`, with values by their places."""
    errors: tuple[type[Exception], ...]
    """What the driver raises, or SQLAlchemy in its place."""
    mark: str
    """What stands for a value in a statement."""
    row_lock: str
    head_lock: str

    def connect(self) -> Any:
        """A new connection of the driver, on which every statement is its own transaction."""
        ...  # pragma: no cover

    def fetch(self, connection: Any, sql: str, values: Sequence[Any]) -> list[Any]:
        """The rows of a reading statement, outside of any transaction."""
        ...  # pragma: no cover

    def begin(self, connection: Any) -> Transaction:
        """A writing transaction on this connection of the driver."""
        ...  # pragma: no cover

    def one_of(self, column: str) -> str:
        """SQL for: the column is one of the values of `listed`."""
        ...  # pragma: no cover

    def listed(self, values: Sequence[Any]) -> Any:
        """Any number of values as one."""
        ...  # pragma: no cover

    def insert_pairs(self, table: str, pair: tuple[str, str], of: str, fixed: Fixed) -> str:
        """SQL that inserts rows for `run_pairs`, and passes over those that exist."""
        ...  # pragma: no cover

    def delete_pairs(self, table: str, pair: tuple[str, str], of: str, fixed: Fixed) -> str:
        """SQL that deletes the rows that hold these pairs."""
        ...  # pragma: no cover

    def lock_schema(self, connection: sa.Connection) -> None:
        """Begin a transaction in which nobody else changes the schema."""
        ...  # pragma: no cover

    def error(self, error: Exception, *, committing: bool = False) -> CarecoordError:
        """What an error of the driver means; it quotes nothing of the driver's text."""
        ...  # pragma: no cover

    def is_lost(self, error: Exception) -> bool:
        """Whether the connection broke, or there never was one."""
        ...  # pragma: no cover

    def is_usable(self, connection: Any) -> bool:
        """Whether a connection of the driver is alive and at rest."""
        ...  # pragma: no cover

    def is_broken_reference(self, error: Exception) -> bool:
        """Whether a foreign key was violated."""
        ...  # pragma: no cover


def driver_error(error: Exception) -> Exception:
    """The driver's own error, where SQLAlchemy has wrapped it."""
    cause = getattr(error, "orig", None)
    return cause if isinstance(cause, Exception) else error


def quoted(name: str) -> str:
    """The name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
