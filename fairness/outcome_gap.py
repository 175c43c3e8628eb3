"""What is known of one outcome metric of one group: three answers, a sign and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from fairness.intervals import Interval
from fairness.outcome_bounds import Bounds
from fairness.outcome_rates import Metric
from fairness.verdicts import Tolerance, Verdict
from scoring.intervals import Estimate

Sign = Literal["higher", "lower", "undetermined"]


class Evidence(NamedTuple):
    """Where a gap lies (``low`` to ``high``; one value but for bounds), and its ``interval``."""

    low: float
    high: float
    interval: Interval


def _evidence(low: Estimate, high: Estimate) -> Evidence | None:
    if low.value is None or low.low is None or high.value is None or high.high is None:
        return None
    return Evidence(low.value, high.value, Interval(np.array(low.low), np.array(high.high)))


@dataclass(frozen=True)
class View:
    """One answer: the group's value, the reference's and the signed gap, group less reference."""

    group: Estimate
    reference: Estimate
    gap: Estimate

    @property
    def evidence(self) -> Evidence | None:
        """The gap and its interval."""
        return _evidence(self.gap, self.gap)


@dataclass(frozen=True)
class BoundsView:
    """Bounds of both and of the gap; ``gap`` holds the lowest and the highest possible one."""

    group: Bounds
    reference: Bounds
    gap: Bounds

    @property
    def evidence(self) -> Evidence | None:
        """What the gap lies between: its bounds, and those widened by their sampling error."""
        return _evidence(self.gap.low, self.gap.high)


@dataclass(frozen=True)
class OutcomeGap:
    """The three answers about one metric of one group.

    ``approved_only`` is biased by construction and decides nothing. ``weighted`` is None without
    logged propensities. ``monotone`` (TPR and FPR) holds only under the assumption of
    ``outcome_bounds.monotone`` and decides only where ``assume_monotone`` says that it was made.
    ``loans`` and ``hidden`` are the counts of the group and the reference.
    """

    metric: Metric
    group: str
    reference: str
    sufficient: bool
    loans: tuple[int, int]
    hidden: tuple[int, int]
    approved_only: View
    weighted: View | None
    worst_case: BoundsView
    monotone: BoundsView | None
    assume_monotone: bool

    @property
    def deciding(self) -> tuple[Evidence, ...]:
        """The answers that may decide, each on its own; none when not ``sufficient``."""
        assumed = self.monotone if self.assume_monotone else None
        views = (self.weighted, self.worst_case, assumed) if self.sufficient else ()
        return tuple(found for view in views if view and (found := view.evidence))

    @property
    def sign(self) -> Sign:
        """Which way the gap goes, where the weights or every bound say so."""
        higher = any(e.interval.low > 0 for e in self.deciding)
        lower = any(e.interval.high < 0 for e in self.deciding)
        if higher == lower:
            return "undetermined"
        return "higher" if higher else "lower"

    def verdict(self, tolerance: Tolerance) -> Verdict:
        """FAIL or PASS where the weights, or both ends of a bound, prove it; else INCONCLUSIVE.

        As ``verdicts.verdicts``, with the intervals as they are: give ``outcome_gaps`` the error
        that the family leaves to one comparison. Answers that contradict each other decide
        nothing.
        """
        if not self.sufficient:
            return Verdict.INSUFFICIENT
        said = {_verdict(evidence, tolerance) for evidence in self.deciding}
        said.discard(Verdict.INCONCLUSIVE)
        return said.pop() if len(said) == 1 else Verdict.INCONCLUSIVE


def _verdict(evidence: Evidence, tolerance: Tolerance) -> Verdict:
    """The largest possible gap must be too low, or the smallest too high."""
    below, _ = tolerance.beyond(np.array(evidence.high))
    _, above = tolerance.beyond(np.array(evidence.low))
    proven_below = evidence.interval.high < tolerance.null("below")
    proven_above = evidence.interval.low > tolerance.null("above")
    if np.any(below & proven_below) or np.any(above & proven_above):
        return Verdict.FAIL
    return Verdict.PASS if tolerance.holds(evidence.interval) else Verdict.INCONCLUSIVE
