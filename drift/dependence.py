"""What a feature is beyond what the others say of it: residuals of a linear fit of ranks.

A correlation can break while every feature alone stays as it was. Then the residual of the
broken feature changes its spread or place, and that is a column like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import ndtri

from drift.coding import Coder, Codes
from scoring.vector import FloatArray

RIDGE = 1e-3
"""Added to the variance (1) of each column, so that copies of a column can be inverted."""

Table = FloatArray
"""Standard value of each code of a column; 0 where it is missing."""


def normal_scores(coder: Coder) -> Table:
    """Normal quantile of the mid-rank of each code (van der Waerden), variance 1; or zeros."""
    half = 0.5 / max(coder.counts.sum(), 1.0)
    return standardised(ndtri(np.clip(coder.rank + 0.5, half, 1 - half)), coder)


def standardised(values: FloatArray, coder: Coder) -> Table:
    """Values of each code with mean 0 and variance 1 over the reference; 0 for missing."""
    weight = coder.counts[:-1] / max(coder.counts[:-1].sum(), 1.0)
    centred = values[:-1] - (weight * values[:-1]).sum()
    sd = float(np.sqrt((weight * centred**2).sum()))
    return np.append(centred / sd if sd > 1e-9 else np.zeros_like(centred), 0.0)


@dataclass(frozen=True)
class Dependence:
    """Regression of each of k columns on all others, by the inverse of their covariance.

    ``columns``: positions among the features; ``tables``: standard values of their codes.
    """

    columns: tuple[int, ...]
    tables: tuple[Table, ...]
    precision: FloatArray
    rows: int

    @classmethod
    def fit(cls, tables: Sequence[Table], codes: Sequence[Codes]) -> Self:
        """Fit to reference ``codes`` (a column each, n rows); constant columns are left out."""
        columns = tuple(i for i, table in enumerate(tables) if table.any())
        kept = tuple(tables[i] for i in columns)
        z = _standard_values(columns, kept, codes)
        covariance = z.T @ z / len(z) + RIDGE * np.eye(len(columns))
        precision = np.linalg.inv(covariance).astype(np.float64)
        return cls(columns, kept, precision, len(z))

    def without(self, faulty: Sequence[int]) -> Dependence:
        """The same fit without some positions of ``columns`` (Schur complement)."""
        out = list(faulty)
        kept = [i for i in range(len(self.columns)) if i not in set(out)]
        p = self.precision
        drop = p[np.ix_(kept, out)] @ np.linalg.solve(p[np.ix_(out, out)], p[np.ix_(out, kept)])
        return Dependence(
            tuple(self.columns[i] for i in kept),
            tuple(self.tables[i] for i in kept),
            p[np.ix_(kept, kept)] - drop,
            self.rows,
        )

    def residuals(self, codes: Sequence[Codes], *, own: bool = False) -> FloatArray:
        """Column less what the others predict: (n, k), NaN where the column itself is missing.

        ``codes``: of all features. ``own``: the rows are those that were fitted, so each is
        predicted as if it had not been (leave one out: divided by 1 - leverage).
        """
        z = _standard_values(self.columns, self.tables, codes)
        weighted = z @ self.precision
        diagonal = np.diag(self.precision)
        out = weighted / diagonal
        if own:
            leverage = (weighted * z).sum(axis=1, keepdims=True)
            out /= np.maximum(1 - (leverage - weighted**2 / diagonal) / self.rows, 0.1)
        for j, (i, table) in enumerate(zip(self.columns, self.tables, strict=True)):
            out[codes[i] == len(table) - 1, j] = np.nan
        return np.asarray(out)


def _standard_values(
    columns: Sequence[int], tables: Sequence[Table], codes: Sequence[Codes]
) -> FloatArray:
    z = np.empty((len(codes[0]), len(columns)))
    for j, (i, table) in enumerate(zip(columns, tables, strict=True)):
        z[:, j] = table[codes[i]]
    return z
