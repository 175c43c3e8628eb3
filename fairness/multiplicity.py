"""Many comparisons at once: adjusted p-values, and limits that say the same as the tests.

A family is judged on one side at a time: its m one-sided p-values for "below the reference", or
those for "above". ``error`` is the chance of any false claim on that side (Holm), or the expected
share of false ones among the claims (Benjamini-Hochberg).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.vector import FloatArray

Method = Literal["holm", "benjamini_hochberg"]
Side = Literal["below", "above"]


class Corrected(NamedTuple):
    """What a family proves on one side.

    ``p`` (m): adjusted p-values; ``proven`` (m): p <= error; ``error`` (m): the one-sided error
    at which each comparison is judged; ``limit`` (m): simultaneous limits, upper ones for the
    side "below" and lower ones for "above".
    """

    p: FloatArray
    proven: NDArray[np.bool_]
    error: FloatArray
    limit: FloatArray


def holm(p: FloatArray) -> FloatArray:
    """Holm's (1979) adjusted p-values: ``max over the smaller ones of (m - rank + 1)·p``."""
    order = np.argsort(p, kind="stable")
    steps = p[order] * (len(p) - np.arange(len(p)))
    return _unsorted(np.maximum.accumulate(steps), order)


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """Benjamini and Hochberg's (1995): ``min over the larger ones of m·p / rank``."""
    order = np.argsort(p, kind="stable")
    steps = p[order] * len(p) / np.arange(1, len(p) + 1)
    return _unsorted(np.minimum.accumulate(steps[::-1])[::-1], order)


def correct(
    p: FloatArray,
    limit_at: Callable[[FloatArray], FloatArray],
    null: float,
    side: Side,
    error: float,
    method: Method,
) -> Corrected:
    """Judge the m comparisons of one side of a family against ``null``.

    ``limit_at(errors)`` gives the one-sided limits (m) of the single comparisons at errors (m).

    Holm: the limits are those of Strassburger and Bretz (2008): with k claims open, an open one
    has its limit at ``error / k`` and a proven one the null value, so that all m limits hold
    together with probability 1 - error; when all are proven, they have their limits at
    ``error / m``. Benjamini-Hochberg: with r proven, all have their limits at ``r·error / m``,
    the false coverage rate of Benjamini and Yekutieli (2005). A limit never contradicts the test
    of its comparison, which may be of another (exact) kind.
    """
    adjusted = holm(p) if method == "holm" else benjamini_hochberg(p)
    proven = adjusted <= error
    m, open_claims = len(p), int((~proven).sum())
    if method == "holm":
        each = np.full(m, error / (open_claims or max(m, 1)))
    else:
        each = np.full(m, error * max(m - open_claims, 1) / max(m, 1))
    inner, outer = (np.minimum, np.maximum) if side == "below" else (np.maximum, np.minimum)
    limit = limit_at(each)
    shown = null if method == "holm" and open_claims else inner(limit, null)
    return Corrected(adjusted, proven, each, np.where(proven, shown, outer(limit, null)))


def _unsorted(values: FloatArray, order: NDArray[np.intp]) -> FloatArray:
    out = np.empty_like(values)
    out[order] = np.minimum(values, 1.0)
    return out
