"""How far the score, amount, rate or collateral of a group lies from that of the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import wasserstein_distance

from fairness.groups import FEWEST_PEOPLE, Grouping
from scoring.intervals import UNDEFINED, Z95, Estimate
from scoring.vector import FloatArray

CELLS = 400
"""Values that a sample is drawn in: all of them where there are no more, else quantile cells."""
RESAMPLES = 1000
SEED = 19_790_101


@dataclass(frozen=True)
class Shift:
    """One value of one group against its reference.

    ``standardised_difference``: mean less reference mean, over the root of the mean of the two
    variances (Cohen 1988); ``wasserstein``: mean distance between equal ranks of the two groups,
    in the unit of the value. Undefined below FEWEST_PEOPLE values. Bootstrap intervals of 95 %;
    a distance is never below 0 and its resamples are biased upwards, so its interval is
    ``value ± z·deviation`` (of the resamples, or of the mean difference where that is larger),
    and it reaches down to 0 unless the value exceeds 95 % of what both groups mixed would show.
    ``missing``: people of the group and of the reference without the value; they do not count.
    """

    attribute: str
    group: str
    reference: str
    people: int
    reference_people: int
    missing: tuple[int, int]
    standardised_difference: Estimate = UNDEFINED
    wasserstein: Estimate = UNDEFINED


def shifts(grouping: Grouping, values: FloatArray) -> list[Shift]:
    """Every group but the reference; ``values`` (n), NaN where there is none."""
    reference = values[grouping.members(grouping.reference)]
    return [
        _shift(
            (grouping.title, grouping.names[i], grouping.names[grouping.reference]),
            values[grouping.members(i)],
            reference,
        )
        for i in grouping.others
    ]


def _shift(names: tuple[str, str, str], group: FloatArray, reference: FloatArray) -> Shift:
    a, b = group[~np.isnan(group)], reference[~np.isnan(reference)]
    missing = (len(group) - len(a), len(reference) - len(b))
    if min(len(a), len(b)) < FEWEST_PEOPLE:
        return Shift(*names, len(a), len(b), missing)
    return Shift(*names, len(a), len(b), missing, *_estimates(a, b))


def _estimates(a: FloatArray, b: FloatArray) -> tuple[Estimate, Estimate]:
    cells = _Cells.of(a, b)
    rng = np.random.default_rng(SEED)
    mixed = cells.counts.sum(axis=0)
    own, alike = (
        [
            rng.multinomial(sum(n), p / p.sum(), RESAMPLES)
            for n, p in zip(cells.counts, rows, strict=True)
        ]
        for rows in (cells.counts, (mixed, mixed))
    )
    standardised, distances = cells.statistics(*own)
    value = float(cells.statistics(cells.counts[:1], cells.counts[1:])[0][0])
    low, high = np.quantile(standardised, [0.025, 0.975])
    distance = float(wasserstein_distance(a, b))
    deviation = max(float(distances.std()), float(np.sqrt(a.var() / len(a) + b.var() / len(b))))
    half = Z95 * deviation
    parted = distance > np.quantile(cells.statistics(*alike)[1], 0.95)
    lowest = max(distance - half, 0.0) if parted else 0.0
    return (
        Estimate(value, float(low), float(high)),
        Estimate(distance, lowest, distance + half),
    )


@dataclass(frozen=True)
class _Cells:
    """Two samples as counts over cells.

    ``counts`` (2, k): people of the group and the reference in each cell; ``mean`` and ``square``
    (2, k): mean of the values there and of their squares, around the pooled mean; ``centre`` (k):
    pooled mean of each cell.
    """

    counts: NDArray[np.int64]
    mean: FloatArray
    square: FloatArray
    centre: FloatArray

    @classmethod
    def of(cls, a: FloatArray, b: FloatArray) -> _Cells:
        both = np.concatenate([a, b])
        both -= both.mean()
        edges = np.unique(both)
        if len(edges) > CELLS:
            edges = np.unique(np.quantile(both, np.linspace(0, 1, CELLS + 1)[1:]))
        cell = np.searchsorted(edges, both, side="left")
        k = len(edges)

        def total(weights: FloatArray) -> FloatArray:
            halves = (slice(None, len(a)), slice(len(a), None))
            return np.stack([np.bincount(cell[h], weights[h], minlength=k) for h in halves])

        counts, sums = total(np.ones(len(both))), total(both)
        people = np.maximum(counts, 1)
        centre = sums.sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
        return cls(counts.astype(np.int64), sums / people, total(both**2) / people, centre)

    def statistics(
        self, a: NDArray[np.int64], b: NDArray[np.int64]
    ) -> tuple[FloatArray, FloatArray]:
        """Standardised difference and Wasserstein distance of resampled counts (r, k) each."""
        shares = [counts / counts.sum(axis=1, keepdims=True) for counts in (a, b)]
        means = [s @ m for s, m in zip(shares, self.mean, strict=True)]
        squares = [s @ q for s, q in zip(shares, self.square, strict=True)]
        variance = sum(q - m * m for q, m in zip(squares, means, strict=True)) / 2
        gap = means[0] - means[1]
        deviation = np.sqrt(np.maximum(variance, 0))
        standardised = np.where(deviation > 0, gap / np.where(deviation > 0, deviation, 1), 0.0)
        below = np.cumsum(shares[0] - shares[1], axis=1)[:, :-1]
        return standardised, np.abs(below) @ np.diff(self.centre)
