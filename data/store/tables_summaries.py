"""The table of summaries: figures of many decisions and loans that pages show and jobs make."""

from sqlalchemy import Column, Index, LargeBinary, String, Table

from data.store.tables import UtcDateTime, metadata

summaries = Table(
    "summaries",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("made_at", UtcDateTime, primary_key=True),
    Column("result", LargeBinary, nullable=False),
    Index(None, "made_at"),
)
"""``kind``: what is summed up; ``result``: its JSON.
It holds nothing about a client but ids of decisions."""
