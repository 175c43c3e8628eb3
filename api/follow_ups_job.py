"""The nightly job that finds the running loans which somebody should look after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select

from api.follow_ups import KIND, FollowUps, Late
from api.schedule import Work
from data.contract import Contract
from data.errors import NotEnoughDataError
from data.loanbook import days_past_due, settlements
from data.store import Store
from data.store.outcomes_book import read_rows
from data.store.summaries import forget_summaries, keep_summary
from data.store.tables import decisions
from scoring.registry import Registry
from scoring.signing import TrustedKeys

MOST = 5_000


def run(work: Work) -> Mapping[str, Any]:
    """The daily job; the list of yesterday goes. Raises StoreError, BundleError."""
    settings = work.settings
    registry = Registry(work.store, settings.home, TrustedKeys(settings.keys_folder))
    champion = registry.champion()
    if champion is None:
        return {"late": None, "why": "no version is champion"}
    contract = registry.open(champion)[1].contract
    try:
        found = follow_ups(work.store, contract, work.now)
    except NotEnoughDataError as error:
        return {"late": None, "why": str(error)}
    keep_summary(work.store, KIND, work.now, found.model_dump_json().encode())
    forget_summaries(work.store, KIND, work.now)
    return {"late": len(found.late) + found.more, "unknown": found.unknown}


def follow_ups(store: Store, contract: Contract, now: dt.datetime) -> FollowUps:
    """The late loans of ``contract``, as known now.

    Raises StoreError; NotEnoughDataError where the contract's label stands in a column.
    """
    today = now.astimezone(ZoneInfo(contract.timezone)).date()
    rows = read_rows(store, contract, today)
    stored = rows.loans()
    book = stored.book
    counts = rows.definition.reversals == "never_paid"
    if np.isnat(book.seen_until):
        return FollowUps(
            made_at=now, known_until=None, reversals_count=counts, late=[], more=0, unknown=0
        )
    seen = dt.date.fromisoformat(str(book.seen_until))
    on = min(today, seen)
    days = days_past_due(book, settlements(book), np.datetime64(on, "D"))
    running = np.isnat(book.written_off) & np.isnat(book.rescheduled)
    worst = [i for i in np.argsort(-days, kind="stable") if days[i] > 0 and running[i]]
    made = _decisions(store)
    named = [found for i in worst if (found := made.get(stored.application[i])) is not None]
    return FollowUps(
        made_at=now,
        known_until=on,
        reversals_count=counts,
        late=named[:MOST],
        more=max(0, len(named) - MOST),
        unknown=len(worst) - len(named),
    )


def _decisions(store: Store) -> dict[str, Late]:
    """The last decision on each application, by its pseudonym."""
    d = decisions.c
    query = select(d.application, d.decision_id, d.branch).order_by(d.position)
    with store.read() as connection:
        return {row.application: Late(*row[1:]) for row in connection.execute(query)}
