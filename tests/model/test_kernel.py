"""The kernel against LightGBM's own ``predict`` and ``pred_contrib``, on models of every shape."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scoring.kernel import Kernel, load_kernel
from scoring.kernel.build import library_path
from scoring.kernel.tables import make_tables
from scoring.trees import TreeModel
from tests.model.odd_models import SHAPES, fit

pytestmark = pytest.mark.skipif(
    not library_path().exists(), reason="the kernel is not built: no C compiler"
)


def _kernel(model: TreeModel) -> Kernel:
    kernel = load_kernel(model)
    assert kernel is not None
    return kernel


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_equal_to_lightgbm(shape: dict[str, Any], seed: int) -> None:
    booster, model, rows = fit(seed, **shape)
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
    _, model, rows = fit(3, **shape)
    kernel = _kernel(model)
    margins, contributions = kernel.explain(rows)
    for size in (1, 2, 3, 4, 5, 7, 8, 9, 33):
        for i in range(size % 5, len(rows), 89):
            some = kernel.explain(rows[i : i + size])
            assert np.array_equal(some[0], margins[i : i + size])
            assert np.array_equal(some[1], contributions[i : i + size])


def test_no_rows_and_rows_that_nobody_may_change() -> None:
    _, model, rows = fit(7)
    kernel = _kernel(model)
    wanted = kernel.explain(rows)
    rows.flags.writeable = False
    for got, same in zip(kernel.explain(rows), wanted, strict=True):
        assert np.array_equal(got, same)
    assert [part.shape for part in kernel.explain(rows[:0])] == [(0,), (0, rows.shape[1] + 1)]


def test_threads_do_not_disturb_each_other() -> None:
    _, model, rows = fit(4, num_leaves=63)
    kernel = _kernel(model)
    wanted = kernel.explain(rows)[1]
    with ThreadPoolExecutor(8) as pool:
        for got in pool.map(lambda _: kernel.explain(rows)[1], range(40)):
            assert np.array_equal(got, wanted)


def test_a_wrong_width_is_refused_before_it_is_read() -> None:
    _, model, rows = fit(5)
    with pytest.raises(ValueError, match="columns"):
        _kernel(model).explain(rows[:, :-1])


def test_a_model_outside_the_limits_is_left_to_lightgbm() -> None:
    _, model, _ = fit(6)
    tree = model.trees[0]
    empty = replace(tree, leaf_count=(0, *tree.leaf_count[1:]))
    assert make_tables(replace(model, trees=(empty,))) is None
