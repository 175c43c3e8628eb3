"""Tables of monitoring."""

import sqlalchemy as sa
from alembic import op

from data.store.tables import UtcDateTime

revision = "3"
down_revision = "2"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    """Make the tables."""
    _checks()
    _episodes()
    _alerts()
    _estimates()


def _checks() -> None:
    op.create_table(
        "drift_checks",
        sa.Column("check_id", sa.String(64), nullable=False),
        sa.Column("model_version", sa.String(128), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("layers", sa.JSON, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("check_id", name="pk_drift_checks"),
    )
    op.create_index(
        "ix_drift_checks_model_version_last_day", "drift_checks", ["model_version", "last_day"]
    )


def _episodes() -> None:
    op.create_table(
        "drift_episodes",
        sa.Column("episode_id", LONG, sa.Identity(), nullable=False),
        sa.Column("model_version", sa.String(128), nullable=False),
        sa.Column("subject", sa.String(192), nullable=False),
        sa.Column("layer", sa.Integer, nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("words", sa.String(64), nullable=False),
        sa.Column("severity", sa.Double, nullable=False),
        sa.Column("first_window", sa.Date, nullable=False),
        sa.Column("last_window", sa.Date, nullable=False),
        sa.Column("windows", sa.Integer, nullable=False),
        sa.Column("quiet", sa.Integer, nullable=False),
        sa.Column("check_id", sa.String(64), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime),
        sa.PrimaryKeyConstraint("episode_id", name="pk_drift_episodes"),
        sa.ForeignKeyConstraint(
            ["check_id"], ["drift_checks.check_id"], name="fk_drift_episodes_check_id"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_drift_episodes_open",
        "drift_episodes",
        ["model_version", "subject"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_drift_episodes_opened_at", "drift_episodes", ["opened_at"])


def _alerts() -> None:
    op.create_table(
        "drift_alerts",
        sa.Column("alert_id", LONG, sa.Identity(), nullable=False),
        sa.Column("episode_id", LONG, nullable=False),
        sa.Column("model_version", sa.String(128), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("layer", sa.Integer, nullable=False),
        sa.Column("subject", sa.String(192), nullable=False),
        sa.Column("words", sa.String(64), nullable=False),
        sa.Column("severity", sa.Double, nullable=False),
        sa.Column("check_id", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="pk_drift_alerts"),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["drift_episodes.episode_id"], name="fk_drift_alerts_episode_id"
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["drift_checks.check_id"], name="fk_drift_alerts_check_id"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_drift_alerts_model_version_at", "drift_alerts", ["model_version", "at"])


def _estimates() -> None:
    op.create_table(
        "drift_estimates",
        sa.Column("check_id", sa.String(64), nullable=False),
        sa.Column("measure", sa.String(32), nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("low", sa.Double, nullable=False),
        sa.Column("high", sa.Double, nullable=False),
        sa.Column("realised", sa.Double),
        sa.Column("realised_low", sa.Double),
        sa.Column("realised_high", sa.Double),
        sa.Column("matured", sa.Integer),
        sa.Column("realised_at", UtcDateTime),
        sa.PrimaryKeyConstraint("check_id", "measure", name="pk_drift_estimates"),
        sa.ForeignKeyConstraint(
            ["check_id"], ["drift_checks.check_id"], name="fk_drift_estimates_check_id"
        ),
    )
