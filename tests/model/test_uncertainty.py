"""The band of a probability: it holds the truth as often as it says, and always the estimate."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.optimize import isotonic_regression
from scipy.special import expit

from scoring.uncertainty import Band
from scoring.vector import FloatArray


def world(n: int, seed: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log-odds of a model that is a little off, outcomes, and the true probability at each."""
    rng = np.random.default_rng(seed)
    eta = rng.normal(-2.4, 0.9, n)
    return 0.85 * eta - 0.2, (rng.random(n) < expit(eta)).astype(np.float64), expit(eta)


@pytest.mark.parametrize("n", [400, 2000])
def test_the_true_probability_is_inside_as_often_as_promised(n: int) -> None:
    """Averaged over people; the model's own probabilities are 20 % off in odds."""
    inside = []
    for seed in range(10):
        scores, y, _ = world(n, seed)
        band = Band.fit(scores, y, seed)
        fresh, _, truth = world(1000, 1000 + seed)
        low, high = band.around(fresh, np.interp(fresh, band.at, band.low))
        inside.append(np.mean((low <= truth) & (truth <= high)))
    assert np.mean(inside) >= 0.93


def test_more_loans_make_it_narrower() -> None:
    def width(n: int) -> float:
        band = Band.fit(*world(n, 1)[:2], seed=1)
        low, high = band.around(np.array([-2.4]), np.array([0.08]))
        return float((high - low)[0])

    assert width(8000) < 0.6 * width(800)


def test_it_holds_the_venn_abers_pair_of_the_loans_themselves() -> None:
    """The pair by its definition: isotonic calibration with the score added as good and bad."""
    scores, y, _ = world(300, 5)
    band = Band.fit(scores, y, 1)
    for point in band.at[4:-4:6]:
        at = int(np.searchsorted(np.sort(scores), point))
        order = np.argsort(scores, kind="stable")
        pair = [isotonic_regression(np.insert(y[order], at, joined)).x[at] for joined in (0.0, 1.0)]
        low, high = band.around(np.array([point]), np.array([0.5 * sum(pair)]))
        assert low[0] <= pair[0] + 0.02
        assert high[0] >= pair[1] - 0.02


def test_it_always_holds_the_estimate_and_stays_a_probability() -> None:
    band = Band.fit(*world(500, 2)[:2], seed=1)
    far = np.array([-50.0, -2.0, 50.0])
    estimate = np.array([0.0, 0.9, 1.0])
    low, high = band.around(far, estimate)
    assert (low <= estimate).all()
    assert (high >= estimate).all()
    assert (low >= 0).all()
    assert (high <= 1).all()


def test_the_same_loans_and_seed_give_the_same_band() -> None:
    scores, y, _ = world(500, 2)
    assert Band.fit(scores, y, 3) == Band.fit(scores, y, 3)


def test_loans_of_one_score_give_one_interval() -> None:
    band = Band.fit(np.zeros(200), np.repeat([1.0, 0.0], [40, 160]), 1)
    assert band.at == (0.0,)
    assert 0.1 < band.low[0] < 0.2 < band.high[0] < 0.3


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": (), "low": (), "high": ()},
        {"at": (0.0, 0.0), "low": (0.1, 0.1), "high": (0.2, 0.2)},
        {"at": (0.0,), "low": (0.3,), "high": (0.2,)},
        {"at": (0.0,), "low": (-0.1,), "high": (0.2,)},
        {"at": (0.0,), "low": (0.1, 0.2), "high": (0.2,)},
    ],
)
def test_a_damaged_band_is_refused(wrong: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(ValidationError):
        Band(**wrong)
