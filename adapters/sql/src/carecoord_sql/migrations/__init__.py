"""The history of the schema, as Alembic runs it; `HEAD` is the newest revision."""

__all__ = ["HEAD"]

HEAD = "0001"
