"""Open connections of the driver, lent to one user at a time, the last used first.

SQLAlchemy's own pool costs as much as reading a row; this one does without its events and resets.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from carecoord.errors import Unavailable
from carecoord_sql.engines import Engine

__all__ = ["Connections"]

_MOST = 32
"""How many there may be at once in a process."""
_WAIT = 30.0
"""Seconds to wait for one of them."""


class Connections:
    """The connections of this process; one that was forked off opens its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._abandoned: list[list[Any]] = []
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._idle: list[Any] = []
        self._turns = threading.BoundedSemaphore(_MOST)

    @contextmanager
    def one(self) -> Iterator[Any]:
        """A connection that is at rest, as it must be again when it is given back.

        Raises:
            Unavailable: all are in use, for long.
        """
        if self._process != os.getpid():
            # Those of the parent stay untouched: closing them here would close them there.
            self._abandoned.append(self._idle)
            self._begin()
        turns = self._turns
        if not turns.acquire(timeout=_WAIT):
            raise Unavailable("every connection is in use")
        try:
            connection = self._idle.pop() if self._idle else self._engine.connect()
            try:
                yield connection
            finally:
                if self._engine.is_usable(connection):
                    self._idle.append(connection)
                else:
                    connection.close()
                    self.close()
        finally:
            turns.release()

    def close(self) -> None:
        """Close those that nobody uses; where one has broken, the others may have too."""
        while self._idle:
            self._idle.pop().close()
