"""Platt's line: what it fits, what it keeps and how it carries over to contributions."""

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.linear_model import LogisticRegression

from scoring.calibration import Calibration, probability
from scoring.vector import FloatArray


def draw(n: int = 5000) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(0)
    margin = rng.normal(-1, 1.5, n)
    return margin, (rng.random(n) < probability(0.6 * margin - 1.2)).astype(np.float64)


def test_fit_is_an_unpenalised_logistic_regression() -> None:
    margin, y = draw()
    fitted = Calibration.fit(margin, y)
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(margin[:, None], y)
    assert fitted.slope == pytest.approx(float(oracle.coef_[0, 0]), abs=1e-4)
    assert fitted.intercept == pytest.approx(float(oracle.intercept_[0]), abs=1e-4)


@pytest.mark.parametrize("shift", [0.0, -2.5])
def test_the_mean_pd_is_the_observed_rate(shift: float) -> None:
    margin, y = draw()
    fitted = Calibration.fit(margin, y, shift)
    assert fitted.prior_shift == shift
    assert probability(fitted.log_odds(margin)).mean() == pytest.approx(y.mean(), abs=1e-6)


def test_the_shift_does_not_change_what_is_fitted() -> None:
    margin, y = draw()
    plain, shifted = Calibration.fit(margin, y), Calibration.fit(margin, y, -2.5)
    np.testing.assert_allclose(plain.log_odds(margin), shifted.log_odds(margin), atol=1e-4)


def test_the_ranking_is_never_turned_around() -> None:
    margin, y = draw()
    fitted = Calibration.fit(margin, 1 - y)
    assert fitted.slope > 0
    assert probability(fitted.log_odds(margin)).mean() == pytest.approx(1 - y.mean(), abs=1e-6)


@pytest.mark.parametrize("slope", [0.0, -1.0, np.nan, np.inf])
def test_a_slope_that_is_not_positive_is_refused(slope: float) -> None:
    with pytest.raises(ValidationError):
        Calibration(slope=slope)


def test_contributions_add_up_to_the_calibrated_log_odds() -> None:
    raw = np.random.default_rng(1).normal(size=(50, 7))
    line = Calibration(prior_shift=-1.5, slope=0.8, intercept=0.3)
    before = raw.copy()
    out = line.contributions(raw)
    np.testing.assert_allclose(out.sum(axis=1), line.log_odds(raw.sum(axis=1)), atol=1e-12)
    np.testing.assert_array_equal(raw, before)


def test_probability_holds_at_both_ends() -> None:
    assert probability(np.array([-800.0, 0.0, 800.0])).tolist() == [0.0, 0.5, 1.0]
