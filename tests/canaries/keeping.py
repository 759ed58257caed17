"""All that a store keeps at its URL, as whoever has the file or the server reads it."""

import contextlib
from pathlib import Path
from typing import Any

from carecoord.storage.store import Store

__all__ = ["kept_at"]


def kept_at(url: str, store: Store) -> str:
    """Everything as one text, in lower case."""
    scheme, _, path = url.partition("://")
    if scheme == "sqlite":
        file = Path(path.removeprefix("/"))
        parts = [part.read_bytes() for part in file.parent.glob(f"{file.name}*")]
        return b"".join(parts).decode("latin-1").lower()
    if scheme.startswith("postgresql"):
        return _in_postgres(url.replace("+psycopg", ""))
    return (_in_mongo(url) if scheme == "mongodb" else _in_memory(store.backend)).lower()


def _in_memory(backend: Any) -> str:
    inner = backend._backend
    rows = [kept for of_kind in inner._kept.values() for kept in of_kind.values()]
    shown = [(kept.text, kept.searched, kept.row.id, kept.row.claims) for kept in rows]
    entries = [record.entry for records in inner._audit.values() for record in records]
    return f"{shown} {inner._holders} {entries}"


def _in_postgres(url: str) -> str:
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("SET bytea_output = 'escape'")
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found: list[Any] = []
        for (table,) in names.fetchall():
            found += connection.execute(f'SELECT it::text FROM "{table}" AS it').fetchall()
    return str(found).lower()


def _in_mongo(url: str) -> str:
    from pymongo import MongoClient

    with contextlib.closing(MongoClient[Any](url)) as client:
        database = client.get_default_database()
        return str([list(database[name].find()) for name in database.list_collection_names()])
