"""Interventional Shapley values against their definition and against shap."""

import warnings
from typing import Any

import numpy as np
import pytest

from scoring import tree_text
from scoring.interventional import Interventional
from tests.explanation.shapley import by_definition, fitted, margins

SHAPES: list[dict[str, Any]] = [
    {"num_leaves": 31},
    {"num_leaves": 2},
    {"num_leaves": 31, "zero_as_missing": True},
    {"num_leaves": 31, "use_missing": False},
    {"num_leaves": 7, "max_cat_to_onehot": 100},
    {"num_leaves": 31, "min_data_in_leaf": 500},  # single-leaf trees
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_equal_to_the_definition(shape: dict[str, Any]) -> None:
    """With categories, NaN and zeros, seen in training or not."""
    booster, rows = fitted(3, 5, 2, **shape)
    background, asked = rows[:40], rows[500:506].copy()
    asked[0], asked[1], asked[2] = np.nan, 0.0, -3.0
    asked[3, 2:] = [1e-36, np.inf, -np.inf]
    explainer = Interventional(tree_text.check(booster.model_to_string()), background)
    got = explainer.explain(asked)
    for row, found in zip(asked, got, strict=True):
        np.testing.assert_allclose(found, by_definition(booster, row, background), atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_equal_to_shap_without_categories(seed: int) -> None:
    """shap's interventional mode is silently wrong on categories, so they are left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of matplotlib, which shap imports
        import shap
    booster, rows = fitted(seed, 12, 0, num_leaves=15)
    rows = np.nan_to_num(rows)
    background, asked = rows[:100], rows[100:140]
    oracle = shap.TreeExplainer(
        booster, background, feature_perturbation="interventional", model_output="raw"
    )
    wanted = np.asarray(oracle.shap_values(asked, check_additivity=False))
    explainer = Interventional(tree_text.check(booster.model_to_string()), background)
    got = explainer.explain(asked)
    np.testing.assert_allclose(got[:, :-1], wanted.reshape(len(asked), -1), atol=1e-7)
    np.testing.assert_allclose(got[:, -1], margins(booster, background).mean(), atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_row_adds_up_to_its_margin(seed: int) -> None:
    booster, rows = fitted(seed, 20, 3, num_leaves=63, min_data_in_leaf=1)
    explainer = Interventional(tree_text.check(booster.model_to_string()), rows[:200])
    got = explainer.explain(rows[200:300])
    np.testing.assert_allclose(got.sum(axis=1), margins(booster, rows[200:300]), atol=1e-9)


def test_one_row_alone_is_the_same_as_among_others() -> None:
    booster, rows = fitted(7, 10, 2)
    explainer = Interventional(tree_text.check(booster.model_to_string()), rows[:100])
    together = explainer.explain(rows[100:130])
    for i in range(30):
        alone = explainer.explain(rows[100 + i : 101 + i])[0]
        assert alone.tobytes() == together[i].tobytes()


def test_a_feature_that_is_the_same_for_all_explains_nothing() -> None:
    booster, rows = fitted(5, 6, 1)
    background = rows[:80].copy()
    background[:, 3] = 0.4
    row = rows[100:101].copy()
    row[0, 3] = 0.4
    explainer = Interventional(tree_text.check(booster.model_to_string()), background)
    assert explainer.explain(row)[0, 3] == 0.0


def test_an_empty_background_is_refused() -> None:
    booster, rows = fitted(1, 3, 0)
    with pytest.raises(ValueError, match="background"):
        Interventional(tree_text.check(booster.model_to_string()), rows[:0])
