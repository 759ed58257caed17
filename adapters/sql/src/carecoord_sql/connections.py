"""Open connections, lent to one user at a time, the last used first.

SQLAlchemy's own pool costs as much as reading a row; this one does without its events and resets.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from attrs import frozen

from carecoord.errors import Unavailable
from carecoord_sql.engines import Engine

__all__ = ["Connections", "Link"]

_MOST = 32
"""How many there may be at once in a process."""
_WAIT = 30.0
"""Seconds to wait for one of them."""


@frozen(eq=False)
class Link:
    """One connection, as SQLAlchemy and as the driver see it."""

    sql: sa.Connection
    driver: Any


class Connections:
    """The connections of this process; one that was forked off opens its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._abandoned: list[list[Link]] = []
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._idle: list[Link] = []
        self._turns = threading.BoundedSemaphore(_MOST)

    @contextmanager
    def one(self) -> Iterator[Link]:
        """A connection that works and is at rest, as it must be again when it is given back.

        Raises:
            Unavailable: there is none.
        """
        if self._process != os.getpid():
            # Those of the parent stay untouched: closing them here would close them there.
            self._abandoned.append(self._idle)
            self._begin()
        turns = self._turns
        if not turns.acquire(timeout=_WAIT):
            raise Unavailable("every connection is in use")
        try:
            link = self._idle.pop() if self._idle else self._opened()
            try:
                yield link
            finally:
                if self._engine.is_usable(link.driver):
                    self._idle.append(link)
                else:
                    _close(link)
                    self.close()
        finally:
            turns.release()

    def _opened(self) -> Link:
        sql = self._engine.sql.connect()
        return Link(sql, sql.connection.driver_connection)

    def close(self) -> None:
        """Close those that nobody uses; where one has broken, the others may have too."""
        while self._idle:
            _close(self._idle.pop())


def _close(link: Link) -> None:
    link.sql.invalidate()
    link.sql.close()
