"""Stored loans beside the decisions of one model: what matured, and what layer 5 says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select

from data.contract import Contract, Definition
from data.labels import label
from data.store import Store
from data.store.outcomes_book import SETTLING_DAYS, LoanRows, StoredLoans, read_rows
from data.store.tables import decisions
from drift.realised import MaturedLoans, Realised, realised_years

_DECIDED = (
    decisions.c.application,
    decisions.c.pd,
    decisions.c.band,
    decisions.c.created_at,
)


@dataclass(frozen=True)
class Lent:
    """Loans that a model decided on, as known on a day.

    ``rows``: of ``stored``, one a loan with a decision; ``pd``, ``band``, ``decided_on``: of the
    last decision of the model that was made until the day of the disbursement; ``bad``: by the
    contract's definition, NaN where the window is not closed or there is no label.
    """

    stored: StoredLoans
    definition: Definition
    rows: NDArray[np.intp]
    pd: NDArray[np.float64]
    band: NDArray[np.object_]
    decided_on: NDArray[np.datetime64]
    bad: NDArray[np.float64]

    def matured(self, bad: NDArray[np.float64] | None = None) -> MaturedLoans:
        """Those with an outcome: by ``bad`` (as ``self.bad``), else by what is known now."""
        found = self.bad if bad is None else bad
        known = ~np.isnan(found)
        mine, book = self.rows[known], self.stored.book
        window = np.timedelta64(self.definition.window_days or 0, "D")
        return MaturedLoans(
            pd=self.pd[known],
            bad=found[known],
            band=self.band[known],
            borrower=self.stored.applicant[mine],
            decided_on=self.decided_on[known],
            disbursed_on=book.disbursed[mine],
            matured_on=book.disbursed[mine] + window,
        )


def realised_of(store: Store, contract: Contract, model: str, day: date) -> Realised | None:
    """Layer 5 of ``model`` as known at the end of ``day``: the year in force, None without loans.

    Raises StoreError; NotEnoughDataError where the contract's label stands in a column.
    """
    rows = read_rows(store, contract, day)
    years = realised_by_year(rows, lent_by(store, contract, model, rows))
    return years[-1] if years else None


def lent_by(store: Store, contract: Contract, model: str | None, rows: LoanRows) -> Lent:
    """The loans in ``rows`` that ``model`` decided on (None: any model). Raises StoreError."""
    stored, definition = rows.loans(), rows.definition
    query = select(*_DECIDED).where(decisions.c.pd.is_not(None))
    if model is not None:
        query = query.where(decisions.c.model_version == model)
    with store.read() as connection:
        found = connection.execute(query.order_by(decisions.c.position)).all()
    made = pd.DataFrame(found, columns=[c.name for c in _DECIDED])
    zone = ZoneInfo(contract.timezone)
    days = [at.astimezone(zone).date() for at in made["created_at"]]
    index = pd.Index(stored.application, dtype=object)
    made = made.assign(
        on=np.array(days, dtype="datetime64[D]"),
        row=index.get_indexer(pd.Index(made["application"])),
    )
    made = made[made["row"] >= 0]
    lent_on = stored.book.disbursed[made["row"].to_numpy(dtype=np.intp)]
    made = made[made["on"].to_numpy().astype("datetime64[D]") <= lent_on]
    made = made.drop_duplicates("row", keep="last")
    mine = made["row"].to_numpy(dtype=np.intp)
    return Lent(
        stored=stored,
        definition=definition,
        rows=mine,
        pd=made["pd"].to_numpy(dtype=np.float64),
        band=made["band"].to_numpy(dtype=object),
        decided_on=made["on"].to_numpy().astype("datetime64[D]"),
        bad=label(definition, stored.book)[mine],
    )


def realised_by_year(rows: LoanRows, lent: Lent) -> list[Realised]:
    """Layer 5 of all years, the newest last.

    Each outcome is read once, ``SETTLING_DAYS`` after its window closed, as known then: what
    becomes known later does not change the evidence that there was.
    """
    frozen = rows.loans(at_window=True)
    outcomes = label(rows.definition, frozen.book)[lent.rows]
    window = (rows.definition.window_days or 0) + SETTLING_DAYS
    settled_on = frozen.book.disbursed[lent.rows] + np.timedelta64(window, "D")
    outcomes[~(settled_on <= frozen.book.seen_until)] = np.nan
    return realised_years(lent.matured(outcomes))
