"""The structural check reads the trees as LightGBM does, and knows every rule by its name."""

import math
import re
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from data.errors import BundleError
from scoring.tree_text import check
from scoring.trees import CATEGORICAL, DEFAULT_LEFT, MISSING_SHIFT, Tree
from scoring.vector import FloatArray
from tests.bundles import small_bundle

TEXT = small_bundle(0, 6).model_text
ZERO = 1e-35
"""Smaller values count as zero in LightGBM."""


def _data(rows: int = 400) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(rows, 4))
    matrix[:, 2] = rng.integers(0, 70, rows)
    matrix[:, 3] = rng.integers(-1, 2, rows)
    matrix[rng.random((rows, 4)) < 0.15] = np.nan
    bad = rng.random(rows) < 1 / (1 + np.exp(2 - np.nan_to_num(matrix[:, 0]) * 2))
    return matrix, bad.astype(np.float64)


def _text(**parameters: Any) -> tuple[str, FloatArray, FloatArray]:
    """A model's text, rows and LightGBM's own margins of them."""
    matrix, y = _data()
    fixed = {"objective": "binary", "num_threads": 1, "verbosity": -1, "min_data_in_leaf": 5}
    data = lgb.Dataset(matrix, y, categorical_feature=[2])
    booster = lgb.train({**fixed, **parameters}, data, 8)
    return booster.model_to_string(), matrix, np.asarray(booster.predict(matrix, raw_score=True))


def _leaf(tree: Tree, row: FloatArray) -> float:
    """Walk one row down one tree by the documented meaning of the arrays."""
    node = 0 if tree.split_feature else ~0
    while node >= 0:
        value, kind = float(row[tree.split_feature[node]]), tree.decision_type[node]
        missing = kind >> MISSING_SHIFT
        if kind & CATEGORICAL:
            left = not math.isnan(value) and int(value) in tree.categories(node)
        else:
            value = 0.0 if math.isnan(value) and missing != 2 else value
            absent = (missing == 1 and abs(value) <= ZERO) or (missing == 2 and math.isnan(value))
            left = bool(kind & DEFAULT_LEFT) if absent else value <= tree.threshold[node]
        node = tree.left_child[node] if left else tree.right_child[node]
    return tree.leaf_value[~node]


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"zero_as_missing": True},
        {"use_missing": False},
        {"bagging_freq": 1, "bagging_fraction": 0.5},
        {"data_sample_strategy": "goss"},
        {"boosting": "dart"},
        {"extra_trees": True},
        {"max_cat_to_onehot": 100},
        {"min_data_in_leaf": 390},
        {"num_leaves": 2},
        {"scale_pos_weight": 9},
    ],
    ids=str,
)
def test_the_trees_are_the_ones_that_lightgbm_walks(parameters: dict[str, Any]) -> None:
    text, matrix, margins = _text(**parameters)
    trees = check(text).trees
    ours = [sum((_leaf(tree, row) for tree in trees), 0.0) for row in matrix]
    assert ours == margins.tolist()


def test_a_text_without_its_tail_is_whole() -> None:
    bare = TEXT[: TEXT.index("feature_importances")].rstrip("\n") + "\n"
    assert check(bare) == check(TEXT)


def test_names_and_monotone_signs_are_read() -> None:
    model = check(TEXT)
    assert model.feature_names == small_bundle().contract.model_features
    assert model.monotone == (1, 1, 0, -1, 0, 0)
    assert len(model.trees) == 6


def _swap(text: str, old: str, new: str) -> str:
    """Replace once, in the header or (with sizes put right) in tree 0."""
    assert old in text
    changed = text.replace(old, new, 1)
    if text.index("Tree=0") < text.index(old) < text.index("Tree=1"):
        size = int(re.findall(r"tree_sizes=(\d+)", text)[0])
        sizes = f"tree_sizes={size + len(new) - len(old)}"
        changed = changed.replace(f"tree_sizes={size}", sizes, 1)
    return changed


