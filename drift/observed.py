"""A window reduced to what the checks ask of it, block by block, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.coding import Codes
from drift.reference import Reference
from drift.rows import BLOCK, Rows
from scoring.vector import Columns, FloatArray


@dataclass(frozen=True)
class Observed:
    """A window of ``n`` rows as one reference codes it.

    ``codes``: of each feature; ``histograms``: of every column under watch; ``odd``: feature to
    its rows of too large and too small size.
    """

    n: int
    codes: list[Codes]
    histograms: list[FloatArray]
    odd: dict[int, tuple[int, int]]


def observe(
    reference: Reference, columns: Columns, n: int, overridden: FloatArray | None
) -> Observed:
    """Read ``n`` > 0 rows of checked columns and, with a model, score them."""
    codes: list[list[Codes]] = []
    histograms = [np.zeros(len(c.coder.counts)) for c in reference.layout.columns]
    odd = dict.fromkeys(reference.unit_limits, (0, 0))
    for at in _blocks(n):
        matrix = matrix_of(reference, columns, at)
        rows = Rows.scored(reference.scorer, matrix, None if overridden is None else overridden[at])
        codes.append(reference.code(matrix))
        part = reference.histograms(rows, codes[-1])
        histograms = [a + b for a, b in zip(histograms, part, strict=True)]
        for j, limits in reference.unit_limits.items():
            high, low = limits.odd(matrix[:, j])
            odd[j] = odd[j][0] + high, odd[j][1] + low
    joined = [np.concatenate(parts) for parts in zip(*codes, strict=True)]
    return Observed(n, joined, histograms, odd)


def matrix_of(reference: Reference, columns: Columns, at: slice | NDArray[np.intp]) -> FloatArray:
    """Matrix of some rows of the columns, which are arrays."""
    some = {name: np.asarray(values)[at] for name, values in columns.items()}
    return reference.matrix(some, len(next(iter(some.values()))))


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, n, BLOCK))
