"""Adverse impact within segments (product, branch, season): pooled over them, and whether equal.

A group may be approved less only because it asks for what is approved less (Simpson's paradox);
segments compare like with like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2, norm

from fairness.groups import FEWEST_EACH, BoolArray, Grouping
from fairness.intervals import ratio_interval
from scoring.intervals import UNDEFINED, Z95, Estimate
from scoring.vector import FloatArray

POOLED = "pooled small segments"


class Strata(NamedTuple):
    """Counts of s strata (s each): ``x1`` of ``n1`` approved, ``x0`` of ``n0`` reference."""

    x1: FloatArray
    n1: FloatArray
    x0: FloatArray
    n0: FloatArray


class ChiSquare(NamedTuple):
    """A test statistic, its degrees of freedom and its p-value."""

    statistic: float
    freedom: int
    p: float


@dataclass(frozen=True)
class Segment:
    """One segment: people and approved of the group and the reference, and their ratio."""

    name: str
    people: int
    approved: int
    reference_people: int
    reference_approved: int
    air: Estimate


@dataclass(frozen=True)
class SegmentedAir:
    """One group against its reference, segment by segment.

    ``air``: Mantel-Haenszel ratio over the segments; ``equality``: Cochran-Mantel-Haenszel test
    that it is 1; ``heterogeneity``: Breslow-Day test that the odds ratio is the same in all
    segments; each None where the data cannot say. ``pooled``: names of the segments that were
    too small (under 10 of the group or of the reference) and stand together as one.
    """

    attribute: str
    group: str
    reference: str
    segments: tuple[Segment, ...]
    pooled: tuple[str, ...]
    air: Estimate
    equality: ChiSquare | None
    heterogeneity: ChiSquare | None


def segmented_air(
    grouping: Grouping, approved: BoolArray, segment: NDArray[np.object_]
) -> list[SegmentedAir]:
    """Every group but the reference; ``segment`` (n) names the segment of each applicant."""
    names, at = np.unique(segment.astype(str), return_inverse=True)
    cells = np.zeros((len(grouping.names), len(names), 2))
    np.add.at(cells, (grouping.codes, at, approved.astype(np.intp)), 1)
    people, passed = cells.sum(axis=2), cells[:, :, 1]
    ref = grouping.reference
    return [
        _segmented(grouping, i, list(names), Strata(passed[i], people[i], passed[ref], people[ref]))
        for i in grouping.others
    ]


def _segmented(grouping: Grouping, group: int, names: list[str], strata: Strata) -> SegmentedAir:
    small = np.minimum(strata.n1, strata.n0) < FEWEST_EACH
    pooled = tuple(str(n) for n, s in zip(names, small, strict=True) if s)
    kept = [str(n) for n, s in zip(names, small, strict=True) if not s]
    if pooled:
        strata = Strata(*(np.append(v[~small], v[small].sum()) for v in strata))
        kept.append(POOLED)
    return SegmentedAir(
        attribute=grouping.title,
        group=grouping.names[group],
        reference=grouping.names[grouping.reference],
        segments=_segments(kept, strata),
        pooled=pooled,
        air=mantel_haenszel_ratio(strata),
        equality=cochran_mantel_haenszel(strata),
        heterogeneity=breslow_day(strata),
    )


def _segments(names: list[str], strata: Strata) -> tuple[Segment, ...]:
    """Each stratum with its own ratio, all intervals at once."""
    x1, n1, x0, n0 = (v.astype(np.int64) for v in strata)
    both = (n1 > 0) & (x0 > 0)
    airs = [UNDEFINED] * len(names)
    if both.any():
        limits = ratio_interval(*(v[both] for v in (x1, n1, x0, n0)))
        ratios = x1[both] / n1[both] / (x0[both] / n0[both])
        for k, *ends in zip(np.flatnonzero(both), ratios, *limits, strict=True):
            airs[k] = Estimate(*(float(v) for v in ends))
    return tuple(
        Segment(name, int(n1[i]), int(x1[i]), int(n0[i]), int(x0[i]), airs[i])
        for i, name in enumerate(names)
    )


def mantel_haenszel_ratio(strata: Strata) -> Estimate:
    """Common ratio of rates with the interval of Greenland and Robins (1985).

    ``sum(x1·n0/N) / sum(x0·n1/N)``; variance of its logarithm
    ``sum((n1·n0·(x1+x0) - x1·x0·N)/N²) / (sum(x1·n0/N)·sum(x0·n1/N))``. Undefined without an
    approval in either.
    """
    x1, n1, x0, n0 = _both(strata)
    total = n1 + n0
    above, below = float(np.sum(x1 * n0 / total)), float(np.sum(x0 * n1 / total))
    if above == 0 or below == 0:
        return UNDEFINED
    spread = float(np.sum((n1 * n0 * (x1 + x0) - x1 * x0 * total) / total**2))
    half = Z95 * np.sqrt(spread / (above * below))
    ratio = above / below
    return Estimate(ratio, float(ratio * np.exp(-half)), float(ratio * np.exp(half)))


def mantel_haenszel_odds(strata: Strata) -> float | None:
    """Common odds ratio ``sum(x1·(n0-x0)/N) / sum(x0·(n1-x1)/N)``; None when it is 0 or none."""
    x1, n1, x0, n0 = _both(strata)
    above, below = np.sum(x1 * (n0 - x0) / (n1 + n0)), np.sum(x0 * (n1 - x1) / (n1 + n0))
    return float(above / below) if above > 0 and below > 0 else None


def cochran_mantel_haenszel(strata: Strata) -> ChiSquare | None:
    """Test of equal rates within strata, without continuity correction (Agresti 2013, 6.4).

    ``(sum(x1) - sum(E))² / sum(V)`` with E and V the hypergeometric mean and variance; None when
    no stratum can tell.
    """
    x1, n1, x0, n0 = _both(strata)
    total, approved = n1 + n0, x1 + x0
    expected = n1 * approved / total
    variance = n1 * n0 * approved * (total - approved) / (total**2 * np.maximum(total - 1, 1))
    if variance.sum() == 0:
        return None
    statistic = float((x1 - expected).sum() ** 2 / variance.sum())
    return ChiSquare(statistic, 1, float(2 * norm.sf(np.sqrt(statistic))))


def breslow_day(strata: Strata) -> ChiSquare | None:
    """Test of equal odds ratios over strata (Breslow and Day 1980) with Tarone's correction (1985).

    None with fewer than two strata that have both outcomes and both groups.
    """
    x1, n1, x0, n0 = _both(strata)
    told = (x1 + x0 > 0) & (x1 + x0 < n1 + n0)
    x1, n1, x0, n0 = (v[told] for v in (x1, n1, x0, n0))
    odds = mantel_haenszel_odds(Strata(x1, n1, x0, n0))
    if odds is None or len(x1) < 2:
        return None
    fit = np.array([_expected(*row, odds) for row in zip(x1 + x0, n1, n0, strict=True)])
    corners = np.stack([fit, n1 - fit, x1 + x0 - fit, n0 - x1 - x0 + fit])
    variance = 1 / (1 / np.maximum(corners, 1e-300)).sum(axis=0)
    tarone = (x1 - fit).sum() ** 2 / variance.sum()
    statistic = float(max(((x1 - fit) ** 2 / variance).sum() - tarone, 0.0))
    return ChiSquare(statistic, len(x1) - 1, float(chi2.sf(statistic, len(x1) - 1)))


def _expected(approved: float, n1: float, n0: float, odds: float) -> float:
    """Approvals of the group, margins fixed, at which the odds ratio is ``odds``."""

    def excess(x: float) -> float:
        return float(x * (n0 - approved + x) - odds * (n1 - x) * (approved - x))

    return float(brentq(excess, max(0.0, approved - n0), min(n1, approved), xtol=1e-12))


def _both(strata: Strata) -> Strata:
    """Strata in which the group and the reference both have people."""
    both = (strata.n1 > 0) & (strata.n0 > 0)
    return Strata(*(v[both] for v in strata))
