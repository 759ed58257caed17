"""Those who can reach what a store keeps, past the library: with any client of the database.

Each can put other records in place of a stream of the audit (`put`), and fork it: add a second one
at a place that is taken (`add`), which a store refuses by itself. And each can change what is kept
of an aggregate (`change_body`) or remove it (`remove`).
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from attrs import evolve

from carecoord.storage.backend import AuditRecord
from carecoord.storage.store import Store

__all__ = ["STREAM", "InMemory", "Reach", "reaching"]

STREAM = 3
_COLUMNS = ("stream", "sequence", "digest", "entry")


class Reach(Protocol):
    """Somebody at the database."""

    refusals: tuple[type[Exception], ...]
    """What the store answers to what it cannot hold."""

    def put(self, records: Sequence[AuditRecord]) -> None: ...

    def add(self, record: AuditRecord) -> None: ...

    def add_all(self, records: Sequence[AuditRecord]) -> None: ...

    def remove_streams(self, first: int) -> None: ...

    def change_body(self, kind: str, id: str, before: str, after: str) -> None: ...

    def remove(self, kind: str, id: str) -> None: ...


class InMemory:
    """Whoever reaches into the process; two records at one place cannot be told in a list."""

    refusals = (IndexError,)

    def __init__(self, store: Store) -> None:
        self.kept = store.backend._audit  # type: ignore[attr-defined]
        self.bodies = store.backend._kept  # type: ignore[attr-defined]

    def put(self, records: Sequence[AuditRecord]) -> None:
        self.kept[STREAM] = list(records)

    def add(self, record: AuditRecord) -> None:
        if record.sequence <= len(self.kept[record.stream]):
            raise IndexError

    def add_all(self, records: Sequence[AuditRecord]) -> None:
        for one in records:
            self.kept.setdefault(one.stream, []).append(one)

    def remove_streams(self, first: int) -> None:
        for stream in [one for one in self.kept if one >= first]:
            del self.kept[stream]

    def change_body(self, kind: str, id: str, before: str, after: str) -> None:
        kept = self.bodies[kind][id]
        self.bodies[kind][id] = evolve(kept, text=kept.text.replace(before, after))

    def remove(self, kind: str, id: str) -> None:
        del self.bodies[kind][id]


class InSql:
    """Whoever has the file or the server, and any client for it."""

    def __init__(self, client: Any, mark: str, refusals: tuple[type[Exception], ...]) -> None:
        self.client = client
        self.refusals = refusals
        self._mark = mark
        marks = ", ".join([mark] * 4)
        self._insert = f'INSERT INTO "_audit_entry" ({", ".join(_COLUMNS)}) VALUES ({marks})'
        self._delete = f'DELETE FROM "_audit_entry" WHERE stream = {mark}'
        self._head = (
            f'UPDATE "_audit_head" SET sequence = {mark}, digest = {mark} WHERE stream = {mark}'
        )

    def put(self, records: Sequence[AuditRecord]) -> None:
        self.client.execute(self._delete, (STREAM,))
        for one in records:
            self.add(one)
        if records:
            head = records[-1]
            self.client.execute(self._head, (head.sequence, head.digest, STREAM))

    def add(self, record: AuditRecord) -> None:
        self.client.execute(self._insert, _values(record))

    def add_all(self, records: Sequence[AuditRecord]) -> None:
        cursor = self.client.cursor()
        cursor.execute("BEGIN")
        cursor.executemany(self._insert, [_values(one) for one in records])
        cursor.execute("COMMIT")

    def remove_streams(self, first: int) -> None:
        sql = f'DELETE FROM "_audit_entry" WHERE stream >= {self._mark}'
        self.client.execute(sql, (first,))

    def change_body(self, kind: str, id: str, before: str, after: str) -> None:
        mark = self._mark
        new = f"replace(body, {mark}, {mark})"
        sql = f'UPDATE "{kind}" SET body = {new} WHERE id = {mark}'
        self.client.execute(sql, (before, after, id))

    def remove(self, kind: str, id: str) -> None:
        self.client.execute(f'DELETE FROM "{kind}" WHERE id = {self._mark}', (id,))


class InMongo:
    """Whoever has the server, and any client for it."""

    def __init__(self, client: Any) -> None:
        from pymongo.errors import PyMongoError

        self.refusals = (PyMongoError, OverflowError)
        database = client.get_default_database()
        self.database = database
        self.records, self.heads = database["audit.records"], database["audit.heads"]

    def put(self, records: Sequence[AuditRecord]) -> None:
        self.records.delete_many({"stream": STREAM})
        for one in records:
            self.add(one)
        if records:
            head = {"sequence": records[-1].sequence, "digest": records[-1].digest}
            self.heads.update_one({"_id": STREAM}, {"$set": head})

    def add(self, record: AuditRecord) -> None:
        self.add_all([record])

    def add_all(self, records: Sequence[AuditRecord]) -> None:
        documents = [dict(zip(_COLUMNS, _values(one), strict=True)) for one in records]
        self.records.insert_many(documents)

    def remove_streams(self, first: int) -> None:
        self.records.delete_many({"stream": {"$gte": first}})

    def change_body(self, kind: str, id: str, before: str, after: str) -> None:
        kept = self.database[kind].find_one({"_id": id})
        body = json.loads(json.dumps(kept["body"]).replace(before, after))
        self.database[kind].update_one({"_id": id}, {"$set": {"body": body}})

    def remove(self, kind: str, id: str) -> None:
        self.database[kind].delete_one({"_id": id})


def _values(record: AuditRecord) -> tuple[Any, ...]:
    return record.stream, record.sequence, record.digest, record.entry


@contextlib.contextmanager
def reaching(store: Store, url: str) -> Iterator[Reach]:
    """Somebody who reaches what is kept at this URL."""
    scheme, _, path = url.partition("://")
    if scheme == "sqlite":
        client = sqlite3.connect(path.removeprefix("/"), isolation_level=None)
        client.execute("PRAGMA synchronous = OFF")
        with contextlib.closing(client):
            yield InSql(client, "?", (sqlite3.Error, OverflowError))
    elif scheme.startswith("postgresql"):
        import psycopg

        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("SET synchronous_commit = off")
            yield InSql(connection, "%s", (psycopg.Error, OverflowError))
    elif scheme == "mongodb":
        from pymongo import MongoClient

        with MongoClient(url) as mongo:
            yield InMongo(mongo)
    else:
        yield InMemory(store)
