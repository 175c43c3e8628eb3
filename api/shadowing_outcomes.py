"""Outcomes of stored decisions by the contract's label, each once its window is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from api.shadowing_data import Outcome, Outcomes
from data.contract import Contract, PerformanceLabel
from data.store import Store
from data.store.shadow_pairs import About


def matured(store: Store, contract: Contract, day: dt.date) -> Outcomes:
    """Outcomes as known at the end of ``day``; none where the label stands in a file's column.

    What becomes known after a window and the days of settling changes nothing any more.
    """

    def known(_about: Sequence[About]) -> Mapping[str, Outcome]:
        if not isinstance(contract.label, PerformanceLabel):
            return {}
        from data.labels import label
        from data.store.outcomes_book import SETTLING_DAYS, read_rows

        loans = read_rows(store, contract, day).loans(at_window=True)
        definition = contract.label.definition
        wait = dt.timedelta(days=(definition.window_days or 0) + SETTLING_DAYS)
        days = [at + wait for at in loans.book.disbursed.astype(object)]
        found = zip(loans.application, label(definition, loans.book), days, strict=True)
        return {
            str(application): (float(y), on)
            for application, y, on in found
            if y == y and on <= day  # noqa: PLR0124  (NaN: no label)
        }

    return known
