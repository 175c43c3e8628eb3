"""What an audit says about a comparison, and how many applications would settle it.

Two questions are kept apart, as in the practice of disparate impact (statistical and practical
significance):

* Is the group different from the reference? A test against parity, corrected for the family.
* Is the difference large? The tolerance of the jurisdiction profile.

FAIL answers yes to both: the whole corrected interval lies on the far side of ``proof`` and the
estimate at or beyond the tolerance. PASS: the whole plain interval lies inside the tolerance.
(Passing an audit means passing every comparison, so a PASS needs no correction.) The two exclude
each other.

Why FAIL does not ask for an interval wholly outside the tolerance by default: an AIR of 0.80 at
60 % approved and 650 people a group has a standard error of 0.046 on the log scale. After Holm
over 24 comparisons the interval reaches 3.2 of them up, to 0.93, so any tolerance below that
would miss most true AIRs of 0.80; a power of 95 % needs a tolerance of 0.98 or more, which no
group of ordinary size could ever be shown to keep. A profile that wants the strict reading says
``proof: limit``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fairness.intervals import Interval
from scoring.vector import FloatArray

FARTHEST = 1e6
"""Times the applications beyond which nobody waits for a verdict."""
STEPS = 50


class Verdict(StrEnum):
    """What an audit says about one comparison."""

    PASS = "PASS"  # noqa: S105
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    INSUFFICIENT = "INSUFFICIENT"


@dataclass(frozen=True)
class Tolerance:
    """The values of a metric that a profile lets pass, and what a FAIL must prove.

    ``low``, ``high``: limits, None for a side that is not judged; ``parity``: the value without
    a difference (1 for ratios, 0 for differences); ``proof``: what the corrected interval must
    lie beyond, parity or the limit itself.
    """

    low: float | None
    high: float | None
    parity: float
    proof: Literal["parity", "limit"] = "parity"

    def null(self, side: Literal["below", "above"]) -> float:
        """The value that a FAIL on ``side`` has to refute."""
        limit = self.low if side == "below" else self.high
        return self.parity if self.proof == "parity" or limit is None else limit

    def beyond(self, value: FloatArray) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which values lie at or beyond the lower limit, and which the upper one."""
        none = np.zeros(np.shape(value), dtype=np.bool_)
        return (
            none if self.low is None else np.less_equal(value, self.low),
            none if self.high is None else np.greater_equal(value, self.high),
        )

    def holds(self, interval: Interval) -> NDArray[np.bool_]:
        """Which intervals lie wholly inside."""
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return (interval.low > low) & (interval.high < high)


ADVERSE_IMPACT = Tolerance(low=0.9, high=None, parity=1.0)
"""Default for adverse impact ratios; 0.8 is the four-fifths rule of thumb."""


def verdicts(
    value: FloatArray,
    plain: Interval,
    proven_below: NDArray[np.bool_],
    proven_above: NDArray[np.bool_],
    sufficient: NDArray[np.bool_],
    tolerance: Tolerance,
) -> list[Verdict]:
    """One verdict for each of m comparisons.

    ``value`` (m): estimates; ``plain``: their 95 % intervals; ``proven_below``/``above`` (m):
    what ``multiplicity.correct`` found against ``tolerance.null``; ``sufficient`` (m): enough
    people to say anything. An undefined estimate (NaN) is INSUFFICIENT.
    """
    low, high = tolerance.beyond(value)
    fail = (proven_below & low) | (proven_above & high)
    known = sufficient & ~np.isnan(value)
    kinds = [~known, fail, tolerance.holds(plain)]
    names = [Verdict.INSUFFICIENT, Verdict.FAIL, Verdict.PASS]
    picked = np.select(kinds, [0, 1, 2], default=3)
    return [[*names, Verdict.INCONCLUSIVE][i] for i in picked]


def factor_needed(
    settled: Callable[[FloatArray], NDArray[np.bool_]], comparisons: int
) -> FloatArray:
    """How many times the present applications would settle each comparison (m); inf for never.

    ``settled(factors)`` (m) says which verdicts would be settled if every count were multiplied
    by its factor, rates unchanged; it must stay true once it is. Infinite beyond FARTHEST, as for
    an estimate that lies on the limit.
    """
    low, high = np.zeros(comparisons), np.full(comparisons, np.log(FARTHEST))
    never = ~settled(np.exp(high))
    for _ in range(STEPS):
        middle = (low + high) / 2
        done = settled(np.exp(middle))
        low, high = np.where(done, low, middle), np.where(done, middle, high)
    return np.where(never, np.inf, np.exp(high))
