"""Two models on the same applicants: what changes for each group, with intervals.

An applicant who applied several times is one draw, not several. The draws are the Bayesian
bootstrap (Rubin 1981) over applicants: each weighs as much as an exponential variable. Applicants
with the same decisions are one pattern, whose weight is a gamma variable, so the cost depends on
the patterns and not on the people. Half an application is added to each of the four pairs of
decisions, which keeps the coverage where few decisions differ (Agresti and Min 2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, norm

from fairness.groups import BoolArray, Grouping, factor_to_publish, sufficient
from fairness.judging import FAMILY_ERROR
from fairness.multiplicity import holm
from fairness.verdicts import FARTHEST
from scoring.intervals import UNDEFINED, Z95, Estimate
from scoring.states import State
from scoring.vector import FloatArray

DRAWS = 20_000
ADDED = 0.5
MARGIN = 0.05
"""What a challenger may take from a group's adverse impact ratio and still be NOT WORSE: a quarter
of the room between parity and four fifths. Fixed before any data are seen."""
NEITHER, GAINED, LOST, BOTH = range(4)
"""Pairs of decisions: approved by the challenger alone is gained, by the champion alone lost."""

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Decisions of both models about n applications, by application and applicant.

    ``champion`` and ``challenger`` (n): approved; ``applicants`` (n): a number for each person.
    """

    champion: BoolArray
    challenger: BoolArray
    applicants: NDArray[np.intp]

    @property
    def cells(self) -> NDArray[np.intp]:
        """NEITHER, GAINED, LOST or BOTH, for each application (n)."""
        return (2 * self.champion + self.challenger).astype(np.intp)

    def counts(self, grouping: Grouping) -> Counts:
        """Applications of each group by pair of decisions (G, 4)."""
        at = grouping.codes * 4 + self.cells
        return np.bincount(at, minlength=4 * len(grouping.names)).reshape(-1, 4).astype(np.int64)


class Change(NamedTuple):
    """What the challenger changes for ``group``, against ``reference`` (indices of names).

    ``air``: the challenger's adverse impact ratio less the champion's; ``difference``: the same
    of the approval-rate differences; ``impact``: the same of the ratios, each at most 1, which is
    what is judged: a group that both models favour loses nothing on the way to parity.
    ``applications_needed``: what would settle a KEEP_WATCHING.
    """

    group: int
    reference: int
    state: State
    air: Estimate = UNDEFINED
    difference: Estimate = UNDEFINED
    impact: Estimate = UNDEFINED
    p: float | None = None
    applications_needed: int | None = None


def mcnemar(pairs: Pairs, members: BoolArray) -> float:
    """Exact McNemar (1947) test that as many applicants of ``members`` (n) gain as lose.

    An applicant with several applications counts once, by the sum of the changes. Two-sided.
    """
    change = pairs.challenger[members].astype(np.int64) - pairs.champion[members]
    net = np.bincount(pairs.applicants[members], weights=change)
    gain, loss = int((net > 0).sum()), int((net < 0).sum())
    return float(binomtest(gain, gain + loss).pvalue) if gain + loss else 1.0


def changes(
    pairs: Pairs, groupings: list[Grouping], *, margin: float = MARGIN, seed: int = 1
) -> list[list[Change]]:
    """Every group but the reference, by grouping: one family, corrected with Holm's method.

    BETTER and WORSE are proven against no change at all; WORSE also takes at least ``margin``.
    NOT WORSE: the whole plain interval lies above ``-margin``. Groups that are too small to be
    published are KEEP WATCHING without estimates.
    """
    drawn = [_drawn(pairs, g, np.random.default_rng([seed, i])) for i, g in enumerate(groupings)]
    family = [c for found in drawn for c in found if isinstance(c, _Compared)]
    up = holm(np.array([c.p_better for c in family])) <= FAMILY_ERROR
    down = holm(np.array([c.p_worse for c in family])) <= FAMILY_ERROR
    size = len(pairs.champion)
    judged = iter(
        [
            c.judged(bool(better), bool(worse), margin, len(family), size)
            for c, better, worse in zip(family, up, down, strict=True)
        ]
    )
    return [[next(judged) if isinstance(c, _Compared) else c for c in found] for found in drawn]


