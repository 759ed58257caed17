"""Writes the first migration for the kinds as they are now.

    uv run python adapters/sql/write_migration.py

Once a release has shipped it, it is frozen, and changes come as further migrations.
"""

from pathlib import Path

import sqlalchemy as sa
from carecoord_sql.schema import BYTES, TEXT, WHOLE, schema_of

from carecoord.kinds import KINDS

_HEAD = '''"""The first tables.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger()
BYTES = sa.LargeBinary()



def _index(name: str, table: str, column: str) -> None:
    """The order of the contract, nothing first, which is SQLite's own."""
    nulls_first = op.get_bind().dialect.name == "postgresql"
    op.create_index(name, table, [sa.text(f'"{column}" NULLS FIRST') if nulls_first else column])


def upgrade() -> None:
    """Make them."""
'''


def _type(of: sa.types.TypeEngine[object]) -> str:
    for name, known in (("TEXT", TEXT), ("WHOLE", WHOLE), ("BYTES", BYTES)):
        if of is known:
            return name
    return "sa.Text()"


def _column(column: sa.Column[object]) -> str:
    null = "" if column.nullable else ", nullable=False"
    auto = "" if column.autoincrement == "auto" else ", autoincrement=False"
    return f'sa.Column("{column.name}", {_type(column.type)}{null}{auto})'


def _constraint(one: sa.Constraint) -> str | None:
    if isinstance(one, sa.PrimaryKeyConstraint):
        names = ", ".join(f'"{column.name}"' for column in one.columns)
        return f'sa.PrimaryKeyConstraint({names}, name="{one.name}")'
    if isinstance(one, sa.ForeignKeyConstraint):
        (key,) = one.elements
        cascade = f', ondelete="{one.ondelete}"' if one.ondelete else ""
        return (
            f'sa.ForeignKeyConstraint(["{one.column_keys[0]}"], ["{key.target_fullname}"], '
            f'name="{one.name}", deferrable=True, initially="DEFERRED"{cascade})'
        )
    return None


def _statements(table: sa.Table) -> list[str]:
    constraints = sorted(filter(None, map(_constraint, table.constraints)), reverse=True)
    parts = [f'"{table.name}"', *map(_column, table.columns), *constraints]
    if not table.dialect_options["sqlite"]["with_rowid"]:
        parts.append("sqlite_with_rowid=False")
    done = [f"op.create_table({', '.join(parts)})"]
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        names = [column.name for column in index.columns]
        if len(names) == 1:
            done.append(f'_index("{index.name}", "{table.name}", "{names[0]}")')
        else:
            done.append(f'op.create_index("{index.name}", "{table.name}", {names})')
    return done


def first_migration() -> str:
    """The text of the migration, to be formatted."""
    tables = schema_of(KINDS, "sqlite").sorted_tables
    return _HEAD + "".join(f"    {one}\n" for table in tables for one in _statements(table))


if __name__ == "__main__":
    versions = Path(__file__).parent / "src/carecoord_sql/migrations/versions"
    (versions / "0001_first_tables.py").write_text(first_migration())
