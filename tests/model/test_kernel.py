"""The kernel against LightGBM's own ``predict`` and ``pred_contrib``, on models of every shape."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest
from numpy.typing import NDArray

from scoring import tree_text
from scoring.kernel import Kernel, load_kernel
from scoring.kernel.build import library_path
from scoring.kernel.tables import make_tables
from scoring.trees import TreeModel

pytestmark = pytest.mark.skipif(
    not library_path().exists(), reason="the kernel is not built: no C compiler"
)

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


def _fit(seed: int, **parameters: Any) -> tuple[lgb.Booster, TreeModel, Matrix]:
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


def _kernel(model: TreeModel) -> Kernel:
    kernel = load_kernel(model)
    assert kernel is not None
    return kernel


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


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_equal_to_lightgbm(shape: dict[str, Any], seed: int) -> None:
    booster, model, rows = _fit(seed, **shape)
    kernel = _kernel(model)
    margins, contributions = kernel.explain(rows)
    raw = np.asarray(booster.predict(rows, raw_score=True, num_threads=1))
    assert np.array_equal(margins, raw)
    assert np.array_equal(kernel.margins(rows), raw)
    wanted = np.asarray(booster.predict(rows, pred_contrib=True, num_threads=1))
    assert np.abs(contributions - wanted).max() < 1e-9
    assert np.abs(contributions.sum(axis=1) - raw).max() < 1e-9


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_one_row_alone_is_the_same_as_among_others(shape: dict[str, Any]) -> None:
    _, model, rows = _fit(3, **shape)
    kernel = _kernel(model)
    margins, contributions = kernel.explain(rows)
    for size in (1, 2, 3, 4, 5, 7, 8, 9, 33):
        for i in range(size % 5, len(rows), 89):
            some = kernel.explain(rows[i : i + size])
            assert np.array_equal(some[0], margins[i : i + size])
            assert np.array_equal(some[1], contributions[i : i + size])


def test_no_rows_and_rows_that_nobody_may_change() -> None:
    _, model, rows = _fit(7)
    kernel = _kernel(model)
    wanted = kernel.explain(rows)
    rows.flags.writeable = False
    for got, same in zip(kernel.explain(rows), wanted, strict=True):
        assert np.array_equal(got, same)
    assert [part.shape for part in kernel.explain(rows[:0])] == [(0,), (0, rows.shape[1] + 1)]


def test_threads_do_not_disturb_each_other() -> None:
    _, model, rows = _fit(4, num_leaves=63)
    kernel = _kernel(model)
    wanted = kernel.explain(rows)[1]
    with ThreadPoolExecutor(8) as pool:
        for got in pool.map(lambda _: kernel.explain(rows)[1], range(40)):
            assert np.array_equal(got, wanted)


def test_a_wrong_width_is_refused_before_it_is_read() -> None:
    _, model, rows = _fit(5)
    with pytest.raises(ValueError, match="columns"):
        _kernel(model).explain(rows[:, :-1])


def test_a_model_outside_the_limits_is_left_to_lightgbm() -> None:
    _, model, _ = _fit(6)
    tree = model.trees[0]
    empty = replace(tree, leaf_count=(0, *tree.leaf_count[1:]))
    assert make_tables(replace(model, trees=(empty,))) is None
