"""Rows as the monitors see them: the model's matrix and what was decided on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer
from scoring.vector import FloatArray

BLOCK = 50_000
"""Rows that are worked on at a time, so that memory does not grow with the window."""
NO_REASON = "none"


@dataclass(frozen=True)
class Rows:
    """``matrix`` (n, k): features; ``decisions``: name to column (n), for ``decision_columns``.

    Categories are indices, missing values NaN.
    """

    matrix: FloatArray
    decisions: dict[str, FloatArray]

    def __len__(self) -> int:
        return len(self.matrix)

    @classmethod
    def scored(
        cls, scorer: Scorer | None, matrix: FloatArray, overridden: FloatArray | None
    ) -> Self:
        """Score ``matrix``; ``overridden`` (n): 1 where a person decided against the model."""
        decisions = _decide(scorer, matrix) if scorer else {}
        if overridden is not None:
            decisions["override"] = np.asarray(overridden, dtype=np.float64)
        return cls(matrix, decisions)


def decision_columns(scorer: Scorer | None) -> dict[str, tuple[str, ...] | None]:
    """Name of each part of a decision to its categories; None: a number."""
    if scorer is None:
        return {"override": None}
    reasons = (NO_REASON, *scorer.reason_writer.codes)
    return {
        "score": None,
        "recommendation": RECOMMENDATIONS,
        "reason": reasons,
        "override": None,
    }


def _decide(scorer: Scorer, matrix: FloatArray) -> dict[str, FloatArray]:
    out = {name: np.empty(len(matrix)) for name in ("score", "recommendation", "reason")}
    writer = scorer.reason_writer
    for start in range(0, len(matrix), BLOCK):
        at = slice(start, start + BLOCK)
        scores = scorer.score_matrix(matrix[at])
        out["score"][at] = scores.log_odds
        out["recommendation"][at] = scores.recommendation
        if scores.contributions is not None:
            totals, known = writer.totals(scores.contributions), writer.known(matrix[at])
            out["reason"][at] = writer.pick(totals, scores.recommendation, known)[:, 0] + 1
    return out
