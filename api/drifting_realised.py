"""What outcomes add to drift checks: layer 5, who was paid out, and the truth of old estimates."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from scipy.special import logit
from sqlalchemy import select

from api.outcomes_matured import Lent, lent_by, realised_of
from data.contract import Contract
from data.errors import BundleError, NotEnoughDataError, RegistryError
from data.store import Store
from data.store.estimates import Estimate, estimates_of, realise, unrealised
from data.store.monitoring import CheckEntry
from data.store.outcomes_book import SETTLING_DAYS, read_rows
from data.store.tables import decisions
from data.store.tables_outcomes import loan_events
from drift.findings import RealisedVerdict
from drift.realised import MaturedLoans
from scoring.intervals import UNDEFINED, bootstrap, delong, wilson
from scoring.intervals import Estimate as Interval
from scoring.vector import FloatArray

SEED = 1


def verdict(store: Store, contract: Contract, model: str, day: date) -> RealisedVerdict | None:
    """Layer 5 of ``model`` as known on ``day``; None where no outcome can be known yet.

    Raises StoreError.
    """
    with suppress(NotEnoughDataError):
        found = realised_of(store, contract, model, day)
        return None if found is None else RealisedVerdict.of(found)
    return None


def paid_out(store: Store, start: datetime, end: datetime) -> frozenset[str] | None:
    """Decisions made from ``start`` until before ``end`` whose loan was paid out.

    None where no loan of them is known at all. Raises StoreError.
    """
    lent = loan_events.c.application == decisions.c.application
    query = select(decisions.c.decision_id).join(loan_events, lent)
    inside = (decisions.c.created_at >= start) & (decisions.c.created_at < end)
    with store.read() as connection:
        found = connection.execute(query.where(inside, loan_events.c.kind == "disbursement"))
        return frozenset(found.scalars()) or None


def reconcile(store: Store, contract_of: Callable[[str], Contract], now: datetime) -> int:
    """Put what came of it beside each estimate whose loans have matured; return how many checks.

    Of every model that was ever checked: most are no longer in service when their loans mature.
    ``contract_of``: gives a model's contract, or raises BundleError or RegistryError. What was
    estimated was of those the model approved, what comes of it of those who were lent to. Raises
    StoreError.
    """
    done = 0
    for model, waiting in unrealised(store, now.date()).items():
        with suppress(NotEnoughDataError, BundleError, RegistryError):
            contract = contract_of(model)
            lent = lent_by(store, contract, model, read_rows(store, contract, now.date()))
            truths = [(entry, _truth(lent, entry)) for entry in waiting]
            done += sum(_put(store, entry, truth, now) for entry, truth in truths if truth)
    return done


@dataclass(frozen=True)
class Truth:
    """Matured loans of one window and the money that each owed."""

    loans: MaturedLoans
    owed: FloatArray


def _truth(lent: Lent, entry: CheckEntry) -> Truth | None:
    """The loans decided on in a window; None until all of them have matured."""
    first, last = (np.datetime64(d, "D") for d in (entry.first_day, entry.last_day))
    mine = (lent.decided_on >= first) & (lent.decided_on <= last)
    disbursed = lent.stored.book.disbursed[lent.rows]
    wait = np.timedelta64((lent.definition.window_days or 0) + SETTLING_DAYS, "D")
    known = mine & ~np.isnan(lent.bad)
    closed = np.append(disbursed[mine], last) + wait <= lent.stored.book.seen_until
    if not known.any() or not closed.all():
        return None
    dues = lent.stored.book.dues.groupby("row")["total"].max()
    owed = dues.reindex(lent.rows[known]).to_numpy(dtype=np.float64, na_value=0.0)
    return Truth(lent.matured(np.where(known, lent.bad, np.nan)), owed)


def _put(store: Store, entry: CheckEntry, truth: Truth, now: datetime) -> bool:
    came = dict(_came(truth))
    with store.write() as connection:
        for estimate in estimates_of(store, entry.check_id):
            realise(
                connection,
                _beside(estimate, came.get(estimate.measure, UNDEFINED), len(truth.loans), now),
            )
    return True


def _beside(estimate: Estimate, came: Interval, loans: int, now: datetime) -> Estimate:
    return replace(
        estimate,
        realised=came.value,
        realised_low=came.low,
        realised_high=came.high,
        matured=loans,
        realised_at=now,
    )


def _came(truth: Truth) -> Iterator[tuple[str, Interval]]:
    """The measures of estimated harm, as they turned out."""
    loans, owed = truth.loans, truth.owed
    pd, bad, n = loans.pd, loans.bad, len(loans)
    yield "bad_rate", wilson(int(bad.sum()), n)
    both = 0 < bad.sum() < n
    yield "auc", delong(bad, logit(np.clip(pd, 1e-9, 1 - 1e-9))) if both else UNDEFINED
    miss = (pd - bad) ** 2
    lost = bad * owed

    def means(times: np.ndarray) -> FloatArray:
        money = float((times * owed).sum())
        loss = float((times * lost).sum()) / money if money else float("nan")
        return np.array([(times * miss).sum() / times.sum(), loss])

    brier, loss = bootstrap(means, n, SEED)
    yield "brier", brier
    yield "expected_loss", loss if owed.sum() > 0 else UNDEFINED
