"""Evidence that PDs are wrong, as the wealth of a bettor who would gain nothing were they right.

Each matured loan is one bet on its own PD: with odds multiplied by t it is bad with probability
``q = t·p / (1 - p + t·p)``, and the wealth of who bets on t is the likelihood ratio, multiplied
by ``t^y / (1 + p·(t - 1))`` loan after loan. If every PD is right given all that came before,
this is a martingale that starts at 1, and so is any mixture of such bettors: it passes 20 with a
probability of at most 1/20 however often one looks (Ville 1939; Ramdas, Grünwald, Vovk and
Shafer 2023; betting as in Waudby-Smith and Ramdas 2024).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from scoring.vector import FloatArray

ERROR = 0.05
"""Probability of a false alarm in a year, however often one looks, of both directions together."""
ODDS = np.array([1.4, 2.2, 1 / 1.4, 1 / 2.0])
"""What bettors bet on: odds of default so many times those of the PD."""
SHARES = np.array([0.6, 0.2, 0.12, 0.08])
"""Of the wealth, by bettor. Risk that is too low has four times that of risk too high: it costs
money from the first loan."""
AT_ONCE = 0.8
"""Share that is bet from the first loan of the year; the rest waits for later months, so that what
begins in the middle of the year is found although the first bettors lost before it."""
MONTHS = 12
"""Months that can begin in a year after its first day."""
_EDGE = 1e-6


def log_gains(pd: FloatArray, bad: FloatArray, odds: FloatArray) -> FloatArray:
    """Log of what each bet is multiplied by, shape (..., bettors): y·log t - log(1 + p·(t - 1)).

    ``pd`` and ``bad`` (0/1) have one shape; PDs are kept a millionth away from 0 and 1.
    """
    p = np.clip(pd, _EDGE, 1 - _EDGE)[..., None]
    gains: FloatArray = bad[..., None] * np.log(odds) - np.log1p(p * (odds - 1))
    return gains


def log_wealth(
    pd: FloatArray,
    bad: FloatArray,
    starts: NDArray[np.intp],
    looks: NDArray[np.intp],
) -> tuple[FloatArray, FloatArray]:
    """Wealth of all bettors at each look, and that part of it that bets on higher risk.

    ``pd``, ``bad``: loans of one year in the order in which they mature; ``starts``: number of
    loans before each of at most ``MONTHS`` later months; ``looks``: number of loans seen at each
    look, rising. Logarithms, shape (looks,). Wealth that waits counts as it is.
    """
    before = np.concatenate([[0], starts[:MONTHS]]).astype(np.intp)
    share = np.full(len(before), (1 - AT_ONCE) / MONTHS)
    share[0] = AT_ONCE
    total = np.vstack([np.zeros(len(ODDS)), np.cumsum(log_gains(pd, bad, ODDS), axis=0)])
    since = total[looks][:, None, :] - total[before][None, :, :]
    begun = before[None, :] <= looks[:, None]
    since = np.where(begun[..., None], since, 0.0) + np.log(share[:, None] * SHARES)
    waits = np.log(np.maximum(1 - share.sum(), np.finfo(float).tiny))
    flat = since.reshape(len(looks), -1)
    all_of_it = np.logaddexp(logsumexp(flat, axis=1), waits)
    return all_of_it, logsumexp(since[..., ODDS > 1], axis=(1, 2))


def strongest_start(pd: FloatArray, bad: FloatArray, starts: NDArray[np.intp], look: int) -> int:
    """Number of loans before the month since which the evidence at ``look`` is the strongest."""
    before = [0, *(int(s) for s in starts[:MONTHS] if s < look)]
    total = np.vstack([np.zeros(len(ODDS)), np.cumsum(log_gains(pd, bad, ODDS), axis=0)])
    found = [logsumexp(total[look] - total[b] + np.log(SHARES)) for b in before]
    return before[int(np.argmax(found))]


def odds_limits(pd: FloatArray, bad: FloatArray) -> tuple[float, float, float]:
    """By how much the odds of default differ from those of the PDs, and 95 % limits.

    The value solves sum(q) = sum(y) (maximum likelihood; 0 or infinite when none or all are bad).
    A multiple m is within the limits while who bets against ``m`` times the odds, on ODDS·m, has
    less than 20: so they hold at any time (a confidence sequence). Searched from 1/32 to 32.
    """
    grid = np.exp(np.linspace(-np.log(32), np.log(32), 321))
    p = np.clip(pd, _EDGE, 1 - _EDGE)
    wealth = np.empty(len(grid))
    expected = np.empty(len(grid))
    for i, multiple in enumerate(grid):
        tilted = multiple * p / (1 - p + multiple * p)
        expected[i] = tilted.sum()
        wealth[i] = logsumexp(log_gains(tilted, bad, ODDS).sum(axis=0) + np.log(SHARES))
    held = grid[wealth < -np.log(ERROR)]
    observed = float(bad.sum())
    value = float(np.exp(np.interp(observed, expected, np.log(grid))))
    low, high = (float(held[0]), float(held[-1])) if len(held) else (value, value)
    return value, min(low, value), max(high, value)
