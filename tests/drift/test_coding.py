"""Columns as codes: deciles, heaps, tails and categories of the reference."""

import numpy as np
import pytest

from drift.coding import HEAP, Coder


def shares(coder: Coder) -> list[float]:
    cells = np.bincount(coder.cell[:-1], coder.counts[:-1])
    return list(cells / cells.sum())


def test_cells_of_a_smooth_column_are_its_deciles() -> None:
    coder = Coder.of_numbers(np.arange(1000.0))
    assert shares(coder) == pytest.approx([0.1] * 10, abs=0.001)
    assert coder.cells == 10


def test_a_heap_ends_its_cell() -> None:
    """A round sum that many ask for: values next to it are elsewhere."""
    values = np.concatenate([np.full(300, 50_000.0), np.linspace(1000, 90_000, 701)])
    coder = Coder.of_numbers(values)
    at, below, above = coder.cell[coder.codes(np.array([50_000.0, 49_999.0, 50_001.0]))]
    assert below != at
    assert above != at
    assert min(shares(coder)) >= HEAP


def test_ranks_are_middle_ranks() -> None:
    coder = Coder.of_numbers(np.array([1.0, 1.0, 2.0, 3.0] * 100))
    ranks = coder.rank[coder.codes(np.array([1.0, 2.0, 3.0, np.nan]))]
    assert ranks == pytest.approx([-0.25, 0.125, 0.375, 0.0])


def test_every_row_has_a_code_and_missing_has_its_own() -> None:
    values = np.random.default_rng(0).standard_normal(500)
    values[:50] = np.nan
    coder = Coder.of_numbers(values)
    codes = coder.codes(np.append(values, [-1e9, 1e9]))
    assert (codes[:50] == len(coder.counts) - 1).all()
    assert coder.cell[codes[-2]] == 0
    assert coder.cell[codes[-1]] == coder.cells - 1
    assert coder.counts.tolist() == coder.histogram(coder.codes(values)).tolist()


def test_tails_hold_the_outermost_reference_rows() -> None:
    values = np.random.default_rng(1).standard_normal(10_000)
    coder = Coder.of_numbers(values)
    held = {name: coder.counts[codes].sum() for name, codes in coder.rare.items()}
    assert held == {"missing": 0, "high:0.1": 10, "low:0.1": 10, "high:1": 100, "low:1": 100}


def test_small_categories_are_events_of_their_own() -> None:
    values = np.repeat([0.0, 1.0, 2.0], [600, 380, 20])
    coder = Coder.of_categories(values, ("a", "b", "c", "never"))
    assert set(coder.rare) == {"missing", "category:c", "category:never"}
    assert coder.codes(np.array([3.0, np.nan])).tolist() == [3, 4]
    assert min(shares(coder)) > 0


@pytest.mark.parametrize("values", [np.full(300, 7.0), np.full(300, np.nan), np.array([])])
def test_a_column_without_variation_has_one_cell(values: np.ndarray) -> None:
    coder = Coder.of_numbers(values)
    assert coder.cells == 1
    assert coder.codes(np.array([7.0, np.nan, 9.0])).shape == (3,)


def test_another_unit_gives_the_same_codes() -> None:
    values = np.random.default_rng(2).lognormal(8, 2, 3000).round()
    one, other = Coder.of_numbers(values), Coder.of_numbers(values * 1024)
    assert (one.codes(values) == other.codes(values * 1024)).all()
    assert (one.cell == other.cell).all()
