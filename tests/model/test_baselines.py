"""The baselines: a scorecard that sees shapes, gaps and categories, and the base rate."""

import numpy as np
import pytest

from scoring.baselines import logistic, majority
from scoring.boosting import Sample
from scoring.calibration import probability
from scoring.intervals import delong
from scoring.vector import FloatArray


def draw(n: int, seed: int) -> tuple[Sample, FloatArray]:
    """A U-shaped number with gaps that mean risk, a category, a constant and an empty column."""
    rng = np.random.default_rng(seed)
    number, code = rng.normal(size=n), rng.integers(0, 3, n).astype(np.float64)
    gap = rng.random(n) < 0.2
    truth = -2.5 + np.where(gap, 1.5, number**2) + np.array([0.0, 1.5, -0.5])[code.astype(int)]
    matrix = np.column_stack([np.where(gap, np.nan, number), code, np.ones(n), np.full(n, np.nan)])
    return Sample(matrix, (rng.random(n) < probability(truth)).astype(np.float64)), truth


def test_the_scorecard_comes_near_the_truth() -> None:
    fit, validation, train = (draw(n, n)[0] for n in (3000, 1000, 4000))
    test, truth = draw(3000, 1)
    log_odds = logistic(fit, validation, train, test.matrix, [1])
    best, reached = delong(test.y, truth).value, delong(test.y, log_odds).value
    assert best is not None
    assert reached is not None
    assert best - 0.04 < reached <= best
    assert probability(log_odds).mean() == pytest.approx(test.y.mean(), abs=0.03)


def test_values_beyond_the_training_rows_are_scored() -> None:
    train = draw(2000, 2)[0]
    strange = np.array([[1e9, 7.0, -3.0, 5.0], [np.nan, np.nan, np.nan, np.nan]])
    assert np.isfinite(logistic(train, train, train, strange, [1])).all()


def test_the_majority_gives_everyone_the_base_rate() -> None:
    train = draw(500, 3)[0]
    log_odds = majority(train, 7)
    assert log_odds.shape == (7,)
    assert probability(log_odds) == pytest.approx(np.full(7, train.y.mean()))
