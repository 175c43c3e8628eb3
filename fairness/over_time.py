"""Fairness over time: limits that stay true however often one looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairness.groups import BoolArray, CountArray, Grouping, sufficient
from fairness.intervals import difference_interval
from scoring.intervals import Estimate
from scoring.vector import FloatArray

ERROR = 0.05
TUNED_FOR = 1000.0
"""Effective people (harmonic sum of group and reference) at which the sequence is tightest. It
must be fixed beforehand, whatever the data."""


@dataclass(frozen=True)
class Window:
    """One vintage, or several merged ones: ``vintages`` are their names in order.

    ``difference``: approval rate less reference rate in this window, with a 95 % interval of its
    own. ``running``: mean difference from the first window to this one, each window with the
    weight ``n1·n0/(n1+n0)``, within limits that hold at all windows together with probability
    95 %, so they may be looked at after every vintage.
    """

    vintages: tuple[str, ...]
    people: int
    reference_people: int
    difference: Estimate
    running: Estimate


@dataclass(frozen=True)
class OverTime:
    """One group against its reference by vintage.

    ``since``: last vintage of the first window at which the running limits exclude 0, else None;
    ``waiting``: vintages at the end that are too few people for a window yet.
    """

    attribute: str
    group: str
    reference: str
    windows: tuple[Window, ...]
    since: str | None
    waiting: tuple[str, ...]


def over_time(
    grouping: Grouping, approved: BoolArray, vintage: Sequence[int], names: Sequence[str]
) -> list[OverTime]:
    """Every group but the reference; ``vintage`` (n): index into ``names``, which are in order.

    Neighbouring vintages are merged until the group and the reference have the minimum sizes; a
    window that once stood is never changed by later vintages.
    """
    shape = (len(grouping.names), len(names), 2)
    counts = np.zeros(shape, dtype=np.int64)
    np.add.at(counts, (grouping.codes, np.asarray(vintage), approved.astype(np.intp)), 1)
    people, passed = counts.sum(axis=2), counts[:, :, 1]
    ref = grouping.reference
    return [
        _over_time(
            (grouping.title, grouping.names[i], grouping.names[ref]),
            np.stack([passed[i], people[i], passed[ref], people[ref]], axis=1),
            names,
        )
        for i in grouping.others
    ]


def confidence_sequence(
    differences: FloatArray, variances: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Weighted running means (w) of w independent differences and their half-widths (w).

    Normal mixture boundary for V = sum(weight²·variance) so far (Robbins 1970; as an asymptotic
    confidence sequence Waudby-Smith et al. 2024):
    ``sqrt((V + r)·log((V + r) / (r·error²))) / sum(weight)``.
    """
    total, used = np.cumsum(weights), np.cumsum(weights**2 * variances)
    rho = 0.25 * TUNED_FOR / (2 * np.log(1 / ERROR) + np.log(1 + 2 * np.log(1 / ERROR)))
    half = np.sqrt((used + rho) * np.log((used + rho) / (rho * ERROR**2))) / total
    return np.cumsum(weights * differences) / total, half


def _over_time(title: tuple[str, str, str], counts: CountArray, names: Sequence[str]) -> OverTime:
    """``counts`` (vintages, 4): approved and people of the group, then of the reference."""
    merged, vintages, waiting = _merged(counts, names)
    if not merged:
        return OverTime(*title, (), None, waiting)
    x1, n1, x0, n0 = np.array(merged, dtype=np.float64).T
    gaps, own = x1 / n1 - x0 / n0, difference_interval(x1, n1, x0, n0)
    spread = _variance(x1, n1) + _variance(x0, n0)
    running, half = confidence_sequence(gaps, spread, n1 * n0 / (n1 + n0))
    windows = tuple(
        Window(
            vintages=vintages[i],
            people=int(n1[i]),
            reference_people=int(n0[i]),
            difference=Estimate(float(gaps[i]), float(own.low[i]), float(own.high[i])),
            running=Estimate(
                float(running[i]), float(running[i] - half[i]), float(running[i] + half[i])
            ),
        )
        for i in range(len(merged))
    )
    away = np.flatnonzero(np.abs(running) > half)
    return OverTime(*title, windows, vintages[away[0]][-1] if len(away) else None, waiting)


def _variance(x: FloatArray, n: FloatArray) -> FloatArray:
    """Of a rate, after Agresti and Coull's (1998) four added people: never 0."""
    rate = (x + 2) / (n + 4)
    return np.asarray(rate * (1 - rate) / n, dtype=np.float64)


def _merged(
    counts: CountArray, names: Sequence[str]
) -> tuple[list[CountArray], list[tuple[str, ...]], tuple[str, ...]]:
    """Counts and vintages of each window, and the vintages still waiting."""
    windows: list[CountArray] = []
    vintages: list[tuple[str, ...]] = []
    held, waiting = np.zeros(4, dtype=np.int64), list[str]()
    for row, name in zip(counts, names, strict=True):
        held, waiting = held + row, [*waiting, name]
        if sufficient(held[[1, 3]], held[[0, 2]]).all():
            windows.append(held)
            vintages.append(tuple(waiting))
            held, waiting = np.zeros(4, dtype=np.int64), []
    return windows, vintages, tuple(waiting)
