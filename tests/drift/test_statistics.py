"""Statistics against scipy and by hand."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency, rankdata

from drift.coding import Coder
from drift.statistics import Compared, Layout, Watched, psi_terms


def compared(own: np.ndarray, window: np.ndarray) -> tuple[Layout, Compared]:
    """One number against its reference."""
    coder = Coder.of_numbers(own)
    layout = Layout([Watched("x", "feature", coder, ordered=True)])
    sums = layout.sums([coder.histogram(coder.codes(window))])
    return layout, layout.compare(sums, len(window), layout.reference, len(own))


def test_the_cells_are_pearsons_chi_square() -> None:
    rng = np.random.default_rng(0)
    own, window = rng.standard_normal(2000), rng.standard_normal(300) + 0.2
    _, found = compared(own, window)
    coder = Coder.of_numbers(own)
    table = [np.bincount(coder.cell[coder.codes(v)], minlength=10) for v in (window, own)]
    expected = chi2_contingency(table, correction=False)
    assert found.statistic[0] == pytest.approx(expected.statistic)
    assert found.p[0] == pytest.approx(expected.pvalue)
    assert found.effect[0] ** 2 == pytest.approx(expected.statistic * (1 / 300 + 1 / 2000))


def test_location_is_a_test_of_mean_ranks() -> None:
    rng = np.random.default_rng(1)
    own = rng.integers(0, 50, 1000).astype(float)
    window = rng.integers(5, 55, 200).astype(float)
    layout, found = compared(own, window)
    ranks = (rankdata(own) - 0.5) / len(own)
    above = np.array([(own < w).mean() + (own == w).mean() / 2 for w in window])
    z = (above.mean() - ranks.mean()) / ranks.std() / np.sqrt(1 / 200 + 1 / 1000)
    at = [test for _, test in layout.tests].index("location")
    assert found.statistic[at] == pytest.approx(z, rel=1e-6)
    assert found.effect[at] > 0


def test_psi_by_hand() -> None:
    p, q = np.array([0.2, 0.8]), np.array([0.5, 0.5])
    expected = -0.3 * np.log(0.4) + 0.3 * np.log(1.6)
    assert psi_terms(p, q).sum() == pytest.approx(expected)


def test_a_split_and_its_rest_add_up_to_the_reference() -> None:
    own = np.random.default_rng(2).standard_normal(1000)
    coder = Coder.of_numbers(own)
    layout = Layout([Watched("x", "dependence", coder, ordered=True)])
    design = layout.design([coder.codes(own)])
    assert design.shape == (1000, layout.width)
    assert design.sum(axis=0) == pytest.approx(layout.reference, abs=1e-3)


def test_a_sample_against_itself_differs_in_nothing() -> None:
    own = np.random.default_rng(3).standard_normal(500)
    _, found = compared(own, own)
    assert (found.p == 1).all()
    assert found.psi == pytest.approx([0])


def test_a_window_of_missing_values_alone_is_judged_by_them_alone() -> None:
    own = np.random.default_rng(4).standard_normal(500)
    layout, found = compared(own, np.full(100, np.nan))
    p = {test: value for (_, test), value in zip(layout.tests, found.p, strict=True)}
    assert p["missing"] < 1e-30
    assert p["cells"] == p["location"] == 1