def _line(key: str) -> str:
    return next(line for line in TEXT.split("\n") if line.startswith(f"{key}="))


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("version=v4", "version=v3", "version is not 'v4'"),
        ("num_class=1", "num_class=2", "num_class"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=0", "num_tree_per_iteration"),
        ("objective=binary sigmoid:1", "objective=regression", "objective"),
        ("max_feature_idx=5", "max_feature_idx=500", "max_feature_idx"),
        ("feature_names=amount", "feature_names=burden", "feature_names"),
        ("monotone_constraints=1 1", "monotone_constraints=1", "monotone_constraints"),
        ("label_index=0", "average_output", "key=value"),
        ("label_index=0", "label_index=0\nboost_from=1", "unknown line"),
        ("is_linear=0", "is_linear=1", "linear"),
        ("num_leaves=7", "num_leaves=8", "7 values where 8|6 values where 7"),
        ("num_leaves=7", "num_leaves=1000000", "num_leaves: a value is out of range"),
        ("num_cat=1", "num_cat=2", "cat_boundaries"),
        ("num_cat=1", "num_cat=0", "unknown line"),
        ("cat_boundaries=0 1", "cat_boundaries=0 9", "cat_boundaries"),
        ("cat_threshold=1", "cat_threshold=4294967296", "cat_threshold"),
        (_line("split_feature"), "split_feature=1 4 0 0 0 6", "split_feature: a value is out of"),
        (_line("left_child"), "left_child=1 2 -1 -2 -3 -3", "do not make one tree"),
        (_line("left_child"), "left_child=0 2 -1 -2 -3 -5", "do not make one tree"),
        (_line("left_child"), "left_child=1 2 -1 -2 -3 -99", "left_child: a value is out of"),
        (_line("decision_type"), "decision_type=2 2 2 2 2 10", "num_cat"),
        (_line("decision_type"), "decision_type=2 9 2 2 2 14", "decision_type"),
        (_line("internal_count"), "internal_count=9 1321 299 179 1022 56", "internal_count"),
        (_line("leaf_count"), "leaf_count=0 123 1002 242 23 20 33", "leaf_count"),
        (_line("leaf_value"), "leaf_value=1 1 1 1 1 1 1e999", "leaf_value: not finite"),
        (_line("leaf_value"), "leaf_value=1 1 1 1 1 1 nan", "leaf_value"),
        (_line("leaf_value"), "leaf_value=1 1 1 1 1 1 1_0", "leaf_value"),
        (_line("leaf_value"), "leaf_value=1 1 1 1 1 1 --", "leaf_value: not finite"),
        (_line("threshold"), "threshold=-inf 0 1 2 3 4", "threshold"),
        (_line("threshold"), "threshold=1e999 0 1 2 3 4", "threshold: not finite"),
        ("shrinkage=1\n", "shrinkage=1\nshrinkage=1\n", "a key stands twice"),
        ("shrinkage=1\n", "", "a line is missing"),
        ("Tree=0", "Tree=1", "tree 0: tree_sizes does not fit"),
        ("end of trees", "end of threes", "what follows the trees"),
        ("pandas_categorical:null", "pandas_categorical:[[1]]", "what follows the trees"),
        ("[boosting: gbdt]", "!include", "what follows the trees"),
    ],
)
def test_a_broken_rule_is_named(old: str, new: str, rule: str) -> None:
    with pytest.raises(BundleError, match=rf"^model\.txt: .*({rule})"):
        check(_swap(TEXT, old, new))


def test_a_threshold_may_be_infinite() -> None:
    """LightGBM writes ``inf`` to part what is there from what is missing."""
    changed = _swap(TEXT, _line("threshold"), "threshold=inf 0 1 2 3 4")
    assert check(changed).trees[0].threshold[0] == math.inf


@pytest.mark.parametrize("text", ["", "tree\n", "tree", "\n\n", "tree\n\n\n", "é", "tree\r\n"])
def test_no_model_at_all(text: str) -> None:
    with pytest.raises(BundleError, match=r"^model\.txt"):
        check(text)
