"""The MongoDB backend."""

import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pymongo import MongoClient
from pymongo.errors import ConfigurationError, PyMongoError

from carecoord.errors import InvalidValue
from carecoord.storage.backend import AuditRecord, Changes, Stored
from carecoord.storage.conditions import Condition, Cursor, Order
from carecoord.storage.kind import Kind, Scalar
from carecoord_mongo.commit import commit
from carecoord_mongo.conditions import after_cursor, filter_of, path_of, sort_of
from carecoord_mongo.documents import STORED, Document, line_of, stored_of
from carecoord_mongo.failures import attempted
from carecoord_mongo.schema import Collections, create_collections

__all__ = ["MongoBackend", "open_mongo"]

_PATIENCE = {"serverSelectionTimeoutMS": 5_000, "connectTimeoutMS": 5_000}
"""How long to look for a server, unless the URL says otherwise."""


def _kept_out_of_logs(record: logging.LogRecord) -> bool:
    """No record of a command: the driver puts in it what is searched, written and found."""
    return False


class MongoBackend:
    """Keeps rows as documents of a MongoDB replica set.

    The client should write with `retryWrites` off: whether a write that the connection broke under
    was kept is asked by the store itself, with the idempotency key.
    """

    def __init__(self, client: "MongoClient[Document]", database: str) -> None:
        self._collections = Collections(client, database)

    def __repr__(self) -> str:
        return f"MongoBackend({self._collections.database.name!r})"

    def create_schema(self, kinds: Sequence[Kind[Any]]) -> None:
        """See `Backend`."""
        attempted(lambda: create_collections(self._collections, kinds))

    def fetch(self, kind: Kind[Any], id: str) -> Stored | None:
        """See `Backend`."""
        collection = self._collections.of(kind.name)
        # The whole document: of a single one, picking fields costs more than it saves.
        found = attempted(lambda: collection.find_one({"_id": id}))
        return None if found is None else stored_of(found)

    def select(
        self,
        kind: Kind[Any],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[Stored]:
        """See `Backend`."""
        found = self._found(kind, STORED, where, order_by, limit, after)
        return [stored_of(document) for document in found]

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
        shown = {path_of(name): 1 for name in ("id", *fields)}
        found = self._found(kind, shown, where, order_by, limit, after)
        return [line_of(document, fields) for document in found]

    def _found(
        self,
        kind: Kind[Any],
        shown: dict[str, int],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[Document]:
        if limit == 0:  # which MongoDB takes as no limit
            return []
        matching = filter_of(where)
        if after is not None:
            matching = {"$and": [matching, after_cursor(order_by, after)]}
        collection = self._collections.queried(kind.name)
        return attempted(
            lambda: list(
                collection.find(
                    matching,
                    shown,
                    sort=sort_of(order_by),
                    limit=limit or 0,
                    batch_size=limit or 0,
                )
            )
        )

    def count(self, kind: Kind[Any], where: Condition) -> int:
        """See `Backend`."""
        collection = self._collections.queried(kind.name)
        return attempted(lambda: collection.count_documents(filter_of(where)))

    def commit(self, changes: Changes) -> None:
        """See `Backend`."""
        commit(self._collections, changes)

    def audit_streams(self) -> list[AuditRecord]:
        """See `Backend`."""

        def read() -> list[Document]:
            heads = self._collections.heads.find({"sequence": {"$gt": 0}})
            places = [{"stream": one["_id"], "sequence": one["sequence"]} for one in heads]
            if not places:
                return []
            return list(self._collections.records.find({"$or": places}, sort=[("stream", 1)]))

        return [_record_of(document) for document in attempted(read)]

    def audit_records(self, stream: int, after: int, limit: int) -> list[AuditRecord]:
        """See `Backend`."""
        if limit == 0:
            return []
        where = {"stream": stream, "sequence": {"$gt": after}}
        found = attempted(
            lambda: list(self._collections.records.find(where, sort=[("sequence", 1)], limit=limit))
        )
        return [_record_of(document) for document in found]

    def close(self) -> None:
        """See `Backend`."""
        self._collections.client.close()


def _record_of(document: Document) -> AuditRecord:
    return AuditRecord(
        int(document["stream"]), int(document["sequence"]), document["digest"], document["entry"]
    )


def open_mongo(url: str, password: str | None = None) -> MongoBackend:
    """A backend over the database that a `mongodb://user@…/name` URL names.

    Write concern, journalling and retries are the adapter's own, whatever the URL says. A server is
    looked for at most 5 seconds, unless the URL has a `serverSelectionTimeoutMS`. From then on the
    driver logs no commands in this process, since they hold details of patients.

    Raises:
        InvalidValue: not a MongoDB URL, or one that names no database.
    """
    client = _client(url, password)
    if client is None:
        raise InvalidValue("url", "is not a URL that MongoDB can be reached by")
    try:
        database = client.get_default_database().name
    except ConfigurationError:
        client.close()
        database = None
    if database is None:
        raise InvalidValue("url", "must name the database, as in mongodb://server/clinic")
    logging.getLogger("pymongo.command").addFilter(_kept_out_of_logs)
    return MongoBackend(client, database)


def _client(url: str, password: str | None) -> "MongoClient[Document] | None":
    """A client for the URL, or None if it is none; the error would show what is in it."""
    try:
        given = {name.lower() for name, _ in parse_qsl(urlsplit(url).query)}
        options: dict[str, Any] = {
            name: wait for name, wait in _PATIENCE.items() if name.lower() not in given
        }
        if password is not None:
            options["password"] = password
        return MongoClient(url, w="majority", journal=True, retryWrites=False, **options)
    except (PyMongoError, ValueError):
        return None
