"""What explains without a compiler: against LightGBM to 1e-9, against the kernel to the bit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from scoring import model as model_module
from scoring import tree_text
from scoring.kernel import Levels, load_kernel, load_levels
from scoring.kernel.build import library_path
from scoring.kernel.layout import lay_out
from scoring.kernel.tables import LANES, make_tables
from scoring.model import Model
from scoring.trees import TreeModel
from tests.model.odd_models import SHAPES, Matrix, fit

needs_kernel = pytest.mark.skipif(
    not library_path().exists(), reason="the kernel is not built: no C compiler"
)


def _levels(model: TreeModel) -> Levels:
    levels = load_levels(model)
    assert levels is not None
    return levels


def _of_kernel(model: TreeModel, rows: Matrix) -> Matrix:
    kernel = load_kernel(model)
    assert kernel is not None
    return kernel.explain(rows)[1]


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_equal_to_lightgbm(shape: dict[str, Any], seed: int) -> None:
    booster, model, rows = fit(seed, **shape)
    contributions = _levels(model).contributions(rows)
    wanted = np.asarray(booster.predict(rows, pred_contrib=True, num_threads=1))
    assert np.abs(contributions - wanted).max() < 1e-9


@needs_kernel
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_bits_of_the_kernel(shape: dict[str, Any], seed: int) -> None:
    _, model, rows = fit(seed, **shape)
    assert np.array_equal(_levels(model).contributions(rows), _of_kernel(model, rows))


def _long_paths() -> tuple[lgb.Booster, TreeModel, Matrix]:
    """A model whose rule of points does not fit into one vector."""
    rng = np.random.default_rng(8)
    rows = rng.normal(size=(4000, 60))
    y = (rows @ rng.uniform(0.5, 1, 60) > 0).astype(float)
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, "num_leaves": 600}
    settings |= {"min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0, "feature_fraction": 0.5}
    booster = lgb.train(settings, lgb.Dataset(rows, y), 5)
    model = tree_text.check(booster.model_to_string())
    tables = make_tables(model)
    assert tables is not None
    assert lay_out(tables, 60).points > LANES
    return booster, model, rows[:40]


def test_paths_of_more_features_than_points_in_a_vector() -> None:
    booster, model, rows = _long_paths()
    contributions = _levels(model).contributions(rows)
    wanted = np.asarray(booster.predict(rows, pred_contrib=True))
    assert np.abs(contributions - wanted).max() < 1e-9


@needs_kernel
def test_the_bits_of_the_kernel_on_long_paths() -> None:
    _, model, rows = _long_paths()
    assert np.array_equal(_levels(model).contributions(rows), _of_kernel(model, rows))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_one_row_alone_is_the_same_as_among_others(shape: dict[str, Any]) -> None:
    _, model, rows = fit(3, **shape)
    levels = _levels(model)
    contributions = levels.contributions(rows)
    for size in (1, 2, 3, 7, 8, 9, 33):
        for i in range(size % 5, len(rows), 89):
            some = levels.contributions(rows[i : i + size])
            assert np.array_equal(some, contributions[i : i + size])


def test_rows_stay_as_they_are_and_none_give_none() -> None:
    _, model, rows = fit(7, zero_as_missing=True)
    before = rows.copy()
    levels = _levels(model)
    rows.flags.writeable = False
    levels.contributions(rows)
    assert np.array_equal(rows, before, equal_nan=True)
    assert levels.contributions(rows[:0]).shape == (0, rows.shape[1] + 1)


def test_threads_do_not_disturb_each_other() -> None:
    _, model, rows = fit(4, num_leaves=63)
    levels = _levels(model)
    wanted = levels.contributions(rows)
    with ThreadPoolExecutor(4) as pool:
        for got in pool.map(lambda _: levels.contributions(rows), range(12)):
            assert np.array_equal(got, wanted)


def test_a_wrong_width_is_refused() -> None:
    _, model, rows = fit(5)
    with pytest.raises(ValueError, match="columns"):
        _levels(model).contributions(rows[:, :-1])


def test_a_model_outside_the_limits_is_left_to_lightgbm() -> None:
    _, model, _ = fit(6)
    tree = model.trees[0]
    empty = replace(tree, leaf_count=(0, *tree.leaf_count[1:]))
    assert load_levels(replace(model, trees=(empty,))) is None


@needs_kernel
@pytest.mark.parametrize("threads", [1, 2])
def test_a_machine_without_the_kernel_says_the_same(
    monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    text = fit(9)[0].model_to_string()
    rows = np.tile(fit(9)[2], (2, 1))
    wanted = Model(text).explain(rows)
    monkeypatch.setattr(model_module, "load_kernel", lambda _: None)
    for got, same in zip(Model(text, threads).explain(rows), wanted, strict=True):
        assert np.array_equal(got, same)


def test_lightgbm_explains_what_nothing_else_can(monkeypatch: pytest.MonkeyPatch) -> None:
    booster, _, rows = fit(9)
    monkeypatch.setattr(model_module, "load_kernel", lambda _: None)
    monkeypatch.setattr(model_module, "load_levels", lambda _: None)
    margins, contributions = Model(booster.model_to_string()).explain(rows)
    assert np.array_equal(margins, np.asarray(booster.predict(rows, raw_score=True)))
    assert np.array_equal(contributions, np.asarray(booster.predict(rows, pred_contrib=True)))
