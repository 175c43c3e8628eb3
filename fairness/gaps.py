"""Shares and means of a group, and their signed differences to the reference group.

Intervals for estimates that are not plain counts: weighted shares, areas, means. (Differences
of plain approval rates are in ``disparity``.)
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm

from fairness.intervals import wilson_limits
from scoring.intervals import UNDEFINED, Estimate
from scoring.vector import FloatArray


def share(value: float, n: float, error: float = 0.05) -> Estimate:
    """A share with Wilson's (1927) interval; ``n`` is the (effective) sample size, not whole.

    For a weighted share, ``n = value·(1 - value) / variance`` gives it the interval of a simple
    random sample of the same precision (Korn and Graubard 1998, with Wilson's interval).
    """
    if not n > 0:
        return UNDEFINED
    low, high = wilson_limits(value * n, n, error)
    return Estimate(value, float(low), float(high))


def inside_unit(value: float, variance: float, error: float = 0.05) -> Estimate:
    """An estimate in (0, 1) with an interval that is symmetric in its logit (delta method)."""
    if not 0 < value < 1 or not variance > 0:
        return Estimate(value, value, value)
    half = float(norm.isf(error / 2)) * np.sqrt(variance) / (value * (1 - value))
    return Estimate(value, float(expit(logit(value) - half)), float(expit(logit(value) + half)))


def mean(values: FloatArray, error: float = 0.05) -> Estimate:
    """Mean of at least two values with the normal interval."""
    value = float(values.mean())
    half = float(norm.isf(error / 2)) * float(values.std(ddof=1)) / np.sqrt(len(values))
    return Estimate(value, value - half, value + half)


def difference(group: Estimate, reference: Estimate) -> Estimate:
    """Group less reference, for independent estimates (MOVER; Zou and Donner 2008).

    ``d - sqrt((a - a_low)² + (b_high - b)²)`` and ``d + sqrt((a_high - a)² + (b - b_low)²)``;
    with Wilson's intervals it is Newcombe's (1998) hybrid score interval.
    """
    a, a_low, a_high = group
    b, b_low, b_high = reference
    if a is None or a_low is None or a_high is None or b is None or b_low is None or b_high is None:
        return UNDEFINED
    down = np.hypot(a - a_low, b_high - b)
    up = np.hypot(a_high - a, b - b_low)
    return Estimate(a - b, float(a - b - down), float(a - b + up))
