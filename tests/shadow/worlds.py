"""Two models that see the same risk, and whose outcomes are known of some."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from drift.shadow.pairs import Pairs, Side

QUOTA = 0.05


def side(log_odds: NDArray[np.float64], approved: float = 0.65) -> Side:
    """A model with these log-odds that approves a share, and declines the riskiest tenth."""
    limits = np.quantile(log_odds, [approved, max(approved, 0.9)])
    return Side(
        pd=expit(log_odds),
        log_odds=log_odds,
        recommendation=np.searchsorted(limits, log_odds, side="left").astype(np.intp),
        reason=np.where(log_odds > -2, "LATE", "LOAN").astype(object),
    )


def world(
    n: int,
    seed: int,
    noise: tuple[float, float] = (0.5, 0.5),
    *,
    known: str = "everyone",
    shift: float = 0.0,
) -> Pairs:
    """Champion and challenger with ``noise``; ``shift``: added to the challenger's log-odds.

    ``known``: whose outcome is: everyone's, of those "approved", or also of some by "chance".
    """
    rng = np.random.default_rng([seed, 9])
    risk = rng.normal(size=n)
    bad = (rng.random(n) < expit(-1.5 + 1.2 * risk)).astype(np.float64)
    scores = [1.2 * (risk + s * rng.normal(size=n)) - 1.5 for s in noise]
    champion, challenger = side(scores[0]), side(scores[1] + shift)
    near = ~champion.approve & (champion.log_odds < np.quantile(champion.log_odds, 0.85))
    near &= known == "chance"
    drawn = near & (rng.random(n) < QUOTA)
    lent = np.ones(n, dtype=bool) if known == "everyone" else champion.approve | drawn
    day = np.sort(rng.integers(20_000, 20_300, n)).astype(np.float64)
    columns: dict[str, Any] = {
        "day": day,
        "person": rng.integers(0, max(n * 2 // 3, 1), n).astype(np.intp),
        "propensity": np.where(near, QUOTA, np.nan),
        "y": np.where(lent, bad, np.nan),
        "matured": np.where(lent, day + 90, np.nan),
        "amount": rng.lognormal(9, 0.4, n),
    }
    return Pairs(champion, challenger, **columns)
