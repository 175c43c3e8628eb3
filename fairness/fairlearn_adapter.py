"""fairlearn, and the only file that imports it: its metrics as they are, and its reductions.

fairlearn's label 1 is the favourable one. So here a prediction of 1 is an approval and a true 1 a
loan that was repaid. Its values decide nothing alone: ``difference`` is the largest less the
smallest group and can only be 0 or more, so its intervals never hold parity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from fairlearn import metrics as fl
from fairlearn.reductions import DemographicParity, ErrorRate, ExponentiatedGradient
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import accuracy_score

from data.errors import NotEnoughDataError
from fairness.groups import Grouping
from scoring.boosting import Learner, Sample, Shape
from scoring.intervals import delong
from scoring.model import Model
from scoring.vector import FloatArray

DECISION_METRICS = {
    "count": fl.count,
    "selection_rate": fl.selection_rate,
    "mean_prediction": fl.mean_prediction,
}
OUTCOME_METRICS = {
    "count": fl.count,
    "selection_rate": fl.selection_rate,
    "true_positive_rate": fl.true_positive_rate,
    "false_positive_rate": fl.false_positive_rate,
    "true_negative_rate": fl.true_negative_rate,
    "false_negative_rate": fl.false_negative_rate,
    "accuracy": accuracy_score,
}

Names = NDArray[np.object_]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class FairlearnMetrics:
    """What fairlearn computes: each metric by group and over all, and its disparities.

    ``disparities``: ``demographic_parity_difference`` and ``_ratio``; with outcomes also
    ``equalized_odds_difference`` and ``_ratio`` and ``equal_opportunity_difference``.
    """

    by_group: Mapping[str, Mapping[str, float]]
    overall: Mapping[str, float]
    disparities: Mapping[str, float]


def decision_metrics(approve: Bools, grouping: Grouping) -> FairlearnMetrics:
    """Metrics of decisions (n) that need no outcome, over all applicants."""
    decided = approve.astype(np.int64)
    return _metrics(DECISION_METRICS, decided, decided, _names(grouping))


def outcome_metrics(approve: Bools, y: FloatArray, grouping: Grouping) -> FairlearnMetrics:
    """Metrics of decisions (n) against outcomes ``y`` (n; 1 bad, 0 good, NaN none).

    Rows without an outcome do not count, so these are the values that selective labels bias; see
    ``outcomes``. A group without a repaid loan has a true positive rate of 0 in fairlearn.
    """
    seen = ~np.isnan(y)
    good = (y[seen] == 0).astype(np.int64)
    return _metrics(OUTCOME_METRICS, good, approve[seen].astype(np.int64), _names(grouping)[seen])


def _names(grouping: Grouping) -> Names:
    return np.array(grouping.names, dtype=object)[grouping.codes]


def _metrics(
    wanted: Mapping[str, Any],
    true: NDArray[np.int64],
    predicted: NDArray[np.int64],
    groups: Names,
) -> FairlearnMetrics:
    frame = fl.MetricFrame(
        metrics=dict(wanted), y_true=true, y_pred=predicted, sensitive_features=groups
    )
    by_group = {
        str(metric): {str(group): float(value) for group, value in frame.by_group[metric].items()}
        for metric in wanted
    }
    overall = {str(metric): float(frame.overall[metric]) for metric in wanted}
    return FairlearnMetrics(by_group, overall, _disparities(frame))


def _disparities(frame: fl.MetricFrame) -> dict[str, float]:
    """fairlearn's disparities, from one frame instead of one for each."""
    difference, ratio = frame.difference(), frame.ratio()
    found = {
        "demographic_parity_difference": float(difference["selection_rate"]),
        "demographic_parity_ratio": float(ratio["selection_rate"]),
    }
    if "true_positive_rate" in difference:
        odds = ["true_positive_rate", "false_positive_rate"]
        found |= {
            "equalized_odds_difference": float(difference[odds].max()),
            "equalized_odds_ratio": float(ratio[odds].min()),
            "equal_opportunity_difference": float(difference["true_positive_rate"]),
        }
    return found


@dataclass(frozen=True)
class Held:
    """Rows with groups: what a reduction is fitted on, or its models are chosen on."""

    sample: Sample
    grouping: Grouping


