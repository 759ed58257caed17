"""The memory backend: a complete store without a disk, and the oracle for all others."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import evolve, frozen

from carecoord.errors import AlreadyTaken, Conflict, InvalidValue
from carecoord.storage.audit import chained, start_of_stream
from carecoord.storage.backend import AuditRecord, Changes, Row, Stored, Version
from carecoord.storage.conditions import Condition, Cursor, Order, matches, sort_key
from carecoord.storage.kind import Kind, Scalar

__all__ = ["MemoryBackend", "open_memory"]


@frozen
class _Kept:
    """A row with its body as text, so that no caller can reach into what is kept."""

    row: Row
    text: str
    searched: dict[str, Any]

    @classmethod
    def of(cls, row: Row) -> "_Kept":
        text = json.dumps(row.body, ensure_ascii=False)
        return cls(evolve(row, body={}), text, {**row.searched, "id": row.id})

    def stored(self) -> Stored:
        return Stored(self.row.id, self.row.version, json.loads(self.text))


class MemoryBackend:
    """Keeps everything in this process, for as long as it runs."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._kept: defaultdict[str, dict[str, _Kept]] = defaultdict(dict)
        self._holders: dict[tuple[str, str], str] = {}
        self._audit: dict[int, list[AuditRecord]] = {}
        self._referring: dict[str, list[tuple[str, str]]] = {}

    def create_schema(self, kinds: Sequence[Kind[Any]]) -> None:
        """See `Backend`."""
        with self._lock:
            for kind in kinds:
                for searched in kind.fields.values():
                    if searched.references is not None:
                        referring = self._referring.setdefault(searched.references, [])
                        if (kind.name, searched.name) not in referring:
                            referring.append((kind.name, searched.name))

    def fetch(self, kind: Kind[Any], id: str) -> Stored | None:
        """See `Backend`."""
        kept = self._kept[kind.name].get(id)
        return None if kept is None else kept.stored()

    def select(
        self,
        kind: Kind[Any],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[Stored]:
        """See `Backend`."""
        return [kept.stored() for kept in self._sorted(kind, where, order_by, limit, after)]

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
        return [
            (kept.row.id, *(kept.searched[name] for name in fields))
            for kept in self._sorted(kind, where, order_by, limit, after)
        ]

    def count(self, kind: Kind[Any], where: Condition) -> int:
        """See `Backend`."""
        with self._lock:
            return sum(matches(where, kept.searched) for kept in self._kept[kind.name].values())

    def _sorted(
        self,
        kind: Kind[Any],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[_Kept]:
        with self._lock:
            found = [k for k in self._kept[kind.name].values() if matches(where, k.searched)]
        keyed = [
            (sort_key(order_by, tuple(k.searched[o.field] for o in order_by), k.row.id), k)
            for k in found
        ]
        keyed.sort(key=lambda pair: pair[0])
        if after is not None:
            last = sort_key(order_by, after.values, after.id)
            keyed = [pair for pair in keyed if last < pair[0]]
        return [kept for _, kept in keyed[:limit]]

    def commit(self, changes: Changes) -> None:
        """See `Backend`."""
        with self._lock:
            self._check_versions(changes)
            rewritten = [
                row
                for row in changes.reindexed
                if (kept := self._kept[row.kind.name].get(row.id)) is not None
                and kept.row.version == row.version
            ]
            rows = [*changes.adds, *changes.replaces, *rewritten]
            holders = self._claimed(rows, changes.erases)
            after = {(row.kind.name, row.id): _Kept.of(row) for row in rows}
            gone = {(erased.kind.name, erased.id) for erased in changes.erases}
            self._check_references(rows, after, gone)
            self._check_erased(changes.erases, after, gone)
            self._holders = holders
            for (kind, id), kept in after.items():
                self._kept[kind][id] = kept
            for kind, id in gone:
                del self._kept[kind][id]
            for entry in changes.audit:
                self._append(changes.stream, entry)

    def _check_versions(self, changes: Changes) -> None:
        replaced = (Version(row.kind, row.id, row.version - 1) for row in changes.replaces)
        for one in (*changes.requires, *replaced, *changes.erases):
            kept = self._kept[one.kind.name].get(one.id)
            if kept is None or kept.row.version != one.version:
                raise Conflict(one.kind.name, one.id)
        for row in changes.adds:
            if row.id in self._kept[row.kind.name]:
                raise Conflict(row.kind.name, row.id, "already_exists")

    def _claimed(
        self, rows: Iterable[Row], erases: Iterable[Version]
    ) -> dict[tuple[str, str], str]:
        holders = dict(self._holders)
        rows = list(rows)
        going = [(row.kind.name, row.id) for row in rows]
        going += [(one.kind.name, one.id) for one in erases]
        for kind, id in going:
            kept = self._kept[kind].get(id)
            for claim in kept.row.claims if kept is not None else ():
                del holders[kind, claim]
        for row in rows:
            for claim in row.claims:
                if holders.setdefault((row.kind.name, claim), row.id) != row.id:
                    raise AlreadyTaken(row.kind.name, claim.partition("|")[0])
        return holders

    def _check_references(
        self,
        rows: Iterable[Row],
        after: dict[tuple[str, str], _Kept],
        gone: set[tuple[str, str]],
    ) -> None:
        for row in rows:
            for searched in row.kind.fields.values():
                to, id = searched.references, row.searched[searched.name]
                if to is None or id is None:
                    continue
                exists = id in self._kept[to] and (to, id) not in gone
                if not exists and (to, id) not in after:
                    raise Conflict(row.kind.name, row.id, "missing_reference")

    def _check_erased(
        self,
        erases: Iterable[Version],
        after: dict[tuple[str, str], _Kept],
        gone: set[tuple[str, str]],
    ) -> None:
        for erased in erases:
            for name, field in self._referring.get(erased.kind.name, ()):
                for other, kept in self._kept[name].items():
                    now = after.get((name, other), kept)
                    if (name, other) not in gone and now.searched[field] == erased.id:
                        raise Conflict(erased.kind.name, erased.id, "still_referenced")

    def _append(self, stream: int, entry: bytes) -> None:
        records = self._audit.setdefault(stream, [])
        sequence = len(records) + 1
        previous = records[-1].digest if records else start_of_stream(stream)
        digest = chained(previous, stream, sequence, entry)
        records.append(AuditRecord(stream, sequence, digest, entry))

    def audit_streams(self) -> list[AuditRecord]:
        """See `Backend`."""
        with self._lock:
            return [self._audit[stream][-1] for stream in sorted(self._audit)]

    def audit_records(self, stream: int, after: int, limit: int) -> list[AuditRecord]:
        """See `Backend`."""
        with self._lock:
            return self._audit.get(stream, [])[after : after + limit]

    def close(self) -> None:
        """See `Backend`."""


def open_memory(url: str, password: str | None = None) -> MemoryBackend:
    """A new, empty memory backend for `memory:`.

    Raises:
        InvalidValue: there is a password, and nothing to open with it.
    """
    if password is not None:
        raise InvalidValue("password", "opens nothing in memory")
    return MemoryBackend()
