"""From contributions to at most four reasons that a person can be told."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract, Text
from scoring.policy import RECOMMENDATIONS
from scoring.vector import FloatArray

MOST_REASONS = 4
MATERIAL = 0.02
"""Smallest contribution (log-odds) worth telling: it moves a PD of 10 % by 0.2 points."""

_SIGNS = np.array([-1.0 if r == "approve" else 1.0 for r in RECOMMENDATIONS])

Direction = Literal["raises_risk", "lowers_risk"]


class Reason(NamedTuple):
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
        columns = [[position[name] for name in g.features] for g in self._texts]
        self._flat = np.concatenate([np.array(at, dtype=np.intp) for at in columns])
        self._starts = np.cumsum([0, *(len(at) for at in columns[:-1])])
        self._turns = _turns(columns)

    def totals(self, contributions: FloatArray) -> FloatArray:
        """Log-odds a reason group: (n, k or k + 1) contributions to (n, groups).

        Each group's features are added one after the other, so that one row and a batch agree
        to the last bit.
        """
        (_, firsts), *more = self._turns
        totals: FloatArray = contributions.take(firsts, axis=1)
        for groups, columns in more:
            totals[:, groups] += contributions.take(columns, axis=1)
        return totals

    def known(self, matrix: FloatArray) -> NDArray[np.bool_]:
        """Whether any feature of a reason group has a value: matrix (n, k) to (n, groups)."""
        given = ~np.isnan(matrix.take(self._flat, axis=1))
        known: NDArray[np.bool_] = np.logical_or.reduceat(given, self._starts, axis=1)
        return known

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
        strength = _SIGNS[recommendation][:, None] * totals
        strength[~known] = -np.inf
        order = (-strength.round(9)).argsort(axis=1, kind="stable")[:, :MOST_REASONS]
        material = strength[np.arange(len(order))[:, None], order] >= MATERIAL
        picked = np.full((len(totals), MOST_REASONS), -1, dtype=np.intp)
        picked[:, : order.shape[1]] = np.where(material, order, -1)
        return picked

    def reason(self, group: int, contribution: float) -> Reason:
        """The reason of group number ``group`` in words."""
        text = self._texts[group]
        if contribution > 0:
            return Reason(self.codes[group], "raises_risk", contribution, text.raises)
        return Reason(self.codes[group], "lowers_risk", contribution, text.lowers)


def _turns(columns: list[list[int]]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """For each turn the groups that have one more feature, and its column."""
    turns = []
    for turn in range(max(map(len, columns))):
        pairs = [(g, at[turn]) for g, at in enumerate(columns) if len(at) > turn]
        groups, features = np.array(pairs, dtype=np.intp).T
        turns.append((groups, features))
    return turns
