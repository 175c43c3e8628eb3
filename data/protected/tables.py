"""The tables of the store of protected attributes, the same on SQLite and PostgreSQL.

PostgreSQL has them in a schema of their own, SQLite in a file of its own. Changed only together
with a new migration in ``migrations/versions``; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

from data.store.tables import UtcDateTime, metadata

SCHEMA = "protected"
VERSIONS = "versions"
"""Alembic's table, in the same schema."""

protected_metadata = MetaData(schema=SCHEMA, naming_convention=metadata.naming_convention)

statements = Table(
    "statements",
    protected_metadata,
    Column("pseudonym", LargeBinary(32), primary_key=True),
    Column("attribute", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("source", String(16), nullable=False),
    Column("actor", String, nullable=False),
)
"""One row for each person and attribute; ``value`` is encrypted."""

access_log = Table(
    "access_log",
    protected_metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), Identity(), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("people", Integer, nullable=False),
    sqlite_autoincrement=True,
)
"""Who read or erased the attributes of how many people, when and what for."""

fingerprints = Table(
    "fingerprints",
    protected_metadata,
    Column("fingerprint", String(64), primary_key=True),
)
"""One row, which proves that the keys are those that the rows were written with."""
