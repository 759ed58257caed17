"""SQLite and PostgreSQL storage for carecoord."""
