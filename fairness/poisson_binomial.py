"""The exact number of events among independent ones of different probabilities."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from scoring.vector import FloatArray

FARTHEST = 40.0
"""Shift of the log-odds (natural logarithm) beyond which nothing is looked for."""


def distribution(p: FloatArray) -> FloatArray:
    """P(X = k) for k = 0..n, where X counts events of probabilities ``p`` (n).

    The generating polynomials (1 - p) + p·x are multiplied in pairs, all pairs of a level in one
    FFT: O(n log² n), with an absolute error of some 1e-15 a term.
    """
    size = 1 << max(len(p) - 1, 0).bit_length()
    factors = np.zeros((size, 2))
    factors[:, 0] = 1.0
    factors[: len(p), 0] -= p
    factors[: len(p), 1] = p
    while len(factors) > 1:
        factors = _products(factors[0::2], factors[1::2])
    return np.clip(factors[0, : len(p) + 1], 0.0, 1.0)


def _products(a: FloatArray, b: FloatArray) -> FloatArray:
    """Rows of coefficients multiplied row by row, (m, d + 1) each, giving (m, 2d + 1)."""
    degree = 2 * (a.shape[1] - 1)
    top = a[:, -1:] * b[:, -1:]
    wrapped = np.fft.irfft(np.fft.rfft(a, degree) * np.fft.rfft(b, degree), degree)
    wrapped[:, :1] -= top  # in a cycle of this length the highest term falls on the lowest
    return np.hstack([wrapped, top])


def tails(p: FloatArray, events: int) -> tuple[float, float]:
    """P(X <= events) and P(X >= events)."""
    mass = distribution(p)
    lower, upper = mass[: events + 1].sum(), mass[events:].sum()
    return min(float(lower), 1.0), min(float(upper), 1.0)


def p_value(p: FloatArray, events: int) -> float:
    """Exact two-sided test that the events have probabilities ``p``: twice the smaller tail."""
    return min(1.0, 2 * min(tails(p, events)))


def expected_limits(log_odds: FloatArray, events: int, error: float = 0.05) -> tuple[float, float]:
    """Limits of the expected number of events, exact in the manner of Clopper and Pearson (1934).

    The family is a common shift of all ``log_odds`` (n): each limit is the expected number under
    the shift at which ``events`` or more (or: or fewer) have probability ``error / 2``. With
    equal log-odds this is n times the Clopper-Pearson interval.
    """
    low, high = 0.0, float(len(log_odds))
    if events > 0:
        low = _expected(log_odds, _shift(log_odds, events, error / 2, upper=True))
    if events < len(log_odds):
        high = _expected(log_odds, _shift(log_odds, events, error / 2, upper=False))
    return low, high


def _expected(log_odds: FloatArray, shift: float) -> float:
    return float(expit(log_odds + shift).sum())


def _shift(log_odds: FloatArray, events: int, tail: float, *, upper: bool) -> float:
    """The shift at which the tail at ``events`` has probability ``tail``."""

    def excess(shift: float) -> float:
        """Logit of the tail less the wanted one: nearly a line in the shift."""
        share = tails(expit(log_odds + shift), events)[1 if upper else 0]
        share = min(max(share, 1e-14), 1 - 1e-14)
        return float(np.log(share / (1 - share)) - np.log(tail / (1 - tail)))

    near, width = _normal_guess(log_odds, events, upper=upper)
    a, b = near - width, near + width
    while excess(a) * excess(b) > 0 and b - a < FARTHEST:
        width *= 3
        a, b = near - width, near + width
    return float(brentq(excess, a, b, xtol=1e-9, rtol=1e-9))


def _normal_guess(log_odds: FloatArray, events: int, *, upper: bool) -> tuple[float, float]:
    """Where the limit should be by the normal approximation, and how far off it may be."""
    inside = min(max(events, 0.5), len(log_odds) - 0.5)
    shift = 0.0
    for _ in range(60):
        p = expit(log_odds + shift)
        step = (p.sum() - inside) / max(float((p * (1 - p)).sum()), 1e-9)
        shift -= float(np.clip(step, -2, 2))
        if abs(step) < 1e-6:
            break
    p = expit(log_odds + shift)
    deviation = 1 / np.sqrt(max(float((p * (1 - p)).sum()), 1e-9))
    return shift + (-2 if upper else 2) * float(deviation), float(0.5 * deviation)
