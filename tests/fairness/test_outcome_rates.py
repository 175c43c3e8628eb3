"""TPR, FPR and AUC of a group, from the loans alone and weighted."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from fairness.outcome_rates import (
    METRICS,
    Applicants,
    Metric,
    area,
    observed,
    weighted,
)
from fairness.outcome_weights import Weights, stabilised, uniform
from scoring.intervals import UNDEFINED, delong
from scoring.ranking import weight_below
from tests.fairness.lending import world


def sample(n: int = 300, seed: int = 0) -> Applicants:
    rng = np.random.default_rng(seed)
    score = np.round(rng.normal(size=n), 1)
    y = (rng.random(n) < 0.3).astype(np.float64)
    return Applicants(score < 0.2, score + y, y)


def test_the_area_is_that_of_scikit_learn_with_weights_and_ties() -> None:
    rows, rng = sample(), np.random.default_rng(1)
    weight = rng.uniform(0.5, 20, 300)
    found = area(rows.log_odds, rows.y, Weights(weight, np.zeros(300, dtype=np.intp)), 0.05)
    assert found.value == pytest.approx(roc_auc_score(rows.y, rows.log_odds, sample_weight=weight))


def test_the_area_of_equal_weights_has_delongs_interval() -> None:
    rows = sample()
    found = area(rows.log_odds, rows.y, uniform(np.ones(300, dtype=bool)), 0.05)
    assert tuple(found) == pytest.approx(tuple(delong(rows.y, rows.log_odds)), abs=1e-3)


def test_half_of_the_equal_scores_are_below() -> None:
    below = weight_below(np.array([1.0, 2.0]), np.array([2.0, 0.0, 2.0]), np.array([4.0, 1.0, 2.0]))
    assert below.tolist() == [1.0, 4.0]


@pytest.mark.parametrize("metric", METRICS)
def test_certain_propensities_change_nothing(metric: Metric) -> None:
    rows = sample()
    sure = replace(rows, propensity=np.ones(300))
    found, plain = weighted(sure, metric, 0.05), observed(rows, metric, 0.05)
    assert tuple(found) == pytest.approx(tuple(plain), abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
def test_without_outcomes_nothing_is_known(metric: Metric) -> None:
    rows = replace(sample(), y=np.full(300, np.nan))
    assert observed(rows, metric, 0.05) == UNDEFINED
    assert weighted(replace(rows, propensity=np.ones(300)), metric, 0.05) == UNDEFINED
    assert weighted(rows, metric, 0.05) == UNDEFINED


def test_the_weights_of_each_stratum_sum_to_its_applicants() -> None:
    rows = world(0, 5000).rows
    assert rows.propensity is not None
    seen = ~np.isnan(rows.y)
    weights = stabilised(rows.propensity, rows.log_odds, seen)
    assert np.array_equal(weights.weight > 0, seen)
    assert np.bincount(weights.stratum, weights.weight) == pytest.approx(
        np.bincount(weights.stratum)
    )
    assert np.all(weights.weight[rows.propensity == 1] == 1)


@pytest.mark.parametrize(("metric", "alone"), [("tpr", 0.2), ("auc", 0.85)])
def test_the_weighted_interval_holds_the_truth_more_often_than_loans_alone(
    metric: Metric, alone: float
) -> None:
    """Group B of 200 worlds of 6,000 applicants, 5 % of the declined lent to by chance."""
    worlds = [world(seed, 6000) for seed in range(200)]
    parts = [_only_b(w.rows, w.grouping.members(1)) for w in worlds]
    large = world(1000, 1_000_000)
    whole = _only_b(replace(large.rows, y=large.y), large.grouping.members(1))
    truth = observed(whole, metric, 0.05).value
    assert truth is not None
    plain, found = (
        np.array([way(rows, metric, 0.05) for rows in parts], dtype=np.float64)
        for way in (observed, weighted)
    )
    assert np.mean((found[:, 1] <= truth) & (truth <= found[:, 2])) >= 0.92
    assert np.mean((plain[:, 1] <= truth) & (truth <= plain[:, 2])) <= alone
    assert found[:, 0].mean() == pytest.approx(truth, abs=0.01)


def _only_b(rows: Applicants, b: np.ndarray) -> Applicants:
    propensity = None if rows.propensity is None else rows.propensity[b]
    return Applicants(rows.approve[b], rows.log_odds[b], rows.y[b], propensity)
