"""How different two models are on the same decisions; no outcome is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, rankdata

from drift.shadow.pairs import APPROVE, DECLINE, IndexArray, Pairs
from drift.shadow.schema import Difference, Flips, Interval
from drift.statistics import HALF
from scoring.intervals import UNDEFINED, Estimate, wilson
from scoring.vector import FloatArray

BINS = 10
SWAPS = 400
"""Resamples in which the two scores of each borrower change places, or not."""
DRAWS = 200
ERROR = 0.05


def difference(pairs: Pairs, seed: int) -> Difference:
    """All of it. Intervals count a borrower once."""
    psi, critical, p = psi_of_equals(pairs, seed)
    same = np.array(pairs.champion.reason == pairs.challenger.reason, dtype=np.float64)
    return Difference(
        rank_correlation=Interval.of(rank_correlation(pairs, seed)),
        psi=psi,
        psi_critical=critical,
        psi_p=p,
        flips=(flips(pairs, "approve"), flips(pairs, "decline")),
        same_first_reason=Interval.of(clustered_share(same, pairs.person)),
    )


def flips(pairs: Pairs, cut_off: Literal["approve", "decline"]) -> Flips:
    """Who stands on the better side of the cut-off with one model alone."""
    if cut_off == "approve":
        old, new = (np.equal(s.recommendation, APPROVE) for s in (pairs.champion, pairs.challenger))
    else:
        old, new = (
            np.not_equal(s.recommendation, DECLINE) for s in (pairs.champion, pairs.challenger)
        )
    change = new.astype(np.float64) - old
    net = np.bincount(pairs.person, weights=change)
    gain, loss = int((net > 0).sum()), int((net < 0).sum())
    return Flips(
        cut_off=cut_off,
        up=int((change > 0).sum()),
        down=int((change < 0).sum()),
        share=Interval.of(clustered_share(np.abs(change), pairs.person)),
        p=float(binomtest(gain, gain + loss).pvalue) if gain + loss else 1.0,
    )


def psi_of_equals(pairs: Pairs, seed: int) -> tuple[float, float, float]:
    """PSI of the challenger's log-odds against the champion's, its 95 % point and p under equals.

    Cells: tenths of both together. The null: which model gave which score is chance, drawn once
    for each borrower (a paired permutation).
    """
    both = np.concatenate([pairs.champion.log_odds, pairs.challenger.log_odds])
    cuts = np.unique(np.quantile(both, np.arange(1, BINS) / BINS))
    old, new = (
        np.searchsorted(cuts, s.log_odds, side="right").astype(np.intp)
        for s in (pairs.champion, pairs.challenger)
    )
    value = _psi(old, new, len(cuts) + 1)
    rng = np.random.default_rng([seed, 1])
    people = int(pairs.person.max()) + 1
    null = []
    for _ in range(SWAPS):
        turn = (rng.random(people) < 0.5)[pairs.person]
        null.append(_psi(np.where(turn, new, old), np.where(turn, old, new), len(cuts) + 1))
    passed = float(np.mean(np.append(np.array(null) >= value, True)))
    return value, float(np.quantile(null, 1 - ERROR)), passed


def _psi(old: IndexArray, new: IndexArray, cells: int) -> float:
    a, b = (np.bincount(codes, minlength=cells) + HALF for codes in (old, new))
    p, q = a / a.sum(), b / b.sum()
    return float(np.sum((q - p) * np.log(q / p)))


def rank_correlation(pairs: Pairs, seed: int) -> Estimate:
    """Spearman's, with a percentile interval of the Bayesian bootstrap over borrowers."""
    first, second = pairs.champion.log_odds, pairs.challenger.log_odds
    if len(pairs) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return UNDEFINED
    ranks = [rankdata(values) for values in (first, second)]
    value = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    rng = np.random.default_rng([seed, 2])
    orders = [np.argsort(r, kind="stable") for r in ranks]
    people = int(pairs.person.max()) + 1
    drawn = [
        _weighted_correlation(orders, rng.exponential(size=people)[pairs.person])
        for _ in range(DRAWS)
    ]
    low, high = np.quantile(drawn, [ERROR / 2, 1 - ERROR / 2])
    return Estimate(value, min(value, float(low)), max(value, float(high)))


def _weighted_correlation(orders: Sequence[NDArray[np.intp]], weight: FloatArray) -> float:
    """Correlation of weighted ranks; rows in the ``orders`` of the two scores."""
    ranks = []
    for order in orders:
        rank = np.empty(len(weight))
        sorted_weight = weight[order]
        rank[order] = np.cumsum(sorted_weight) - sorted_weight / 2
        ranks.append(rank - np.sum(weight * rank) / weight.sum())
    a, b = ranks
    scale = np.sqrt(np.sum(weight * a * a) * np.sum(weight * b * b))
    return float(np.sum(weight * a * b) / scale)


def clustered_share(events: FloatArray, person: IndexArray) -> Estimate:
    """Mean of ``events`` (n, 0 to 1) with Wilson's interval at the effective number of rows.

    The effective number divides n by the design effect of borrowers with several rows (Kish
    1965), which is taken to be 1 at the least.
    """
    n = len(events)
    if n == 0:
        return UNDEFINED
    share = float(events.mean())
    _, code = np.unique(person, return_inverse=True)
    clustered = float(np.sum(np.bincount(code, weights=events - share) ** 2))
    plain = share * (1 - share) * n
    size = n / max(clustered / plain, 1.0) if plain > 0 else float(len(np.unique(code)))
    return wilson(share * size, size)
