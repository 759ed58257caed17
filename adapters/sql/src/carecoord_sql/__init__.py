"""SQLite and PostgreSQL storage for carecoord.

from carecoord.kinds import open_store

store = open_store("sqlite:///clinic.db")
"""

from carecoord_sql.backend import SqlBackend, open_sql

__all__ = ["SqlBackend", "open_sql"]
