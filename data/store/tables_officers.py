"""The tables of what people do with a score: explain, decide, report a problem, appeal.

Rows name a decision and never a person; what is personal in them is sealed beside the decision
(``Ledger.seal_beside``) and goes with it. All are append-only.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from data.store.tables import UtcDateTime, decisions, metadata

_LONG = BigInteger().with_variant(Integer(), "sqlite")


def _number() -> Column[int]:
    return Column("id", _LONG, Identity(), primary_key=True)


def _decision(*, unique: bool = False) -> Column[str]:
    return Column("decision_id", ForeignKey(decisions.c.decision_id), nullable=False, unique=unique)


explanations = Table(
    "explanations",
    metadata,
    _number(),
    _decision(unique=True),
    Column("at", UtcDateTime, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""Made when first asked for and the same ever since; see ``scoring.explanation``."""

human_decisions = Table(
    "human_decisions",
    metadata,
    _number(),
    _decision(),
    Column("outcome", String(16), nullable=False),
    Column("reason", String(32)),
    Column("key_id", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "decision_id", "id"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)
"""The newest row of a decision is in force."""

feedback = Table(
    "feedback",
    metadata,
    _number(),
    Column("feedback_id", String(36), nullable=False, unique=True),
    _decision(),
    Column("theme", String(32), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("sealed", LargeBinary),
    Index(None, "decision_id"),
    Index(None, "theme", "at"),
    sqlite_autoincrement=True,
)

appeals = Table(
    "appeals",
    metadata,
    _number(),
    Column("appeal_id", String(36), nullable=False, unique=True),
    _decision(),
    Column("ground", String(32), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("sealed", LargeBinary),
    Index(None, "decision_id", "id"),
    Index(None, "due_at"),
    sqlite_autoincrement=True,
)

appeal_resolutions = Table(
    "appeal_resolutions",
    metadata,
    _number(),
    Column("appeal_id", ForeignKey(appeals.c.appeal_id), nullable=False, unique=True),
    Column("result", String(16), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("sealed", LargeBinary),
    sqlite_autoincrement=True,
)
"""One at most for each appeal: what is resolved stays so; a new appeal may be opened."""
