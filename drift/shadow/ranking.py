"""Which model ranks better: differences of AUC and KS, on whom the outcome is known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import kendalltau

from drift.shadow.pairs import BoolArray, IndexArray, Pairs
from scoring.intervals import UNDEFINED, Estimate
from scoring.ranking import weight_below
from scoring.vector import FloatArray

FEWEST_EACH = 5
"""Bad and good loans below which nothing is said."""
RESAMPLES = 400


class Measured(NamedTuple):
    """A difference (challenger less champion), its standard error, and the bad loans behind it."""

    value: float
    error: float
    bads: int
    loans: int


def auc_difference(pairs: Pairs, rows: BoolArray, weight: FloatArray | None = None) -> Measured:
    """AUC of the challenger less that of the champion on ``rows`` (n), each with its ``weight``.

    Paired as by DeLong, DeLong and Clarke-Pearson (1988): the variance is that of the sums of
    the influence over each borrower (who may have several loans). NaN below FEWEST_EACH.
    """
    part = pairs.at(rows)
    bads, loans = int(part.y.sum()), len(part)
    if min(bads, loans - bads) < FEWEST_EACH:
        return Measured(np.nan, np.nan, bads, loans)
    w = np.ones(loans) if weight is None else weight[rows]
    first, own = area(part.y, part.challenger.log_odds, w)
    second, other = area(part.y, part.champion.log_odds, w)
    return Measured(first - second, clustered_error(own - other, part.person), bads, loans)


def area(y: FloatArray, log_odds: FloatArray, weight: FloatArray) -> tuple[float, FloatArray]:
    """Weighted AUC of n loans, and what each adds to its error (n, sums to 0)."""
    bad, good = y == 1, y == 0
    b, g = weight[bad], weight[good]
    beaten = weight_below(log_odds[bad], log_odds[good], g) / g.sum()
    beating = 1 - weight_below(log_odds[good], log_odds[bad], b) / b.sum()
    value = float(np.sum(b * beaten) / b.sum())
    influence = np.zeros(len(y))
    influence[bad] = b * (beaten - value) / b.sum()
    influence[good] = g * (beating - value) / g.sum()
    return value, influence


def clustered_error(influence: FloatArray, person: IndexArray) -> float:
    """Standard error of a sum of ``influence`` (n) with borrowers as clusters (sandwich)."""
    _, code = np.unique(person, return_inverse=True)
    each = np.bincount(code, weights=influence)
    few = len(each) / max(len(each) - 1, 1)
    return float(np.sqrt(np.sum(each**2) * few))


def ks_difference(pairs: Pairs, rows: BoolArray, seed: int) -> Estimate:
    """KS of the challenger less that of the champion, with a 95 % interval.

    Basic bootstrap with weights by borrower (Rubin 1981; Davison and Hinkley 1997, 5.2).
    """
    part = pairs.at(rows)
    bads = int(part.y.sum())
    if min(bads, len(part) - bads) < FEWEST_EACH:
        return UNDEFINED
    people, code = np.unique(part.person, return_inverse=True)
    orders = [np.argsort(s.log_odds, kind="stable") for s in (part.challenger, part.champion)]
    rng = np.random.default_rng(seed)

    def difference(weight: FloatArray) -> float:
        first, second = (_ks(part.y[o], weight[o]) for o in orders)
        return first - second

    value = difference(np.ones(len(part)))
    drawn = [difference(rng.exponential(size=len(people))[code]) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(value, min(value, 2 * value - float(high)), max(value, 2 * value - float(low)))


def _ks(y: FloatArray, weight: FloatArray) -> float:
    bad, good = np.cumsum(weight * y), np.cumsum(weight * (1 - y))
    return float(np.max(np.abs(good / good[-1] - bad / bad[-1])))


def auc_bounds(pairs: Pairs) -> tuple[float, float] | None:
    """Lowest and highest difference of AUC over everyone, whatever the unknown outcomes are.

    Partial identification (Manski 2003): with k bad ones among the U unknown, pairs of a known
    and an unknown outcome add the k largest gains at most, and pairs of two unknown ones no
    more than there are pairs which the models order differently. None below FEWEST_EACH.
    """
    bads = int(np.nansum(pairs.y))
    if min(bads, int(pairs.labelled.sum()) - bads) < FEWEST_EACH:
        return None
    sides = (pairs.challenger.log_odds, pairs.champion.log_odds)
    return -_highest(pairs, *reversed(sides)), _highest(pairs, *sides)


def _highest(pairs: Pairs, own: FloatArray, other: FloatArray) -> float:
    bad, good, unknown = pairs.y == 1, pairs.y == 0, ~pairs.labelled

    def below(scores: FloatArray, at: BoolArray, of: BoolArray) -> FloatArray:
        return weight_below(scores[at], scores[of], np.ones(int(of.sum())))

    b, g, u = (int(rows.sum()) for rows in (bad, good, unknown))
    known = float(np.sum(below(own, bad, good) - below(other, bad, good)))
    as_bad = below(own, unknown, good) - below(other, unknown, good)
    as_good = below(other, unknown, bad) - below(own, unknown, bad)
    k = np.arange(u + 1)
    gains = np.concatenate([[0.0], np.cumsum(np.sort(as_bad - as_good)[::-1])])
    between = np.minimum(k * (u - k), _apart(own[unknown], other[unknown]))
    sizes = (b + k) * (g + u - k)
    return float(np.max((known + as_good.sum() + gains + between) / sizes))


def _apart(one: FloatArray, other: FloatArray) -> float:
    """Pairs that the two order differently; those tied in one alone count half (Kendall 1945)."""
    pairs = len(one) * (len(one) - 1) / 2
    ties = [_tied(one), _tied(other), _tied(np.stack([one, other], axis=1))]
    rest = [pairs - ties[0], pairs - ties[1]]
    if min(rest) <= 0:
        return pairs
    excess = float(kendalltau(one, other).statistic) * np.sqrt(rest[0] * rest[1])
    ordered = pairs - ties[0] - ties[1] + ties[2]
    return float((ordered - excess) / 2 + (ties[0] + ties[1] - 2 * ties[2]) / 2)


def _tied(values: FloatArray) -> float:
    counts = np.unique(values, axis=0, return_counts=True)[1]
    return float(np.sum(counts * (counts - 1) / 2))
