"""Which collections and indexes there are.

A collection for each kind, by its name, and three of the store's own, whose dotted names no kind
can have:

- `audit.records`: {stream, sequence, digest, entry}, unique by stream and sequence;
- `audit.heads`: {_id: stream, sequence, digest, writes}, where each stream has got to;
- `schema.references`: {kind, field, to}, so that an eraser knows who could refer to what it erases,
  kinds that its own process does not know included.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from bson.codec_options import CodecOptions
from pymongo import ASCENDING, IndexModel, MongoClient, ReadPreference
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from carecoord.errors import InvalidValue
from carecoord.storage.audit import STREAMS, start_of_stream
from carecoord.storage.kind import Kind
from carecoord_mongo.conditions import path_of
from carecoord_mongo.documents import Document
from carecoord_mongo.failures import duplicate_in

__all__ = ["Collections", "create_collections"]

Named: TypeAlias = "Collection[Document]"


class Collections:
    """The collections of a store, all read from the primary and written durably.

    What was acknowledged is on the disks of a majority; a read sees only what is, and all that is.
    A query sees it as of one moment, however many batches its answer takes.
    """

    def __init__(self, client: "MongoClient[Document]", name: str) -> None:
        self.client = client
        self.database: Database[Document] = client.get_database(
            name,
            codec_options=CodecOptions(),
            read_preference=ReadPreference.PRIMARY,
            read_concern=ReadConcern("majority"),
            write_concern=WriteConcern("majority", j=True),
        )
        self.records: Named = self.database["audit.records"]
        self.heads: Named = self.database["audit.heads"]
        self.references: Named = self.database["schema.references"]
        self._of_kind: dict[str, Named] = {}
        self._queried: dict[str, Named] = {}

    def of(self, kind: str) -> Named:
        """The collection of a kind, to read single documents and to write."""
        found = self._of_kind.get(kind)
        if found is None:
            found = self._of_kind[kind] = self.database[kind]
        return found

    def queried(self, kind: str) -> Named:
        """The collection of a kind, to read many documents as of one moment."""
        found = self._queried.get(kind)
        if found is None:
            snapshot = ReadConcern("snapshot")
            found = self._queried[kind] = self.of(kind).with_options(read_concern=snapshot)
        return found


def create_collections(collections: Collections, kinds: Sequence[Kind[Any]]) -> None:
    """Make whatever is missing; safe to repeat, and from several processes at once.

    Raises:
        InvalidValue: the server stands alone, outside a replica set, and so has no transactions.
    """
    hello = collections.client.admin.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise InvalidValue("url", "MongoDB has transactions only as a replica set; this is none")
    for kind in kinds:
        collections.of(kind.name).create_indexes(_indexes(kind))
    by_place = [("stream", ASCENDING), ("sequence", ASCENDING)]
    collections.records.create_indexes([IndexModel(by_place, name="place", unique=True)])
    _insert_missing(
        collections.heads,
        [
            {"_id": stream, "sequence": 0, "digest": start_of_stream(stream), "writes": 0}
            for stream in range(STREAMS)
        ],
    )
    _insert_missing(
        collections.references,
        [
            {
                "_id": f"{kind.name}.{searched.name}",
                "kind": kind.name,
                "field": searched.name,
                "to": searched.references,
            }
            for kind in kinds
            for searched in kind.fields.values()
            if searched.references is not None
        ],
    )


def _indexes(kind: Kind[Any]) -> list[IndexModel]:
    claims = IndexModel(
        [("claims", ASCENDING)],
        name="claims",
        unique=True,
        partialFilterExpression={"claims": {"$exists": True}},
    )
    searched = [
        IndexModel([(path_of(name), ASCENDING), ("_id", ASCENDING)], name=name)
        for name, field in kind.fields.items()
        if field.indexed
    ]
    return [claims, *searched]


def _insert_missing(collection: Named, documents: list[Document]) -> None:
    there = {one["_id"] for one in collection.find({}, {"_id": 1})}
    missing = [one for one in documents if one["_id"] not in there]
    if not missing:
        return
    try:
        collection.insert_many(missing, ordered=False)
    except BulkWriteError as error:
        if duplicate_in(error) is None:
            raise
        # Another process made it meanwhile.
