"""The tables: one for each kind, one for each many-valued field, and those of claims and audit.

A kind's table has its id, version and body, and a column for every searched field with one value.
No name of ours can meet a kind's: theirs hold no `$` and start with a letter.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.types import TypeEngine

from carecoord.errors import InvalidValue
from carecoord.storage.kind import Kind, Searched

__all__ = [
    "AUDIT_ENTRY",
    "AUDIT_HEAD",
    "BYTES",
    "CLAIM",
    "TEXT",
    "VERSION_TABLE",
    "WHOLE",
    "KindTables",
    "column_name",
    "schema_of",
    "tables_of",
]

TEXT: TypeEngine[str] = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that sorts by code point."""
WHOLE: TypeEngine[int] = sa.BigInteger()
BYTES: TypeEngine[bytes] = sa.LargeBinary()

CLAIM, AUDIT_ENTRY, AUDIT_HEAD = "_claim", "_audit_entry", "_audit_head"
VERSION_TABLE = "_carecoord_version"
"""Where Alembic notes how far this schema has come, apart from a host application's own."""

_LONGEST_NAME = 63
_SYSTEM_COLUMNS = ("cmax", "cmin", "ctid", "tableoid", "xmax", "xmin")


def _name(*parts: str) -> str:
    """The parts as one identifier that PostgreSQL does not cut off."""
    whole = "$".join(parts)
    if len(whole) <= _LONGEST_NAME:
        return whole
    return f"{whole[: _LONGEST_NAME - 9]}${hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def column_name(field: str) -> str:
    """The column of a searched field; PostgreSQL keeps a few names to itself."""
    return f"{field}$" if field in _SYSTEM_COLUMNS else field


@frozen
class KindTables:
    """The table of a kind, and of each many-valued field a table of owner and value."""

    main: sa.Table
    many: Mapping[str, sa.Table]

    def column(self, field: str) -> sa.Column[Any]:
        """The column of a searched field with one value, or of the id."""
        return self.main.c[column_name(field)]


def _type_of(searched: Searched[Any]) -> TypeEngine[Any]:
    return TEXT if searched.type == "text" else WHOLE


def tables_of(kind: Kind[Any], metadata: sa.MetaData, dialect: str) -> KindTables:
    """The tables of the kind, defined within `metadata`."""
    columns: list[Any] = [
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    ]
    constraints: list[Any] = [sa.PrimaryKeyConstraint("id", name=_name(kind.name, "pk"))]
    many = {}
    for searched in kind.fields.values():
        if searched.many:
            many[searched.name] = _many_valued(kind, searched, metadata)
            continue
        column = column_name(searched.name)
        columns.append(sa.Column(column, _type_of(searched)))
        if searched.references is not None:
            constraints.append(_reference(kind.name, column, searched.references))
    main = sa.Table(kind.name, metadata, *columns, *constraints)
    for searched in kind.fields.values():
        if searched.indexed and not searched.many:
            held = main.c[column_name(searched.name)]
            # The order of the contract, nothing first, which is SQLite's own.
            key = held.nulls_first() if dialect == "postgresql" else held
            sa.Index(_name(kind.name, searched.name), key)
    return KindTables(main, many)


def _reference(table: str, column: str, to: str, *, cascade: bool = False) -> Any:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{to}.id"],
        name=_name(table, column, "fk"),
        ondelete="CASCADE" if cascade else None,
        deferrable=True,
        initially="DEFERRED",
    )


def _many_valued(kind: Kind[Any], searched: Searched[Any], metadata: sa.MetaData) -> sa.Table:
    name = _name(kind.name, searched.name)
    table = sa.Table(
        name,
        metadata,
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("value", _type_of(searched), nullable=False),
        sa.PrimaryKeyConstraint("owner", "value", name=_name(kind.name, searched.name, "pk")),
        _reference(name, "owner", kind.name, cascade=True),
        sqlite_with_rowid=False,
    )
    sa.Index(_name(kind.name, searched.name, "value"), table.c.value, table.c.owner)
    return table


def _own_tables(metadata: sa.MetaData) -> None:
    claim = sa.Table(
        CLAIM,
        metadata,
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("claim", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "claim", name="_claim$pk"),
        sqlite_with_rowid=False,
    )
    sa.Index("_claim$owner", claim.c.kind, claim.c.owner)
    sa.Table(
        AUDIT_ENTRY,
        metadata,
        sa.Column("stream", WHOLE, nullable=False),
        sa.Column("sequence", WHOLE, nullable=False),
        sa.Column("digest", BYTES, nullable=False),
        sa.Column("entry", BYTES, nullable=False),
        sa.PrimaryKeyConstraint("stream", "sequence", name="_audit_entry$pk"),
        sqlite_with_rowid=False,
    )
    sa.Table(
        AUDIT_HEAD,
        metadata,
        sa.Column("stream", WHOLE, nullable=False, autoincrement=False),
        sa.Column("sequence", WHOLE, nullable=False),
        sa.Column("digest", BYTES, nullable=False),
        sa.PrimaryKeyConstraint("stream", name="_audit_head$pk"),
    )


def schema_of(kinds: Sequence[Kind[Any]], dialect: str) -> sa.MetaData:
    """Every table that a store of these kinds needs.

    Raises:
        InvalidValue: a kind refers to one that is not among them, or a reference is many-valued.
    """
    names = {kind.name for kind in kinds}
    metadata = sa.MetaData()
    _own_tables(metadata)
    for kind in kinds:
        for searched in kind.fields.values():
            if searched.references is not None and searched.many:
                raise InvalidValue("kinds", f"{kind.name}.{searched.name} refers to many")
            if searched.references is not None and searched.references not in names:
                raise InvalidValue("kinds", f"{kind.name}.{searched.name} refers to no kind")
        tables_of(kind, metadata, dialect)
    return metadata
