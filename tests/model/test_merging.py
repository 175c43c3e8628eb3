"""A merged model is the mean of its parts: margins, contributions, constraints and its text."""

import lightgbm as lgb
import numpy as np
import pytest

from scoring.boosting import SHAPES, Learner, Sample
from scoring.merging import merged
from scoring.model import Model
from scoring.tree_text import check
from scoring.vector import FloatArray, Vectorizer
from tests.bundles import small_contract
from tests.model.simulated import simulate


def sample() -> Sample:
    data, contract = simulate(2000), small_contract()
    columns = {name: data.columns[name].to_numpy() for name in contract.inputs}
    return Sample(Vectorizer(contract).matrix(columns, 2000), data.y)


def texts(rows: Sample) -> list[str]:
    return [Learner(small_contract(), seed, 1).text(SHAPES["medium"], rows, 20) for seed in (1, 2)]


def margins(text: str, matrix: FloatArray) -> FloatArray:
    return np.asarray(lgb.Booster(model_str=text).predict(matrix, raw_score=True))


def test_margins_and_contributions_are_means() -> None:
    rows = sample()
    parts = texts(rows)
    whole = merged(parts)
    np.testing.assert_allclose(
        margins(whole, rows.matrix),
        np.mean([margins(t, rows.matrix) for t in parts], 0),
        atol=1e-12,
    )
    told = [Model(text).explain(rows.matrix[:50]) for text in (whole, *parts)]
    np.testing.assert_allclose(told[0][1], (told[1][1] + told[2][1]) / 2, atol=1e-12)
    np.testing.assert_allclose(told[0][1].sum(axis=1), told[0][0], atol=1e-9)


def test_the_text_passes_the_check_and_keeps_its_constraints() -> None:
    parts = texts(sample())
    model = check(merged(parts))
    assert len(model.trees) == 40
    assert model.monotone == check(parts[0]).monotone
    assert any(model.monotone)


def test_a_bag_differs_by_seed_and_one_text_is_left_alone() -> None:
    rows = sample()
    learner = Learner(small_contract(), 1, 1)
    bag = learner.text(SHAPES["medium"], rows, 10, bag=2)
    one = learner.text(SHAPES["medium"], rows, 10)
    assert merged([one]) == one
    trees = check(bag).trees
    assert trees[:10] != trees[10:]
    assert margins(bag, rows.matrix) != pytest.approx(margins(one, rows.matrix), abs=1e-9)


def test_ten_thousand_pairs_keep_the_monotone_constraints() -> None:
    rows = sample()
    text = Learner(small_contract(), 1, 1).text(SHAPES["medium"], rows, 40, bag=3)
    signs = np.array(check(text).monotone)
    rng = np.random.default_rng(1)
    low = rows.matrix[rng.integers(0, len(rows.y), 10_000)]
    high = low.copy()
    column = rng.choice(np.flatnonzero(signs), len(low))
    at = np.arange(len(low))
    moved = rows.matrix[rng.integers(0, len(rows.y), 10_000), column]
    high[at, column] = np.fmax(low[at, column], moved)
    low[at, column] = np.fmin(low[at, column], moved)
    assert ((margins(text, high) - margins(text, low)) * signs[column] >= -1e-12).all()
