"""Estimates with 95 % intervals, each by the method that suits it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import rankdata

from scoring.vector import FloatArray

Z95 = 1.959963984540054
RESAMPLES = 1000


class Estimate(NamedTuple):
    """A value and the limits of its 95 % interval; all None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None

    def plain(self) -> dict[str, float | None]:
        """The form of reports: ``{"value", "low", "high"}``."""
        return self._asdict()


UNDEFINED = Estimate(None, None, None)


def wilson(events: float, n: float) -> Estimate:
    """Share ``events / n`` with Wilson's (1927) score interval; undefined for n = 0.

    ``(p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)``
    """
    if n == 0:
        return UNDEFINED
    p, z2 = events / n, Z95**2
    centre = p + z2 / (2 * n)
    half = Z95 * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = (centre - half) / (1 + z2 / n), (centre + half) / (1 + z2 / n)
    return Estimate(p, float(max(low, 0.0)), float(min(high, 1.0)))


def delong(y: FloatArray, score: FloatArray) -> Estimate:
    """Area under the ROC curve of ``score`` (n) for ``y`` (n; 0/1, both present).

    The probability that a bad row scores above a good one, ties counting half, with the
    variance of DeLong, DeLong and Clarke-Pearson (1988). The interval is symmetric in the logit
    of the area (Pepe 2003), so it stays within (0, 1); without variance (perfect or constant
    scores) it is the value.
    """
    area, beaten, beating = _placements(y, score)
    m, n = len(beaten), len(beating)
    if min(m, n) < 2 or not 0 < area < 1:
        return Estimate(area, area, area)
    variance = beaten.var(ddof=1) / m + beating.var(ddof=1) / n
    half = Z95 * np.sqrt(variance) / (area * (1 - area))
    low, high = expit(logit(area) - half), expit(logit(area) + half)
    return Estimate(area, float(low), float(high))


def delong_difference(y: FloatArray, score: FloatArray, other: FloatArray) -> Estimate:
    """Area of ``score`` less that of ``other`` on the same rows (n), and its paired interval.

    DeLong, DeLong and Clarke-Pearson (1988): the variance of the difference from the differences
    of the rows' placements, so that what both scores share cancels out.
    """
    area, beaten, beating = _placements(y, score)
    other_area, other_beaten, other_beating = _placements(y, other)
    value = area - other_area
    m, n = len(beaten), len(beating)
    if min(m, n) < 2:
        return UNDEFINED
    variance = (beaten - other_beaten).var(ddof=1) / m + (beating - other_beating).var(ddof=1) / n
    half = float(Z95 * np.sqrt(variance))
    return Estimate(value, value - half, value + half)


def _placements(y: FloatArray, score: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """The area; for each bad row the share of good ones below it, and the reverse for good ones.

    Ties count half; from ranks in O(n log n) after Sun and Xu (2014).
    """
    bad, good = score[y == 1], score[y == 0]
    m, n = len(bad), len(good)
    ranks = rankdata(np.concatenate([bad, good]))
    beaten = (ranks[:m] - rankdata(bad)) / n
    beating = 1 - (ranks[m:] - rankdata(good)) / m
    return float(beaten.mean()), beaten, beating


def bootstrap(
    statistics: Callable[[NDArray[np.intp]], FloatArray], n: int, seed: int
) -> list[Estimate]:
    """Value and basic bootstrap interval of every statistic of a sample of ``n`` rows.

    ``statistics`` takes how often each row is in the sample (n) and returns k values. The
    interval is ``2·value - q`` with q the 97.5 % and 2.5 % quantiles of RESAMPLES resamples
    (Davison and Hinkley 1997, 5.2): unlike the percentile interval it counters the upward bias
    of maxima and of sums of absolute differences (KS, ECE) instead of doubling it. Where that
    moves it past the value, or below 0, which no statistic here can be, it is cut to fit. A
    resample in which a statistic is not defined (NaN, no bad row drawn) does not count for it.
    """
    rng = np.random.default_rng(seed)
    values = statistics(np.ones(n, dtype=np.intp))
    draws = np.array(
        [statistics(np.bincount(rng.integers(0, n, n), minlength=n)) for _ in range(RESAMPLES)]
    )
    low, high = np.nanquantile(draws, [0.025, 0.975], axis=0)
    return [
        Estimate(float(v), float(max(min(2 * v - b, v), 0.0)), float(max(2 * v - a, v)))
        for v, a, b in zip(values, low, high, strict=True)
    ]


def calibration_line(log_odds: FloatArray, y: FloatArray) -> tuple[Estimate, Estimate]:
    """Slope and intercept of calibration (Cox 1958; Van Calster et al. 2019), Wald intervals.

    Slope: b in ``logit P(y=1) = a + b·log_odds``; 1 is right, below 1 the predictions are too
    extreme. Intercept: a in ``logit P(y=1) = a + log_odds`` (calibration in the large); 0 is
    right, above 0 the risk is underestimated. Both by maximum likelihood. The slope is
    undefined where ``log_odds`` are constant or part the outcomes perfectly.
    """
    n = len(y)
    intercept = _fit_logistic(np.ones((n, 1)), log_odds, y)
    slope = None
    if np.ptp(log_odds) > 1e-9:
        slope = _fit_logistic(np.column_stack([log_odds, np.ones(n)]), np.zeros(n), y)
    return _wald(slope), _wald(intercept)


def _wald(fitted: tuple[float, float] | None) -> Estimate:
    if fitted is None:
        return UNDEFINED
    value, error = fitted
    return Estimate(value, value - Z95 * error, value + Z95 * error)


def _fit_logistic(x: FloatArray, offset: FloatArray, y: FloatArray) -> tuple[float, float] | None:
    """First coefficient and its standard error by Newton's method; None without convergence."""
    theta = np.zeros(x.shape[1])
    for _ in range(50):
        p = expit(x @ theta + offset)
        information = (x * (p * (1 - p))[:, None]).T @ x
        if np.linalg.cond(information) > 1e12:
            return None
        step = np.linalg.solve(information, x.T @ (y - p))
        theta = theta + np.clip(step, -5, 5)
        if np.max(np.abs(step)) < 1e-10:
            return float(theta[0]), float(np.sqrt(np.linalg.inv(information)[0, 0]))
    return None
