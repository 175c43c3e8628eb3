"""From contributions to at most four reasons that a person can be told."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from scoring.policy import RECOMMENDATIONS
from scoring.vector import FloatArray

MOST_REASONS = 4
MATERIAL = 0.02
"""Smallest contribution (log-odds) worth telling: it moves a PD of 10 % by 0.2 points."""

_SIGNS = np.array([[1.0 if r == "approve" else -1.0] for r in RECOMMENDATIONS])
"""By recommendation, what turns log-odds into how little they explain it (one a row)."""

Direction = Literal["raises_risk", "lowers_risk"]
Reason = dict[str, Any]
"""One reason as records say it: ``code``, ``direction`` (which way it moved the risk),
``contribution`` (by how many log-odds) and ``text`` by language."""


class ReasonWriter:
    """Adds contributions up over the contract's groups of correlated features and picks."""

    def __init__(self, contract: Contract) -> None:
        position = {name: i for i, name in enumerate(contract.model_features)}
        self.codes = tuple(contract.reasons)
        groups = contract.reasons.items()
        self._raising = [_reason(code, "raises_risk", vars(g.raises)) for code, g in groups]
        self._lowering = [_reason(code, "lowers_risk", vars(g.lowers)) for code, g in groups]
        columns = [[position[name] for name in g.features] for _, g in groups]
        self._flat = np.concatenate([np.array(at, dtype=np.intp) for at in columns])
        self._starts = np.cumsum([0, *(len(at) for at in columns[:-1])])
        self._turns = _turns(columns)

    def totals(self, contributions: FloatArray) -> FloatArray:
        """Log-odds a reason group: (n, k or k + 1) contributions to (n, groups).

        Each group's features are added one after the other, so that one row and a batch agree
        to the last bit.
        """
        (firsts, _), *more = self._turns
        totals: FloatArray = contributions.take(firsts, axis=1)
        for columns, there in more:
            np.add(totals, contributions.take(columns, axis=1), out=totals, where=there)
        return totals

    def known(self, matrix: FloatArray) -> NDArray[np.bool_]:
        """Whether any feature of a reason group has a value: matrix (n, k) to (n, groups)."""
        values = matrix.take(self._flat, axis=1)
        given = values == values  # noqa: PLR0124  (NaN is the one value unlike itself)
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
        weakness = _SIGNS.take(recommendation, axis=0) * totals
        np.copyto(weakness, np.inf, where=~known)
        order = weakness.round(9).argsort(axis=1, kind="stable")[:, :MOST_REASONS]
        material = weakness[np.arange(len(order))[:, None], order] <= -MATERIAL
        picked = np.full((len(totals), MOST_REASONS), -1, dtype=np.intp)
        np.copyto(picked[:, : order.shape[1]], order, where=material)
        return picked

    def reason(self, group: int, contribution: float) -> Reason:
        """The reason of group number ``group`` in words."""
        told = self._raising if contribution > 0 else self._lowering
        return told[group] | {"contribution": contribution}


def _reason(code: str, direction: Direction, text: dict[str, str]) -> Reason:
    return {"code": code, "direction": direction, "contribution": None, "text": text}


def _turns(columns: list[list[int]]) -> list[tuple[NDArray[np.intp], NDArray[np.bool_] | bool]]:
    """For each turn a column of every group, and which groups have one more feature then."""
    turns: list[tuple[NDArray[np.intp], NDArray[np.bool_] | bool]] = []
    for turn in range(max(map(len, columns))):
        there = np.array([len(at) > turn for at in columns])
        taken = [at[min(turn, len(at) - 1)] for at in columns]
        turns.append((np.array(taken, dtype=np.intp), there if not there.all() else True))
    return turns
