"""Statements, the log of accesses and the fingerprint of the keys."""

import sqlalchemy as sa
from alembic import op

from data.protected.database import schema_of
from data.store.tables import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the three tables."""
    schema = schema_of(op.get_bind())
    op.create_table(
        "statements",
        sa.Column("pseudonym", sa.LargeBinary(32), nullable=False),
        sa.Column("attribute", sa.String(64), nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", "attribute", name="pk_statements"),
        schema=schema,
    )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "access_log",
        sa.Column("id", number, sa.Identity(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
        sqlite_autoincrement=True,
        schema=schema,
    )
    op.create_table(
        "fingerprints",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_fingerprints"),
        schema=schema,
    )
