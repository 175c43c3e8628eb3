"""The table of summaries."""

import sqlalchemy as sa
from alembic import op

from data.store.tables import UtcDateTime

revision = "9"
down_revision = "8"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "summaries",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("kind", "made_at", name="pk_summaries"),
    )
    op.create_index("ix_summaries_made_at", "summaries", ["made_at"])
