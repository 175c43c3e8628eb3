"""How many applications a window of stored decisions should have."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from data.store import Store
from data.store.volume import applications_scored, applications_unread
from drift.stored import YEAR
from drift.volume import MOST_WINDOWS, expected_rows
from drift.window import Expected
from fairness.decided import limits


def with_volume(
    expected: Expected, store: Store, contract_hash: str, days: tuple[date, date]
) -> Expected:
    """``expected`` with the volume that the windows before foretell, inside what is set.

    What nobody scored or can read any more is not missed: a suspended model, erased applicants.
    Raises StoreError.
    """
    length = days[1] - days[0] + timedelta(days=1)
    before = [_moved(days, i * length) for i in range(MOST_WINDOWS, 0, -1)]
    season = [_moved(days, YEAR), _moved(days, YEAR + length)]
    spans = [limits(*one) for one in (*before, *season)]
    *counts, same, earlier = applications_scored(store, contract_hash, spans)
    foretold = expected_rows(counts, (same, earlier))
    if foretold is None:
        return expected
    low, high = foretold
    low = max(0, low - applications_unread(store, limits(*days)))
    fewest, most = expected.rows or (low, high)
    return replace(expected, rows=(max(low, fewest), min(high, most)))


def _moved(days: tuple[date, date], back: timedelta) -> tuple[date, date]:
    return days[0] - back, days[1] - back
