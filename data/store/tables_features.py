"""The tables of features that were materialised: kept for applicants, until their period ends."""

from sqlalchemy import Column, Date, Index, Integer, LargeBinary, String, Table

from data.store.tables import metadata

features = Table(
    "features",
    metadata,
    Column("applicant", String(64), primary_key=True),
    Column("contract", String(64), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("stands_for", Date, nullable=False),
    Column("retention_days", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("row_key", LargeBinary, nullable=False),
    Index(None, "contract", "stands_for"),
)
"""What a source said of an applicant at the start of a day; the newest day alone."""

observer_habits = Table(
    "observer_habits",
    metadata,
    Column("contract", String(64), primary_key=True),
    Column("feature", String(64), primary_key=True),
    Column("stands_for", Date, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("row_key", LargeBinary, nullable=False),
)
"""How lenient observers were at the start of a day, for observations that requests bring."""
