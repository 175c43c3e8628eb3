"""Cut-offs from money: what a portfolio approves, loses and earns at each of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.contract import Money
from scoring.intervals import Z95, Estimate, wilson
from scoring.vector import FloatArray

ASSUMED = Money(margin=0.15, loss_given_default=0.6)
"""Taken where a contract says nothing; a report must say that these are not the lender's own."""
CUT_OFFS = np.concatenate([np.arange(0.01, 0.2, 0.01), np.arange(0.2, 0.61, 0.05)])
DRAWS = 300
_SEED = 19_790_102


class Portfolio(NamedTuple):
    """Past applications: calibrated PD (n), outcome (n; 1 bad, 0 good, NaN none), amount (n).

    ``able`` (n): whom the rules beside the score leave to it; the others are approved at no
    cut-off. None: everybody.
    """

    pd: FloatArray
    y: FloatArray
    amount: FloatArray
    able: NDArray[np.bool_] | None = None

    def below(self, cut_off: float | FloatArray) -> NDArray[np.bool_]:
        """Who is approved at one cut-off (n), or at each of k (n, k)."""
        if isinstance(cut_off, np.ndarray):
            below = self.pd[:, None] < cut_off[None, :]
            return below if self.able is None else below & self.able[:, None]
        return self.pd < cut_off if self.able is None else (self.pd < cut_off) & self.able


def break_even(money: Money, amount: float) -> float:
    """The PD above which a loan of ``amount`` is expected to cost more than declining it.

    Approving is worth (1 - p)·margin·A - p·(lgd·A + collection), declining costs the good ones:
    -(1 - p)·declined_good·A. Both are equal at p = gain / (gain + loss) with gain =
    margin + declined_good and loss = lgd + collection / A (Verbraken et al. 2014 for the form).
    """
    gain = money.margin + money.declined_good
    loss = money.loss_given_default + money.collection_cost / amount
    return gain / (gain + loss)


def outcome_values(risk: FloatArray, amount: FloatArray, money: Money) -> tuple[FloatArray, ...]:
    """Value of approving (n), of declining (n) and loss of approving (n), in currency.

    ``risk`` (n) is the probability of default, or the outcome itself (1 bad, 0 good).
    """
    lost = risk * (money.loss_given_default * amount + money.collection_cost)
    approved = (1 - risk) * money.margin * amount - lost
    return approved, -(1 - risk) * money.declined_good * amount, lost


def curve(portfolio: Portfolio, money: Money, cut_offs: FloatArray = CUT_OFFS) -> list[Any]:
    """What the whole portfolio does at each cut-off: approve below, decline from there on.

    Each row: ``cut_off``, ``approval_rate`` (with Wilson's interval), ``expected_loss`` and
    ``expected_profit`` from the PDs of all applications; ``realised_profit`` and ``bad_rate``
    from those with an outcome alone, which were all lent to: below the cut-off that was in
    force they are what happened, above it they are silent about those who were declined.
    """
    expected = outcome_values(portfolio.pd, portfolio.amount, money)
    known = ~np.isnan(portfolio.y)
    realised = outcome_values(portfolio.y[known], portfolio.amount[known], money)
    rows = []
    for cut_off in cut_offs:
        below = portfolio.below(float(cut_off))
        lent = below[known]
        bads = int(portfolio.y[known][lent].sum())
        rows.append(
            {
                "cut_off": round(float(cut_off), 4),
                "approval_rate": wilson(int(below.sum()), len(below)).plain(),
                "expected_loss": float(expected[2][below].sum()),
                "expected_profit": float(np.where(below, expected[0], expected[1]).sum()),
                "bad_rate": wilson(bads, int(lent.sum())).plain(),
                "realised_profit": float(np.where(lent, realised[0], realised[1]).sum()),
            }
        )
    return rows


def compare(portfolio: Portfolio, money: Money, now: float, then: float) -> dict[str, Any]:
    """Moving the cut-off from ``now`` to ``then``: differences with their 95 % intervals.

    Expected from the PDs of all applications: ``approvals`` (number), ``loss`` and ``profit``
    (currency). Their intervals are those of a sum over independent applications; the doubt about
    the PDs is not in them.
    """
    approve, decline, lost = outcome_values(portfolio.pd, portfolio.amount, money)
    before, after = portfolio.below(now), portfolio.below(then)
    moved = after.astype(np.float64) - before.astype(np.float64)
    values = np.column_stack([moved, moved * lost, moved * (approve - decline)])
    total, spread = values.sum(axis=0), values.std(axis=0, ddof=1) * np.sqrt(len(values))
    named = zip(("approvals", "loss", "profit"), total, spread, strict=True)
    return {
        name: Estimate(float(t), float(t - Z95 * s), float(t + Z95 * s)).plain()
        for name, t, s in named
    }


def best_cut_off(portfolio: Portfolio, money: Money) -> Estimate:
    """The cut-off of CUT_OFFS with the highest expected profit; quantiles of DRAWS resamples."""
    approve, decline, _ = outcome_values(portfolio.pd, portfolio.amount, money)
    below = portfolio.below(CUT_OFFS)
    gained = np.where(below, approve[:, None], decline[:, None])
    n = len(gained)
    rng = np.random.default_rng(_SEED)
    counts = (np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(DRAWS))
    drawn = [CUT_OFFS[int(np.argmax(drawn_counts @ gained))] for drawn_counts in counts]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(float(CUT_OFFS[int(np.argmax(gained.sum(axis=0)))]), float(low), float(high))
