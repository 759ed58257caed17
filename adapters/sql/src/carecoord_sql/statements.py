"""The statements of the hot paths, written once per kind and run by the driver itself."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from attrs import frozen

from carecoord.storage.backend import Row
from carecoord.storage.kind import Kind, Scalar
from carecoord_sql.engines import Engine, quoted
from carecoord_sql.schema import AUDIT_ENTRY, AUDIT_HEAD, CLAIM, KindTables, column_name, tables_of

__all__ = ["AuditStatements", "Holding", "KindStatements"]

_SQL_TYPES = {"text": "text", "integer": "bigint"}


@frozen
class Holding:
    """What rows of a kind hold any number of: its claims, or the values of a many-valued field.

    Each is a pair of an owner and a value. Claims have `holders`, which asks whose they are.
    """

    of: Callable[[Row], tuple[Scalar, ...]]
    held: str
    insert: str
    delete: str
    holders: str = ""

    @classmethod
    def of_field(cls, name: str, table: str, of: str, engine: Engine) -> "Holding":
        """The values of a many-valued field."""
        pair = ("owner", "value")
        return cls(
            lambda row: row.searched[name],  # type: ignore[arg-type, return-value]
            held=f"SELECT owner, value FROM {quoted(table)} WHERE {engine.one_of('owner')}",
            insert=engine.insert_pairs(table, pair, _SQL_TYPES[of], None),
            delete=engine.delete_pairs(table, pair, _SQL_TYPES[of], None),
        )

    @classmethod
    def of_claims(cls, kind: str, engine: Engine) -> "Holding":
        """The claims of a kind."""
        pair, fixed = ("owner", "claim"), ("kind", kind)
        read = f"SELECT owner, claim FROM {quoted(CLAIM)} WHERE kind = '{kind}' AND"
        return cls(
            lambda row: row.claims,
            held=f"{read} {engine.one_of('owner')}",
            insert=engine.insert_pairs(CLAIM, pair, "text", fixed),
            delete=engine.delete_pairs(CLAIM, pair, "text", fixed),
            holders=f"{read} {engine.one_of('claim')}",
        )


@frozen
class KindStatements:
    """How rows of one kind are read and written; values are given in the order of `values`."""

    kind: Kind[Any]
    tables: KindTables
    columns: tuple[str, ...]
    holdings: tuple[Holding, ...]
    """The claims first."""
    fetch: str
    lock: str
    insert: str
    update: str
    delete: str
    release: str

    @classmethod
    def of(cls, kind: Kind[Any], engine: Engine) -> "KindStatements":
        """The statements of this kind for this database."""
        tables = tables_of(kind, sa.MetaData(), engine.name)
        table, mark = quoted(kind.name), engine.mark
        columns = tuple(name for name, one in kind.fields.items() if not one.many)
        named = [quoted(column_name(name)) for name in columns]
        inserted = ", ".join(["version", "body", *named, "id"])
        marks = ", ".join([mark] * (len(named) + 3))
        at_version = f"WHERE id = {mark} AND version = {mark}"
        updated = ", ".join(f"{name} = {mark}" for name in ["version", "body", *named])
        return cls(
            kind,
            tables,
            columns,
            holdings=(
                Holding.of_claims(kind.name, engine),
                *(
                    Holding.of_field(name, side.name, kind.fields[name].type, engine)
                    for name, side in tables.many.items()
                ),
            ),
            fetch=f"SELECT version, body FROM {table} WHERE id = {mark}",
            lock=f"SELECT id, version FROM {table} WHERE {engine.one_of('id')}{engine.row_lock}",
            insert=f"INSERT INTO {table} ({inserted}) VALUES ({marks}) ON CONFLICT DO NOTHING",
            update=f"UPDATE {table} SET {updated} {at_version}",
            delete=f"DELETE FROM {table} {at_version}",
            release=f"DELETE FROM {quoted(CLAIM)}"
            f" WHERE kind = '{kind.name}' AND {engine.one_of('owner')}",
        )

    def derived(self, row: Row) -> list[Any]:
        """The values of the searched columns."""
        return [row.searched[name] for name in self.columns]


@frozen
class AuditStatements:
    """The audit streams: their heads, and their entries."""

    head: str
    new_head: str
    set_head: str
    append: str
    streams: str
    records: str

    @classmethod
    def of(cls, engine: Engine) -> "AuditStatements":
        """The statements for this database."""
        mark, head, entry = engine.mark, quoted(AUDIT_HEAD), quoted(AUDIT_ENTRY)
        return cls(
            head=f"SELECT sequence, digest FROM {head} WHERE stream = {mark}{engine.head_lock}",
            new_head=f"INSERT INTO {head} (stream, sequence, digest)"
            f" VALUES ({mark}, {mark}, {mark}) ON CONFLICT DO NOTHING",
            set_head=f"UPDATE {head} SET sequence = {mark}, digest = {mark} WHERE stream = {mark}",
            append=f"INSERT INTO {entry} (stream, sequence, digest, entry)"
            f" VALUES ({mark}, {mark}, {mark}, {mark})",
            streams="SELECT stream, sequence, it.digest, it.entry"
            f" FROM {head} JOIN {entry} AS it USING (stream, sequence) ORDER BY stream",
            records=f"SELECT stream, sequence, digest, entry FROM {entry}"
            f" WHERE stream = {mark} AND sequence > {mark} ORDER BY sequence LIMIT {mark}",
        )
