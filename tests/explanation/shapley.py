"""Shapley values by their definition, and small LightGBM models to hold them against."""

from itertools import combinations
from math import factorial
from typing import Any

import lightgbm as lgb
import numpy as np

from scoring.vector import FloatArray


def by_definition(booster: lgb.Booster, row: FloatArray, background: FloatArray) -> FloatArray:
    """Interventional Shapley values (k + 1, the base last) of ``row`` (k) in margin."""
    k = len(row)
    values = {}
    for size in range(k + 1):
        for chosen in combinations(range(k), size):
            mixed = background.copy()
            mixed[:, list(chosen)] = row[list(chosen)]
            values[chosen] = float(margins(booster, mixed).mean())
    out = np.zeros(k + 1)
    out[-1] = values[()]
    for feature in range(k):
        for chosen, value in values.items():
            if feature not in chosen:
                weight = factorial(len(chosen)) * factorial(k - len(chosen) - 1) / factorial(k)
                out[feature] += weight * (values[tuple(sorted((*chosen, feature)))] - value)
    return out


def margins(booster: lgb.Booster, matrix: FloatArray) -> FloatArray:
    """LightGBM's own raw scores."""
    return np.asarray(booster.predict(matrix, raw_score=True, num_threads=1))


def fitted(seed: int, k: int, categories: int, **parameters: Any) -> tuple[lgb.Booster, FloatArray]:
    """A model of ``k`` features, the first ``categories`` of them categorical, and its rows."""
    rng = np.random.default_rng(seed)
    rows = np.round(rng.normal(size=(600, k)), 1)
    rows[:, :categories] = rng.integers(0, 40, (600, categories))
    rows[rng.random(rows.shape) < 0.15] = np.nan
    rows[rng.random(rows.shape) < 0.1] = 0.0
    signal = np.nansum(rows[:, categories:], axis=1) + 2 * (rows[:, 0] % 3 == 1)
    y = (signal + rng.normal(size=len(rows)) > 0).astype(float)
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 3}
    settings |= {"min_data_per_group": 3, "cat_smooth": 1, "seed": seed, **parameters}
    data = lgb.Dataset(rows, y, categorical_feature=list(range(categories)))
    text = lgb.train(settings, data, 20).model_to_string()
    return lgb.Booster(model_str=text), rows
