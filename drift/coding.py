"""Coding of one column by what the reference holds: rows become small whole numbers.

All that the checks ask of a column (cells, ranks, tails, missing values) is then a table with a
row for each code, and counting codes is all that a window of a million rows costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scoring.vector import FloatArray

KNOTS = 120
"""Reference quantiles between which rows count as equal; a multiple of ten holds the deciles."""
DECILE = 0.1
HEAP = 0.05
"""Smallest share of a cell, and share from which one value is a cell of its own."""
TAILS = {"0.1": 0.001, "1": 0.01}
FEWEST_IN_TAIL = 5

Codes = NDArray[np.int16]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Coder:
    """How one column is coded, fitted to the reference's values.

    Code i holds ``knots[i - 1] < x <= knots[i]``, the last but one what is above all knots and
    the last what is missing. ``counts`` (codes): reference rows; ``cell``: number of the cell,
    -1 for missing; ``rank``: mid-rank in the reference, from -1/2 to 1/2, 0 for missing;
    ``rare``: name of a rare event to the codes that are one.
    """

    knots: FloatArray
    counts: FloatArray
    cell: NDArray[np.intp]
    rank: FloatArray
    rare: dict[str, Bools]

    @classmethod
    def of_numbers(cls, values: FloatArray, *, knots: int = KNOTS, tails: bool = True) -> Self:
        """Fit to a column (n; NaN is missing): deciles, heaps as cells of their own, tails."""
        x = np.sort(values[~np.isnan(values)])
        cuts = dict(_tail_cuts(x)) if tails else {}
        edges = np.unique(np.concatenate([_grid(x, knots), *([c] for c in cuts.values())]))
        counts = _counts(values, edges)
        top = np.append(edges, np.inf)
        rare = {n: _beyond(n, cut, top) for n, cut in cuts.items()}
        return cls(edges, counts, _cells(counts[:-1]), _ranks(counts), _with_missing(rare, counts))

    @classmethod
    def of_categories(cls, values: FloatArray, categories: tuple[str, ...]) -> Self:
        """Fit to a column of indices into ``categories`` (n; NaN is missing).

        Categories under HEAP are rare events each and share one cell.
        """
        edges = np.arange(len(categories) - 1, dtype=np.float64)
        counts = _counts(values, edges)
        shares = counts[:-1] / max(counts[:-1].sum(), 1)
        small = shares < HEAP
        cell = np.where(small, 0, np.cumsum(~small) - (0 if small.any() else 1))
        if 0 < shares[small].sum() < HEAP / 2 and not small.all():
            cell[small] = cell[np.argmin(np.where(small, 2.0, shares))]
        cell = np.unique(cell, return_inverse=True)[1]
        rare = {
            f"category:{categories[i]}": np.arange(len(counts)) == i for i in np.flatnonzero(small)
        }
        cell = np.append(cell, -1)
        return cls(edges, counts, cell, np.zeros(len(counts)), _with_missing(rare, counts))

    @property
    def cells(self) -> int:
        """Number of cells."""
        return int(self.cell.max()) + 1

    def codes(self, values: FloatArray) -> Codes:
        """Codes (n) of a column (n)."""
        found = np.searchsorted(self.knots, values, side="left").astype(np.int16)
        found[np.isnan(values)] = len(self.knots) + 1
        return found

    def histogram(self, codes: Codes) -> FloatArray:
        """Rows with each code."""
        return np.bincount(codes, minlength=len(self.counts)).astype(np.float64)


def _grid(x: FloatArray, knots: int) -> FloatArray:
    """Quantiles of sorted values (all values where they are few); heaps parted from below."""
    if not len(x):
        return np.array([], dtype=np.float64)
    distinct, counts = np.unique(x, return_counts=True)
    heaps = distinct[counts >= HEAP * len(x)]
    if len(distinct) > knots:
        distinct = x[(np.arange(1, knots) * len(x)) // knots - 1]
    return np.unique(np.concatenate([distinct, heaps, np.nextafter(heaps, -np.inf)]))


def _tail_cuts(x: FloatArray) -> list[tuple[str, float]]:
    """``high:share`` and ``low:share`` to the knot beyond which few reference rows stand."""
    depths = {max(FEWEST_IN_TAIL, int(share * len(x))): name for name, share in TAILS.items()}
    cuts = []
    for r, name in depths.items():
        if r < len(x) / 4:
            cuts.append((f"high:{name}", float(x[-1 - r])))
            cuts.append((f"low:{name}", float(np.nextafter(x[r], -np.inf))))
    return cuts


def _beyond(name: str, cut: float, top: FloatArray) -> Bools:
    """Codes beyond ``cut``; ``top`` is the upper end of each code."""
    beyond = top > cut if name.startswith("high") else top <= cut
    return np.append(beyond, False)


def _with_missing(rare: dict[str, Bools], counts: FloatArray) -> dict[str, Bools]:
    return {"missing": np.arange(len(counts)) == len(counts) - 1, **rare}


def _counts(values: FloatArray, edges: FloatArray) -> FloatArray:
    codes = np.searchsorted(edges, values, side="left")
    codes[np.isnan(values)] = len(edges) + 1
    return np.bincount(codes, minlength=len(edges) + 2).astype(np.float64)


def _cells(counts: FloatArray) -> NDArray[np.intp]:
    """Cell of each code: deciles, none under HEAP, each heap in a cell that ends with it."""
    total = max(counts.sum(), 1.0)
    cell, held = 0, 0.0
    out = np.empty(len(counts) + 1, dtype=np.intp)
    for i, share in enumerate(counts / total):
        heap = share >= HEAP
        if heap and held >= HEAP:
            cell, held = cell + 1, 0.0
        out[i] = cell
        held += share
        if heap or held >= DECILE - 0.5 / KNOTS:
            cell, held = cell + 1, 0.0
    if held < HEAP and cell:
        out[out == cell] = cell - 1
    out[-1] = -1
    return out


def _ranks(counts: FloatArray) -> FloatArray:
    present = counts[:-1]
    middle = (np.cumsum(present) - present / 2) / max(present.sum(), 1.0) - 0.5
    return np.append(middle, 0.0)