@dataclass(frozen=True)
class InnerModel:
    """One deterministic model that the reduction met, judged on held-out rows.

    ``weight`` is its probability in fairlearn's random mixture; ``gap`` the largest difference of
    approval rates between groups when the safest ``approve_share`` are approved.
    """

    text: str
    weight: float
    auc: float
    gap: float


def reduce_unfairness(  # noqa: PLR0913
    learner: Learner,
    shape: Shape,
    rounds: int,
    fit: Held,
    check: Held,
    *,
    approve_share: float,
    cut_off: float,
    tolerance: float = 0.05,
    steps: int = 20,
) -> tuple[InnerModel, tuple[InnerModel, ...]]:
    """Mitigation 4: fairlearn's ExponentiatedGradient under demographic parity.

    Agarwal et al. (2018). Approving a bad loan costs 1 - ``cut_off`` and declining a good one
    ``cut_off`` (a PD), so that the trade is made where the lender decides and not at 0.5, and
    fairness is not bought by declining more. The mixture that fairlearn would draw from for
    every applicant is never used: of its models, the most accurate (AUC) whose ``gap`` on
    ``check`` is at most ``tolerance`` is returned, else the one with the smallest gap, and all
    of them after it. Its text passes ``tree_text.check``; its margin must be calibrated anew.

    Raises NotEnoughDataError when every model it met is constant.
    """
    train, margins = _training(learner, shape, rounds, fit.sample.matrix)
    reduction = ExponentiatedGradient(
        _Trees(train, margins),
        DemographicParity(difference_bound=tolerance),
        objective=ErrorRate(costs={"fp": 1 - cut_off, "fn": cut_off}),
        eps=tolerance,
        max_iter=steps,
    )
    rows = np.arange(len(fit.sample.y))[:, None]
    reduction.fit(
        rows, (fit.sample.y == 0).astype(np.int64), sensitive_features=_names(fit.grouping)
    )
    met = [
        _judged(inner.text, float(reduction.weights_.get(i, 0.0)), check, approve_share)
        for i, inner in enumerate(reduction.predictors_)
        if isinstance(inner, _Trees)
    ]
    if not met:
        raise NotEnoughDataError("the reduction found only constant models: give more rows")
    within = [m for m in met if m.gap <= tolerance]
    best = max(within, key=lambda m: m.auc) if within else min(met, key=lambda m: m.gap)
    return best, tuple(met)


Train = Callable[[FloatArray, FloatArray], str]
Margins = Callable[[str], FloatArray]


def _training(
    learner: Learner, shape: Shape, rounds: int, matrix: FloatArray
) -> tuple[Train, Margins]:
    """Fit to outcomes (n; 1 bad) and weights (n), giving a model text; margins of all rows."""

    def train(y: FloatArray, weight: FloatArray) -> str:
        sample = Sample(matrix, y)
        told = {**learner.parameters(shape, sample), "num_threads": learner.threads}
        booster = lgb.train(told, learner.dataset(sample, weight), rounds)
        trees, end, _ = booster.model_to_string().partition("end of trees\n")
        return str(trees + end)

    def margins(text: str) -> FloatArray:
        return Model(text, learner.threads).margins(matrix)

    return train, margins


class _Trees(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn has no types
    """LightGBM as scikit-learn's classifier of row numbers: 1 (good) below a margin of 0."""

    def __init__(self, train: Train, margins: Margins) -> None:
        self.train = train
        self.margins = margins

    def fit(self, X: Any, y: Any, sample_weight: Any) -> _Trees:  # noqa: ARG002
        """Fit on all rows: fairlearn always gives them all, with labels and weights of its own."""
        weight = np.asarray(sample_weight, dtype=np.float64)
        self.text = self.train(1.0 - np.asarray(y, dtype=np.float64), weight)
        self.margin = self.margins(self.text)
        return self

    def predict(self, X: Any) -> NDArray[np.int64]:
        """1 for an approval."""
        rows = np.asarray(X, dtype=np.intp)[:, 0]
        return (self.margin[rows] < 0).astype(np.int64)


def _judged(text: str, weight: float, check: Held, approve_share: float) -> InnerModel:
    margin = Model(text).margins(check.sample.matrix)
    approve = margin < np.quantile(margin, approve_share)
    present = check.grouping.people > 0
    rates = check.grouping.count(approve)[present] / check.grouping.people[present]
    auc = delong(check.sample.y, margin).value or 0.0
    return InnerModel(text, weight, auc, float(np.ptp(rates)))
