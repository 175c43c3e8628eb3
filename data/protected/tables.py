"""The tables of the store of protected attributes, the same on SQLite and PostgreSQL.

PostgreSQL has them in a schema of their own, SQLite in a file of its own. Changed only together
with a new migration in ``migrations/versions``; a test compares the two.
"""

from sqlalchemy import Column, LargeBinary, MetaData, String, Table

from data.store.tables import UtcDateTime, metadata

SCHEMA = "protected"
VERSIONS = "protected_version"
"""The table of Alembic, in the same schema."""

protected_metadata = MetaData(
    schema=SCHEMA, naming_convention=metadata.naming_convention
)

statements = Table(
    "protected_statements",
    protected_metadata,
    Column("pseudonym", LargeBinary(32), primary_key=True),
    Column("attribute", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("source", String(16), nullable=False),
    Column("actor", String, nullable=False),
)
