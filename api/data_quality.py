"""How old the data are that decisions are made with, summed up by a job for pages to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from data.contract import Frozen
from data.store import Store
from data.store.summaries import forget_summaries, keep_summary, newest_summary
from data.store.tables_features import features
from data.store.tables_outcomes import loan_events, loans

KIND = "data-quality"


class SourceAge(Frozen):
    """Materialised features of one source: for how many applicants, and of which days."""

    contract: str
    source: str
    applicants: int
    oldest: date
    newest: date


class EventCount(Frozen):
    """Outcome events of one kind, and the newest day that one tells of."""

    kind: str
    events: int
    newest: date


class DataQuality(Frozen):
    """What the store holds beside decisions. ``known_at``: the newest outcome's."""

    schema_version: Literal[1] = 1
    features: tuple[SourceAge, ...]
    loans: int
    outcomes: tuple[EventCount, ...]
    known_at: datetime | None


def data_quality(store: Store) -> DataQuality:
    """Counts and days of features and outcomes. Raises StoreError."""
    f, e = features.c, loan_events.c
    ages = (f.contract, f.source, func.count(), func.min(f.stands_for), func.max(f.stands_for))
    by_source = select(*ages).group_by(f.contract, f.source).order_by(f.contract, f.source)
    by_kind = select(e.kind, func.count(), func.max(e.on_day)).group_by(e.kind).order_by(e.kind)
    with store.read() as connection:
        aged = connection.execute(by_source).all()
        counted = connection.execute(by_kind).all()
        lent = connection.execute(select(func.count()).select_from(loans)).scalar_one()
        known_at = connection.execute(select(func.max(e.known_at))).scalar_one()
    return DataQuality(
        features=tuple(
            SourceAge(contract=c, source=s, applicants=n, oldest=first, newest=last)
            for c, s, n, first, last in aged
        ),
        loans=lent,
        outcomes=tuple(EventCount(kind=k, events=n, newest=day) for k, n, day in counted),
        known_at=known_at,
    )


def summarise(store: Store, now: datetime) -> Mapping[str, Any]:
    """The daily job: keep what is found, in the place of what was. Raises StoreError."""
    found = data_quality(store)
    keep_summary(store, KIND, now, found.model_dump_json().encode())
    forget_summaries(store, KIND, now)
    return {"sources": len(found.features), "loans": found.loans}


def newest(connection: Connection) -> tuple[datetime, DataQuality] | None:
    """What the job found last, and when. Raises StoreError (through the store's reader)."""
    found = newest_summary(connection, KIND)
    if found is None:
        return None
    return found.made_at, DataQuality.model_validate_json(found.result)
