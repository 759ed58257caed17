"""Bringing a database up to date: the library's own tables by migrations, others as they are asked.

Many processes may do so at once; whoever comes first does it, under a lock, and a database that
lacks nothing is only looked at.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from carecoord.storage.kind import Kind
from carecoord_sql.engines import Engine
from carecoord_sql.migrations import HEAD
from carecoord_sql.schema import VERSION_TABLE, schema_of

__all__ = ["create_schema", "referring", "upgrade"]


def create_schema(engine: Engine, connection: sa.Connection, kinds: Sequence[Kind[Any]]) -> None:
    """Run the migrations, then make what the kinds need beyond them."""
    schema = schema_of(kinds, engine.name)
    if _is_at_head(connection) and not _missing(connection, schema):
        return
    engine.lock_schema(connection)
    try:
        upgrade(connection)
        _make(connection, schema)
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise


def _is_at_head(connection: sa.Connection) -> bool:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return False
    found = connection.exec_driver_sql(f'SELECT version_num FROM "{VERSION_TABLE}"')
    return found.scalars().all() == [HEAD]


def upgrade(connection: sa.Connection) -> None:
    """Run the migrations that are missing, within the transaction of this connection."""
    if _is_at_head(connection):
        return
    # Imported where it is needed: most openings find nothing to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "carecoord_sql:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _missing(connection: sa.Connection, schema: sa.MetaData) -> dict[str, set[str]]:
    """The tables that lack columns, and which; those that are missing lack all."""
    inspector = sa.inspect(connection)
    there = {
        name: {column["name"] for column in columns}
        for (_, name), columns in inspector.get_multi_columns().items()
    }
    lacking = {
        name: {column.name for column in table.columns} - there.get(name, set())
        for name, table in schema.tables.items()
    }
    return {name: columns for name, columns in lacking.items() if columns}


def _make(connection: sa.Connection, schema: sa.MetaData) -> None:
    """Make missing tables, and missing columns of those that are there."""
    missing = _missing(connection, schema)
    new = [name for name, columns in missing.items() if len(columns) == len(schema.tables[name].c)]
    for name, columns in missing.items():
        if name not in new:
            for column in sorted(columns):
                _add_column(connection, schema.tables[name].c[column])
    schema.create_all(connection, [schema.tables[name] for name in new], checkfirst=False)


def _add_column(connection: sa.Connection, column: sa.Column[Any]) -> None:
    table, preparer = column.table, connection.dialect.identifier_preparer
    definition = f"{preparer.quote(column.name)} {column.type.compile(connection.dialect)}"
    reference = ""
    for key in column.foreign_keys:
        to = preparer.quote(key.column.table.name)
        reference = f" REFERENCES {to} (id) DEFERRABLE INITIALLY DEFERRED"
    connection.exec_driver_sql(
        f"ALTER TABLE {preparer.quote(table.name)} ADD COLUMN {definition}{reference}"
    )
    for index in table.indexes:
        if column.name in index.columns:
            index.create(connection)


def referring(connection: sa.Connection, table: str) -> list[tuple[str, str]]:
    """The tables and columns that refer to this one, but for its own many-valued fields."""
    found = sa.inspect(connection).get_multi_foreign_keys()
    return sorted(
        (name, key["constrained_columns"][0])
        for (_, name), keys in found.items()
        for key in keys
        if key["referred_table"] == table and "$" not in name
    )
