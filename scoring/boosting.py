"""Fitting LightGBM: shallow, monotone trees, and a text that is the same on every machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import lightgbm as lgb
import numpy as np
from scipy.special import log_expit

from data.contract import Contract
from scoring.merging import merged
from scoring.vector import FloatArray, Vectorizer

MOST_ROUNDS = 800
PATIENCE = 40
MOST_SEED = 2**31
SEED_STEP = 1_000_003
"""Between the seeds of a bag, so that the bags of neighbouring seeds share none."""

PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "metric": "binary_logloss",
    "learning_rate": 0.04,
    "bagging_freq": 1,
    "bagging_fraction": 0.6,
    "max_bin": 127,
    "min_data_per_group": 100,
    "cat_smooth": 20.0,
    "cat_l2": 30.0,
    "max_cat_to_onehot": 8,
    "feature_pre_filter": False,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
MONOTONE = {"monotone_constraints_method": "basic"}
"""LightGBM 4.7's other methods, intermediate and advanced, break the constraints they are given."""


@dataclass(frozen=True)
class Shape:
    """A candidate: what differs between the models that validation chooses from."""

    num_leaves: int
    min_data_in_leaf: int
    lambda_l2: float
    feature_fraction: float


COARSE_BINS = 4
"""Steps that a coarsened feature is cut into (one more where values are missing)."""

SHAPES: dict[str, Shape] = {
    "small": Shape(num_leaves=4, min_data_in_leaf=50, lambda_l2=20.0, feature_fraction=0.3),
    "medium": Shape(num_leaves=8, min_data_in_leaf=50, lambda_l2=5.0, feature_fraction=0.6),
    "large": Shape(num_leaves=16, min_data_in_leaf=50, lambda_l2=5.0, feature_fraction=0.6),
}
"""From the simplest to the richest; small trees serve faster and are easier to explain."""


@dataclass(frozen=True)
class Sample:
    """Rows to learn from: the model's matrix (n, k) and outcomes (n; 1 bad, 0 good).

    ``bad_weight`` is the weight of a bad row. ``prior_shift`` is what must be added to the
    model's margin to undo weights or resampling: the log-odds of the bad rate before minus
    those after.
    """

    matrix: FloatArray
    y: FloatArray
    bad_weight: float = 1.0
    prior_shift: float = 0.0


@dataclass(frozen=True)
class Crossed:
    """Rounds that suit all folds, and the log-loss of each judged row, fold after fold."""

    rounds: int
    losses: FloatArray


