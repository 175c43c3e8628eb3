"""TPR, FPR and AUC of one group from loans with an outcome, plain and weighted.

TPR: P(approved | would repay); FPR: P(approved | would default); AUC: P(a loan that defaults has
the higher PD than one that is repaid).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fairness.gaps import inside_unit, share
from fairness.outcome_weights import Weights, stabilised, uniform
from scoring.intervals import UNDEFINED, Estimate
from scoring.ranking import weight_below
from scoring.vector import FloatArray

Metric = Literal["tpr", "fpr", "auc"]
METRICS: tuple[Metric, ...] = ("tpr", "fpr", "auc")


@dataclass(frozen=True)
class Applicants:
    """Applicants of one group whose outcome window is over, lent to or not.

    ``approve`` (n): the decision under audit; ``log_odds`` (n): the score under audit, higher is
    riskier; ``y`` (n): 1 bad, 0 good, NaN where there was no loan; ``propensity`` (n) or None:
    the logged probability, at the time, that a loan would be given.
    """

    approve: NDArray[np.bool_]
    log_odds: FloatArray
    y: FloatArray
    propensity: FloatArray | None = None

    @property
    def bad(self) -> NDArray[np.bool_]:
        """Seen to default."""
        return np.equal(self.y, 1)

    @property
    def good(self) -> NDArray[np.bool_]:
        """Seen to be repaid."""
        return np.equal(self.y, 0)

    def of(self, metric: Metric) -> NDArray[np.bool_]:
        """The rows that a TPR or an FPR is a share of."""
        return self.good if metric == "tpr" else self.bad


def observed(rows: Applicants, metric: Metric, error: float) -> Estimate:
    """From the loans that were given alone: biased by who was given one.

    A rate with Wilson's interval, the AUC as ``area`` gives it.
    """
    if metric == "auc":
        return area(rows.log_odds, rows.y, uniform(~np.isnan(rows.y)), error)
    approve = rows.approve[rows.of(metric)]
    return share(float(approve.mean()), len(approve), error) if len(approve) else UNDEFINED


def weighted(rows: Applicants, metric: Metric, error: float) -> Estimate:
    """Inverse-propensity estimate: each outcome stands for those who had no loan.

    Weights by ``outcome_weights.stabilised``, variance by linearisation; a rate gets Wilson's
    interval at the effective sample size, the AUC as ``area`` gives it. Undefined without both
    outcomes or without propensities.
    """
    if rows.propensity is None or not rows.bad.any() or not rows.good.any():
        return UNDEFINED
    weights = stabilised(rows.propensity, rows.log_odds, ~np.isnan(rows.y))
    if metric == "auc":
        return area(rows.log_odds, rows.y, weights, error)
    w = weights.weight * rows.of(metric)
    rate = float(np.sum(w * rows.approve) / w.sum())
    variance = weights.variance(rows.of(metric) * (rows.approve - rate) / w.sum())
    effective = float(w.sum() ** 2 / np.sum(w**2))
    return share(rate, rate * (1 - rate) / variance if variance > 0 else effective, error)


def area(log_odds: FloatArray, y: FloatArray, weights: Weights, error: float) -> Estimate:
    """Weighted share of pairs of a bad and a good row in the right order; ties count half.

    The variance comes from its two projections, with equal weights that of DeLong, DeLong and
    Clarke-Pearson (1988); the interval is symmetric in the logit. Undefined without both outcomes.
    """
    bad, good = np.equal(y, 1), np.equal(y, 0)
    if not bad.any() or not good.any():
        return UNDEFINED
    b, g = weights.weight[bad], weights.weight[good]
    beaten = weight_below(log_odds[bad], log_odds[good], g) / g.sum()
    beating = 1 - weight_below(log_odds[good], log_odds[bad], b) / b.sum()
    value = float(np.sum(b * beaten) / b.sum())
    influence = np.zeros(len(y))
    influence[bad] = (beaten - value) / b.sum()
    influence[good] = (beating - value) / g.sum()
    return inside_unit(value, weights.variance(influence), error)
