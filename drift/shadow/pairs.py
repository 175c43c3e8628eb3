"""Decisions that both models scored, column by column, and which of them can be compared how."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scoring.policy import RECOMMENDATIONS
from scoring.vector import FloatArray

BoolArray = NDArray[np.bool_]
IndexArray = NDArray[np.intp]
Names = NDArray[np.object_]
Outcomes = Literal["everyone", "quota", "approved"]
AS_OFTEN = 0.9
"""Share of outcomes known of those not approved, over that of the approved, that is as often."""
APPROVE, DECLINE = RECOMMENDATIONS.index("approve"), RECOMMENDATIONS.index("decline")


@dataclass(frozen=True)
class Side:
    """What one model made of n decisions.

    ``recommendation`` (n): index into RECOMMENDATIONS, by policy alone; ``reason`` (n): code of
    the first one, None without any.
    """

    pd: FloatArray
    log_odds: FloatArray
    recommendation: IndexArray
    reason: Names

    @property
    def approve(self) -> BoolArray:
        """Whom the policy of this model approves (n)."""
        return np.equal(self.recommendation, APPROVE)

    def safest(self, share: float) -> BoolArray:
        """The ``share`` (0 to 1) of the n decisions with the lowest risk."""
        taken = round(share * len(self.log_odds))
        order = np.argsort(self.log_odds, kind="stable")
        out = np.zeros(len(order), dtype=bool)
        out[order[:taken]] = True
        return out


@dataclass(frozen=True)
class Pairs:
    """n decisions in the order in which they were made.

    ``day`` (n): days since 1970 (UTC); ``person`` (n): a number for each borrower;
    ``propensity`` (n): with which chance could have given a loan, NaN where it had no say; ``y``
    (n): 1 bad, 0 good, NaN unknown; ``matured`` (n): day since 1970 on which that was known, NaN
    unknown; ``amount`` (n): asked for, NaN unknown.
    """

    champion: Side
    challenger: Side
    day: FloatArray
    person: IndexArray
    propensity: FloatArray
    y: FloatArray
    matured: FloatArray
    amount: FloatArray

    def __len__(self) -> int:
        return len(self.day)

    @cached_property
    def labelled(self) -> BoolArray:
        """Whose outcome is known (n)."""
        return ~np.isnan(self.y)

    @cached_property
    def approved_share(self) -> float:
        """Share of all that the champion's policy approves."""
        return float(self.champion.approve.mean()) if len(self) else 0.0

    @cached_property
    def by_chance(self) -> BoolArray:
        """Declined by the policy, but chance could give them a loan (n)."""
        return ~np.isnan(self.propensity)

    @cached_property
    def jointly(self) -> BoolArray:
        """Outcome known, approved by the champion and by the challenger at the same rate (n).

        The same rate makes the two alike: a challenger that is as good loses as many outcomes.
        """
        both = self.champion.approve & self.challenger.safest(self.approved_share)
        return both & self.labelled & ~self.by_chance

    @cached_property
    def reached(self) -> BoolArray:
        """Outcome known, and both models place it where a loan was possible (n).

        Possible is what the champion approves and what chance could give a loan; for the
        challenger the same share of all, by its own order.
        """
        possible = self.champion.approve | self.by_chance
        same = self.challenger.safest(float(possible.mean()) if len(self) else 0.0)
        return possible & same & self.labelled

    @cached_property
    def outcomes(self) -> Outcomes:
        """Whose outcome is known; ``everyone`` if it is as often known of those not approved."""
        approved = self.champion.approve
        rest = ~approved & ~self.by_chance
        if (self.by_chance & self.labelled).any():
            return "quota"
        shares = [float(self.labelled[rows].mean()) for rows in (approved, rest) if rows.any()]
        most = max(shares, default=0.0)
        return "everyone" if 0 < AS_OFTEN * most <= min(shares) else "approved"

    @cached_property
    def alike(self) -> BoolArray:
        """Outcome known, and selected alike by both models, without weights (n)."""
        return self.labelled if self.outcomes == "everyone" else self.jointly

    @cached_property
    def weight(self) -> FloatArray:
        """Decisions that each one stands for (n): the inverse of the propensity."""
        return np.where(self.by_chance, 1 / self.propensity, 1.0)

    def at(self, rows: BoolArray | IndexArray) -> Pairs:
        """These rows alone."""
        columns: dict[str, Any] = {
            name: getattr(self, name)[rows]
            for name in ("day", "person", "propensity", "y", "matured", "amount")
        }
        return Pairs(_at(self.champion, rows), _at(self.challenger, rows), **columns)


def _at(side: Side, rows: BoolArray | IndexArray) -> Side:
    return Side(side.pd[rows], side.log_odds[rows], side.recommendation[rows], side.reason[rows])


def arrival(pairs: Pairs, rows: BoolArray) -> IndexArray:
    """Positions of ``rows`` in the order in which their outcomes became known."""
    at = np.flatnonzero(rows)
    ordered: IndexArray = at[np.argsort(pairs.matured[at], kind="stable")]
    return ordered
