"""Declined applications as an assumption: it moves what it should, and says so."""

import numpy as np
import pytest

from scoring.reject_inference import FACTORS, band, fitting
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, TrainingResult, train
from scoring.vector import FloatArray
from tests.bundles import small_contract
from tests.model.simulated import Simulated, simulate

CONTRACT = small_contract()


@pytest.fixture(scope="module")
def data() -> Simulated:
    return simulate(6000)


@pytest.fixture(scope="module")
def declined(data: Simulated) -> FloatArray:
    """The riskier are declined more often."""
    rng = np.random.default_rng(5)
    refused = rng.random(len(data.y)) < np.clip(1.5 * data.true_pd, 0, 0.9)
    return refused.astype(np.float64)


def trained(data: Simulated, declined: FloatArray, factor: float | None) -> TrainingResult:
    y = np.where(declined == 1, np.nan, data.y)
    fit = None if factor is None else fitting(declined.astype(np.bool_), factor)
    options = TrainingOptions(seed=1)
    return train(CONTRACT, data.columns, data.keys, data.as_of, y, options, {}, None, fit)


def of_declined(data: Simulated, declined: FloatArray, result: TrainingResult) -> FloatArray:
    columns = {name: data.columns[name].to_numpy() for name in CONTRACT.inputs}
    pd = Scorer(result.bundle, "x").score(columns, len(data.y), explain=False).pd
    chosen: FloatArray = pd[declined.astype(np.bool_)]
    return chosen


def test_a_larger_factor_expects_more_of_the_declined_to_default(
    data: Simulated, declined: FloatArray
) -> None:
    means = [
        of_declined(data, declined, trained(data, declined, factor)).mean() for factor in (1.0, 3.0)
    ]
    assert means[1] > means[0]


def test_the_lineage_names_the_assumption(data: Simulated, declined: FloatArray) -> None:
    told = trained(data, declined, 2.0).bundle.lineage["reject_inference"]
    assert told["factor"] == 2.0
    assert told["declined"] > 50
    assert "2 times" in told["assumption"]
    assert "reject_inference" not in trained(data, declined, None).bundle.lineage


def test_nobody_of_a_held_out_part_is_learned_from(data: Simulated, declined: FloatArray) -> None:
    """When all declined are people of the test, there is nothing to learn from."""
    doubled = Simulated(
        data.columns, data.keys.assign(applicant="one"), data.as_of, data.y, data.true_pd
    )
    keys = data.keys.assign(applicant=data.keys["applicant"].where(~declined.astype(bool), "one"))
    known = Simulated(doubled.columns, keys, doubled.as_of, doubled.y, doubled.true_pd)
    told = trained(known, declined, 1.0).bundle.lineage["reject_inference"]
    assert told["declined"] in {0, int(declined.sum())}, "one person stands on one side"


def test_the_band_rises_with_the_factor(data: Simulated, declined: FloatArray) -> None:
    result = trained(data, declined, None)
    columns = {name: data.columns[name].to_numpy() for name in CONTRACT.inputs}
    scorer = Scorer(result.bundle, "x")
    matrix = scorer.vectorizer.matrix(columns, len(data.y))[declined.astype(np.bool_)]
    rates = [row["expected_bad_rate"] for row in band(scorer, matrix)]
    assert rates == sorted(rates)
    assert [row["factor"] for row in band(scorer, matrix)] == list(FACTORS)
    truth = data.true_pd[declined.astype(np.bool_)].mean()
    assert rates[0] * 0.7 < truth < rates[-1] * 1.3
