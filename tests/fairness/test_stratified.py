"""AIR within segments."""

import numpy as np
import pytest

from fairness.groups import grouping
from fairness.stratified import (
    POOLED,
    Strata,
    breslow_day,
    cochran_mantel_haenszel,
    mantel_haenszel_odds,
    mantel_haenszel_ratio,
    segmented_air,
)

MEN = np.array([[512, 313], [353, 207], [120, 205], [138, 279], [53, 138], [22, 351.0]])
WOMEN = np.array([[89, 19], [17, 8], [202, 391], [131, 244], [94, 299], [24, 317.0]])
BERKELEY = Strata(MEN[:, 0], MEN.sum(axis=1), WOMEN[:, 0], WOMEN.sum(axis=1))
"""Admissions of 1973 by department (Bickel, Hammel and O'Connell 1975)."""


def test_the_tests_give_the_published_figures_of_berkeley() -> None:
    """Common odds ratio, Cochran-Mantel-Haenszel and Breslow-Day, as textbooks print them."""
    equality, same = cochran_mantel_haenszel(BERKELEY), breslow_day(BERKELEY)
    assert equality is not None
    assert same is not None
    assert mantel_haenszel_odds(BERKELEY) == pytest.approx(0.9046968, abs=1e-6)
    assert equality.statistic == pytest.approx(1.5246, abs=1e-4)
    assert same.statistic == pytest.approx(18.826, abs=1e-3)
    assert same.freedom == 5


def test_one_stratum_is_the_plain_comparison() -> None:
    one = Strata(*(np.array([v]) for v in (30.0, 60.0, 80.0, 120.0)))
    air = mantel_haenszel_ratio(one)
    assert air.value == pytest.approx(0.75)
    half = 1.96 * np.sqrt(1 / 30 - 1 / 60 + 1 / 80 - 1 / 120)
    assert air.low == pytest.approx(0.75 * np.exp(-half), rel=1e-4)
    assert breslow_day(one) is None


def test_equal_ratios_in_all_segments_are_the_common_one() -> None:
    both = Strata(*(np.array(v) for v in ([40.0, 8], [100.0, 40], [100.0, 25], [200.0, 100])))
    assert mantel_haenszel_ratio(both).value == pytest.approx(0.8)


def test_segments_undo_simpsons_paradox() -> None:
    """Equal in each segment, but B asks more often for what is approved less."""
    names = np.repeat(np.array(["a", "b", "a", "b"], dtype=object), [400, 100, 100, 400])
    segment = np.repeat(np.array(["small", "large"], dtype=object), [500, 500])
    approved = np.tile(np.arange(10) < 8, 100)
    approved[500:] = np.tile(np.arange(10) < 4, 50)
    (found,) = segmented_air(grouping("x", names, "a"), approved, segment)
    assert found.air.value == pytest.approx(1.0)
    assert [s.name for s in found.segments] == ["large", "small"]
    assert found.equality is not None
    assert found.equality.p == pytest.approx(1.0)


def test_small_segments_are_pooled_and_named() -> None:
    names = np.array(["a", "b"] * 60, dtype=object)
    segment = np.array(["big"] * 90 + ["x"] * 18 + ["y"] * 12, dtype=object)
    approved = np.arange(120) % 3 > 0
    (found,) = segmented_air(grouping("x", names, "a"), approved, segment)
    assert found.pooled == ("x", "y")
    assert [(s.name, s.people) for s in found.segments] == [("big", 45), (POOLED, 15)]


def test_nothing_approved_says_nothing() -> None:
    none = Strata(*(np.array(v) for v in ([0.0, 0], [20.0, 30], [0.0, 0], [40.0, 30])))
    assert mantel_haenszel_ratio(none).value is None
    assert cochran_mantel_haenszel(none) is None
    assert breslow_day(none) is None
