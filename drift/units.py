"""Values in another unit: rows far beyond, or far below, the size of nearly all the reference's."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from drift.exact import fisher
from scoring.vector import FloatArray

FACTOR = 10
LARGE, SMALL = 0.99, 0.05
"""Quantiles of the reference's sizes: FACTOR above the one, FACTOR below the other is odd."""


class UnitLimits(NamedTuple):
    """Sizes (absolute values, 0 has none) that are odd, and how many reference rows have one."""

    high: float
    low: float
    high_rows: int
    low_rows: int
    rows: int

    @classmethod
    def of(cls, values: FloatArray) -> Self:
        """Limits of a reference column (n; NaN is missing)."""
        size = np.sort(np.abs(values[~np.isnan(values) & (values != 0)]))
        if not len(size):
            return cls(np.inf, 0.0, 0, 0, len(values))
        high = FACTOR * float(size[int(LARGE * len(size))])
        low = float(size[int(SMALL * len(size))]) / FACTOR
        high_rows = int(np.count_nonzero(size > high))
        return cls(high, low, high_rows, int(np.count_nonzero(size < low)), len(values))

    def odd(self, values: FloatArray) -> tuple[int, int]:
        """Rows of a window's column (n) that are too large, and too small."""
        size = np.abs(values)
        return (
            int(np.count_nonzero(size > self.high)),
            int(np.count_nonzero((size < self.low) & (size > 0))),
        )

    def p(self, high: int, low: int, n: int) -> tuple[float, float]:
        """Fisher's p of so many of ``n`` rows; 1 where the reference has relatively as many."""
        return self._judged(high, self.high_rows, n), self._judged(low, self.low_rows, n)

    def _judged(self, found: int, known: int, n: int) -> float:
        if found * self.rows <= known * n:
            return 1.0
        p = fisher(np.array([float(found)]), n, np.array([float(known)]), self.rows)
        return float(p[0])
