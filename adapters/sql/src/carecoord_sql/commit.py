"""One commit: everything that a unit of work does, in one short transaction.

It goes in three rounds, each sent together: versions, then claims, then the audit entries and the
end. What has only entries, as the record of a read, does without the first. Rows are written in the
order of their ids, so that writers rarely wait for one another in a circle; which of several
failures is reported follows `Backend.commit`, whatever the order of the statements.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from carecoord.errors import AlreadyTaken, Conflict, Unavailable
from carecoord.storage.audit import chained, start_of_stream
from carecoord.storage.backend import Changes, Row, Version
from carecoord.storage.kind import Kind
from carecoord_sql.engines import Cursor, Engine, Transaction
from carecoord_sql.statements import AuditStatements, Holding, KindStatements

__all__ = ["Commit"]

_body_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _place(one: Row | Version) -> tuple[str, str]:
    return one.kind.name, one.id


def _ids_by_kind(ones: Iterable[Row | Version]) -> dict[str, tuple[Kind[Any], list[str]]]:
    found: dict[str, tuple[Kind[Any], list[str]]] = {}
    for one in ones:
        found.setdefault(one.kind.name, (one.kind, []))[1].append(one.id)
    return found


class Commit:
    """Keeps changes within a transaction, up to the commit itself."""

    def __init__(
        self,
        engine: Engine,
        statements: Callable[[Kind[Any]], KindStatements],
        audit: AuditStatements,
        transaction: Transaction,
        changes: Changes,
    ) -> None:
        self._engine = engine
        self._statements = statements
        self._audit = audit
        self._transaction = transaction
        self._changes = changes
        self._moves: tuple[Row | Version, ...] = (*changes.replaces, *changes.erases)
        self._moved_at = {(*_place(row), row.version - 1) for row in changes.replaces}
        self._moved_at.update((*_place(one), one.version) for one in changes.erases)
        self._written: dict[tuple[str, str], Cursor] = {}
        self._required: dict[str, Cursor] = {}
        self._held: dict[tuple[str, int], Cursor] = {}

    def keep(self) -> None:
        """Write everything and judge it; references are judged by the database as it commits.

        Raises:
            Conflict, AlreadyTaken, Unavailable: as `Backend.commit` says.
        """
        changes, settle = self._changes, self._transaction.settle
        self._write_versions()
        self._ask_what_is_held()
        if self._written or self._required or self._held:
            settle()
        self._judge_versions()
        rewritten = (row for row in changes.reindexed if self._written[_place(row)].rowcount)
        rows = (*changes.adds, *changes.replaces, *rewritten)
        taken = self._write_holdings(rows)
        head = self._ask_head() if changes.audit else None
        if taken or head is not None:
            settle()
        if any(cursor.rowcount != count for cursor, count in taken):
            self._raise_taken(rows)
        if head is not None:
            self._append(head)

    def _write_versions(self) -> None:
        changes, run, written = self._changes, self._transaction.run, self._written
        if changes.requires:
            self._lock_required()
        for one in sorted(self._moves, key=_place):
            sql = self._statements(one.kind)
            if isinstance(one, Row):
                values = (*self._values(one), one.id, one.version - 1)
                written[_place(one)] = run(sql.update, values)
            else:
                written[_place(one)] = run(sql.delete, (one.id, one.version))
        for row in sorted(changes.reindexed, key=_place):
            sql = self._statements(row.kind)
            values = (*self._values(row), row.id, row.version)
            written[_place(row)] = run(sql.update, values)
        for row in sorted(changes.adds, key=_place):
            values = (*self._values(row), row.id)
            written[_place(row)] = run(self._statements(row.kind).insert, values)

    def _lock_required(self) -> None:
        required = (one for one in self._changes.requires if not self._moves_it(one))
        for name, (kind, ids) in sorted(_ids_by_kind(required).items()):
            values = (self._engine.listed(sorted(ids)),)
            self._required[name] = self._transaction.run(self._statements(kind).lock, values)

    def _moves_it(self, required: Version) -> bool:
        """Whether it is changed at the very version at which it is required.

        Then it needs no second look, and no lock that would have to be raised later.
        """
        return (*_place(required), required.version) in self._moved_at

    def _values(self, row: Row) -> tuple[Any, ...]:
        return (row.version, _body_text(row.body), *self._statements(row.kind).derived(row))

    def _judge_versions(self) -> None:
        changes, written = self._changes, self._written
        found = {name: dict(cursor.fetchall()) for name, cursor in self._required.items()}
        for required in changes.requires:
            if self._moves_it(required):
                kept = bool(written[_place(required)].rowcount)
            else:
                kept = found[required.kind.name].get(required.id) == required.version
            if not kept:
                raise Conflict(required.kind.name, required.id)
        for one in self._moves:
            if not written[_place(one)].rowcount:
                raise Conflict(one.kind.name, one.id)
        for row in changes.adds:
            if not written[_place(row)].rowcount:
                raise Conflict(row.kind.name, row.id, "already_exists")

    def _ask_what_is_held(self) -> None:
        """Their versions are locked by now, so that nobody else changes what they hold."""
        rows = (*self._changes.replaces, *self._changes.reindexed)
        for name, (kind, ids) in _ids_by_kind(rows).items():
            for n, holding in enumerate(self._statements(kind).holdings):
                cursor = self._transaction.run(holding.held, (self._engine.listed(ids),))
                self._held[name, n] = cursor

    def _write_holdings(self, rows: tuple[Row, ...]) -> list[tuple[Cursor, int]]:
        """All releases of a kind, then all takes; gives what tells whether all claims were free."""
        for kind, ids in _ids_by_kind(self._changes.erases).values():
            self._transaction.run(self._statements(kind).release, (self._engine.listed(ids),))
        by_kind: dict[str, list[Row]] = {}
        for row in rows:
            by_kind.setdefault(row.kind.name, []).append(row)
        taken = []
        for name, of_kind in sorted(by_kind.items()):
            for n, holding in enumerate(self._statements(of_kind[0].kind).holdings):
                cursor = self._held.get((name, n))
                if cursor is None and not any(map(holding.of, of_kind)):
                    continue
                held = set(cursor.fetchall()) if cursor is not None else set()
                done = self._replace_holdings(holding, of_kind, held)
                if n == 0 and done is not None:
                    taken.append(done)
        return taken

    def _replace_holdings(
        self, holding: Holding, rows: list[Row], held: set[tuple[str, Any]]
    ) -> tuple[Cursor, int] | None:
        wanted: dict[tuple[str, Any], None] = {
            (row.id, value): None for row in rows for value in holding.of(row)
        }
        owners = {row.id for row in rows}
        gone = [pair for pair in held if pair not in wanted and pair[0] in owners]
        new = [pair for pair in wanted if pair not in held] if held else list(wanted)
        if gone:
            self._transaction.run_pairs(holding.delete, sorted(gone))
        if not new:
            return None
        new.sort(key=lambda pair: pair[1])
        return self._transaction.run_pairs(holding.insert, new), len(new)

    def _raise_taken(self, rows: tuple[Row, ...]) -> None:
        """Name the first claim that is another's, or that two of these rows want."""
        own = set(map(_place, rows))
        given: dict[tuple[str, str], str] = {}
        for row in rows:
            holding = self._statements(row.kind).holdings[0]
            values = (self._engine.listed(row.claims),)
            cursor = self._transaction.run(holding.holders, values)
            self._transaction.settle()
            name = row.kind.name
            taken = {claim for owner, claim in cursor.fetchall() if (name, owner) not in own}
            for claim in row.claims:
                if claim in taken or given.setdefault((name, claim), row.id) != row.id:
                    raise AlreadyTaken(name, claim.partition("|")[0])
        # Whoever held it let go of it in this very moment.
        raise Unavailable("a claim has just changed hands")

    def _ask_head(self) -> Cursor:
        return self._transaction.run(self._audit.head, (self._changes.stream,))

    def _append(self, head: Cursor) -> None:
        stream, run = self._changes.stream, self._transaction.run
        found = head.fetchall()
        if not found:
            run(self._audit.new_head, (stream, 0, start_of_stream(stream)))
            head = self._ask_head()
            self._transaction.settle()
            found = head.fetchall()
        ((sequence, digest),) = found
        for entry in self._changes.audit:
            sequence += 1
            digest = chained(digest, stream, sequence, entry)
            run(self._audit.append, (stream, sequence, digest, entry))
        run(self._audit.set_head, (sequence, digest, stream))
