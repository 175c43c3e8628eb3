"""Sources that an applicant may withhold: learned without, and their worth told honestly."""

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring import holes
from scoring.boosting import SHAPES, Learner
from scoring.calibration import probability
from scoring.holes import WITHHELD_SHARE, withhold
from scoring.intervals import delong, delong_difference
from scoring.model import Model
from scoring.preparing import Rows, prepare
from scoring.scorer import Scorer
from scoring.sources import optional_sources, without_each
from scoring.training import TrainingOptions, train
from scoring.vector import FloatArray
from tests.bundles import small_contract
from tests.model.simulated import Simulated, simulate


@pytest.fixture(scope="module")
def data() -> Simulated:
    return simulate(4000)


@pytest.fixture(scope="module")
def rows(data: Simulated) -> Rows:
    return prepare(small_contract(), data.columns, data.keys, data.as_of, data.y, 1)


def test_only_sources_that_may_be_withheld_count() -> None:
    assert optional_sources(small_contract()) == ("wallet",)


def test_without_a_source_its_features_are_missing_and_no_others(rows: Rows) -> None:
    at = np.arange(50)
    gone = np.isnan(rows.without("wallet", at)) & ~np.isnan(rows.matrix[at])
    wallet = small_contract().model_features.index("wallet_inflow")
    assert gone[:, wallet].sum() > 30
    assert gone.sum() == gone[:, wallet].sum()


def test_a_share_of_the_learned_rows_lacks_a_source(rows: Rows) -> None:
    wallet = small_contract().model_features.index("wallet_inflow")
    missing = np.isnan(rows.learned[rows.parts.train, wallet]).mean()
    before = np.isnan(rows.matrix[rows.parts.train, wallet]).mean()
    assert missing - before == pytest.approx(WITHHELD_SHARE * (1 - before), abs=0.015)
    test, held_out = rows.parts.test, rows.parts.calibration
    assert np.array_equal(rows.learned[test], rows.matrix[test], equal_nan=True)
    judged = rows.sample("calibration").matrix
    assert np.array_equal(judged, rows.matrix[held_out], equal_nan=True)


def test_no_row_loses_two_sources() -> None:
    matrix = np.ones((2000, 2))

    def without(source: str, at: NDArray[np.intp]) -> FloatArray:
        out: FloatArray = matrix[at].copy()
        out[:, 0 if source == "a" else 1] = np.nan
        return out

    withhold(matrix, np.arange(2000), ("a", "b"), without, 3)
    missing = np.isnan(matrix)
    assert not missing.all(axis=1).any()
    assert missing.mean(axis=0) == pytest.approx(WITHHELD_SHARE, abs=0.015)


def test_a_withheld_source_is_told_with_its_lift(data: Simulated, rows: Rows) -> None:
    """Outcomes do not depend on the wallet here, so that it is worth nothing; lateness is all."""
    options = TrainingOptions(seed=1)
    result = train(small_contract(), data.columns, data.keys, data.as_of, data.y, options, {}, None)
    told = result.report["without"]["wallet"]
    assert told["given"] == pytest.approx(0.8, abs=0.05)
    assert told["lift"]["low"] < 0.005
    assert told["lift"]["high"] > -0.005
    assert told["ece"]["value"] < 0.04
    scorer = Scorer(result.bundle, "test")
    at = rows.parts.test
    late = small_contract().model_features.index("late_days")

    def unlearned(_: str) -> FloatArray:
        matrix: FloatArray = rows.matrix[at].copy()
        matrix[:, late] = np.nan
        return matrix

    heavy = without_each(scorer, rows.matrix[at], unlearned, rows.y[at])["wallet"]
    assert heavy["lift"]["low"] > 0


def test_the_paired_interval_is_that_of_resampling_and_tighter_than_unpaired() -> None:
    rng = np.random.default_rng(4)
    y = (rng.random(1500) < 0.2).astype(np.float64)
    score = rng.normal(size=1500) + y
    other = score + rng.normal(scale=0.4, size=1500)
    found = delong_difference(y, score, other)
    draws = []
    for _ in range(400):
        at = rng.integers(0, 1500, 1500)
        a, b = delong(y[at], score[at]).value, delong(y[at], other[at]).value
        assert a is not None
        assert b is not None
        draws.append(a - b)
    assert found.low is not None
    assert found.high is not None
    assert (found.high - found.low) / 3.92 == pytest.approx(np.std(draws), rel=0.15)
    assert delong_difference(y, score, score) == (0.0, 0.0, 0.0)


def test_rows_without_a_source_are_nearer_their_risk_for_having_been_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only farmers have no wallet, and they default; who withholds one is no farmer for that."""
    contract = small_contract()
    wallet = contract.model_features.index("wallet_inflow")
    off = []
    for share in (0.0, WITHHELD_SHARE):
        monkeypatch.setattr(holes, "WITHHELD_SHARE", share)
        errors = []
        for seed in (3, 4):
            data = simulate(6000, seed)
            farming = (data.columns["trade"] == "farming").to_numpy()
            rng = np.random.default_rng(seed)
            columns = data.columns.assign(wallet_inflow=np.where(farming, np.nan, 1000.0))
            risk = np.where(farming, 0.4, 0.08)
            y = (rng.random(len(risk)) < risk).astype(np.float64)
            made = prepare(contract, columns, data.keys, data.as_of, y, seed)
            learner = Learner(contract, seed, 1)
            model = Model(learner.text(SHAPES["medium"], made.sample("known"), 60))
            at = made.parts.test[~np.isnan(made.matrix[made.parts.test, wallet])]
            pd = probability(model.margins(made.without("wallet", at)))
            errors.append(float(np.mean(np.abs(pd - 0.08))))
        off.append(np.mean(errors))
    assert off[1] < 0.75 * off[0]
