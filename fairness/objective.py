"""Mitigation 3: trees that pay for a score that follows a protected group.

The loss of n rows is ``mean log-loss + strength · sum over groups of cov(margin, member)²``, with
the covariance over the n rows (Zafar et al. 2017 bound the same covariance). Membership is needed
for fitting alone: the model itself never sees it.
"""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from scipy.special import expit, log_expit

from scoring.boosting import Learner, Sample, Shape
from scoring.vector import FloatArray

DAMPING = 0.75
"""Steps overshoot and diverge below 0.5; see ``_majorant``."""
OBJECTIVE_LINE = "objective=binary sigmoid:1\n"


@dataclass(frozen=True)
class Penalty:
    """``members`` (n, q): 1.0 where a row is of group j (all groups but the reference)."""

    members: FloatArray
    strength: float


def penalised_loss(margin: FloatArray, sample: Sample, penalty: Penalty) -> float:
    """The loss times n: weighted log-loss of ``margin`` (n, log-odds of bad) and the penalty."""
    log_loss = -sample.y * log_expit(margin) - (1 - sample.y) * log_expit(-margin)
    covariance = _away(penalty).T @ margin / len(margin)
    return float(
        np.sum(_weights(sample) * log_loss) + len(margin) * penalty.strength * np.sum(covariance**2)
    )


def derivatives(
    margin: FloatArray, sample: Sample, penalty: Penalty
) -> tuple[FloatArray, FloatArray]:
    """Gradient and diagonal of the Hessian of ``penalised_loss`` by ``margin``, (n) each."""
    away = _away(penalty)
    p, weights, n = expit(margin), _weights(sample), len(margin)
    covariance = away.T @ margin / n
    gradient = weights * (p - sample.y) + 2 * penalty.strength * (away @ covariance)
    hessian = weights * p * (1 - p) + 2 * penalty.strength * np.sum(away**2, axis=1) / n
    return gradient, hessian


def penalised_text(
    learner: Learner, shape: Shape, sample: Sample, penalty: Penalty, rounds: int
) -> str:
    """Fit ``rounds`` (at least 2) trees; LightGBM's text as ``Learner.text`` gives it.

    Parameters, constraints and seed are the learner's. The first tree is fitted to the log-loss
    alone, so that the model starts at the base rate; the others follow ``derivatives``, with
    smaller steps where the penalty is so strong that Newton's would overshoot. The text passes
    ``tree_text.check`` and is calibrated and served as any other.
    """
    parameters = {**learner.parameters(shape, sample), "num_threads": learner.threads}
    least = DAMPING * parameters["learning_rate"] * _majorant(penalty)

    def step(margin: FloatArray, _: lgb.Dataset) -> tuple[FloatArray, FloatArray]:
        gradient, hessian = derivatives(margin, sample, penalty)
        return gradient, np.maximum(hessian, least)

    first = lgb.train(parameters, learner.dataset(sample), 1)
    penalised = {**parameters, "objective": step}
    booster = lgb.train(penalised, learner.dataset(sample), rounds - 1, init_model=first)
    return with_objective(booster.model_to_string())


def with_objective(text: str) -> str:
    """Name the objective in the header of a model text up to its last tree.

    LightGBM leaves the line out for an objective of one's own. It only says how a margin becomes
    a probability (and the margin here is a log-odds); raw predictions stay the same to the bit.
    """
    trees, end, _ = text.partition("end of trees\n")
    head, names, rest = trees.partition("feature_names=")
    named = "" if OBJECTIVE_LINE in head else OBJECTIVE_LINE
    return head + named + names + rest + end


def _away(penalty: Penalty) -> FloatArray:
    """Memberships less their shares, (n, q)."""
    return np.asarray(penalty.members - penalty.members.mean(axis=0), dtype=np.float64)


def _majorant(penalty: Penalty) -> FloatArray:
    """A diagonal (n) above the penalty's whole Hessian, whose own diagonal hides its strength.

    The Hessian is 2·strength/n · sum of a·aᵀ; each |a_i|·sum|a| is its row's absolute sum
    (Gershgorin). A step of a tree, learning rate times gradient over Hessian, cannot diverge
    while the Hessian it divides by is above half of the learning rate times this.
    """
    away = np.abs(_away(penalty))
    return np.asarray(2 * penalty.strength * (away @ away.mean(axis=0)), dtype=np.float64)


def _weights(sample: Sample) -> FloatArray:
    return np.asarray(np.where(sample.y == 1, sample.bad_weight, 1.0), dtype=np.float64)
