"""Exact comparison of two counts, for events too rare for a normal approximation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import gammaln, ndtr

from scoring.vector import FloatArray

EXACT_UP_TO = 2000
"""Events in both samples together; above it the normal approximation is as good."""


def fisher(x: FloatArray, n: int, y: FloatArray, m: int) -> FloatArray:
    """Two-sided p of ``x`` events in ``n`` rows against ``y`` in ``m`` rows, elementwise.

    Fisher's exact test (1935) by doubling the smaller tail of the hypergeometric distribution of
    x given x + y. For rows above the r-th largest value of the reference it is at the same time
    the exact exceedance test (Epstein 1954), whatever the distribution: at least x of the window
    stand above it where at least x of the top x + r - 1 rows of both are the window's.
    """
    events = x + y
    often = events > (n + m) / 2
    x, events = np.where(often, n - x, x), np.where(often, n + m - events, events)
    p = _by_normal(x, events, n, m)
    few = events <= EXACT_UP_TO
    for total in np.unique(events[few]):
        at = events == total
        table = _tails(int(total), n, m)
        p[at] = table[x[at].astype(np.intp)]
    return p


@lru_cache(maxsize=4096)
def _tails(events: int, n: int, m: int) -> FloatArray:
    """Two-sided p by the number of ``events`` that fall into the first ``n`` of n + m rows."""
    x = np.arange(min(events, n) + 1, dtype=np.float64)
    possible = events - x <= m
    weight = np.zeros(len(x))
    at = x[possible]
    weight[possible] = np.exp(
        _log_choose(n, at)
        + _log_choose(m, events - at)
        - _log_choose(n + m, np.array([events], dtype=np.float64))
    )
    above, below = np.cumsum(weight[::-1])[::-1], np.cumsum(weight)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(above, below)))


def _log_choose(n: int, k: FloatArray) -> FloatArray:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _by_normal(x: FloatArray, events: FloatArray, n: int, m: int) -> FloatArray:
    share = events / (n + m)
    error = np.sqrt(np.maximum(share * (1 - share) * (1 / n + 1 / m), 1e-300))
    return np.asarray(2 * ndtr(-np.abs(x / n - (events - x) / m) / error))
