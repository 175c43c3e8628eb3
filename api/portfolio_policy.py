"""Trying cut-offs on the summed-up applications of a year, and what audits say of groups there.

The sums by PD are those of ``scoring.profit``: at the edge of a bin they give what its functions
give of the applications themselves. Groups are told only from what a kept audit has published.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from api.portfolio import STEP, CutOffs
from fairness.schema_sections import CurvePoint, CutOffCurve, Range
from scoring.intervals import Z95, Estimate

FARTHEST = 0.03
"""Distance in approved shares up to which an audit's point stands for a cut-off."""
HIGHEST = 0.6
"""The highest cut-off of the picture."""


class Trial(NamedTuple):
    """All applications of the year at one cut-off to decline from.

    ``approvals`` and ``share``: those not declined, which the model approves or leaves to a
    person; ``loss`` and ``profit``: of lending to them all. Those whom a rule beside the score
    keeps from an approval are not among them.
    """

    cut_off: float
    approvals: int
    share: float
    loss: float
    profit: float


class Moved(NamedTuple):
    """What a move of the cut-off changes, with 95 % limits of sums of independent applications.

    ``approvals``: those not declined, as in ``Trial``.
    """

    approvals: Estimate
    loss: Estimate
    profit: Estimate


class GroupMoved(NamedTuple):
    """The adverse impact ratio of a group where as many are approved as now, and as then."""

    attribute: str
    group: str
    reference: str
    now: Range
    then: Range


def edge(made: CutOffs, wish: float) -> float:
    """The edge of a bin that is nearest to ``wish``: a multiple of STEP, or a cut-off in force."""
    grid = min(max(round(wish / STEP) * STEP, STEP), 1 - STEP)
    edges = (round(grid, 4), made.decline_from, made.approve_below)
    return min(edges, key=lambda e: abs(e - wish))


def trial(made: CutOffs, cut_off: float) -> Trial:
    """What happens at ``cut_off``, an edge."""
    below = [b for b in made.bins if b.start < cut_off]
    n = sum(b.n for b in below)
    declined = sum(b.declined for b in made.bins)
    return Trial(
        cut_off=cut_off,
        approvals=n,
        share=n / made.applications,
        loss=sum(b.lost for b in below),
        profit=declined + sum(b.gained for b in below),
    )


def moved(made: CutOffs, now: float, then: float) -> Moved:
    """Moving the cut-off from ``now`` to ``then``, both edges; see ``scoring.profit.compare``."""
    low, high = min(now, then), max(now, then)
    between = [b for b in made.bins if low <= b.start < high]
    sign = 1.0 if then >= now else -1.0
    n = made.applications

    def estimate(sums: Sequence[float], squares: Sequence[float]) -> Estimate:
        total, squared = sign * sum(sums), sum(squares)
        variance = max(squared - total**2 / n, 0.0) / max(n - 1, 1)
        half = Z95 * sqrt(variance * n)
        return Estimate(total, total - half, total + half)

    counts = [float(b.n) for b in between]
    return Moved(
        approvals=estimate(counts, counts),
        loss=estimate([b.lost for b in between], [b.lost_squared for b in between]),
        profit=estimate([b.gained for b in between], [b.gained_squared for b in between]),
    )


def tried(made: CutOffs) -> list[Trial]:
    """Cut-offs up to HIGHEST, for a picture, the lowest first."""
    return [trial(made, round(i * 2 * STEP, 4)) for i in range(1, round(HIGHEST / STEP / 2) + 1)]


def groups_moved(curves: Sequence[CutOffCurve], now: float, then: float) -> list[GroupMoved]:
    """What an audit published of each group near the approved shares ``now`` and ``then``."""
    return [
        GroupMoved(c.attribute, c.group, c.reference, _near(c.points, now), _near(c.points, then))
        for c in curves
    ]


def _near(points: Sequence[CurvePoint], share: float) -> Range:
    nearest = min(points, key=lambda p: abs(p.approved_share - share), default=None)
    if nearest is None or abs(nearest.approved_share - share) > FARTHEST:
        return Range()
    return nearest.air
