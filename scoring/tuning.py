"""Settings of the trees by Optuna, judged on folds that respect people and time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_expit

from scoring.applicants import keyed_hash
from scoring.boosting import Learner, Sample, Shape
from scoring.preparing import Rows
from scoring.selection import Progress
from scoring.vector import FloatArray

FOLDS = 3
_FEWEST_EACH = 20
"""Bad and good rows that a fold is judged on at least."""

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class Tuned:
    """The best settings found, after how many trials, and the mean log-loss over the folds."""

    shape: Shape
    trials: int
    log_loss: float


def folds(rows: Rows) -> Iterator[Fold]:
    """Rows to fit on and rows to judge by, all from the part that candidates are fitted on.

    Split by time: FOLDS windows, each judged after fitting on all that is older, without the
    applicants of the older rows. Otherwise: applicants parted by hash. A fold with fewer than
    _FEWEST_EACH bad or good rows to judge by is left out.
    """
    for fit, check in _by_time(rows) if rows.parts.method == "time" else _by_applicant(rows):
        bads = int(rows.y[check].sum())
        if min(bads, len(check) - bads) >= _FEWEST_EACH:
            yield fit, check


def _by_time(rows: Rows) -> Iterator[Fold]:
    if rows.as_of is None:
        raise AssertionError("a split by time has the times")
    at = rows.parts.fit
    order = at[np.argsort(rows.as_of.to_numpy()[at], kind="stable")]
    blocks = np.array_split(order, FOLDS + 1)
    for k in range(1, FOLDS + 1):
        before = np.concatenate(blocks[:k])
        known = np.isin(rows.applicants[blocks[k]], rows.applicants[before])
        yield before, blocks[k][~known]


def _by_applicant(rows: Rows) -> Iterator[Fold]:
    at = rows.parts.fit
    people, person = np.unique(rows.applicants[at], return_inverse=True)
    part = np.array([int(keyed_hash(str(name), FOLDS) % np.uint64(FOLDS)) for name in people])
    for k in range(FOLDS):
        judged = part[person] == k
        yield at[~judged], at[judged]


def tune(learner: Learner, rows: Rows, trials: int, seconds: float, tell: Progress) -> Tuned | None:
    """The settings with the lowest mean log-loss over ``folds``; None without a usable fold.

    Stops after ``trials`` or ``seconds``, whichever is first: only a search that ended by its
    trials gives the same settings again.
    """
    import optuna

    parts = list(folds(rows))
    if not parts:
        return None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=learner.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=8),
    )

    def objective(trial: optuna.Trial) -> float:
        tell(f"tuning, trial {trial.number + 1} of {trials}", 0.0)
        shape, losses = _drawn(trial), []
        for step, (fit, check) in enumerate(parts):
            losses.append(_loss(learner, shape, rows, fit, check))
            trial.report(float(np.mean(losses)), step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return float(np.mean(losses))

    study.optimize(objective, n_trials=trials, timeout=seconds)
    best = study.best_trial
    return Tuned(_shape(best.params), len(study.trials), float(best.value or 0.0))


def _drawn(trial: Any) -> Shape:
    return _shape(
        {
            "num_leaves": trial.suggest_int("num_leaves", 3, 32, log=True),
            "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 15, 300, log=True),
            "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 100.0, log=True),
            "feature_fraction": trial.suggest_float("feature_fraction", 0.15, 1.0),
        }
    )


def _shape(drawn: dict[str, Any]) -> Shape:
    return Shape(
        num_leaves=int(drawn["num_leaves"]),
        min_data_in_leaf=int(drawn["min_data_in_leaf"]),
        lambda_l2=round(float(drawn["lambda_l2"]), 4),
        feature_fraction=round(float(drawn["feature_fraction"]), 4),
    )


def _loss(
    learner: Learner, shape: Shape, rows: Rows, fit: NDArray[np.intp], check: NDArray[np.intp]
) -> float:
    y = rows.y[check]
    sample = Sample(rows.learned[fit], rows.y[fit])
    margin: FloatArray = learner.rounds(shape, sample, Sample(rows.matrix[check], y))[1]
    return -float(np.mean(log_expit(np.where(y == 1, margin, -margin))))
