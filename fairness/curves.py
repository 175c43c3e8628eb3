"""The adverse impact ratio along the cut-off, with a band that holds for the whole curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from fairness.groups import FEWEST_EACH, Grouping
from fairness.intervals import Interval, ratio_interval, ratio_score
from scoring.vector import FloatArray

GRID = tuple(np.round(np.arange(0.02, 0.99, 0.02), 2).tolist())
"""Approved shares of all applicants at which a curve is asked for."""
RESAMPLES = 2000
SEED = 19_790_101

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Curve:
    """Adverse impact ratio of one group along the cut-off, k grid points.

    ``cut_off`` (k): approve a risk up to it; ``approved_share`` (k): of all applicants;
    ``approved`` and ``reference_approved`` (k): people; ``air`` (k) and ``band``: its limits,
    which hold at all points together with probability 95 %; ``widening``: the band's z in place
    of 1.96. Empty where the group is too small for a single point.
    """

    attribute: str
    group: str
    reference: str
    cut_off: FloatArray
    approved_share: FloatArray
    approved: Counts
    reference_approved: Counts
    air: FloatArray
    band: Interval
    widening: float


def cut_off_curves(
    grouping: Grouping,
    risk: FloatArray,
    grid: tuple[float, ...] = GRID,
    apart: Sequence[float] = (),
) -> list[Curve]:
    """A curve for every group but the reference; ``risk`` (n): a PD or log-odds.

    Between two points, and beyond the first and the last, stand at least FEWEST_EACH people of
    the group and of the reference: smaller steps are merged outwards from the middle. So no
    point rests on a handful of people, and no handful can be had by subtracting two points. So
    much lies also between a point and every cut-off of ``apart``, of which more is published.
    """
    cuts = np.unique(np.quantile(risk, grid, method="inverted_cdf"))
    step = np.searchsorted(cuts, risk, side="left")
    ordered = np.sort(risk)
    shares = np.searchsorted(ordered, cuts, side="right") / len(risk)
    steps = {i: _steps(step, grouping, i, len(cuts)) for i in range(len(grouping.names))}
    others = _below(grouping, risk, apart)
    pairs = {i: [i, grouping.reference] for i in grouping.others}
    return [
        _curve(grouping, i, cuts, shares, np.stack([steps[j] for j in pair]), others[pair])
        for i, pair in pairs.items()
    ]


def _below(grouping: Grouping, risk: FloatArray, cuts: Sequence[float]) -> Counts:
    """People of each group (G) up to each of ``cuts`` (c)."""
    rows = [grouping.count(risk <= cut) for cut in cuts]
    return np.array(rows, dtype=np.int64).reshape(len(cuts), len(grouping.names)).T


def merged_outwards(
    steps: Counts, apart: Counts | None = None, fewest: int = FEWEST_EACH
) -> NDArray[np.intp]:
    """Which of k grid points to keep, ascending, so that no step between kept ones is small.

    ``steps`` (rows, k + 1): people of each row before the first point, between the points and
    after the last. From the middle outwards a point is kept when the step behind it has
    ``fewest`` people in every row, and the tail beyond the last kept one as well. ``apart``
    (rows, c): people up to other cut-offs that a point must be as far from, or the same as.
    """
    total = np.cumsum(steps, axis=1)
    below, people = total[:, :-1], total[:, -1:]
    ends = (below >= fewest) & (people - below >= fewest)
    if apart is not None:
        gap = np.abs(below[:, :, None] - apart[:, None, :])
        ends &= ((gap >= fewest) | (gap == 0).all(axis=0)).all(axis=2)
    allowed = np.flatnonzero(ends.all(axis=0))
    if not len(allowed):
        return allowed
    centre = int(allowed[np.argmin(np.abs(allowed - (steps.shape[1] - 2) / 2))])
    kept = [centre]
    for outward in (allowed[allowed > centre], allowed[allowed < centre][::-1]):
        last = centre
        for point in outward:
            if (np.abs(below[:, point] - below[:, last]) >= fewest).all():
                kept.append(int(point))
                last = point
    return np.array(sorted(kept), dtype=np.intp)


def _steps(step: NDArray[np.intp], grouping: Grouping, group: int, points: int) -> Counts:
    return np.bincount(step[grouping.members(group)], minlength=points + 1).astype(np.int64)


def _curve(
    grouping: Grouping,
    group: int,
    cuts: FloatArray,
    shares: FloatArray,
    steps: Counts,
    apart: Counts,
) -> Curve:
    kept = merged_outwards(steps, apart)
    approved = np.cumsum(steps, axis=1)[:, kept]
    people = steps.sum(axis=1)
    air = (approved[0] / max(people[0], 1)) / np.maximum(approved[1] / max(people[1], 1), 1e-300)
    widening = _widening(steps, kept, air) if len(kept) else float(norm.isf(0.025))
    error = 2 * float(norm.sf(widening))
    return Curve(
        attribute=grouping.title,
        group=grouping.names[group],
        reference=grouping.names[grouping.reference],
        cut_off=cuts[kept],
        approved_share=shares[kept],
        approved=approved[0],
        reference_approved=approved[1],
        air=air,
        band=ratio_interval(approved[0], people[0], approved[1], people[1], error),
        widening=widening,
    )


def _widening(steps: Counts, kept: NDArray[np.intp], air: FloatArray) -> float:
    """The 95 % quantile of the largest |z| along the curve, over multinomial resamples.

    Each group's applicants are drawn anew among the steps; z is the score of each resample for
    the ratio of the sample (sup-t band; Montiel Olea and Plagborg-Moller 2019).
    """
    rng = np.random.default_rng(SEED)
    people = steps.sum(axis=1)
    drawn = (
        np.cumsum(rng.multinomial(n, row / n, RESAMPLES), axis=1)[:, kept]
        for n, row in zip(people, steps, strict=True)
    )
    x1, x0 = drawn
    z = np.abs(ratio_score(x1, people[0], x0, people[1], air)).max(axis=1)
    return max(float(np.quantile(z, 0.95)), float(norm.isf(0.025)))
