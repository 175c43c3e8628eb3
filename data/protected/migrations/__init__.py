"""Alembic migrations of the store of protected attributes; ``HEAD`` is the newest version."""

HEAD = "0001"
