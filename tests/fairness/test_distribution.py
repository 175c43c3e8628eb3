"""Shifts of values between groups, and the bootstrap over cells."""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from fairness.distribution import shifts
from fairness.groups import Grouping, grouping
from fairness.resampling import (
    accuracy,
    cells,
    false_positive_rate,
    percentile_interval,
    resample,
    selection_rate,
    true_positive_rate,
)
from scoring.vector import FloatArray


def two(a: FloatArray, b: FloatArray) -> tuple[Grouping, FloatArray]:
    """Reference ``a`` and group ``b``."""
    names = np.repeat(np.array(["a", "b"], dtype=object), [len(a), len(b)])
    return grouping("x", names, "a"), np.concatenate([a, b])


def normal(n: int, mean: float, seed: int) -> FloatArray:
    return np.random.default_rng(seed).normal(mean, 1, n)


@pytest.mark.parametrize("size", [60, 5000])
def test_values_are_those_of_the_formulas(size: int) -> None:
    a, b = np.exp(normal(size, 0, 1)), np.exp(normal(80, 0.2, 2))
    (shift,) = shifts(*two(a, b))
    gap = (b.mean() - a.mean()) / np.sqrt((a.var() + b.var()) / 2)
    assert shift.standardised_difference.value == pytest.approx(gap, rel=1e-9)
    assert shift.wasserstein.value == pytest.approx(wasserstein_distance(a, b))


@pytest.mark.parametrize("truth", [0.0, 0.3, 0.8])
def test_intervals_hold_the_truth(truth: float) -> None:
    held = np.zeros(2)
    for seed in range(60):
        (s,) = shifts(*two(normal(200, 0, 2 * seed), normal(60, truth, 2 * seed + 1)))
        both = (s.standardised_difference, s.wasserstein)
        held += [(e.low or 0) <= truth <= (e.high or 0) for e in both]
    assert (held >= 60 * 0.95 - 3 * np.sqrt(60 * 0.95 * 0.05)).all()


def test_missing_values_are_counted_and_left_out() -> None:
    b = normal(60, 0, 1)
    b[:20] = np.nan
    (shift,) = shifts(*two(normal(50, 0, 2), b))
    assert (shift.people, shift.reference_people, shift.missing) == (40, 50, (20, 0))


def test_few_values_say_nothing() -> None:
    (shift,) = shifts(*two(normal(50, 0, 2), normal(29, 0, 2)))
    assert shift.wasserstein.value is None


def test_a_constant_has_no_shift() -> None:
    (shift,) = shifts(*two(np.full(40, 2.0), np.full(40, 2.0)))
    assert (shift.standardised_difference.value, shift.wasserstein.value) == (0.0, 0.0)


def test_cells_count_rows() -> None:
    codes = np.array([0, 0, 1, 1, 1])
    bad = np.array([False, True, False, False, True])
    approved = np.array([True, True, True, False, False])
    counts = cells(codes, 2, bad, approved)
    assert counts.tolist() == [[[0, 1], [0, 1]], [[1, 1], [1, 0]]]
    assert selection_rate(counts) == pytest.approx([1, 1 / 3])
    assert true_positive_rate(counts) == pytest.approx([1, 0.5])
    assert false_positive_rate(counts) == pytest.approx([1, 0])
    assert accuracy(counts) == pytest.approx([0.5, 2 / 3])


def test_cells_resample_like_rows() -> None:
    rng = np.random.default_rng(0)
    n = 3000
    codes, bad, approved = rng.integers(0, 3, n), rng.random(n) < 0.2, rng.random(n) < 0.6
    by_rows = np.array(
        [
            selection_rate(cells(codes[at], 3, bad[at], approved[at]))
            for at in rng.integers(0, n, (1500, n))
        ]
    )
    by_cells = selection_rate(resample(cells(codes, 3, bad, approved), seed=1))
    assert by_cells.std(axis=0) == pytest.approx(by_rows.std(axis=0), rel=0.08)
    rows, fast = percentile_interval(by_rows), percentile_interval(by_cells)
    assert fast.low == pytest.approx(rows.low, abs=0.005)
    assert fast.high == pytest.approx(rows.high, abs=0.005)


def test_resamples_keep_the_number_of_rows() -> None:
    counts = np.array([[[3, 4], [0, 1]]])
    assert (resample(counts, seed=0, resamples=50).sum(axis=(1, 2, 3)) == 8).all()


def test_a_rate_of_nobody_is_not_a_number() -> None:
    assert np.isnan(true_positive_rate(np.array([[[0, 0], [2, 3]]]))).all()
