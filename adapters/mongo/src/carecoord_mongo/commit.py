"""One commit: a transaction that judges, writes and appends, or a single write.

What is judged is read once, from the transaction's snapshot; MongoDB lets no transaction commit
that writes a document which somebody else has changed since. What a commit relies on without
changing it is therefore written too:

- what it requires gets its `guard` counted up;
- what it refers to is guarded by the head of its audit stream, which every commit with references
  writes, and which an eraser of anything that can be referred to writes for all streams. Two
  commits that refer to the same aggregate so never meet, unless they share a stream.

No anomaly is left: commits are as if one came after the other. A transaction in the way, and a lost
race for the head of the stream, is `Unavailable`. One that died without a word, its client killed,
is in the way until the server gives it up (`transactionLifetimeLimitSeconds`, a minute); a stream
whose head it holds is gone round by `Store.run`, whose later tries go to other streams.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from attrs import field, frozen
from pymongo import DeleteOne, InsertOne, ReadPreference, ReplaceOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from carecoord.errors import Conflict
from carecoord.storage.audit import chained, start_of_stream
from carecoord.storage.backend import Changes, Row, Version
from carecoord_mongo.conditions import path_of
from carecoord_mongo.documents import Document, document_of
from carecoord_mongo.failures import attempted, duplicate_in, failed_commit, failed_write, taken
from carecoord_mongo.schema import Collections

__all__ = ["commit"]

Key: TypeAlias = tuple[str, str]
"""A kind and an id."""

_Write: TypeAlias = InsertOne[Document] | ReplaceOne[Document] | UpdateOne | DeleteOne


def commit(collections: Collections, changes: Changes) -> None:
    """Keep all of the changes or none; see `Backend.commit`."""
    alone = _alone(changes)
    if alone is not None:
        attempted(lambda: _write_alone(collections, alone), failed_write)
        return
    with attempted(lambda: collections.client.start_session(causal_consistency=False)) as session:
        session.start_transaction(
            ReadConcern("snapshot"),
            WriteConcern("majority", j=True),
            ReadPreference.PRIMARY,
        )
        attempted(lambda: _Transaction(collections, session, changes).run())
        attempted(session.commit_transaction, failed_commit)


def _alone(changes: Changes) -> Row | None:
    """The row that is all there is to keep, if it refers to nothing: it needs no transaction."""
    rows = (*changes.adds, *changes.replaces)
    rest = changes.erases or changes.requires or changes.reindexed or changes.audit
    if rest or len(rows) != 1 or any(_references(rows[0])):
        return None
    return rows[0]


def _write_alone(collections: Collections, row: Row) -> None:
    collection = collections.of(row.kind.name)
    try:
        if row.version == 1:
            collection.insert_one(document_of(row))
            return
        before = {"_id": row.id, "version": row.version - 1}
        kept = collection.replace_one(before, document_of(row)).matched_count
    except DuplicateKeyError as error:
        key = duplicate_in(error) or {}
    else:
        if not kept:
            raise Conflict(row.kind.name, row.id)
        return
    # Where both the id and a claim are there already, either may be named; the id comes first.
    if "claims" not in key or (row.version == 1 and collection.find_one(row.id, {"_id": 1})):
        raise Conflict(row.kind.name, row.id, "already_exists")
    raise taken(row.kind.name, key)


def _references(row: Row) -> Iterator[Key]:
    """What the row refers to."""
    for searched in row.kind.fields.values():
        id = row.searched[searched.name]
        if searched.references is not None and isinstance(id, str):
            yield searched.references, id


@frozen
class _Transaction:
    """The statements of one commit, between its start and its end."""

    collections: Collections
    session: ClientSession
    changes: Changes
    before: dict[Key, Document] = field(factory=dict, repr=False)

    def run(self) -> None:
        self._read()
        self._check_versions()
        rows = (*self.changes.adds, *self.changes.replaces, *self._rewritten())
        self._write(rows)
        self._check_references(rows)
        self._check_erased()
        if self.changes.audit or any(any(_references(row)) for row in rows):
            self._append()

    def _read(self) -> None:
        """All that is judged, as it stands in the snapshot."""
        changes = self.changes
        wanted: dict[str, set[str]] = defaultdict(set)
        for one in (*changes.requires, *changes.erases):
            wanted[one.kind.name].add(one.id)
        for row in (*changes.adds, *changes.replaces, *changes.reindexed):
            wanted[row.kind.name].add(row.id)
            for kind, id in _references(row):
                wanted[kind].add(id)
        for kind, ids in wanted.items():
            found = self.collections.of(kind).find(
                {"_id": {"$in": sorted(ids)}},
                {"version": 1, "claims": 1},
                session=self.session,
            )
            self.before.update(((kind, one["_id"]), one) for one in found)

    def _is_at(self, kind: str, id: str, version: int) -> bool:
        found = self.before.get((kind, id))
        return found is not None and found["version"] == version

    def _check_versions(self) -> None:
        changes = self.changes
        expected = [
            *changes.requires,
            *(Version(row.kind, row.id, row.version - 1) for row in changes.replaces),
            *changes.erases,
        ]
        for one in expected:
            if not self._is_at(one.kind.name, one.id, one.version):
                raise Conflict(one.kind.name, one.id)
        for row in changes.adds:
            if (row.kind.name, row.id) in self.before:
                raise Conflict(row.kind.name, row.id, "already_exists")

    def _rewritten(self) -> list[Row]:
        return [
            row for row in self.changes.reindexed if self._is_at(row.kind.name, row.id, row.version)
        ]

    def _write(self, rows: Sequence[Row]) -> None:
        """Keep the rows in order, each kind's after what is erased, released and guarded of it."""
        first = self._before_rows(rows)
        for kind, run in groupby(rows, lambda row: row.kind.name):
            self._write_to(kind, [*first.pop(kind, ()), *map(self._kept, run)])
        for kind, writes in first.items():
            self._write_to(kind, writes)

    def _before_rows(self, rows: Sequence[Row]) -> dict[str, list[_Write]]:
        changes = self.changes
        writes: dict[str, list[_Write]] = defaultdict(list)
        for erased in changes.erases:
            writes[erased.kind.name].append(DeleteOne({"_id": erased.id}))
        for kind, id in sorted(self._claims_that_move(rows)):
            writes[kind].append(UpdateOne({"_id": id}, {"$unset": {"claims": ""}}))
        written = {(row.kind.name, row.id) for row in rows}
        written |= {(erased.kind.name, erased.id) for erased in changes.erases}
        for kind, id in sorted({(one.kind.name, one.id) for one in changes.requires} - written):
            writes[kind].append(UpdateOne({"_id": id}, {"$inc": {"guard": 1}}))
        return writes

    def _kept(self, row: Row) -> _Write:
        before = self.before.get((row.kind.name, row.id))
        if before is None:
            return InsertOne(document_of(row))
        return ReplaceOne({"_id": row.id}, document_of(row))

    def _claims_that_move(self, rows: Sequence[Row]) -> set[Key]:
        """Those of the rows that hold a claim which another of them takes."""
        holders = {
            (row.kind.name, claim): row.id
            for row in rows
            for claim in self.before.get((row.kind.name, row.id), {}).get("claims", ())
        }
        return {
            (row.kind.name, holder)
            for row in rows
            for claim in row.claims
            if (holder := holders.get((row.kind.name, claim), row.id)) != row.id
        }

    def _write_to(self, kind: str, writes: list[_Write]) -> None:
        try:
            self.collections.of(kind).bulk_write(writes, session=self.session)
            return
        except BulkWriteError as error:
            key = duplicate_in(error)
            if key is None:
                raise
        # Ids were judged before: within the snapshot it can only be a claim.
        raise taken(kind, key)

    def _check_references(self, rows: Sequence[Row]) -> None:
        erased = {(one.kind.name, one.id) for one in self.changes.erases}
        there = (self.before.keys() - erased) | {(row.kind.name, row.id) for row in rows}
        for row in rows:
            if any(reference not in there for reference in _references(row)):
                raise Conflict(row.kind.name, row.id, "missing_reference")

    def _check_erased(self) -> None:
        erased: dict[str, list[str]] = defaultdict(list)
        for one in self.changes.erases:
            erased[one.kind.name].append(one.id)
        if not erased:
            return
        referring = list(
            self.collections.references.find({"to": {"$in": list(erased)}}, session=self.session)
        )
        if any(self._refers(reference, erased[reference["to"]]) for reference in referring):
            raise self._first_still_referenced(referring)
        if referring:
            self.collections.heads.update_many({}, {"$inc": {"writes": 1}}, session=self.session)

    def _refers(self, reference: Document, ids: list[str]) -> bool:
        """Whether, once the rows are written, one of them still refers to one of these ids."""
        found = self.collections.of(reference["kind"]).find_one(
            {path_of(reference["field"]): {"$in": ids}}, {"_id": 1}, session=self.session
        )
        return found is not None

    def _first_still_referenced(self, referring: Sequence[Document]) -> Conflict:
        kind, id = next(
            (one.kind.name, one.id)
            for one in self.changes.erases
            for reference in referring
            if reference["to"] == one.kind.name and self._refers(reference, [one.id])
        )
        return Conflict(kind, id, "still_referenced")

    def _append(self) -> None:
        """Add the entries to their stream; its head is written even where there are none."""
        stream, heads = self.changes.stream, self.collections.heads
        head = heads.find_one({"_id": stream}, session=self.session) or {}
        sequence = head.get("sequence", 0)
        digest = head.get("digest", start_of_stream(stream))
        records = []
        for entry in self.changes.audit:
            sequence += 1
            digest = chained(digest, stream, sequence, entry)
            records.append(
                {"stream": stream, "sequence": sequence, "digest": digest, "entry": entry}
            )
        heads.update_one(
            {"_id": stream},
            {"$set": {"sequence": sequence, "digest": digest}, "$inc": {"writes": 1}},
            upsert=True,
            session=self.session,
        )
        if records:
            self.collections.records.insert_many(records, session=self.session)
