"""Geometry of the officer's pictures, drawn by templates as SVG with the same numbers in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log

import numpy as np

from data.contract import Text
from scoring.policy import DecisionRules
from scoring.scorer import Scorer

WIDTH = 320.0
"""Width of a picture in its own units."""
MOST_PUSHES = 8
_ROUND = 50
_MARGIN = 40


@dataclass(frozen=True)
class Stretch:
    """One band on the scale of points: where it begins and how wide it is."""

    name: str
    start: float
    width: float
    low: int
    high: int


@dataclass(frozen=True)
class PointsScale:
    """The scale of points, worst to best from left to right; ``at``: where this result is.

    ``cuts``: the places of the policy's cut-offs with their points: decline below the first,
    approve from the second on.
    """

    low: int
    high: int
    at: float
    bands: tuple[Stretch, ...]
    cuts: tuple[tuple[float, int], ...]


def points_scale(rules: DecisionRules, points: int) -> PointsScale:
    """Where ``points`` are among the bands and cut-offs of ``rules``."""
    edges = sorted(_points(rules, pd) for pd in rules.band_limits)
    low = floor((min([points, *edges]) - _MARGIN) / _ROUND) * _ROUND
    high = ceil((max([points, *edges]) + _MARGIN) / _ROUND) * _ROUND

    def place(value: float) -> float:
        return round((value - low) / (high - low) * WIDTH, 1)

    names = tuple(reversed(rules.bands))
    bands = tuple(
        Stretch(name, place(a), round(place(b) - place(a), 1), a, b)
        for name, (a, b) in zip(names, pairwise([low, *edges, high]), strict=True)
    )
    cuts = sorted({_points(rules, rules.decline_from), _points(rules, rules.approve_below)})
    return PointsScale(low, high, place(points), bands, tuple((place(c), c) for c in cuts))


def _points(rules: DecisionRules, pd: float) -> int:
    return int(rules.score_points(np.array([log(pd / (1 - pd))]))[0])


@dataclass(frozen=True)
class Push:
    """What one reason did to the points, and its bar: from ``start``, ``width`` wide.

    ``text`` None: all of which nothing is known, together.
    """

    text: Text | None
    points: int
    start: float
    width: float


def pushes(
    scorer: Scorer, contributions: Mapping[str, float], values: Mapping[str, object]
) -> tuple[Push, ...]:
    """What pushed the points up and down, strongest first: log-odds by reason, as whole points.

    A unit of log-odds is ``double / ln 2`` points (see ``DecisionRules``), to the other side. A
    reason of whose fields ``values`` says nothing is not told: nobody knows it to be true.
    """
    contract, writer = scorer.contract, scorer.reason_writer
    factor = contract.policy.points.double / log(2)
    known = writer.known(scorer.vectorizer.rows([values]))[0]
    found: list[tuple[Text | None, float]] = []
    unknown = 0.0
    for group, is_known in zip(contract.reasons.values(), known, strict=True):
        points = -factor * sum(contributions.get(name, 0.0) for name in group.features)
        if is_known:
            found.append((group.lowers if points > 0 else group.raises, points))
        else:
            unknown += points
    found.append((None, unknown))
    told = [(text, round(points)) for text, points in found if round(points)]
    told.sort(key=lambda push: -abs(push[1]))
    return _bars(told[:MOST_PUSHES])


def _bars(found: Sequence[tuple[Text | None, int]]) -> tuple[Push, ...]:
    """Bars to both sides of one line that is as far from both edges as the longest needs."""
    most = max((abs(points) for _, points in found), default=1)
    middle = WIDTH / 2
    made = []
    for text, points in found:
        width = round(abs(points) / most * (middle - 4), 1)
        made.append(Push(text, points, middle if points > 0 else middle - width, width))
    return tuple(made)


def of_hundred(share: float) -> int:
    """How many of 100 people a share is; a few are never none, nor most of them all."""
    return min(99, max(1, round(100 * share)))
