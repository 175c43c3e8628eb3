"""The index on whom a decision is about, in blocks of neighbouring decisions."""

import sqlalchemy as sa
from alembic import op

revision = "8"
down_revision = "7"


def upgrade() -> None:
    """Put one index in the place of another."""
    op.drop_index("ix_decisions_applicant_position", "decisions")
    block = sa.text("(position >> 8)")
    op.create_index("ix_decisions_block_applicant", "decisions", [block, "applicant"])
