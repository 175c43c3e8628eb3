"""All counts of a sample at once, and their comparison with the reference's.

Every statistic is a function of sums over rows, so the reference, a window and thousands of
resamples of whole rows are compared by one function of their sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from drift.coding import Coder, Codes
from drift.exact import fisher
from scoring.vector import FloatArray

Layer = Literal["feature", "dependence", "decision"]
HALF = 0.5
"""Added to both counts of a cell in the population stability index, so that it is finite."""


@dataclass(frozen=True)
class Watched:
    """A column under watch: a feature, what it is beyond the others, or a part of the decision.

    ``ordered``: its ranks have a meaning, so its location is compared, and for ``dependence``
    its spread.
    """

    name: str
    layer: Layer
    coder: Coder
    ordered: bool


class Compared(NamedTuple):
    """A sample against the reference, by test (..., tests) and by watched column (..., columns).

    ``effect`` is the distance in standard deviations of one row, signed where there is a
    direction: p is a function of it and of both numbers of rows.
    """

    p: FloatArray
    statistic: FloatArray
    effect: FloatArray
    psi: FloatArray


class TestName(NamedTuple):
    """Which test stands at a position: ``cells``, ``location``, ``spread`` or a rare event."""

    column: int
    test: str


class Layout:
    """Where the sums and the tests of the watched columns stand.

    Sums (width): for each column its cells, its rank (and squared rank), its rare events.
    Tests: the cells of every column, then all locations and spreads, then all rare events.
    """

    def __init__(self, columns: Sequence[Watched]) -> None:
        self.columns = tuple(columns)
        self._tables = [_table(c) for c in self.columns]
        cells = [c.coder.cells for c in self.columns]
        starts = np.cumsum([0, *(t.shape[1] for t in self._tables)])
        self.width = int(starts[-1])
        self._cells = np.concatenate(
            [s + np.arange(k) for s, k in zip(starts, cells, strict=False)]
        )
        self._first = np.cumsum([0, *cells])[:-1]
        means, rare = _positions(self.columns, starts)
        self._means, self._rare = _at(means), _at(rare)
        self._mean_of = np.array([name.column for _, name in means], dtype=np.intp)
        self._sd = np.array([_mean_sd(self.columns[name.column], name.test) for _, name in means])
        self.tests = (
            *(TestName(i, "cells") for i in range(len(self.columns))),
            *(name for _, name in means),
            *(name for _, name in rare),
        )

    @cached_property
    def reference(self) -> FloatArray:
        """Sums of the whole reference (width)."""
        return self.sums([c.coder.counts for c in self.columns])

    def sums(self, histograms: Sequence[FloatArray]) -> FloatArray:
        """Sums (width) of a sample from the counts of its codes, column by column."""
        pairs = zip(histograms, self._tables, strict=True)
        return np.concatenate([h @ table for h, table in pairs])

    def design(self, codes: Sequence[Codes]) -> NDArray[np.float32]:
        """What each row adds to the sums: (n, width) of the codes of n rows."""
        parts = zip(codes, self._tables, strict=True)
        return np.concatenate([table.astype(np.float32)[c] for c, table in parts], axis=1)

    def levels(self, sums: FloatArray, n: int) -> FloatArray:
        """Share of the ``n`` rows, or mean rank from 0 to 1, of each test; NaN for cells."""
        there = np.add.reduceat(sums[self._cells], self._first)[self._mean_of]
        location = np.array([test == "location" for _, test in self.tests[len(self.columns) :]])
        ranks = sums[self._means] / np.maximum(there, 1) + 0.5 * location[: len(there)]
        return np.concatenate([np.full(len(self.columns), np.nan), ranks, sums[self._rare] / n])

    def compare(self, window: FloatArray, n: int, reference: FloatArray, m: int) -> Compared:
        """Compare sums (..., width) of ``n`` rows with those of ``m`` reference rows."""
        cells_w, cells_r = window[..., self._cells], reference[..., self._cells]
        there_w = np.add.reduceat(cells_w, self._first, axis=-1)
        there_r = np.add.reduceat(cells_r, self._first, axis=-1)
        rows = _harmonic(there_w, there_r)
        chi, freedom = self._chi_square(cells_w, cells_r, there_w, there_r)
        psi = self._psi(cells_w, cells_r, there_w, there_r)
        each = tuple(v[..., self._mean_of] for v in (there_w, there_r, rows))
        shift = self._shift(window, reference, each[0], each[1])
        z = shift * np.sqrt(each[2])
        x, y = window[..., self._rare], reference[..., self._rare]
        away = _share_effect(x, n, y, m)
        whole = np.sqrt(n * m / (n + m))
        return Compared(
            p=np.concatenate(
                [chdtrc(np.maximum(freedom, 1), chi), 2 * ndtr(-np.abs(z)), fisher(x, n, y, m)],
                axis=-1,
            ),
            statistic=np.concatenate([chi, z, away * whole], axis=-1),
            effect=np.concatenate([np.sqrt(chi / np.maximum(rows, 1)), shift, away], axis=-1),
            psi=psi,
        )

    def _spread(self, there: FloatArray) -> FloatArray:
        """Rows present (..., columns) for each of the column's cells (..., cells)."""
        return np.repeat(np.maximum(there, 1), self._cell_counts, axis=-1)

    @cached_property
    def _cell_counts(self) -> NDArray[np.intp]:
        return np.diff(np.append(self._first, len(self._cells)))

    def _chi_square(
        self, w: FloatArray, r: FloatArray, there_w: FloatArray, there_r: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Pearson's two-sample chi-square on the cells, and its degrees of freedom."""
        wide_w, wide_r = self._spread(there_w), self._spread(there_r)
        pooled = (w + r) / (wide_w + wide_r)
        apart = (w / wide_w - r / wide_r) ** 2 / np.maximum(pooled, 1e-300)
        chi = np.add.reduceat(apart, self._first, axis=-1) * _harmonic(there_w, there_r)
        return chi, np.add.reduceat((pooled > 0).astype(float), self._first, axis=-1) - 1

    def _psi(
        self, w: FloatArray, r: FloatArray, there_w: FloatArray, there_r: FloatArray
    ) -> FloatArray:
        k = np.repeat(self._cell_counts, self._cell_counts)
        p = (w + HALF) / (self._spread(there_w) + HALF * k)
        q = (r + HALF) / (self._spread(there_r) + HALF * k)
        return np.add.reduceat(psi_terms(p, q), self._first, axis=-1)

    def _shift(
        self, window: FloatArray, reference: FloatArray, there_w: FloatArray, there_r: FloatArray
    ) -> FloatArray:
        w = window[..., self._means] / np.maximum(there_w, 1)
        r = reference[..., self._means] / np.maximum(there_r, 1)
        return np.where(there_w > 0, (w - r) / self._sd, 0.0)


def psi_terms(window: FloatArray, reference: FloatArray) -> FloatArray:
    """Terms of the population stability index: (p - q)·ln(p / q) of the shares of each cell."""
    return (window - reference) * np.log(window / reference)


def _table(column: Watched) -> FloatArray:
    """What a row of each code adds to the column's sums: (codes, cells + ranks + rare events)."""
    coder = column.coder
    cells = (coder.cell[:, None] == np.arange(coder.cells)).astype(np.float64)
    there = cells.any(axis=1)
    ranks = [coder.rank] * column.ordered
    if column.layer == "dependence":
        ranks.append(np.where(there, coder.rank**2, 0.0))
    return np.column_stack([cells, *ranks, *(r.astype(np.float64) for r in coder.rare.values())])


def _positions(
    columns: Sequence[Watched], starts: NDArray[np.intp]
) -> tuple[list[tuple[int, TestName]], list[tuple[int, TestName]]]:
    """Where ranks and rare events stand among the sums."""
    means, rare = [], []
    for i, (column, start) in enumerate(zip(columns, starts, strict=False)):
        at = int(start) + column.coder.cells
        names = ["location"] * column.ordered + ["spread"] * (column.layer == "dependence")
        means += [(at + j, TestName(i, name)) for j, name in enumerate(names)]
        at += len(names)
        rare += [(at + j, TestName(i, name)) for j, name in enumerate(column.coder.rare)]
    return means, rare


def _at(positions: list[tuple[int, TestName]]) -> NDArray[np.intp]:
    return np.array([at for at, _ in positions], dtype=np.intp)


def _mean_sd(column: Watched, test: str) -> float:
    """Standard deviation of a row's rank (or squared rank) in the reference; 1 where constant."""
    power = 1 if test == "location" else 2
    values, weight = column.coder.rank[:-1] ** power, column.coder.counts[:-1]
    total = max(weight.sum(), 1.0)
    mean = (weight * values).sum() / total
    return float(np.sqrt((weight * (values - mean) ** 2).sum() / total)) or 1.0


def _harmonic(n: FloatArray, m: FloatArray) -> FloatArray:
    """1 / (1/n + 1/m), 0 where one is 0."""
    return n * m / np.maximum(n + m, 1)


def _share_effect(x: FloatArray, n: int, y: FloatArray, m: int) -> FloatArray:
    pooled = (x + y) / (n + m)
    return (x / n - y / m) / np.sqrt(np.maximum(pooled * (1 - pooled), 1e-300))
