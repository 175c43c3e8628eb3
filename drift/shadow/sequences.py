"""Statements that hold at all times together, so that anybody may look every day.

A test at 5 % that is repeated daily finds a winner between equals far more often than in 5 % of
years. What stands here is wrong at any time at all with at most its error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import lambertw

from scoring.intervals import Estimate
from scoring.vector import FloatArray

TIGHT_AT = 500.0
"""Bad loans at which a confidence sequence is tightest; any number would be valid."""
MOST_BET = 0.5
"""Share of the wealth that is staked at most."""


@cache
def _tightest(error: float) -> float:
    """The optimal t·rho² of the mixture (Waudby-Smith et al. 2024, B.2), by Lambert's W."""
    return float(-lambertw(-(error**2) / np.e, -1).real - 1)


def widening(bads: FloatArray | float, error: float) -> FloatArray:
    """Standard errors to either side of an estimate from ``bads`` bad loans.

    ``sqrt((t·r + 1) / (t·r) · log((t·r + 1) / error²))``: Robbins' (1970) normal mixture as an
    asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024), with
    the bad loans as time t and r such that it is tightest at TIGHT_AT.
    """
    grown = np.asarray(bads, dtype=np.float64) * _tightest(error) / TIGHT_AT
    with np.errstate(divide="ignore", invalid="ignore"):
        wide = np.sqrt((grown + 1) / grown * np.log((grown + 1) / error**2))
    return np.asarray(np.where(grown > 0, wide, np.inf))


def sequence(value: float, error_of_value: float, bads: int, error: float) -> Estimate:
    """``value`` with its limits at this time, which hold at all times with 1 - ``error``."""
    half = float(widening(bads, error)) * error_of_value
    return Estimate(value, value - half, value + half)


@dataclass(frozen=True)
class Wealth:
    """What a bet against a hypothesis has made of 1: now, and at most so far (natural logs)."""

    now: float
    most: float

    def proves(self, error: float) -> bool:
        """Whether the hypothesis is refuted at ``error``, whenever one looks (Ville 1939)."""
        return bool(self.most >= -np.log(error))


def bet(values: FloatArray, against: float, least: float) -> Wealth:
    """The wealth of a bet that the mean of ``values`` (n, in order of arrival) is not at most
    ``against``; no value is below ``least``.

    If the mean of each value given those before is at most ``against``, the wealth is a
    supermartingale, exactly and for any n: ``prod(1 + b·(x - against))`` with a stake b that rests
    on what came before (Waudby-Smith and Ramdas 2024, aGRAPA), at most MOST_BET of the wealth.
    """
    if len(values) == 0:
        return Wealth(0.0, 0.0)
    gain = values - against
    n = np.arange(1, len(values) + 1)
    room = max(against - least, 1e-12)
    mean = np.cumsum(gain) / (n + 1)
    square = (room**2 / 4 + np.cumsum(gain**2)) / (n + 1)
    stake = np.clip(mean / square, 0.0, MOST_BET / room)
    stake = np.concatenate([[0.0], stake[:-1]])
    path = np.cumsum(np.log1p(stake * gain))
    return Wealth(float(path[-1]), float(max(path.max(), 0.0)))


def settling(values: FloatArray, against: float, wealth: Wealth, error: float) -> float:
    """How many times as many ``values`` would prove it, if they go on like this; inf for never."""
    if len(values) < 2:
        return float("inf")
    drift = float(values.mean()) - against
    if drift <= 0:
        return float("inf")
    growth = drift**2 / (2 * float(np.mean((values - against) ** 2)))
    return 1 + max(float(-np.log(error)) - wealth.now, 0.0) / (growth * len(values))
