"""Alembic migrations of the store; ``HEAD`` is the version that this program works with."""

HEAD = "9"
