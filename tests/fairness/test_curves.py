"""AIR along the cut-off."""

import numpy as np
from scipy.stats import norm

from fairness.curves import cut_off_curves, merged_outwards
from fairness.groups import FEWEST_EACH, Grouping, grouping
from scoring.vector import FloatArray


def two_groups(
    small: int, large: int, seed: int = 0, shift: float = 0.3
) -> tuple[Grouping, FloatArray]:
    names = np.repeat(np.array(["a", "b"], dtype=object), [large, small])
    risk = np.random.default_rng(seed).standard_normal(small + large)
    return grouping("x", names, "a"), risk + shift * (names == "b")


def test_steps_are_merged_from_the_middle_outwards() -> None:
    steps = np.array([[4, 4, 4, 4, 20, 20, 20, 6, 6, 6]])
    kept = merged_outwards(steps)
    total = np.cumsum(steps[0])[:-1]
    assert kept.tolist() == [3, 4, 5, 6]
    assert (np.diff(total[kept]) >= FEWEST_EACH).all()


def test_no_step_and_no_end_of_a_curve_is_a_handful_of_people() -> None:
    groups, risk = two_groups(130, 900)
    (curve,) = cut_off_curves(groups, risk)
    for counts, people in ((curve.approved, 130), (curve.reference_approved, 900)):
        assert (np.diff([0, *counts, people]) >= FEWEST_EACH).all()
    assert len(curve.air) >= 8


def test_points_are_ratios_of_approval_rates() -> None:
    groups, risk = two_groups(300, 900)
    (curve,) = cut_off_curves(groups, risk)
    at = len(curve.air) // 2
    passed = risk <= curve.cut_off[at]
    assert curve.air[at] == passed[900:].mean() / passed[:900].mean()
    assert curve.approved_share[at] == passed.mean()


def test_the_band_holds_for_the_whole_curve() -> None:
    worlds, missed = 120, 0
    for seed in range(worlds):
        groups, risk = two_groups(150, 800, seed)
        (curve,) = cut_off_curves(groups, risk)
        truth = norm.cdf(curve.cut_off - 0.3) / norm.cdf(curve.cut_off)
        missed += bool(np.any((truth < curve.band.low) | (truth > curve.band.high)))
    assert missed <= 0.05 * worlds + 3 * np.sqrt(0.05 * 0.95 * worlds)


def test_a_band_is_wider_than_single_intervals() -> None:
    groups, risk = two_groups(300, 900)
    (curve,) = cut_off_curves(groups, risk)
    assert 2.3 < curve.widening < 3.2


def test_a_handful_of_people_has_no_curve() -> None:
    groups, risk = two_groups(15, 900)
    (curve,) = cut_off_curves(groups, risk)
    assert len(curve.air) == 0
