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
    less than 20: so they hold at any time (a confidence sequence). Searched in steps of 4 % from
    1/32 to 32; the limits are the first multiples that are refused.
    """
    grid = np.exp(np.linspace(-np.log(32), np.log(32), 161))
    p = np.clip(pd, _EDGE, 1 - _EDGE)
    expected = np.array([np.sum(m * p / (1 - p + m * p)) for m in grid])
    observed = float(bad.sum())
    against = np.append(1.0, ODDS)
    spent = np.array([[np.log1p(p * (m * t - 1)).sum() for t in against] for m in grid])
    wealth = observed * np.log(ODDS) - (spent[:, 1:] - spent[:, :1]) + np.log(SHARES)
    held = np.flatnonzero(logsumexp(wealth, axis=1) < -np.log(ERROR))
    value = float(np.exp(np.interp(observed, expected, np.log(grid))))
    if not len(held):
        return value, value, value
    low, high = grid[max(held[0] - 1, 0)], grid[min(held[-1] + 1, len(grid) - 1)]
    return value, min(float(low), value), max(float(high), value)
