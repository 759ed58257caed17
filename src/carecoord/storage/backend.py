"""What an adapter owes: rows in, rows out, and one commit that is all or nothing.

Everything else (units of work, decoding, claims, access scopes, retries) is written once, in this
package, over these few methods. The memory backend in `memory.py` is a complete example.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from attrs import field, frozen

from carecoord.storage.conditions import Condition, Cursor, Order
from carecoord.storage.kind import Kind, Scalar

__all__ = ["AuditRecord", "Backend", "Body", "Changes", "Row", "Stored", "Version"]

Body: TypeAlias = dict[str, Any]
"""The truth of an aggregate as JSON values; its keys are names of ours, never a user's text."""


@frozen
class Stored:
    """An aggregate as it was read."""

    id: str
    version: int
    body: Body = field(repr=False)


@frozen
class Row:
    """An aggregate as it is written: the body, and what is derived from it."""

    kind: Kind[Any] = field(repr=False)
    id: str
    version: int
    body: Body = field(repr=False)
    searched: Mapping[str, Scalar | tuple[Scalar, ...]] = field(repr=False)
    claims: tuple[str, ...] = field(default=(), repr=False)


@frozen
class Version:
    """An aggregate that must still be at this version."""

    kind: Kind[Any] = field(repr=False)
    id: str
    version: int


@frozen
class Changes:
    """Everything that one unit of work does, to be kept whole or not at all.

    `adds` are new. `replaces` are each at the version before (`row.version - 1`). `erases` and
    `requires` are at the version they name. `reindexed` rows are written anew, with body, derived
    fields and claims, where they are still at their version, and passed over where they are not.
    `audit` entries are appended to `stream`, in order.
    """

    adds: tuple[Row, ...] = ()
    replaces: tuple[Row, ...] = ()
    erases: tuple[Version, ...] = ()
    requires: tuple[Version, ...] = ()
    reindexed: tuple[Row, ...] = ()
    stream: int = 0
    audit: tuple[bytes, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(
            self.adds
            or self.replaces
            or self.erases
            or self.requires
            or self.reindexed
            or self.audit
        )


@frozen
class AuditRecord:
    """An audit entry as it is kept: its place in its stream, and the digest that chains it."""

    stream: int
    sequence: int
    digest: bytes = field(repr=False)
    entry: bytes = field(repr=False)


class Backend(Protocol):
    """A place that keeps rows. Safe for threads; every method is a transaction of its own.

    Conditions and orders come prepared, their fields declared and their values searchable. Errors
    are those of `carecoord.errors`, with the driver's own never shown, since it may quote data.
    """

    def create_schema(self, kinds: Sequence[Kind[Any]]) -> None:
        """Make room for the kinds; what is there already stays as it is.

        Safe to call again, and from several processes at once.
        """
        ...  # pragma: no cover

    def fetch(self, kind: Kind[Any], id: str) -> Stored | None:
        """The aggregate with this id, or None.

        Raises:
            Unavailable: the store cannot answer just now.
        """
        ...  # pragma: no cover

    def select(
        self,
        kind: Kind[Any],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[Stored]:
        """Those that match, sorted by `order_by` and then by id, after the cursor, at most `limit`.

        Nothing sorts first (last where descending), text by code point.
        """
        ...  # pragma: no cover

    def project(
        self,
        kind: Kind[Any],
        fields: tuple[str, ...],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[tuple[Scalar, ...]]:
        """The same as `select`, but for each its id and these single-valued searched fields."""
        ...  # pragma: no cover

    def count(self, kind: Kind[Any], where: Condition) -> int:
        """How many match."""
        ...  # pragma: no cover

    def commit(self, changes: Changes) -> None:
        """Keep all of the changes, durably, or none.

        Judged in this order: versions (`requires`, `replaces`, `erases`, then ids of `adds`);
        claims, all releases before all takes; that what rows refer to exists once all is done
        (`adds`, `replaces`, `reindexed`); that nothing still refers to what is erased (`erases`).
        Of several failures the first is named. The audit sequence is taken last.

        Raises:
            Conflict: a version is stale, an id exists already, a reference leads nowhere, or what
                is to be erased is still referenced; kind, id and reason name which.
            AlreadyTaken: another aggregate of the kind holds a claim.
            Unavailable: nothing was kept, and a later try may succeed.
            OutcomeUnknown: the connection broke while committing.
        """
        ...  # pragma: no cover

    def audit_streams(self) -> list[AuditRecord]:
        """The last record of every stream that has one, by stream."""
        ...  # pragma: no cover

    def audit_records(self, stream: int, after: int, limit: int) -> list[AuditRecord]:
        """The records of a stream with a sequence above `after`, in order, at most `limit`."""
        ...  # pragma: no cover

    def close(self) -> None:
        """Let go of connections; nothing is lost."""
        ...  # pragma: no cover
