"""From contributions to at most four reasons that a person can be told."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from data.contract import Contract, Text
from scoring.policy import Recommendation
from scoring.vector import FloatArray

MOST_REASONS = 4
MATERIAL = 0.02
"""Smallest contribution (log-odds) worth telling: it moves a PD of 10 % by 0.2 points."""

Direction = Literal["raises_risk", "lowers_risk"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its code, which way it moved the risk and by how much (log-odds)."""

    code: str
    direction: Direction
    contribution: float
    text: Text


class ReasonWriter:
    """Adds contributions up over the contract's groups of correlated features and picks."""

    def __init__(self, contract: Contract) -> None:
        position = {name: i for i, name in enumerate(contract.model_features)}
        self._groups = [
            (code, group, [position[name] for name in group.features])
            for code, group in contract.reasons.items()
        ]

    def reasons(self, contributions: FloatArray, recommendation: Recommendation) -> list[Reason]:
        """Reasons of one row; ``contributions`` has one log-odds a model feature (and no base).

        An approval is explained by what lowered the risk, a review or decline by what raised
        it; strongest first, ties in the contract's order.
        """
        sign = -1.0 if recommendation == "approve" else 1.0
        totals = [float(np.sum(contributions[at])) for _, _, at in self._groups]
        order = sorted(range(len(totals)), key=lambda i: (-sign * round(totals[i], 9), i))
        return [
            self._reason(i, totals[i]) for i in order[:MOST_REASONS] if sign * totals[i] >= MATERIAL
        ]

    def _reason(self, i: int, total: float) -> Reason:
        code, group, _ = self._groups[i]
        if total > 0:
            return Reason(code, "raises_risk", total, group.raises)
        return Reason(code, "lowers_risk", total, group.lowers)