@dataclass(frozen=True)
class Learner:
    """Fits boosters for ``contract``; the result depends on the seed, never on ``threads``.

    ``left_out``: features that the trees may not ask for; they stay columns of the matrix, so
    that requests, reasons and the split of the data are the same with and without them.
    ``coarse``: features (no categories) that the trees see in COARSE_BINS steps alone.
    """

    contract: Contract
    seed: int
    threads: int
    left_out: tuple[str, ...] = ()
    coarse: tuple[str, ...] = ()

    @cached_property
    def categorical(self) -> list[int]:
        """Columns of the matrix that hold categories."""
        return Vectorizer(self.contract).categorical

    def parameters(self, shape: Shape, sample: Sample) -> dict[str, Any]:
        """All that LightGBM is told apart from the data and the threads."""
        sign = {"increasing": 1, "decreasing": -1, None: 0}
        features = (self.contract.features[name] for name in self.contract.model_features)
        signs = [sign[f.monotone] for f in features]
        return {
            **PARAMETERS,
            **asdict(shape),
            **(MONOTONE | {"monotone_constraints": signs} if any(signs) else {}),
            **({"max_bin_by_feature": self._bins()} if self.coarse else {}),
            "scale_pos_weight": sample.bad_weight,
            "seed": self.seed,
        }

    def rounds(self, shape: Shape, sample: Sample, check: Sample) -> tuple[int, FloatArray]:
        """Early stopping on ``check``: best number of rounds, and its margins with the shift.

        Stops by the log-loss of the prior-corrected probability, so that weighted and resampled
        models are judged as they would be used.
        """
        booster = self._stopped(shape, sample, check)
        best = booster.best_iteration
        return best, self._margins(booster, check.matrix, best) + sample.prior_shift

    def text(self, shape: Shape, sample: Sample, rounds: int, bag: int = 1) -> str:
        """LightGBM's text of ``rounds`` trees, or of the mean of ``bag`` such fits by seed."""
        parameters = {**self.parameters(shape, sample), "num_threads": self.threads}
        seeds = [(self.seed + SEED_STEP * i) % MOST_SEED for i in range(bag)]
        fits = (lgb.train({**parameters, "seed": s}, self.dataset(sample), rounds) for s in seeds)
        return merged([trees_of(booster) for booster in fits])

    def crossed(self, shape: Shape, folds: Sequence[tuple[Sample, Sample]]) -> Crossed:
        """Fit on the first of each fold and judge by the second, all by the same rounds.

        The rounds are those with the lowest mean log-loss over the folds.
        """
        curves, boosters = [], []
        for sample, check in folds:
            curve: dict[str, dict[str, list[float]]] = {}
            boosters.append(self._stopped(shape, sample, check, lgb.record_evaluation(curve)))
            curves.append(curve["valid_0"]["binary_logloss"])
        shortest = min(map(len, curves))
        rounds = int(np.mean([curve[:shortest] for curve in curves], axis=0).argmin()) + 1
        losses = []
        for booster, (_, check) in zip(boosters, folds, strict=True):
            margin = self._margins(booster, check.matrix, rounds)
            losses.append(-log_expit(np.where(check.y == 1, margin, -margin)))
        return Crossed(rounds, np.concatenate(losses))

    def dataset(self, sample: Sample, weight: FloatArray | None = None) -> lgb.Dataset:
        """The rows as LightGBM takes them, ``weight`` (n) each, without what is left out.

        A new one for each training: one that has been trained on keeps its start.
        """
        names = self.contract.model_features
        matrix = sample.matrix
        if self.left_out:
            matrix = matrix.copy()
            matrix[:, [names.index(name) for name in self.left_out]] = np.nan
        return lgb.Dataset(
            matrix,
            sample.y,
            weight=weight,
            feature_name=list(names),
            categorical_feature=self.categorical,
            free_raw_data=False,
        )

    def _stopped(
        self, shape: Shape, sample: Sample, check: Sample, *callbacks: Callable[..., Any]
    ) -> lgb.Booster:
        """A booster that stopped early on ``check``, with PATIENCE rounds more than its best."""
        data = self.dataset(sample)
        shift = np.full(len(check.y), sample.prior_shift)
        held_out = lgb.Dataset(check.matrix, check.y, reference=data, init_score=shift)
        return lgb.train(
            {**self.parameters(shape, sample), "num_threads": self.threads},
            data,
            num_boost_round=MOST_ROUNDS,
            valid_sets=[held_out],
            callbacks=[lgb.early_stopping(PATIENCE, verbose=False), *callbacks],
        )

    def _margins(self, booster: lgb.Booster, matrix: FloatArray, rounds: int) -> FloatArray:
        margin = booster.predict(
            matrix, raw_score=True, num_iteration=rounds, num_threads=self.threads
        )
        return np.asarray(margin, dtype=np.float64)

    def _bins(self) -> list[int]:
        """Most bins of each feature."""
        finest = int(PARAMETERS["max_bin"])
        return [COARSE_BINS if n in self.coarse else finest for n in self.contract.model_features]


def trees_of(booster: lgb.Booster) -> str:
    """LightGBM's text up to its last tree.

    What follows in LightGBM's own file (importances, parameters with thread numbers and paths)
    does not matter for a prediction and would change the hash between machines.
    """
    whole: str = booster.model_to_string()
    trees, end, _ = whole.partition("end of trees\n")
    return trees + end
