"""Tables of features."""

import sqlalchemy as sa
from alembic import op

revision = "7"
down_revision = "6"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "features",
        sa.Column("applicant", sa.String(64), nullable=False),
        sa.Column("contract", sa.String(64), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("stands_for", sa.Date, nullable=False),
        sa.Column("retention_days", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("row_key", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("applicant", "contract", "source", name="pk_features"),
    )
    op.create_index("ix_features_contract_stands_for", "features", ["contract", "stands_for"])
    op.create_table(
        "observer_habits",
        sa.Column("contract", sa.String(64), nullable=False),
        sa.Column("feature", sa.String(64), nullable=False),
        sa.Column("stands_for", sa.Date, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("row_key", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("contract", "feature", name="pk_observer_habits"),
    )
