"""Calibration in each group: what is wrong is found, and only that."""

import numpy as np
import pytest
from scipy.special import expit, logit

from fairness.group_calibration import GroupCalibration, calibrate_groups
from fairness.groups import Grouping, grouping
from scoring.vector import FloatArray


def people(n: int, seed: int = 0) -> tuple[FloatArray, FloatArray, Grouping]:
    """Log-odds, outcomes and sexes; the PDs of women are half of what they should be."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-2, 1, n)
    women = rng.random(n) < 0.5
    p = expit(log_odds) * np.where(women, 2.0, 1.0)
    y = (rng.random(n) < np.minimum(p, 0.95)).astype(np.float64)
    return log_odds, y, grouping("sex", np.where(women, "female", "male").astype(object), "male")


@pytest.fixture(scope="module")
def found() -> dict[str, GroupCalibration]:
    return {c.group: c for c in calibrate_groups(*people(4000))}


def test_an_underestimated_group_is_found(found: dict[str, GroupCalibration]) -> None:
    women = found["female"]
    assert women.sufficient
    assert women.ratio.low is not None
    assert women.ratio.low > 1.5
    assert women.p_value is not None
    assert women.p_value < 1e-6


def test_a_calibrated_group_is_left_alone(found: dict[str, GroupCalibration]) -> None:
    men = found["male"]
    assert men.ratio.low is not None
    assert men.ratio.high is not None
    assert men.ratio.low < 1 < men.ratio.high
    assert men.slope.low is not None
    assert men.slope.high is not None
    assert men.slope.low < 1 < men.slope.high


def test_the_figures_are_their_formulas(found: dict[str, GroupCalibration]) -> None:
    log_odds, y, sexes = people(4000)
    own, pd = sexes.members(0), expit(log_odds)
    women = found["female"]
    assert women.loans == own.sum()
    assert women.defaults == y[own].sum()
    assert women.ratio.value == pytest.approx(y[own].sum() / pd[own].sum(), rel=1e-12)
    assert women.brier.value == pytest.approx(np.mean((pd[own] - y[own]) ** 2), rel=1e-12)


def test_rows_without_an_outcome_do_not_count() -> None:
    log_odds, y, sexes = people(1000)
    hidden = y.copy()
    hidden[500:] = np.nan
    short = Grouping(sexes.attributes, sexes.names, sexes.reference, sexes.codes[:500])
    assert calibrate_groups(log_odds, hidden, sexes) == calibrate_groups(
        log_odds[:500], y[:500], short
    )


def test_few_defaults_give_no_figures_but_the_number_that_would_do() -> None:
    y = np.zeros(100)
    y[:9] = 1
    group = grouping("sex", np.full(100, "male", dtype=object), "male")
    (only,) = calibrate_groups(np.full(100, logit(0.05)), y, group)
    assert not only.sufficient
    assert only.ratio.value is None
    assert only.p_value is None
    assert only.loans_needed == 200


def test_a_group_without_loans_is_not_an_error() -> None:
    group = grouping("sex", np.array(["female", "male"], dtype=object), "male")
    women, _ = calibrate_groups(np.zeros(2), np.array([np.nan, 1.0]), group)
    assert (women.loans, women.loans_needed, women.sufficient) == (0, 0, False)


def test_vintages_part_a_group_and_lose_nobody() -> None:
    log_odds, y, sexes = people(4000)
    vintages = np.where(np.arange(4000) < 2500, "2024-Q1", "2024-Q2").astype(object)
    parts = calibrate_groups(log_odds, y, sexes, vintages=vintages)
    assert [(c.group, c.vintage) for c in parts] == [
        (group, vintage) for group in ("female", "male") for vintage in ("2024-Q1", "2024-Q2")
    ]
    assert sum(c.loans for c in parts) == 4000


def test_the_intervals_of_true_pds_hold_them() -> None:
    """300 groups of 150 loans with right PDs: 95 % of the ratios hold 1."""
    rng = np.random.default_rng(4)
    log_odds = rng.normal(-1, 1, 45_000)
    y = (rng.random(45_000) < expit(log_odds)).astype(np.float64)
    names = np.repeat([f"{i:03d}" for i in range(300)], 150).astype(object)
    found = calibrate_groups(log_odds, y, grouping("village", names, "000"))
    ratios = [c.ratio for c in found]
    held = np.mean([r.low <= 1 <= r.high for r in ratios if r.low and r.high])
    assert 0.93 <= held <= 0.99
