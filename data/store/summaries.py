"""Summaries as the store keeps them: one a kind and time at which it was made."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from data.store.engine import Store
from data.store.tables_summaries import summaries


@dataclass(frozen=True, slots=True)
class Summary:
    """One summary; ``result`` is its JSON."""

    kind: str
    made_at: datetime
    result: bytes


_COLUMNS = tuple(summaries.c[field.name] for field in fields(Summary))


def keep_summary(store: Store, kind: str, made_at: datetime, result: bytes) -> Summary:
    """Keep a summary, in the place of one of the same time. Raises StoreError."""
    entry = Summary(kind, made_at, result)
    with store.write() as connection:
        same = (summaries.c.kind == kind) & (summaries.c.made_at == made_at)
        connection.execute(delete(summaries).where(same))
        connection.execute(insert(summaries), asdict(entry))
    return entry


def forget_summaries(store: Store, kind: str, before: datetime) -> int:
    """Delete the summaries of ``kind`` made before then; return how many. Raises StoreError."""
    old = (summaries.c.kind == kind) & (summaries.c.made_at < before)
    with store.write() as connection:
        return connection.execute(delete(summaries).where(old)).rowcount


def newest_summary(connection: Connection, kind: str) -> Summary | None:
    """The newest summary of ``kind``. Raises StoreError (through the store's reader)."""
    query = (
        select(*_COLUMNS)
        .where(summaries.c.kind == kind)
        .order_by(summaries.c.made_at.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return Summary(*row) if row else None
