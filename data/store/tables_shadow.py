"""The tables of champion and challenger: who is compared, every pair of scores, every report."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
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

from data.store.tables import UtcDateTime, metadata, model_versions

_LONG = BigInteger().with_variant(Integer(), "sqlite")
RUNNING = text("stopped_at IS NULL")

shadow_assignments = Table(
    "shadow_assignments",
    metadata,
    Column("id", _LONG, Identity(), primary_key=True),
    Column("challenger", ForeignKey(model_versions.c.version), nullable=False),
    Column("share", Double, nullable=False),
    Column("plan", String(8), nullable=False),
    Column("margins", JSON, nullable=False),
    Column("start_position", _LONG, nullable=False),
    Column("position", _LONG, nullable=False),
    Column("actor", String, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime),
    Column("worker", String(64)),
    Column("lease_until", UtcDateTime),
    Index(
        "uq_shadow_assignments_running",
        "challenger",
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    ),
    sqlite_autoincrement=True,
)
"""``share``, ``plan`` and ``margins`` are fixed before the first pair. ``position``: all decisions
of the chain up to it have their pairs."""

shadow_pairs = Table(
    "shadow_pairs",
    metadata,
    Column("position", _LONG, primary_key=True, autoincrement=False),
    Column("challenger", ForeignKey(model_versions.c.version), primary_key=True),
    Column("decision_id", String(64), nullable=False),
    Column("champion", String(128), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("replayed", Boolean, nullable=False),
    Column("error", String(16)),
    Column("champion_features", LargeBinary),
    Column("challenger_features", LargeBinary),
    Column("champion_pd", Double, nullable=False),
    Column("champion_log_odds", Double, nullable=False),
    Column("champion_recommendation", String(16), nullable=False),
    Column("champion_reason", String(64)),
    Column("challenger_pd", Double),
    Column("challenger_log_odds", Double),
    Column("challenger_recommendation", String(16)),
    Column("challenger_reason", String(64)),
    Column("propensity", Double),
    Column("latency_ms", Double),
    Column("cpu_ms", Double),
    Index(None, "challenger", "position"),
)
"""One decision scored by a challenger as well. Nothing personal: a row names the decision, and goes
when the content of the decision is erased. ``error``: why there is no score; ``..._features``:
SHA-256 of the vector; ``champion_recommendation``: by policy alone; ``propensity``: with which
chance could have given a loan, null where it had no say."""

shadow_exposure = Table(
    "shadow_exposure",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("drawn", Integer, nullable=False),
    Column("money", Double, nullable=False),
)
"""How many loans chance has recommended in a month (UTC), and for how much money."""

shadow_reports = Table(
    "shadow_reports",
    metadata,
    Column("report_id", String(64), primary_key=True),
    Column("champion", String(128), nullable=False),
    Column("challenger", ForeignKey(model_versions.c.version), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("fairness", String(16)),
    Column("pairs", Integer, nullable=False),
    Column("result", LargeBinary, nullable=False),
    Index(None, "challenger", "made_at"),
)
"""``result``: the JSON of the report, whole; ``report_id`` the SHA-256 of it; ``fairness``: the
state of the paired fairness audit in it, null without one."""
