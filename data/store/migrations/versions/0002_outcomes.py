"""Tables of outcomes."""

import sqlalchemy as sa
from alembic import op

from data.store.tables import UtcDateTime

revision = "2"
down_revision = "1"

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _loans()
    _events()
    op.create_table(
        "performance_reports",
        sa.Column("report_id", sa.String(64), nullable=False),
        sa.Column("model_version", sa.String(128), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="pk_performance_reports"),
    )
    op.create_index(
        "ix_performance_reports_model_version_made_at",
        "performance_reports",
        ["model_version", "made_at"],
    )


def _loans() -> None:
    op.create_table(
        "loans",
        sa.Column("application", sa.String(64), nullable=False),
        sa.Column("applicant", sa.String(64), nullable=False),
        sa.Column("contract", sa.String(64), nullable=False),
        sa.Column("retention_days", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("erased_at", UtcDateTime),
        sa.PrimaryKeyConstraint("application", name="pk_loans"),
    )
    op.create_index("ix_loans_applicant", "loans", ["applicant"])
    op.create_index("ix_loans_contract", "loans", ["contract"])
    op.create_table(
        "loan_instalments",
        sa.Column("application", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("amount_due", sa.Double, nullable=False),
        sa.Column("known_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["application"], ["loans.application"], name="fk_loan_instalments_application"
        ),
        sa.PrimaryKeyConstraint("application", "number", name="pk_loan_instalments"),
    )


def _events() -> None:
    op.create_table(
        "loan_events",
        sa.Column("position", _LONG, sa.Identity(), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("application", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("amount", sa.Double),
        sa.Column("reverses", sa.String(64)),
        sa.Column("known_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["application"], ["loans.application"], name="fk_loan_events_application"
        ),
        sa.PrimaryKeyConstraint("position", name="pk_loan_events"),
        sa.UniqueConstraint("event", name="uq_loan_events_event"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_loan_events_application_position", "loan_events", ["application", "position"]
    )
