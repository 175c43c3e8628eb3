"""Learning from declined applications too: an assumption, named, with its band; never a truth.

Outcomes exist for granted loans alone. A model of them is used on everyone who applies. Fuzzy
augmentation (Hand and Henley 1993; Siddiqi 2017) gives every declined application the outcome
that a first model expects, in part bad and in part good, with the odds of default multiplied by
a factor that somebody has to choose: nothing in the data can tell it.
"""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from scoring.boosting import Learner, Sample, trees_of
from scoring.calibration import Calibration, probability
from scoring.holes import with_holes
from scoring.model import Model
from scoring.preparing import Rows
from scoring.scorer import Scorer
from scoring.selection import Selection
from scoring.training import Fitted, Fitting
from scoring.vector import FloatArray

FACTORS = (1.0, 1.5, 2.0, 3.0)
"""Odds of default of declined applicants over those of granted ones with the same features."""
ASSUMPTION = (
    "the odds of default of declined applicants are {factor:g} times those of granted ones with "
    "the same features; no data can confirm it"
)


def fitting(declined: NDArray[np.bool_], factor: float) -> Fitting:
    """How to fit a model that learns from declined applications as well.

    ``declined`` (n) marks them in the order of what ``train`` is given. Only those count that
    came before the calibration period and whose applicants stand in no held-out part. Always
    calibrated by a line, so that the level of the granted loans is right whatever is assumed.
    """

    def fit(learner: Learner, chosen: Selection, rows: Rows) -> Fitted:
        at = _learnable(rows, declined[rows.order])
        accepted = rows.sample("train")
        first = Model(learner.text(chosen.settings, accepted, chosen.rounds), learner.threads)
        line = _line(first, rows)
        refused = with_holes(rows.matrix, at, learner.contract, learner.seed)[at]
        risk = probability(line.log_odds(first.margins(rows.matrix[at])) + np.log(factor))
        text = _text(learner, chosen, accepted, refused, risk)
        told = {
            "shape": chosen.shape,
            "imbalance": "none",
            "rounds": chosen.rounds,
            "parameters": learner.parameters(chosen.settings, accepted),
            "reject_inference": {
                "method": "fuzzy augmentation",
                "factor": factor,
                "declined": len(at),
                "assumption": ASSUMPTION.format(factor=factor),
            },
        }
        return Fitted(text, 0.0, told, kinds=("logistic",))

    return fit


def band(scorer: Scorer, matrix: FloatArray) -> list[dict[str, float]]:
    """The bad rate that ``scorer`` expects of declined rows (m, k), for each of FACTORS."""
    log_odds = scorer.score_matrix(matrix, explain=False).log_odds
    return [
        {"factor": f, "expected_bad_rate": float(probability(log_odds + np.log(f)).mean())}
        for f in FACTORS
    ]


def _learnable(rows: Rows, declined: NDArray[np.bool_]) -> NDArray[np.intp]:
    held_out = np.concatenate([rows.parts.calibration, rows.parts.test])
    free = declined & np.isnan(rows.y) & ~np.isin(rows.applicants, rows.applicants[held_out])
    if rows.parts.method == "time" and rows.as_of is not None:
        free &= (rows.as_of < rows.as_of.iloc[rows.parts.calibration].min()).to_numpy()
    return np.flatnonzero(free).astype(np.intp)


def _line(model: Model, rows: Rows) -> Calibration:
    held_out = rows.sample("validation")
    return Calibration.fit(model.margins(held_out.matrix), held_out.y)


def _text(
    learner: Learner, chosen: Selection, accepted: Sample, refused: FloatArray, risk: FloatArray
) -> str:
    """Trees of the accepted rows, and of each refused one twice: in part bad, in part good."""
    whole = Sample(
        np.vstack([accepted.matrix, refused, refused]),
        np.concatenate([accepted.y, np.ones(len(refused)), np.zeros(len(refused))]),
    )
    weight = np.concatenate([np.ones(len(accepted.y)), risk, 1 - risk])
    parameters = {**learner.parameters(chosen.settings, whole), "num_threads": learner.threads}
    booster = lgb.train(parameters, learner.dataset(whole, weight), num_boost_round=chosen.rounds)
    return trees_of(booster)
