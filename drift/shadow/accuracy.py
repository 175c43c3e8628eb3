"""Whose PDs are nearer to what happened: paired losses, with bets that may be looked at daily."""

from __future__ import annotations

from typing import Literal

import numpy as np

from drift.shadow.pairs import Pairs, arrival
from drift.shadow.ranking import FEWEST_EACH, clustered_error
from drift.shadow.schema import Accuracy, Calibration, Interval
from drift.shadow.sequences import Wealth, bet, sequence
from scoring.vector import FloatArray

Loss = Literal["brier", "log_loss"]
CLIPPED = 0.001
"""PDs nearer to 0 or 1 count as this in the log-loss, which would have no bound otherwise."""
MOST: dict[Loss, float] = {"brier": 1.0, "log_loss": float(np.log((1 - CLIPPED) / CLIPPED))}
"""The most that two losses of one loan can differ."""


def losses(pd: FloatArray, y: FloatArray, loss: Loss) -> FloatArray:
    """Brier's (1950) (pd - y)², or minus the log of the probability of what happened, (n)."""
    if loss == "brier":
        return np.asarray((pd - y) ** 2)
    p = np.clip(pd, CLIPPED, 1 - CLIPPED)
    return np.asarray(-np.log(np.where(y == 1, p, 1 - p)))


def gains(pairs: Pairs, loss: Loss) -> FloatArray:
    """The champion's loss less the challenger's on loans selected alike, as outcomes came in."""
    part = pairs.at(arrival(pairs, pairs.alike))
    return losses(part.champion.pd, part.y, loss) - losses(part.challenger.pd, part.y, loss)


def bets(gain: FloatArray, loss: Loss, margin: float) -> dict[str, Wealth]:
    """What bets have made that the challenger is better, not worse by ``margin``, or worse."""
    most = MOST[loss]
    return {
        "better": bet(gain, 0.0, -most),
        "not_worse": bet(gain, -margin, -most),
        "worse": bet(-gain, 0.0, -most),
    }


def accuracy(pairs: Pairs, loss: Loss, margin: float, error: float) -> Accuracy:
    """The comparison by one loss; each bet may err with ``error``."""
    gain = gains(pairs, loss)
    part = pairs.at(arrival(pairs, pairs.alike))
    bads = int(part.y.sum())
    wealth = bets(gain, loss, margin)
    interval = Interval()
    if min(bads, len(part) - bads) >= FEWEST_EACH:
        mean = float(gain.mean())
        spread = clustered_error((gain - mean) / len(gain), part.person)
        interval = Interval.of(sequence(mean, spread, bads, 2 * error))
    means = [
        float(losses(side.pd, part.y, loss).mean()) if len(part) else None
        for side in (part.champion, part.challenger)
    ]
    return Accuracy(
        loss=loss,
        loans=len(part),
        bads=bads,
        champion=means[0],
        challenger=means[1],
        difference=interval,
        proved=float(-np.log10(error)),
        **{name: made.most / float(np.log(10)) for name, made in wealth.items()},
    )


def calibration(pairs: Pairs) -> Calibration:
    """Observed over expected defaults of both; null without a loan."""
    part = pairs.at(pairs.alike)
    if not len(part):
        return Calibration(champion=None, challenger=None)
    bads = float(part.y.sum())
    return Calibration(
        champion=bads / float(part.champion.pd.sum()),
        challenger=bads / float(part.challenger.pd.sum()),
    )
