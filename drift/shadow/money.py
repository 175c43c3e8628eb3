"""What either model would earn: at the same number of approvals, and at the same bad rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from data.contract import Money as Terms
from drift.shadow.agreement import DRAWS, ERROR
from drift.shadow.pairs import IndexArray, Pairs
from drift.shadow.schema import Interval, Money, Vintage
from scoring.profit import ASSUMED, outcome_values
from scoring.vector import FloatArray

FEWEST_IN_VINTAGE = 30


def earned(pairs: Pairs, terms: Terms, seed: int) -> Money:
    """Expected profit a decision, by rank, on the lender's ``terms``.

    Intervals resample borrowers (Rubin 1981).
    """
    known = len(pairs) > 0 and not np.isnan(pairs.amount).any()
    profit, risk = _profit(pairs, terms, by_amount=known)
    orders = [np.argsort(s.log_odds, kind="stable") for s in (pairs.champion, pairs.challenger)]
    share = pairs.approved_share
    whole = _compare(orders, profit, risk, np.ones(len(pairs)), share)
    rng = np.random.default_rng([seed, 4])
    people = int(pairs.person.max()) + 1
    drawn = np.array(
        [
            _compare(orders, profit, risk, rng.exponential(size=people)[pairs.person], share)[:2]
            for _ in range(DRAWS)
        ]
    )
    per: Literal["amount", "unit_lent"] = "amount" if known else "unit_lent"
    return Money(
        margin=terms.margin,
        loss_given_default=terms.loss_given_default,
        assumed=terms is ASSUMED,
        per=per,
        at_equal_approvals=_interval(whole[0], drawn[:, 0]),
        at_equal_bad_rate=_interval(whole[1], drawn[:, 1]),
        approvals_at_equal_bad_rate=whole[2],
        champion=whole[3],
        vintages=_vintages(pairs, profit),
    )


def _profit(pairs: Pairs, terms: Terms, *, by_amount: bool) -> tuple[FloatArray, FloatArray]:
    """Expected profit of each loan if it were given (n), and its probability to be bad (n).

    An outcome counts where both models selected it alike: those of the champion's own choice
    alone would speak for the challenger. For all others the mean of both log-odds speaks for
    neither.
    """
    neither = expit((pairs.champion.log_odds + pairs.challenger.log_odds) / 2)
    risk = np.where(pairs.alike, pairs.y, neither)
    if by_amount:
        return outcome_values(risk, pairs.amount, terms)[0], risk
    shares = terms.model_copy(update={"collection_cost": 0.0})
    return outcome_values(risk, np.ones(len(pairs)), shares)[0], risk


def _compare(
    orders: Sequence[IndexArray],
    profit: FloatArray,
    risk: FloatArray,
    weight: FloatArray,
    share: float,
) -> tuple[float, float, float, float]:
    """Differences a decision at equal approvals and at equal bad rate, the approvals of the
    latter, and the champion's profit."""
    old, new = (_along(order, profit, risk, weight) for order in orders)
    wanted = share * old.approved[-1]
    base = float(np.interp(wanted, old.approved, old.profit))
    equal = float(np.interp(wanted, new.approved, new.profit)) - base
    rate = float(np.interp(wanted, old.approved, old.bads)) / max(wanted, 1e-12)
    within = np.flatnonzero(new.bads <= rate * new.approved)
    at = int(within[-1]) if len(within) else 0
    total = float(old.approved[-1])
    same_rate = float(new.profit[at]) - base
    return equal / total, same_rate / total, float(new.approved[at]) / total, base / total


@dataclass(frozen=True)
class _Along:
    """Sums over the safest decisions, from none to all."""

    approved: FloatArray
    profit: FloatArray
    bads: FloatArray


def _along(order: IndexArray, profit: FloatArray, risk: FloatArray, weight: FloatArray) -> _Along:
    w = weight[order]
    sums = (np.cumsum(w * values) for values in (np.ones(len(w)), profit[order], risk[order]))
    return _Along(*(np.concatenate([[0.0], total]) for total in sums))


def _vintages(pairs: Pairs, profit: FloatArray) -> tuple[Vintage, ...]:
    """Each month of decisions, with the approvals of the whole period."""
    months = pairs.day.astype("datetime64[D]").astype("datetime64[M]")
    taken = [
        profit * side.safest(pairs.approved_share) for side in (pairs.champion, pairs.challenger)
    ]
    found = []
    for month in np.unique(months):
        rows = months == month
        if rows.sum() >= FEWEST_IN_VINTAGE:
            old, new = (float(values[rows].mean()) for values in taken)
            found.append(
                Vintage(month=str(month), decisions=int(rows.sum()), champion=old, challenger=new)
            )
    return tuple(found)


def _interval(value: float, drawn: FloatArray) -> Interval:
    low, high = np.quantile(drawn, [ERROR / 2, 1 - ERROR / 2])
    return Interval(value=value, low=min(value, float(low)), high=max(value, float(high)))
