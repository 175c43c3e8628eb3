"""The tables of outcomes: loans, what they owe, what happened to them, and what was made of it."""

from sqlalchemy import (
    BigInteger,
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
)

from data.store.tables import UtcDateTime, metadata

_LONG = BigInteger().with_variant(Integer(), "sqlite")

loans = Table(
    "loans",
    metadata,
    Column("application", String(64), primary_key=True),
    Column("applicant", String(64), nullable=False, index=True),
    Column("contract", String(64), nullable=False, index=True),
    Column("retention_days", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
)
"""``application`` and ``applicant`` are the pseudonyms that decisions have. A loan that is erased
keeps its row, so that a file which still holds it does not bring it back."""

loan_instalments = Table(
    "loan_instalments",
    metadata,
    Column("application", ForeignKey(loans.c.application), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("due_on", Date, nullable=False),
    Column("amount_due", Double, nullable=False),
    Column("known_at", UtcDateTime, nullable=False),
)

loan_events = Table(
    "loan_events",
    metadata,
    Column("position", _LONG, Identity(), primary_key=True),
    Column("event", String(64), nullable=False, unique=True),
    Column("application", ForeignKey(loans.c.application), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("amount", Double),
    Column("reverses", String(64)),
    Column("known_at", UtcDateTime, nullable=False),
    Index(None, "application", "position"),
    sqlite_autoincrement=True,
)
"""Append-only. ``event`` and ``reverses`` are pseudonyms of the ids that events have with the
lender; ``on_day`` is when it happened and ``known_at`` when the lender knew it."""

performance_reports = Table(
    "performance_reports",
    metadata,
    Column("report_id", String(64), primary_key=True),
    Column("model_version", String(128), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("result", LargeBinary, nullable=False),
    Index(None, "model_version", "made_at"),
)
"""``result``: the JSON of the report, whole; it tells of groups of loans alone."""
