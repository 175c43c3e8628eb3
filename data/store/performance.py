"""Reports of realised performance as the store keeps them: one a model and day that is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, select

from data.store.engine import Store
from data.store.tables_outcomes import performance_reports


@dataclass(frozen=True, slots=True)
class PerformanceEntry:
    """One report; ``report_id`` is the SHA-256 of ``result``, its JSON."""

    report_id: str
    model_version: str
    made_at: datetime
    result: bytes


_COLUMNS = tuple(performance_reports.c[field.name] for field in fields(PerformanceEntry))


def keep_report(store: Store, model: str, made_at: datetime, result: bytes) -> PerformanceEntry:
    """Keep a report, once however often it is made alike. Raises StoreError."""
    entry = PerformanceEntry(sha256(result).hexdigest(), model, made_at, result)
    known = select(*_COLUMNS).where(performance_reports.c.report_id == entry.report_id)
    with store.write() as connection:
        row = connection.execute(known).one_or_none()
        if row is not None:
            return PerformanceEntry(*row)
        connection.execute(insert(performance_reports), asdict(entry))
    return entry


def newest_report(store: Store, model: str | None = None) -> PerformanceEntry | None:
    """The newest report, of one model version or of any. Raises StoreError."""
    query = select(*_COLUMNS).order_by(performance_reports.c.made_at.desc()).limit(1)
    if model is not None:
        query = query.where(performance_reports.c.model_version == model)
    with store.read() as connection:
        row = connection.execute(query).one_or_none()
    return PerformanceEntry(*row) if row else None
