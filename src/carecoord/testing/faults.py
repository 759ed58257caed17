"""A backend that fails as planned, to see that nothing is lost and nothing done twice.

backend = FaultyBackend(store.backend, [Fault.BEFORE, Fault.AFTER])
Store(backend, store.kinds).run(use_case, key=key)      # survives both
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

from carecoord.errors import OutcomeUnknown, Unavailable
from carecoord.storage.backend import AuditRecord, Backend, Changes, Stored
from carecoord.storage.conditions import Condition, Cursor, Order
from carecoord.storage.kind import Kind, Scalar

__all__ = ["Fault", "FaultyBackend"]


class Fault(Enum):
    """What goes wrong with a commit."""

    NONE = "none"
    BEFORE = "before"
    """It is refused and nothing is kept: `Unavailable`."""
    LOST = "lost"
    """The connection breaks and nothing is kept: `OutcomeUnknown`."""
    AFTER = "after"
    """Everything is kept and then the connection breaks: `OutcomeUnknown`."""


class FaultyBackend:
    """Hands everything on to another backend, but for commits that the plan lets fail.

    Each commit uses up one fault of the plan; when it is used up, nothing fails any more. `met`
    holds the faults that were met. With `reads`, so many reads are `Unavailable` first.
    """

    def __init__(self, backend: Backend, plan: Iterable[Fault] = (), *, reads: int = 0) -> None:
        self.backend = backend
        self.met: list[Fault] = []
        self.reads = reads
        self._plan = iter(tuple(plan))

    def commit(self, changes: Changes) -> None:
        """See `Backend`; or fail as planned."""
        fault = next(self._plan, None)
        if fault is not None:
            self.met.append(fault)
        if fault is Fault.BEFORE:
            raise Unavailable("refused by plan")
        if fault is not Fault.LOST:
            self.backend.commit(changes)
        if fault in (Fault.LOST, Fault.AFTER):
            raise OutcomeUnknown("cut off by plan")

    def _read(self) -> Backend:
        if self.reads > 0:
            self.reads -= 1
            raise Unavailable("refused by plan")
        return self.backend

    def create_schema(self, kinds: Sequence[Kind[Any]]) -> None:
        """See `Backend`."""
        self.backend.create_schema(kinds)

    def fetch(self, kind: Kind[Any], id: str) -> Stored | None:
        """See `Backend`."""
        return self._read().fetch(kind, id)

    def select(
        self,
        kind: Kind[Any],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[Stored]:
        """See `Backend`."""
        return self._read().select(kind, where, order_by, limit, after)

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
        return self._read().project(kind, fields, where, order_by, limit, after)

    def count(self, kind: Kind[Any], where: Condition) -> int:
        """See `Backend`."""
        return self._read().count(kind, where)

    def audit_streams(self) -> list[AuditRecord]:
        """See `Backend`."""
        return self._read().audit_streams()

    def audit_records(self, stream: int, after: int, limit: int) -> list[AuditRecord]:
        """See `Backend`."""
        return self._read().audit_records(stream, after, limit)

    def close(self) -> None:
        """See `Backend`."""
        self.backend.close()
