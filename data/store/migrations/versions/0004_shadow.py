"""Tables of shadow."""

import sqlalchemy as sa
from alembic import op

from data.store.tables import UtcDateTime

revision = "4"
down_revision = "3"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RUNNING = sa.text("stopped_at IS NULL")


def upgrade() -> None:
    """Make the tables."""
    _assignments()
    _pairs()
    op.create_table(
        "shadow_exposure",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("drawn", sa.Integer, nullable=False),
        sa.Column("money", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("month", name="pk_shadow_exposure"),
    )
    _reports()


def _assignments() -> None:
    op.create_table(
        "shadow_assignments",
        sa.Column("id", LONG, sa.Identity(), nullable=False),
        sa.Column("challenger", sa.String(128), nullable=False),
        sa.Column("share", sa.Double, nullable=False),
        sa.Column("plan", sa.String(8), nullable=False),
        sa.Column("margins", sa.JSON, nullable=False),
        sa.Column("start_position", LONG, nullable=False),
        sa.Column("position", LONG, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("stopped_at", UtcDateTime),
        sa.Column("worker", sa.String(64)),
        sa.Column("lease_until", UtcDateTime),
        sa.ForeignKeyConstraint(
            ["challenger"], ["model_versions.version"], name="fk_shadow_assignments_challenger"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shadow_assignments"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_shadow_assignments_running",
        "shadow_assignments",
        ["challenger"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )


def _pairs() -> None:
    op.create_table(
        "shadow_pairs",
        sa.Column("position", LONG, autoincrement=False, nullable=False),
        sa.Column("challenger", sa.String(128), nullable=False),
        sa.Column("decision_id", sa.String(64), nullable=False),
        sa.Column("champion", sa.String(128), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("replayed", sa.Boolean, nullable=False),
        sa.Column("error", sa.String(16)),
        sa.Column("champion_features", sa.LargeBinary),
        sa.Column("challenger_features", sa.LargeBinary),
        sa.Column("champion_pd", sa.Double, nullable=False),
        sa.Column("champion_log_odds", sa.Double, nullable=False),
        sa.Column("champion_recommendation", sa.String(16), nullable=False),
        sa.Column("champion_reason", sa.String(64)),
        sa.Column("challenger_pd", sa.Double),
        sa.Column("challenger_log_odds", sa.Double),
        sa.Column("challenger_recommendation", sa.String(16)),
        sa.Column("challenger_reason", sa.String(64)),
        sa.Column("propensity", sa.Double),
        sa.Column("latency_ms", sa.Double),
        sa.Column("cpu_ms", sa.Double),
        sa.ForeignKeyConstraint(
            ["challenger"], ["model_versions.version"], name="fk_shadow_pairs_challenger"
        ),
        sa.PrimaryKeyConstraint("position", "challenger", name="pk_shadow_pairs"),
    )
    op.create_index(
        "ix_shadow_pairs_challenger_position", "shadow_pairs", ["challenger", "position"]
    )


def _reports() -> None:
    op.create_table(
        "shadow_reports",
        sa.Column("report_id", sa.String(64), nullable=False),
        sa.Column("champion", sa.String(128), nullable=False),
        sa.Column("challenger", sa.String(128), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("fairness", sa.String(16)),
        sa.Column("pairs", sa.Integer, nullable=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["challenger"], ["model_versions.version"], name="fk_shadow_reports_challenger"
        ),
        sa.PrimaryKeyConstraint("report_id", name="pk_shadow_reports"),
    )
    op.create_index(
        "ix_shadow_reports_challenger_made_at", "shadow_reports", ["challenger", "made_at"]
    )
