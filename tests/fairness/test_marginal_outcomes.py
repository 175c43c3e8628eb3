"""The outcome test: loans just above the cut-off, group against reference."""

import numpy as np
import pytest

from fairness.groups import grouping
from fairness.outcome_test import FEWEST_LOANS, WITHIN, MarginalLoans, outcome_test
from scoring.intervals import wilson
from scoring.vector import FloatArray

CUT_OFF = 600.0


def loans(n: int, rate_women: float, seed: int = 0) -> tuple[FloatArray, FloatArray, np.ndarray]:
    """Points around the cut-off, outcomes (men near it: 30 % bad) and sexes."""
    rng = np.random.default_rng(seed)
    points = np.round(rng.uniform(590, 640, n))
    women = rng.random(n) < 0.5
    near = points <= CUT_OFF + WITHIN
    rate = np.where(near, np.where(women, rate_women, 0.3), 0.05)
    y = (rng.random(n) < rate).astype(np.float64)
    return points, y, np.where(women, "female", "male").astype(object)


def run(n: int, rate_women: float) -> MarginalLoans:
    points, y, sexes = loans(n, rate_women)
    (found,) = outcome_test(points, CUT_OFF, points >= CUT_OFF, y, grouping("sex", sexes, "male"))
    return found


def test_a_harder_standard_shows_in_fewer_defaults() -> None:
    found = run(8000, 0.15)
    assert found.difference.high is not None
    assert found.difference.high < -0.05


def test_equal_standards_show_no_difference() -> None:
    found = run(8000, 0.3)
    assert found.difference.low is not None
    assert found.difference.high is not None
    assert found.difference.low < 0 < found.difference.high


def test_only_approved_loans_near_the_cut_off_count() -> None:
    points, y, sexes = loans(8000, 0.15)
    y[::7] = np.nan
    approved = (points >= CUT_OFF) & (np.arange(8000) % 5 > 0)
    (found,) = outcome_test(points, CUT_OFF, approved, y, grouping("sex", sexes, "male"))
    counted = approved & (points <= CUT_OFF + WITHIN) & ~np.isnan(y)
    women = counted & (sexes == "female")
    assert found.loans == (women.sum(), counted.sum() - women.sum())
    assert found.defaults[0] == y[women].sum()
    assert tuple(found.rate) == pytest.approx(tuple(wilson(found.defaults[0], found.loans[0])))


def test_fewer_than_fifty_on_a_side_are_not_judged() -> None:
    found = run(600, 0.15)
    assert min(found.loans) < FEWEST_LOANS
    assert not found.sufficient
    assert found.difference.value is None
