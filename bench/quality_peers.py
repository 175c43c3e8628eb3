"""The peers of ``bench/quality.py``: each takes a task and gives log-odds of the test rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

import lightgbm as lgb
import numpy as np
import optuna
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold

from scoring import baselines
from scoring.boosting import Sample

FOLDS = 5
MOST_ROUNDS, PATIENCE = 2000, 50
Floats = NDArray[np.float64]
Parameters = Mapping[str, Any]


class Task(NamedTuple):
    """Rows to learn from and to predict; ``categorical`` columns hold codes."""

    x: Floats
    y: Floats
    x_test: Floats
    y_test: Floats
    categorical: list[int]
    seed: int


def tuned(task: Task, trials: int) -> Parameters:
    """LightGBM's parameters by Optuna: the lowest log-loss of five folds."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def loss(trial: optuna.Trial) -> float:
        parameters = _base(task) | {
            "learning_rate": 0.05,
            "num_leaves": trial.suggest_int("num_leaves", 4, 64, log=True),
            "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 10, 300, log=True),
            "lambda_l2": trial.suggest_float("lambda_l2", 1e-2, 50, log=True),
            "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 1.0),
            "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
            "bagging_freq": 1,
        }
        rounds, lowest = _cross_validated(task, parameters)
        trial.set_user_attr("parameters", parameters | {"num_iterations": rounds})
        return lowest

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
    study.optimize(loss, n_trials=trials)
    chosen: Parameters = study.best_trial.user_attrs["parameters"]
    return chosen


def _base(task: Task) -> dict[str, Any]:
    return {"objective": "binary", "verbosity": -1, "num_threads": 1, "seed": task.seed}


def _cross_validated(task: Task, parameters: Parameters) -> tuple[int, float]:
    found = lgb.cv(
        dict(parameters),
        _dataset(task),
        num_boost_round=MOST_ROUNDS,
        folds=StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(task.x, task.y),
        callbacks=[lgb.early_stopping(PATIENCE, verbose=False)],
    )
    losses = found["valid binary_logloss-mean"]
    return len(losses), float(losses[-1])


def _dataset(task: Task) -> lgb.Dataset:
    return lgb.Dataset(task.x, task.y, categorical_feature=task.categorical, free_raw_data=False)


def _lightgbm(task: Task, _: Parameters) -> Floats:
    """The defaults of the library: 100 rounds of 31 leaves."""
    booster = lgb.train(_base(task), _dataset(task))
    return np.asarray(booster.predict(task.x_test, raw_score=True), dtype=np.float64)


def _weighted(task: Task, _: Parameters) -> Floats:
    """The defaults with ``is_unbalance``, the usual advice where bads are few."""
    booster = lgb.train({**_base(task), "is_unbalance": True}, _dataset(task))
    return np.asarray(booster.predict(task.x_test, raw_score=True), dtype=np.float64)


def _tuned_lightgbm(task: Task, best: Parameters) -> Floats:
    booster = lgb.train({**best, "seed": task.seed}, _dataset(task))
    return np.asarray(booster.predict(task.x_test, raw_score=True), dtype=np.float64)


def _hist(task: Task, _: Parameters) -> Floats:
    model = HistGradientBoostingClassifier(
        categorical_features=task.categorical or None, early_stopping=True, random_state=task.seed
    )
    return np.asarray(model.fit(task.x, task.y).decision_function(task.x_test), dtype=np.float64)


def _scorecard(task: Task, _: Parameters) -> Floats:
    whole = Sample(task.x, task.y)
    last = np.random.default_rng(task.seed).random(len(task.y)) < 0.2
    fit, check = Sample(task.x[~last], task.y[~last]), Sample(task.x[last], task.y[last])
    return baselines.logistic(fit, check, whole, task.x_test, task.categorical)


def _catboost(task: Task, _: Parameters) -> Floats:
    from catboost import CatBoostClassifier, Pool

    def pool(x: Floats, y: Floats | None) -> Any:
        columns: Any = x.astype(object)
        for j in task.categorical:
            columns[:, j] = [str(v) for v in x[:, j]]
        return Pool(columns, y, cat_features=task.categorical)

    last = np.random.default_rng(task.seed).random(len(task.y)) < 0.2
    model = CatBoostClassifier(
        random_seed=task.seed, thread_count=1, allow_writing_files=False, verbose=False
    )
    check = pool(task.x[last], task.y[last])
    model.fit(pool(task.x[~last], task.y[~last]), eval_set=check, early_stopping_rounds=PATIENCE)
    p = model.predict_proba(pool(task.x_test, None))[:, 1]
    return np.asarray(logit(np.clip(p, 1e-9, 1 - 1e-9)), dtype=np.float64)


PEERS: dict[str, Callable[[Task, Parameters], Floats]] = {
    "lightgbm": _lightgbm,
    "weighted lightgbm": _weighted,
    "tuned lightgbm": _tuned_lightgbm,
    "hist gradient boosting": _hist,
    "logistic scorecard": _scorecard,
    **({"catboost": _catboost} if find_spec("catboost") else {}),
}
