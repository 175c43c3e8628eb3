"""Choosing: the shape of the trees on folds, then the way to handle few bads on validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring import folds, imbalance
from scoring.boosting import Learner, Shape
from scoring.preparing import Rows
from scoring.vector import FloatArray

GROWTH = 1 / 3
"""Power of the number of rows by which the best rounds grow."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Selection:
    """What to fit on all training rows: shape, key of imbalance.WAYS, and the rounds.

    ``shape`` is the name of ``settings``. ``shapes`` is the log-loss of each shape over the folds,
    ``comparison`` the table of the ways.
    """

    shape: str
    settings: Shape
    way: str
    rounds: int
    shapes: dict[str, float]
    comparison: dict[str, dict[str, Any]]


def select(
    learner: Learner, candidates: Mapping[str, Shape], rows: Rows, tell: Progress
) -> Selection:
    """The shape with the lowest log-loss over ``folds.choosing``, then the way with few bads.

    Test rows are not involved. Ways compete on the validation part in the chosen shape.
    ``candidates`` go from the simplest to the richest. ``tell`` hears each stage with shares
    from 0.05 to 0.65.
    """
    steps = len(candidates) + len(imbalance.WAYS)
    shares = iter(np.linspace(0.05, 0.65, steps, endpoint=False).tolist())
    parts = folds.samples(rows, folds.choosing(rows))
    crossed = {}
    for name, candidate in candidates.items():
        tell(f"trying {name} trees", next(shares))
        crossed[name] = learner.crossed(candidate, parts)
    losses = {name: float(one.losses.mean()) for name, one in crossed.items()}
    shape = min(losses, key=lambda name: losses[name])
    judged = {}
    for way in imbalance.WAYS:
        tell(f"trying {way} for the imbalance", next(shares))
        judged[way] = imbalance.judge(
            way, learner, candidates[shape], rows.sample("fit"), rows.sample("validation")
        )
    choice = imbalance.choose(judged)
    if choice.name == "none":
        rounds, learned = crossed[shape].rounds, float(np.mean([len(fit.y) for fit, _ in parts]))
    else:
        rounds, learned = choice.rounds, len(rows.parts.fit)
    rounds = grown(rounds, len(rows.parts.known) / learned)
    return Selection(shape, candidates[shape], choice.name, rounds, losses, choice.comparison)


def grown(rounds: int, times: float) -> int:
    """Rounds for ``times`` as many rows as those on which ``rounds`` were the best.

    More rows carry more trees before they fit chance; stopping where the fewer rows stopped
    leaves risks too near their mean. The root is a rule of thumb, found in simulation.
    """
    return round(rounds * float(times**GROWTH))


def simplest_of_the_best(losses: Mapping[str, FloatArray]) -> str:
    """First name whose mean loss is within one standard error of the lowest.

    ``losses`` goes from the simplest to the richest model, each with the losses of the same n
    rows; the error is that of the mean paired difference (the rule of Breiman et al. 1984).
    """
    best = min(losses, key=lambda name: float(losses[name].mean()))
    for name, own in losses.items():
        worse = own - losses[best]
        if worse.mean() <= worse.std(ddof=1) / np.sqrt(len(worse)):
            return name
    return best
