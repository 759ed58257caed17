"""The form of a document.

    {_id, version, body, searched: {field: value}, claims: [claim]}

The body is kept as JSON text: whole numbers can be larger than BSON's, and it is then the same text
in every store. `claims` is left out where nothing is claimed, since the unique index on it covers
only documents that have it, and two empty lists would collide. `guard` counts how often others
relied on the document staying as it is; only its being written matters.
"""

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from bson.int64 import Int64

from carecoord.storage.backend import Row, Stored
from carecoord.storage.kind import Scalar

__all__ = ["STORED", "Document", "document_of", "line_of", "stored_of"]

Document: TypeAlias = dict[str, Any]

STORED = {"version": 1, "body": 1}
"""The projection that `stored_of` needs."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


def document_of(row: Row) -> Document:
    """The document that keeps a row."""
    searched = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in row.searched.items()
    }
    document = {
        "_id": row.id,
        "version": row.version,
        "body": _encode(row.body),
        "searched": searched,
    }
    return {**document, "claims": list(row.claims)} if row.claims else document


def stored_of(document: Document) -> Stored:
    """The aggregate that a document keeps."""
    return Stored(document["_id"], document["version"], _decode(document["body"]))


def line_of(document: Document, fields: Sequence[str]) -> tuple[Scalar, ...]:
    """The id and these searched fields; one that was never written is nothing."""
    searched = document.get("searched", {})
    return (
        document["_id"],
        *(document["_id"] if name == "id" else _plain(searched.get(name)) for name in fields),
    )


def _plain(value: Any) -> Scalar:
    plain: Scalar = int(value) if isinstance(value, Int64) else value
    return plain
