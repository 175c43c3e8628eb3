"""Why a decision was not an approval: against whom, by how much, and in which words."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal

import numpy as np

from scoring import tree_text
from scoring.background import Background, same_product
from scoring.interventional import Interventional
from scoring.policy import RECOMMENDATIONS
from scoring.reasons import Reason
from scoring.scorer import Scorer
from scoring.trees import TreeModel
from scoring.vector import FloatArray

Method = Literal["interventional_treeshap", "path_dependent_treeshap"]
_DECLINE = RECOMMENDATIONS.index("decline")


@dataclass(frozen=True, slots=True)
class Adverse:
    """Contributions (k + 1 log-odds, the base last) of one application, and what raised its risk.

    ``against``: rows of the background it was compared with; 0 with the path-dependent method,
    which stands in where a model's data had too few approved, performing applications.
    """

    method: Method
    against: int
    contributions: FloatArray
    reasons: list[Reason]


class AdverseReasons:
    """Explains applications of one model against its background. Threads may share it."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._lock = threading.Lock()
        self._made: dict[bytes, tuple[Interventional, int]] = {}

    @cached_property
    def background_version(self) -> str | None:
        """The first 12 hexadecimal digits of the background's SHA-256; None without one."""
        background = self._scorer.bundle.background
        return version_of(background) if background.rows else None

    def of(self, values: Mapping[str, Any]) -> Adverse:
        """Explain one application; ``values`` maps input names to values.

        Interventional TreeSHAP (see ``interventional``), scaled by the calibration: the row adds
        up to the served log-odds to 1e-6. At most four groups of features, those that raise the
        risk by ``reasons.MATERIAL`` or more, ties in the contract's order.
        """
        scores = self._scorer.score_each([values])
        if not self._scorer.bundle.background.rows:
            if scores.contributions is None:
                raise ValueError("reasons need contributions")
            row = scores.contributions[0]
            return Adverse("path_dependent_treeshap", 0, row, self._reasons(row, scores.matrix))
        explainer, rows = self._explainer(scores.matrix[0])
        raw = explainer.explain(scores.matrix)
        row = self._scorer.bundle.calibration.contributions(raw)[0]
        return Adverse("interventional_treeshap", rows, row, self._reasons(row, scores.matrix))

    def _reasons(self, row: FloatArray, matrix: FloatArray) -> list[Reason]:
        writer = self._scorer.reason_writer
        totals = writer.totals(row[None, :])
        picked = writer.pick(totals, np.array([_DECLINE]), writer.known(matrix))[0]
        return [writer.reason(g, float(totals[0, g])) for g in picked.tolist() if g >= 0]

    def _explainer(self, row: FloatArray) -> tuple[Interventional, int]:
        """The explainer for the product of ``row``, made when first asked for."""
        background = same_product(self._scorer.contract, self._background, row)
        mark = sha256(background.tobytes()).digest()
        with self._lock:
            if mark not in self._made:
                self._made[mark] = Interventional(self._trees, background), len(background)
            return self._made[mark]

    @cached_property
    def _background(self) -> FloatArray:
        return self._scorer.bundle.background.matrix()

    @cached_property
    def _trees(self) -> TreeModel:
        return tree_text.check(self._scorer.bundle.model_text)


def version_of(background: Background) -> str:
    """What names a background: the first 12 hexadecimal digits of its SHA-256."""
    return sha256(background.model_dump_json().encode()).hexdigest()[:12]
