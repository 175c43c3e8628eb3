"""Settings of the trees by Optuna, judged on folds that respect people and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scoring import folds
from scoring.boosting import Learner, Shape
from scoring.preparing import Rows
from scoring.selection import Progress


@dataclass(frozen=True)
class Tuned:
    """The best settings found, after how many trials, and the mean log-loss over the folds."""

    shape: Shape
    trials: int
    log_loss: float


def tune(learner: Learner, rows: Rows, trials: int, seconds: float, tell: Progress) -> Tuned:
    """The settings with the lowest mean log-loss over ``folds.choosing``.

    Stops after ``trials`` or ``seconds``, whichever is first: only a search that ended by its
    trials gives the same settings again.
    """
    import optuna

    parts = folds.samples(rows, folds.choosing(rows))
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=learner.seed))

    def objective(trial: optuna.Trial) -> float:
        tell(f"tuning, trial {trial.number + 1} of {trials}", 0.0)
        return float(learner.crossed(_drawn(trial), parts).losses.mean())

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