@dataclass(frozen=True)
class _Compared:
    """One comparison before the family is judged; ``p_...``: one-sided, of the impact."""

    group: int
    reference: int
    air: Estimate
    difference: Estimate
    impact: Estimate
    p_better: float
    p_worse: float

    def judged(self, better: bool, worse: bool, margin: float, family: int, size: int) -> Change:
        value, low, _ = self.impact
        if value is None or low is None:
            raise AssertionError("a comparison has an estimate")
        state, needed = State.KEEP_WATCHING, None
        if better:
            state = State.BETTER
        elif worse and value <= -margin:
            state = State.WORSE
        elif low > -margin:
            state = State.NOT_WORSE
        else:
            needed = _needed(value, low, margin, family, size)
        p = min(1.0, 2 * min(self.p_better, self.p_worse))
        shown = (self.air, self.difference, self.impact)
        return Change(self.group, self.reference, state, *shown, p, needed)


def _needed(value: float, low: float, margin: float, family: int, size: int) -> int | None:
    """Applications at which the interval would leave the margin, or the change be proven."""
    half = value - low
    if value > -margin:
        factor = (half / (value + margin)) ** 2
    else:
        factor = (norm.isf(FAMILY_ERROR / family) / Z95 * half / -value) ** 2
    factor = max(float(factor), 1.0)
    return ceil(factor * size) if isfinite(factor) and factor < FARTHEST else None


def _drawn(pairs: Pairs, grouping: Grouping, rng: np.random.Generator) -> list[_Compared | Change]:
    counts, ref = pairs.counts(grouping), grouping.reference
    approved = np.stack([counts[:, LOST] + counts[:, BOTH], counts[:, GAINED] + counts[:, BOTH]])
    people = counts.sum(axis=1)
    enough = sufficient(people, approved[0]) & sufficient(people, approved[1])
    factor = np.max([factor_to_publish(people, a) for a in approved], axis=0)
    base = _rates(pairs, grouping.members(ref), rng) if enough[ref] else np.empty((0, 2))
    found: list[_Compared | Change] = []
    for group in grouping.others:
        if enough[group] and enough[ref]:
            own = _rates(pairs, grouping.members(group), rng)
            plain = [(approved[:, g] / people[g])[None] for g in (group, ref)]
            found.append(_compared(group, ref, _Gap.of(own, base), _Gap.of(*plain)))
        else:
            most = float(max(factor[group], factor[ref]))
            needed = ceil(most * len(pairs.champion)) if isfinite(most) else None
            found.append(Change(group, ref, State.KEEP_WATCHING, applications_needed=needed))
    return found


class _Gap(NamedTuple):
    """What changes between the models, a value a draw."""

    air: FloatArray
    difference: FloatArray
    impact: FloatArray

    @classmethod
    def of(cls, own: FloatArray, base: FloatArray) -> _Gap:
        """From approval rates (draws, 2) of the group and the reference: champion, challenger."""
        air = own / base
        gap, capped = own - base, np.minimum(air, 1.0)
        return cls(*(v[:, 1] - v[:, 0] for v in (air, gap, capped)))


def _compared(group: int, reference: int, drawn: _Gap, plain: _Gap) -> _Compared:
    air, difference, impact = (
        _estimate(value.item(), draws) for value, draws in zip(plain, drawn, strict=True)
    )
    return _Compared(
        group,
        reference,
        air,
        difference,
        impact,
        p_better=_tail(drawn.impact <= 0),
        p_worse=_tail(drawn.impact >= 0),
    )


def _estimate(value: float, draws: FloatArray) -> Estimate:
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(value, min(value, float(low)), max(value, float(high)))


def _tail(against: BoolArray) -> float:
    return (int(against.sum()) + 1) / (len(against) + 1)


def _rates(pairs: Pairs, members: BoolArray, rng: np.random.Generator) -> FloatArray:
    """Approval rates (DRAWS, 2) of the champion and the challenger among ``members`` (n)."""
    _, person = np.unique(pairs.applicants[members], return_inverse=True)
    each = np.zeros((int(person.max()) + 1, 4), dtype=np.int64)
    np.add.at(each, (person, pairs.cells[members]), 1)
    patterns, people = np.unique(each, axis=0, return_counts=True)
    weights = np.concatenate([rng.standard_gamma(people, (DRAWS, len(people))),
                              rng.standard_gamma(ADDED, (DRAWS, 4))], axis=1)  # fmt: skip
    cells = weights @ np.concatenate([patterns, np.eye(4)])
    approved = cells[:, [LOST, GAINED]] + cells[:, [BOTH]]
    return np.asarray(approved / cells.sum(axis=1, keepdims=True), dtype=np.float64)
