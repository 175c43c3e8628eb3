"""What a model is worth without each of its sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from data.contract import Contract
from scoring.evaluation import Evaluation
from scoring.intervals import delong_difference, wilson
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer
from scoring.vector import FloatArray


def optional_sources(contract: Contract) -> tuple[str, ...]:
    """Sources that an applicant may withhold and that the model learns from."""
    used = {contract.features[name].source for name in contract.model_features}
    return tuple(n for n, s in contract.sources.items() if not s.required and n in used)


def without_each(
    scorer: Scorer, whole: FloatArray, without: Callable[[str], FloatArray], y: FloatArray
) -> dict[str, Any]:
    """For each optional source the metrics of rows ``whole`` (n, k) when it is withheld.

    ``without(source)`` is the matrix (n, k) of the same rows without it, ``y`` (n) their
    outcomes. ``lift`` is the area under the ROC curve with the source less that without it, on
    the same rows, with DeLong's paired interval; ``given`` the share of rows that have it.
    """
    full = _log_odds(scorer, whole)
    report: dict[str, Any] = {}
    for source in optional_sources(scorer.contract):
        matrix = without(source)
        log_odds = _log_odds(scorer, matrix)
        evaluation = Evaluation(log_odds, y)
        approved = scorer.bundle.rules.recommend(evaluation.sample.pd)
        approvals = int((approved == RECOMMENDATIONS.index("approve")).sum())
        metrics = evaluation.report()
        report[source] = {
            "given": float((np.isnan(matrix) & ~np.isnan(whole)).any(axis=1).mean()),
            **{name: metrics[name] for name in ("auc", "ece", "mean_pd")},
            "approval_rate": wilson(approvals, len(y)).plain(),
            "lift": delong_difference(y, full, log_odds).plain(),
        }
    return report


def _log_odds(scorer: Scorer, matrix: FloatArray) -> FloatArray:
    return scorer.score_matrix(matrix, explain=False).log_odds
