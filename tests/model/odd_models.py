"""Models of every shape that LightGBM makes, and rows that were not trained on."""

from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from scoring import tree_text
from scoring.trees import TreeModel

Matrix = NDArray[np.float64]


def _rows(rng: np.random.Generator, n: int, k: int, categories: int) -> Matrix:
    rows = np.round(rng.normal(size=(n, k)), 1)
    rows[:, :categories] = rng.integers(0, 70, (n, categories))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows


def _odd_rows(rows: Matrix) -> Matrix:
    """Rows that were not trained on: nothing known, zeros, codes and values out of every range."""
    odd = rows[:7].copy()
    odd[0], odd[1], odd[2], odd[3] = np.nan, 0.0, -3.0, 1e300
    odd[4], odd[5], odd[6] = np.inf, -np.inf, 1e-36
    return np.vstack([rows, odd])


def fit(seed: int, **parameters: Any) -> tuple[lgb.Booster, TreeModel, Matrix]:
    """A model of a few features, two of them categorical, as LightGBM reads and as we read it."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 25))
    categories = min(2, k - 1)
    rows = _rows(rng, 700, k, categories)
    signal = np.nansum(rows[:, categories:], axis=1) + 2 * (rows[:, 0] % 3 == 1)
    y = (signal + rng.normal(size=len(rows)) > 0).astype(float)
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 3}
    settings |= {"min_data_per_group": 3, "cat_smooth": 1, "seed": seed, **parameters}
    names = list(range(categories))
    fitted = lgb.train(settings, lgb.Dataset(rows, y, categorical_feature=names), 25)
    text = fitted.model_to_string()
    return lgb.Booster(model_str=text), tree_text.check(text), _odd_rows(rows)


SHAPES = [
    {"num_leaves": 31},
    {"num_leaves": 2},
    {"num_leaves": 127, "min_data_in_leaf": 1},
    {"num_leaves": 200, "max_depth": -1, "min_data_in_leaf": 1, "feature_fraction": 0.5},
    {"num_leaves": 31, "zero_as_missing": True},
    {"num_leaves": 31, "use_missing": False},
    {"num_leaves": 7, "max_cat_to_onehot": 100},
    {"num_leaves": 31, "min_data_in_leaf": 500},  # single-leaf trees
]
