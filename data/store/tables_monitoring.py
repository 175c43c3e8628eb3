"""The tables of monitoring: drift checks that were kept, episodes, alerts, estimates."""

from sqlalchemy import (
    JSON,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)

from data.store.tables import _LONG, UtcDateTime, metadata

OPEN = text("closed_at IS NULL")

drift_checks = Table(
    "drift_checks",
    metadata,
    Column("check_id", String(64), primary_key=True),
    Column("model_version", String(128), nullable=False),
    Column("source", String(16), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("level", String(8), nullable=False),
    Column("layers", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("result", LargeBinary, nullable=False),
    Index(None, "model_version", "last_day"),
)
"""``check_id``: SHA-256 of ``result``, the JSON of the whole check; ``source``: ``scheduled`` or
``asked`` for stored decisions, ``file``; ``layers``: number of the layer to its verdict."""

drift_episodes = Table(
    "drift_episodes",
    metadata,
    Column("episode_id", _LONG, Identity(), primary_key=True),
    Column("model_version", String(128), nullable=False),
    Column("subject", String(192), nullable=False),
    Column("layer", Integer, nullable=False),
    Column("level", String(8), nullable=False),
    Column("words", String(64), nullable=False),
    Column("severity", Double, nullable=False),
    Column("first_window", Date, nullable=False),
    Column("last_window", Date, nullable=False),
    Column("windows", Integer, nullable=False),
    Column("quiet", Integer, nullable=False),
    Column("check_id", ForeignKey(drift_checks.c.check_id), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Index(
        "uq_drift_episodes_open",
        "model_version",
        "subject",
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
    Index(None, "opened_at"),
    sqlite_autoincrement=True,
)
"""An alarm from the window that it began in (``first_window``: its last day) to the last one that
showed it. ``quiet``: checks since then without it; ``check_id``: the last check that showed it."""

drift_alerts = Table(
    "drift_alerts",
    metadata,
    Column("alert_id", _LONG, Identity(), primary_key=True),
    Column("episode_id", ForeignKey(drift_episodes.c.episode_id), nullable=False),
    Column("model_version", String(128), nullable=False),
    Column("level", String(8), nullable=False),
    Column("layer", Integer, nullable=False),
    Column("subject", String(192), nullable=False),
    Column("words", String(64), nullable=False),
    Column("severity", Double, nullable=False),
    Column("check_id", ForeignKey(drift_checks.c.check_id), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "model_version", "at"),
    sqlite_autoincrement=True,
)

drift_estimates = Table(
    "drift_estimates",
    metadata,
    Column("check_id", ForeignKey(drift_checks.c.check_id), primary_key=True),
    Column("measure", String(32), primary_key=True),
    Column("value", Double, nullable=False),
    Column("low", Double, nullable=False),
    Column("high", Double, nullable=False),
    Column("realised", Double),
    Column("realised_low", Double),
    Column("realised_high", Double),
    Column("matured", Integer),
    Column("realised_at", UtcDateTime),
)
"""What was estimated without outcomes, and what came of it among ``matured`` loans."""
