"""Choosing on validation: the shape of the trees, then the way to handle few bads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring import imbalance
from scoring.boosting import Learner, Sample, Shape
from scoring.vector import FloatArray

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Selection:
    """What to fit on all training rows: shape, key of imbalance.WAYS, and the rounds.

    ``shape`` is the name of ``settings``. ``shapes`` is the validation log-loss of each shape,
    ``comparison`` the table of the ways.
    """

    shape: str
    settings: Shape
    way: str
    rounds: int
    shapes: dict[str, float]
    comparison: dict[str, dict[str, Any]]


def select(
    learner: Learner,
    candidates: Mapping[str, Shape],
    fit: Sample,
    validation: Sample,
    tell: Progress,
) -> Selection:
    """Fit every shape without resampling, then the chosen shape with every other way.

    Candidates learn from ``fit`` and stop and compete on ``validation``; calibration and test
    rows are not involved. ``candidates`` go from the simplest to the richest. ``tell`` hears
    each stage with shares from 0.05 to 0.65.
    """
    stages = iter(range(len(candidates) + len(imbalance.WAYS) - 1))

    def judge(shape: str, way: str, label: str) -> imbalance.Judged:
        tell(label, 0.05 + 0.1 * next(stages))
        return imbalance.judge(way, learner, candidates[shape], fit, validation)

    plain = {name: judge(name, "none", f"trying {name} trees") for name in candidates}
    losses = {name: float(one.losses.mean()) for name, one in plain.items()}
    shape = simplest_of_the_best({name: one.losses for name, one in plain.items()})
    judged = {"none": plain[shape]}
    for way in imbalance.WAYS:
        if way != "none":
            judged[way] = judge(shape, way, f"trying {way} for the imbalance")
    choice = imbalance.choose(judged)
    return Selection(
        shape, candidates[shape], choice.name, choice.rounds, losses, choice.comparison
    )


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
