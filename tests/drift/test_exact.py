"""Counts compared exactly: against scipy, and by the distribution under chance."""

import numpy as np
import pytest
from scipy.stats import hypergeom

from drift.exact import EXACT_UP_TO, fisher


def one(x: int, n: int, y: int, m: int) -> float:
    return float(fisher(np.array([float(x)]), n, np.array([float(y)]), m)[0])


@pytest.mark.parametrize(
    ("x", "n", "y", "m"),
    [(10, 200, 0, 10_000), (3, 50, 9, 400), (0, 200, 80, 4000), (199, 200, 3990, 4000)],
)
def test_it_doubles_the_smaller_tail_of_the_hypergeometric(x: int, n: int, y: int, m: int) -> None:
    chance = hypergeom(n + m, x + y, n)
    expected = min(1.0, 2 * min(chance.cdf(x), chance.sf(x - 1)))
    assert one(x, n, y, m) == pytest.approx(expected, rel=1e-9)


def test_no_event_is_no_evidence() -> None:
    assert one(0, 100, 0, 1000) == 1.0


def test_events_and_their_absence_are_the_same_evidence() -> None:
    assert one(7, 60, 12, 500) == pytest.approx(one(53, 60, 488, 500), rel=1e-9)


def test_frequent_events_go_over_to_the_normal_smoothly() -> None:
    n, m = 4000, 8000
    below = one(700, n, EXACT_UP_TO - 700, m)
    above = one(701, n, EXACT_UP_TO - 700, m)
    assert above == pytest.approx(below, rel=0.25)


def test_a_large_table_is_as_exact_as_a_small_one() -> None:
    expected = 2 * hypergeom(1_010_000, 30, 10_000).sf(9 - 1)
    assert one(9, 10_000, 21, 1_000_000) == pytest.approx(expected, rel=1e-6)


def test_rows_above_the_rth_largest_of_the_reference() -> None:
    """The exceedance test: the p of x window rows above it holds for any distribution."""
    rng = np.random.default_rng(0)
    n, m, r = 50, 200, 6
    p = []
    for _ in range(2000):
        both = rng.exponential(size=n + m) ** 3
        cut = np.sort(both[n:])[-r]
        p.append(one(int((both[:n] > cut).sum()), n, r - 1, m))
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2000)
