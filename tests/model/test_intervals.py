"""Intervals against independent computations and against repeated sampling."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from scoring.calibration import probability
from scoring.intervals import UNDEFINED, bootstrap, calibration_line, delong, wilson
from scoring.vector import FloatArray


@pytest.mark.parametrize(("events", "n"), [(0, 12), (12, 12), (1, 30), (154, 758), (9, 10_000)])
def test_wilson_is_scipys_wilson(events: int, n: int) -> None:
    expected = binomtest(events, n).proportion_ci(0.95, "wilson")
    estimate = wilson(events, n)
    assert estimate.value == events / n
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_a_share_of_nothing_is_undefined() -> None:
    assert wilson(0, 0) == UNDEFINED
    assert UNDEFINED.plain() == {"value": None, "low": None, "high": None}


def _pairwise(y: FloatArray, score: FloatArray) -> tuple[float, float]:
    """Area and DeLong's variance from every pair of a bad and a good row."""
    bad, good = score[y == 1], score[y == 0]
    wins = (bad[:, None] > good[None, :]) + 0.5 * (bad[:, None] == good[None, :])
    rows, columns = wins.mean(axis=1), wins.mean(axis=0)
    return float(wins.mean()), float(rows.var(ddof=1) / len(bad) + columns.var(ddof=1) / len(good))


@pytest.mark.parametrize("decimals", [1, 8], ids=["many ties", "no ties"])
def test_delong_equals_the_pairwise_computation(decimals: int) -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(400) < 0.2).astype(np.float64)
    score = np.round(rng.normal(size=400) + y, decimals)
    area, variance = _pairwise(y, score)
    estimate = delong(y, score)
    assert estimate.value == pytest.approx(area, abs=1e-12)
    assert estimate.value == pytest.approx(roc_auc_score(y, score), abs=1e-12)
    assert estimate.low is not None
    assert estimate.high is not None
    width = np.log(estimate.high / (1 - estimate.high)) - np.log(estimate.low / (1 - estimate.low))
    assert width == pytest.approx(2 * 1.959964 * np.sqrt(variance) / (area * (1 - area)), rel=1e-6)


def test_delong_covers_the_true_area() -> None:
    """Normal scores one standard deviation apart have the area Phi(1/sqrt(2)) = 0.76025."""
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(300):
        y = np.repeat([1.0, 0.0], [40, 260])
        low, high = delong(y, rng.normal(size=300) + y)[1:]
        assert low is not None
        assert high is not None
        hits += low <= 0.760250 <= high
    assert 0.90 <= hits / 300 <= 0.99


@pytest.mark.parametrize(("sign", "area"), [(1.0, 1.0), (-1.0, 0.0), (0.0, 0.5)])
def test_delong_without_variance_is_a_point(sign: float, area: float) -> None:
    y = np.repeat([0.0, 1.0], 20)
    assert delong(y, sign * y) == (area, area, area)


def test_bootstrap_of_a_mean_agrees_with_the_normal_interval() -> None:
    values = np.random.default_rng(2).exponential(size=800)
    (mean,) = bootstrap(lambda counts: np.array([counts @ values / counts.sum()]), 800, seed=5)
    half = 1.96 * values.std(ddof=1) / np.sqrt(800)
    assert mean.value == pytest.approx(values.mean())
    assert mean.low == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert mean.high == pytest.approx(values.mean() + half, abs=0.15 * half)


def test_bootstrap_is_seeded_and_leaves_undefined_resamples_out() -> None:
    def share_of_first(counts: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> FloatArray:
        return np.array([np.nan if counts[0] == 0 else counts[0] / counts.sum()])

    first, second = (bootstrap(share_of_first, 30, seed=1) for _ in range(2))
    assert first == second
    assert all(v is not None and np.isfinite(v) for v in first[0])


def test_calibration_line_is_an_unpenalised_logistic_regression() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(-2, 1.3, 4000)
    y = (rng.random(4000) < probability(0.7 * x - 0.4)).astype(np.float64)
    slope, intercept = calibration_line(x, y)
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x[:, None], y)
    assert slope.value == pytest.approx(float(oracle.coef_[0, 0]), abs=1e-5)
    assert intercept.value is not None
    assert probability(x + intercept.value).mean() == pytest.approx(y.mean(), abs=1e-9)


def test_a_true_model_has_slope_one_and_intercept_zero() -> None:
    rng = np.random.default_rng(4)
    hits = np.zeros(2)
    for _ in range(200):
        x = rng.normal(-2.5, 1, 1500)
        y = (rng.random(1500) < probability(x)).astype(np.float64)
        for i, (target, estimate) in enumerate(zip((1, 0), calibration_line(x, y), strict=True)):
            assert estimate.low is not None
            assert estimate.high is not None
            hits[i] += estimate.low <= target <= estimate.high
    assert ((hits / 200 >= 0.90) & (hits / 200 <= 0.99)).all()


@pytest.mark.parametrize("x", [np.full(60, -2.0), np.linspace(-3, 3, 60)], ids=["flat", "parted"])
def test_no_slope_where_none_can_be_fitted(x: FloatArray) -> None:
    y = (np.arange(60) >= 30).astype(np.float64)
    slope, intercept = calibration_line(x, y)
    assert slope == UNDEFINED
    assert intercept.value is not None
