"""Whether the reference has seen anybody like an applicant: its support, as a share of rows.

A row is outside when a feature lies beyond all of the reference's values or is a category that it
never had, or when its nearest reference rows are farther away than nearly all reference rows are
from theirs. Distance is Gower's (1971): the mean over features of the difference in ranks, or of
being another category. The reference's own share outside, each row left out of itself, stands
beside it: it is what chance alone gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from drift.coding import Bools, Codes
from drift.domain import evenly
from drift.reference import Reference
from scoring.vector import FloatArray

NEIGHBOURS = 5
FAR = 0.99
"""Share of the reference's own rows that are nearer to their neighbours than is called far."""
MOST_REFERENCE = 4000
MOST_ROWS = 4000
_AT_ONCE = 250


class Support:
    """What a reference has seen; ``rows``: its rows that others are compared with."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        rows = evenly(len(reference.rows), min(len(reference.rows), MOST_REFERENCE))
        self.rows = np.unique(rows)
        self._points = self._encoded([c[self.rows] for c in reference.codes])

    def outside(self, matrix: FloatArray) -> Bools:
        """Whether each row of ``matrix`` (n, k) is outside the support: (n)."""
        far = self._distance(self._encoded(self._reference.code(matrix))) > self._far
        return np.asarray(far | self._strange(matrix, 0))

    @cached_property
    def own(self) -> Bools:
        """The same of reference rows, each without itself: at most MOST_REFERENCE."""
        far = self._own_distances > self._far
        return np.asarray(far | self._strange(self._reference.rows.matrix[self.rows], 1))

    @cached_property
    def _own_distances(self) -> FloatArray:
        return self._distance(self._points, itself=True)

    @cached_property
    def _far(self) -> float:
        return float(np.quantile(self._own_distances, FAR))

    def _distance(self, points: FloatArray, *, itself: bool = False) -> FloatArray:
        """Distance (n) of each point to its NEIGHBOURS-th nearest reference row."""
        k = NEIGHBOURS if itself else NEIGHBOURS - 1
        out = [
            np.partition(cdist(points[start : start + _AT_ONCE], self._points, "cityblock"), k)[
                :, k
            ]
            for start in range(0, len(points), _AT_ONCE)
        ]
        return np.concatenate(out)

    def _encoded(self, codes: Sequence[Codes]) -> FloatArray:
        """Points whose city-block distance is the number of features times Gower's."""
        parts = []
        for name, coder, coded in zip(
            self._reference.features, self._reference.coders, codes, strict=True
        ):
            missing = coded == len(coder.counts) - 1
            if name in self._reference.categories:
                parts.append((coded[:, None] == np.arange(len(coder.counts))) / 2)
            else:
                parts.append(np.column_stack([coder.rank[coded], missing]))
        return np.concatenate(parts, axis=1).astype(np.float64)

    def _strange(self, matrix: FloatArray, own: int) -> Bools:
        """Whether a value of a row is one that at most ``own`` reference rows reach: (n)."""
        out = np.zeros(len(matrix), dtype=bool)
        for j, (name, values) in enumerate(zip(self._reference.features, matrix.T, strict=True)):
            known = self._reference.rows.matrix[:, j]
            out |= _unseen(known, values, own, category=name in self._reference.categories)
        return out


def _unseen(known: FloatArray, values: FloatArray, own: int, *, category: bool) -> Bools:
    missing, present = np.isnan(values), np.sort(known[~np.isnan(known)])
    strange = missing & (len(known) - len(present) <= own)
    below = np.searchsorted(present, values, side="right")
    above = len(present) - np.searchsorted(present, values, side="left")
    if category:
        return np.asarray(strange | (~missing & (below + above - len(present) <= own)))
    return np.asarray(strange | (~missing & ((below <= own) | (above <= own))))


def sampled(n: int) -> NDArray[np.intp]:
    """Which of ``n`` rows are looked at: all, or MOST_ROWS evenly spread ones."""
    return np.unique(evenly(n, min(n, MOST_ROWS)))
