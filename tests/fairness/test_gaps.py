"""Intervals of shares, means and differences."""

import numpy as np
import pytest

from fairness.gaps import difference, inside_unit, mean, share
from scoring.intervals import UNDEFINED, Estimate, wilson


def test_a_share_of_whole_people_has_wilsons_interval() -> None:
    assert tuple(share(0.3, 40)) == pytest.approx(tuple(wilson(12, 40)), abs=1e-9)


def test_a_smaller_error_gives_a_wider_interval() -> None:
    usual, strict = share(0.3, 40), share(0.3, 40, error=0.001)
    assert strict.low is not None
    assert usual.low is not None
    assert strict.low < usual.low


@pytest.mark.parametrize("n", [0.0, -1.0, float("nan")])
def test_nobody_has_no_share(n: float) -> None:
    assert share(0.0, n) == UNDEFINED


def test_the_difference_is_newcombes() -> None:
    """The worked example of Newcombe (1998): 56/70 against 48/80, method 10."""
    found = difference(wilson(56, 70), wilson(48, 80))
    assert tuple(found) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_the_difference_changes_sign_with_its_sides() -> None:
    a, b = wilson(5, 20), wilson(50, 90)
    there, back = difference(a, b), difference(b, a)
    assert tuple(there) == pytest.approx(tuple(-v for v in (back.value, back.high, back.low) if v))


def test_what_is_undefined_has_no_difference() -> None:
    assert difference(UNDEFINED, wilson(1, 2)) == UNDEFINED


def test_a_mean_of_equal_values_is_certain() -> None:
    assert mean(np.full(5, 2.0)) == Estimate(2.0, 2.0, 2.0)


def test_a_value_at_the_edge_has_no_width() -> None:
    assert inside_unit(1.0, 0.1) == Estimate(1.0, 1.0, 1.0)
    low, high = inside_unit(0.99, 0.01)[1:]
    assert low is not None
    assert high is not None
    assert 0 < low < 0.99 < high < 1
