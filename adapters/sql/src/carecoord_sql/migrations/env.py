"""Runs the migrations on the connection that was handed in, within its transaction."""

from alembic import context

from carecoord_sql.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
