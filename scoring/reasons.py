"""From contributions to at most four reasons that a person can be told."""

from dataclasses import dataclass
from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract, Text
from scoring.policy import RECOMMENDATIONS
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
        self.codes = tuple(contract.reasons)
        self._texts = tuple(contract.reasons.values())
        self._columns = [[position[name] for name in g.features] for g in self._texts]

    def totals(self, contributions: FloatArray) -> FloatArray:
        """Log-odds a reason group: (n, k or k + 1) contributions to (n, groups)."""
        return np.column_stack(
            [reduce(np.add, (contributions[:, j] for j in at)) for at in self._columns]
        )

    def known(self, matrix: FloatArray) -> NDArray[np.bool_]:
        """Whether any feature of a reason group has a value: matrix (n, k) to (n, groups)."""
        return np.column_stack([~np.isnan(matrix[:, at]).all(axis=1) for at in self._columns])

    def pick(
        self,
        totals: FloatArray,
        recommendation: NDArray[np.intp],
        known: NDArray[np.bool_],
    ) -> NDArray[np.intp]:
        """Group numbers of the reasons to tell, (n, 4), strongest first; -1 where there is none.

        An approval is explained by what lowered the risk, a review or decline by what raised
        it; ties stand in the contract's order. A group of which nothing is known (its source was
        refused, say) is no reason: nobody may be told of what nobody has seen.
        """
        approve = recommendation == RECOMMENDATIONS.index("approve")
        strength = np.where(known, np.where(approve, -1.0, 1.0)[:, None] * totals, -np.inf)
        order = np.argsort(-np.round(strength, 9), axis=1, kind="stable")[:, :MOST_REASONS]
        material = np.take_along_axis(strength, order, axis=1) >= MATERIAL
        picked = np.full((len(totals), MOST_REASONS), -1, dtype=np.intp)
        picked[:, : order.shape[1]] = np.where(material, order, -1)
        return picked

    def reason(self, group: int, contribution: float) -> Reason:
        """The reason of group number ``group`` in words."""
        text = self._texts[group]
        if contribution > 0:
            return Reason(self.codes[group], "raises_risk", contribution, text.raises)
        return Reason(self.codes[group], "lowers_risk", contribution, text.lowers)
