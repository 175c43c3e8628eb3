"""Which feature is at fault, and which only show another's fault.

When one feature breaks, those that are predicted from it look odd too. The feature at fault is
the one without which the others look least odd; those that are then in order are explained by
it, and so is a feature that moved along and is what the others say it should be, and a formula
of which an operand is at fault. This orders the report; it decides no alarm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import chdtri

from drift.budget import RUN_ERROR
from drift.coding import Codes
from drift.dependence import Dependence
from drift.reference import Reference
from scoring.vector import FloatArray

SUSPECTS = 8
ROWS = 5000
"""Rows of the window and of the reference that are looked at."""
OUTERMOST = 3.0
"""Residuals are cut at this many standard deviations of the reference's."""

Effects = Mapping[int, float]
"""Feature to its largest significant effect."""


def explained(
    reference: Reference, codes: Sequence[Codes], alone: Effects, beyond: Effects
) -> dict[int, int]:
    """Feature to the feature at fault that explains it; ``codes`` of the window's features.

    ``alone``: effects of the features themselves, ``beyond``: of what they are beyond the others.
    """
    strength = {j: max(alone.get(j, 0.0), beyond.get(j, 0.0)) for j in {*alone, *beyond}}
    n, m = len(codes[0]), len(reference.rows)
    own = {j: effect**2 * n * m / (n + m) for j, effect in alone.items()}
    out = _computed(reference, strength)
    waiting = sorted(strength.keys() - out.keys(), key=lambda j: (-strength[j], j))
    trial = _Trial(reference, codes)
    faulty: list[int] = []
    while waiting:
        asked = [k for k in waiting if k in beyond]
        left = {j: trial.oddness([*faulty, j], asked) for j in waiting[:SUSPECTS]}
        total = {
            j: sum(odd.values()) + sum(own.get(k, 0.0) for k in waiting if k != j)
            for j, odd in left.items()
        }
        j = min(total, key=lambda s: (round(total[s], 6), waiting.index(s)))
        waiting.remove(j)
        faulty.append(j)
        limit = float(chdtri(2, RUN_ERROR / max(len(asked), 1)))
        for k in list(waiting):
            odd = left[j].get(k, 0.0) > limit
            followed = k not in beyond and j in beyond and strength[k] < strength[j]
            if not odd and (k not in alone or followed):
                out[k] = j
                waiting.remove(k)
    return out


def _computed(reference: Reference, found: Effects) -> dict[int, int]:
    """Formulas of which an operand was found as well: it is the operand's fault."""
    out = {}
    for k in found:
        operands = [
            j for j in found if reference.features[j] in reference.operands(reference.features[k])
        ]
        if operands:
            out[k] = max(operands, key=lambda j: found[j])
    return out


class _Trial:
    """How odd features look when some others may predict nothing."""

    def __init__(self, reference: Reference, codes: Sequence[Codes]) -> None:
        self._fit = reference.dependence
        self._own = [c[:ROWS] for c in reference.codes]
        self._window = [c[:ROWS] for c in codes]

    def oddness(self, faulty: Sequence[int], asked: Sequence[int]) -> dict[int, float]:
        """Chi-square (2) of mean and spread of the residuals of ``asked`` less ``faulty``."""
        known = self._fit.columns
        gone = [known.index(j) for j in faulty if j in known]
        rest = self._fit.without(gone)
        left = [k for k in asked if k not in faulty]
        if not left:
            return {}
        found = self._compared(rest)
        return {k: float(found[rest.columns.index(k)]) for k in left}

    def _compared(self, rest: Dependence) -> FloatArray:
        own, window = rest.residuals(self._own, own=True), rest.residuals(self._window)
        sd = np.sqrt(_moments(own)[1]) + 1e-12
        sides = [np.clip(v / sd, -OUTERMOST, OUTERMOST) for v in (own, window)]
        return _gap(*sides) + _gap(*(v**2 for v in sides))


def _gap(own: FloatArray, window: FloatArray) -> FloatArray:
    """Squared z of the difference of the means of each column; 0 where one is empty."""
    (a, variance, m), (b, _, n) = _moments(own), _moments(window)
    error = variance * (1 / np.maximum(m, 1) + 1 / np.maximum(n, 1))
    there = (m > 0) & (n > 0)
    return np.where(there, (a - b) ** 2 / np.maximum(error, 1e-12), 0.0)


def _moments(values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean, variance and number of the present values of each column."""
    there = ~np.isnan(values)
    count = there.sum(axis=0).astype(np.float64)
    held = np.where(there, values, 0.0)
    mean = held.sum(axis=0) / np.maximum(count, 1)
    square = (held**2).sum(axis=0) / np.maximum(count, 1)
    return mean, np.maximum(square - mean**2, 0.0), count
