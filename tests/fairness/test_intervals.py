"""Score intervals and the exact test of two approval rates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import xlogy
from scipy.stats import binom, fisher_exact

from fairness.intervals import (
    difference_interval,
    difference_score,
    equality_test,
    ratio_interval,
    ratio_score,
    wilson_limits,
)
from scoring.intervals import Z95, wilson


@st.composite
def two_samples(draw: st.DrawFn, most: int = 80) -> tuple[int, int, int, int]:
    n1, n0 = draw(st.integers(2, most)), draw(st.integers(2, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n0)), n0


def test_the_difference_has_the_published_limits() -> None:
    """56/70 against 48/80 (Newcombe 1998, method 6: Miettinen and Nurminen)."""
    low, high = difference_interval(56, 70, 48, 80)
    assert (float(low), float(high)) == pytest.approx((0.0528, 0.3382), abs=5e-5)


@given(two_samples())
def test_the_exact_test_is_fishers(counts: tuple[int, int, int, int]) -> None:
    x1, n1, x0, n0 = counts
    found = equality_test(*counts)
    table = np.array([[x1, n1 - x1], [x0, n0 - x0]])
    assert float(found.below) == pytest.approx(fisher_exact(table, "less").pvalue, rel=1e-8)
    assert float(found.above) == pytest.approx(fisher_exact(table, "greater").pvalue, rel=1e-8)


def test_the_exact_test_of_many_people_stays_exact() -> None:
    """The value is that of the hypergeometric distribution function of scipy."""
    found = equality_test(100_000, 150_000, 101_000, 150_000)
    assert float(found.below) == pytest.approx(5.2456297042e-05, rel=1e-6)


@given(two_samples(), st.floats(-0.9, 0.9))
def test_the_difference_score_rests_on_the_likeliest_rates(
    counts: tuple[int, int, int, int], d: float
) -> None:
    x1, n1, x0, n0 = counts

    def loss(q0: float) -> float:
        q1 = q0 + d
        terms = xlogy(x1, q1) + xlogy(n1 - x1, 1 - q1) + xlogy(x0, q0) + xlogy(n0 - x0, 1 - q0)
        return -float(terms)

    ends = (max(0.0, -d), min(1.0, 1 - d))
    inner = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-12}).x
    q0 = min([inner, *ends], key=loss)
    variance = (q0 + d) * (1 - q0 - d) / n1 + q0 * (1 - q0) / n0
    if variance > 1e-9:
        z = (x1 / n1 - x0 / n0 - d) / np.sqrt(variance * (n1 + n0) / (n1 + n0 - 1))
        assert float(difference_score(*counts, d)) == pytest.approx(z, rel=1e-3, abs=1e-3)


@given(two_samples())
def test_limits_are_where_the_score_is_z(counts: tuple[int, int, int, int]) -> None:
    x1, n1, x0, n0 = counts
    low, high = ratio_interval(*counts)
    if x1 > 0 and x0 > 0:
        assert float(ratio_score(*counts, low)) == pytest.approx(Z95, abs=1e-6)
        assert float(ratio_score(*counts, high)) == pytest.approx(-Z95, abs=1e-6)
        assert low < (x1 / n1) / (x0 / n0) < high


@given(two_samples())
def test_the_ratio_turns_over_when_the_groups_change_places(
    counts: tuple[int, int, int, int],
) -> None:
    x1, n1, x0, n0 = counts
    there, back = ratio_interval(*counts), ratio_interval(x0, n0, x1, n1)
    if x1 and x0:
        assert float(there.low) == pytest.approx(1 / float(back.high), rel=1e-9)


@given(two_samples())
def test_ratio_and_difference_exclude_parity_together(counts: tuple[int, int, int, int]) -> None:
    z = float(difference_score(*counts, 0.0))
    assert float(ratio_score(*counts, 1.0)) == pytest.approx(z, abs=1e-6)


def test_nobody_or_everybody_approved_still_has_limits() -> None:
    nobody = ratio_interval([0, 10, 0], [20, 20, 20], [10, 0, 0], [20, 20, 20])
    assert nobody.low.tolist() == pytest.approx([0, 2.943, 0], abs=1e-3)
    assert nobody.high.tolist() == pytest.approx([0.340, np.inf, np.inf], abs=1e-3)
    everybody = difference_interval(20, 20, 20, 20)
    assert float(everybody.low) == pytest.approx(-float(everybody.high))
    assert 0.1 < float(everybody.high) < 0.2


@given(st.integers(0, 60), st.integers(1, 60))
def test_wilson_is_that_of_evaluation(events: int, n: int) -> None:
    events = min(events, n)
    low, high = wilson_limits(events, n)
    assert (float(low), float(high)) == pytest.approx(tuple(wilson(events, n))[1:], abs=1e-12)


def test_wilson_of_nobody_is_everything() -> None:
    assert [float(v) for v in wilson_limits(0, 0)] == [0.0, 1.0]


@pytest.mark.parametrize("sizes", [(20, 20), (20, 300), (35, 60)])
@pytest.mark.parametrize("rates", [(0.1, 0.1), (0.9, 0.1), (0.8, 0.2), (0.6, 0.9), (0.9, 0.9)])
def test_every_interval_covers_93_to_97_of_100(
    sizes: tuple[int, int], rates: tuple[float, float]
) -> None:
    (n1, n0), (p1, p0) = sizes, rates
    x1, x0 = np.arange(n1 + 1)[:, None], np.arange(n0 + 1)[None, :]
    weight = binom.pmf(x1, n1, p1) * binom.pmf(x0, n0, p0)
    for score in (ratio_score(x1, n1, x0, n0, p1 / p0), difference_score(x1, n1, x0, n0, p1 - p0)):
        assert 0.93 <= float(weight[np.abs(score) <= Z95].sum()) <= 0.97
