"""Open connections of the driver, lent to one user at a time, the last used first.

SQLAlchemy's own pool costs as much as reading a row; this one does without its events and resets.
"""

import os
from contextlib import suppress
from queue import Empty, SimpleQueue
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
        self._turns: SimpleQueue[None] = SimpleQueue()
        for _ in range(_MOST):
            self._turns.put(None)

    def take(self) -> Any:
        """A connection for the caller alone, to be given back in any case.

        Raises:
            Unavailable: all are in use, for long.
        """
        if self._process != os.getpid():
            # Those of the parent stay untouched: closing them here would close them there.
            self._abandoned.append(self._idle)
            self._begin()
        try:
            self._turns.get(timeout=_WAIT)
        except Empty:
            raise Unavailable("every connection is in use") from None
        try:
            return self._idle.pop()
        except IndexError:
            try:
                return self._engine.connect()
            except BaseException:
                self._turns.put(None)
                raise

    def give(self, connection: Any) -> None:
        """Give one back; it is kept if it is alive and at rest."""
        try:
            if self._engine.is_usable(connection):
                self._idle.append(connection)
            else:
                connection.close()
                self.close()
        finally:
            self._turns.put(None)

    def close(self) -> None:
        """Close those that nobody uses; where one has broken, the others may have too."""
        with suppress(IndexError):
            while True:  # one at a time, for others may take and give them meanwhile
                self._idle.pop().close()
