"""Adverse impact ratio, approval-rate difference and shortfall in people of every group.

Judged at the policy in force and at fixed approval rates. One call is one family: all its
comparisons are corrected together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np

from fairness.groups import BoolArray, Grouping, factor_to_publish, sufficient
from fairness.intervals import Interval, difference_interval, wilson_limits
from fairness.judging import Judgement, Judging, Pairs, judge
from fairness.multiplicity import Side
from fairness.verdicts import Verdict
from scoring.intervals import UNDEFINED, Estimate
from scoring.vector import FloatArray

POLICY = "policy"
APPROVAL_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Approvals:
    """Who was approved (n) by one rule: the policy in force or a fixed approval rate."""

    rule: str
    approved: BoolArray


@dataclass(frozen=True)
class Compared:
    """Which group stands against which reference under which rule, and their counts.

    ``applications``: people of all groups together.
    """

    attribute: str
    group: str
    reference: str
    rule: str
    people: int
    approved: int
    reference_people: int
    reference_approved: int
    applications: int


@dataclass(frozen=True)
class Disparity:
    """One group against its reference under one rule.

    ``air``: ratio of approval rates; ``difference``: rate less reference rate; ``shortfall``:
    people of the group that would be approved in addition at the reference's rate (below 0: that
    many fewer); each with a 95 % interval of its own. ``air_corrected`` has the limits that hold
    for the whole family. ``p``: exact two-sided p-value, ``p_corrected``: that of the family for
    the side on which the group lies. ``different``: proven to be "below" or "above" the
    reference, else None. ``outside``: proven to lie beyond the tolerance itself.
    ``applications_needed``: applications in all (rates and shares of groups unchanged) that would
    settle an INCONCLUSIVE or publish an INSUFFICIENT one; None if none would or none are needed.

    INSUFFICIENT ones have no estimates; whether their counts may be shown is for ``suppression``.
    """

    compared: Compared
    verdict: Verdict
    applications_needed: int | None
    rate: Estimate = UNDEFINED
    reference_rate: Estimate = UNDEFINED
    air: Estimate = UNDEFINED
    difference: Estimate = UNDEFINED
    shortfall: Estimate = UNDEFINED
    air_corrected: Estimate = UNDEFINED
    p: float | None = None
    p_corrected: float | None = None
    different: Side | None = None
    outside: bool = False


def approve_at(risk: FloatArray, share: float) -> Approvals:
    """Approve the ``share`` of applicants with the lowest ``risk`` (n; a PD or log-odds).

    Equal risks are decided alike: the cut-off whose approved share is nearest is taken.
    """
    values, counts = np.unique(risk, return_counts=True)
    reached = np.cumsum(counts) / len(risk)
    return Approvals(f"{share:.0%}", risk <= values[np.argmin(np.abs(reached - share))])


def disparities(
    groupings: Sequence[Grouping], rules: Sequence[Approvals], judging: Judging | None = None
) -> list[Disparity]:
    """Every group but the reference, of every grouping, under every rule: one family."""
    return judged([c for grouping in groupings for c in compare(grouping, rules)], judging)


def judged(compared: Sequence[Compared], judging: Judging | None = None) -> list[Disparity]:
    """``compared``, judged as one family.

    Groups below the minimum sizes are INSUFFICIENT and do not count for the correction.
    """
    minimum = (judging or Judging()).minimum
    counts = np.array(
        [[c.approved, c.people, c.reference_approved, c.reference_people] for c in compared],
        dtype=np.int64,
    ).reshape(-1, 4)
    x1, n1, x0, n0 = counts.T
    enough = sufficient(n1, x1, minimum) & sufficient(n0, x0, minimum)
    factors = np.maximum(factor_to_publish(n1, x1, minimum), factor_to_publish(n0, x0, minimum))
    pairs = Pairs(*counts[enough].T.astype(np.float64))
    found = iter(_judged([c for c, e in zip(compared, enough, strict=True) if e], pairs, judging))
    return [
        next(found) if e else Disparity(c, Verdict.INSUFFICIENT, _applications(c, float(k)))
        for c, e, k in zip(compared, enough, factors, strict=True)
    ]


def compare(grouping: Grouping, rules: Sequence[Approvals]) -> list[Compared]:
    """Counts of every group but the reference, under every rule."""
    people, ref = grouping.people, grouping.reference
    approved = {rule.rule: grouping.count(rule.approved) for rule in rules}
    return [
        Compared(
            attribute=grouping.title,
            group=grouping.names[i],
            reference=grouping.names[ref],
            rule=rule,
            people=int(people[i]),
            approved=int(chosen[i]),
            reference_people=int(people[ref]),
            reference_approved=int(chosen[ref]),
            applications=len(grouping.codes),
        )
        for rule, chosen in approved.items()
        for i in grouping.others
    ]


def _judged(compared: Sequence[Compared], pairs: Pairs, judging: Judging | None) -> list[Disparity]:
    found = judge(pairs, judging)
    rate, reference = wilson_limits(pairs.x1, pairs.n1), wilson_limits(pairs.x0, pairs.n0)
    gap, value = difference_interval(*pairs), pairs.x1 / pairs.n1 - pairs.x0 / pairs.n0
    short = Interval(-pairs.n1 * gap.high, -pairs.n1 * gap.low)
    return [
        Disparity(
            compared=c,
            verdict=found.verdicts[i],
            applications_needed=_needed(c, found, i),
            rate=_estimate(pairs.x1 / pairs.n1, rate, i),
            reference_rate=_estimate(pairs.x0 / pairs.n0, reference, i),
            air=_estimate(pairs.ratio, found.plain, i),
            difference=_estimate(value, gap, i),
            shortfall=_estimate(-pairs.n1 * value, short, i),
            air_corrected=_estimate(pairs.ratio, found.corrected, i),
            p=float(found.p[i]),
            p_corrected=float(found.p_corrected[i]),
            different="below" if found.below[i] else "above" if found.above[i] else None,
            outside=bool(found.outside[i]),
        )
        for i, c in enumerate(compared)
    ]


def _estimate(value: FloatArray, interval: Interval, i: int) -> Estimate:
    return Estimate(float(value[i]), float(interval.low[i]), float(interval.high[i]))


def _needed(c: Compared, found: Judgement, i: int) -> int | None:
    open_verdict = found.verdicts[i] == Verdict.INCONCLUSIVE
    return _applications(c, float(found.factor[i])) if open_verdict else None


def _applications(c: Compared, factor: float) -> int | None:
    return ceil(factor * c.applications) if isfinite(factor) else None
