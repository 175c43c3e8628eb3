"""From a probability of default to points, a band and a recommendation."""

from functools import cached_property
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from data.contract import Frozen, Points, Policy
from scoring.vector import FloatArray

Recommendation = Literal["approve", "review", "decline"]
RECOMMENDATIONS: tuple[Recommendation, ...] = ("approve", "review", "decline")
REFER: Literal["refer"] = "refer"
"""The fallback rule: while the model is suspended a person decides on every application."""


class DecisionRules(Frozen):
    """The policy in force, as cut-offs on the probability of default (PD).

    ``approve_below``: approve when PD < it; ``decline_from``: decline when PD >= it; between
    them a human reviews. ``band_limits`` are the upper PD limits of all bands but the last.
    """

    policy_version: str
    approve_below: float = Field(gt=0, lt=1)
    decline_from: float = Field(gt=0, lt=1)
    bands: tuple[str, ...]
    band_limits: tuple[float, ...]
    points: Points

    @classmethod
    def from_sample(cls, policy: Policy, pd: FloatArray) -> Self:
        """Set the cut-offs at the policy's shares of the calibration sample's PDs."""
        shares = np.arange(1, len(policy.bands)) / len(policy.bands)
        approve, decline = np.quantile(pd, [policy.approve_share, 1 - policy.decline_share])
        return cls(
            policy_version=policy.version,
            approve_below=float(approve),
            decline_from=float(max(approve, decline)),
            bands=policy.bands,
            band_limits=tuple(float(v) for v in np.quantile(pd, shares)),
            points=policy.points,
        )

    def recommend(self, pd: FloatArray) -> NDArray[np.intp]:
        """Index into RECOMMENDATIONS for each PD."""
        return self._cut_offs.searchsorted(pd, side="right")

    def band(self, pd: FloatArray) -> NDArray[np.intp]:
        """Index into ``bands`` for each PD; the first band is the safest."""
        return self._limits.searchsorted(pd, side="right")

    def score_points(self, log_odds: FloatArray) -> NDArray[np.int64]:
        """Points of a log-odds of default: ``double`` points more double the good:bad odds."""
        factor, log_at_odds = self._scale
        exact = self.points.points - factor * (log_odds + log_at_odds)
        return np.rint(exact).astype(np.int64)

    @cached_property
    def _cut_offs(self) -> FloatArray:
        return np.array([self.approve_below, self.decline_from])

    @cached_property
    def _limits(self) -> FloatArray:
        return np.array(self.band_limits)

    @cached_property
    def _scale(self) -> tuple[float, float]:
        """Points a unit of log-odds, and the log-odds of the anchor."""
        return float(self.points.double / np.log(2)), float(np.log(self.points.at_odds))
