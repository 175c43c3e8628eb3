"""A value that was never missing in training may be missing in a request."""

import numpy as np
import pytest

from scoring import tree_text
from scoring.holes import HOLE_SHARE, may_be_missing, with_holes
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, train
from scoring.trees import CATEGORICAL, MISSING_SHIFT
from scoring.vector import Vectorizer
from tests.bundles import small_contract
from tests.model.simulated import Simulated, simulate

REQUIRED = "amount"
NEVER_MISSING = "late_days"


@pytest.fixture(scope="module")
def data() -> Simulated:
    return simulate(3000)


@pytest.fixture(scope="module")
def scorer(data: Simulated) -> Scorer:
    assert not data.columns[NEVER_MISSING].isna().any()
    options = TrainingOptions(seed=1, threads=1)
    result = train(small_contract(), data.columns, data.keys, data.as_of, data.y, options, {})
    return Scorer(result.bundle, "test")


def test_what_may_be_missing() -> None:
    contract = small_contract()
    assert not may_be_missing(contract, REQUIRED)
    assert may_be_missing(contract, NEVER_MISSING)
    assert may_be_missing(contract, "burden")


def test_holes_are_few_repeatable_and_only_where_they_teach(data: Simulated) -> None:
    contract = small_contract()
    columns = {name: data.columns[name].to_numpy() for name in contract.inputs}
    matrix = Vectorizer(contract).matrix(columns, len(data.y))
    learned = np.arange(2000)
    holed = with_holes(matrix, learned, contract, 1)
    assert np.array_equal(holed, with_holes(matrix, learned, contract, 1), equal_nan=True)
    made = np.isnan(holed) & ~np.isnan(matrix)
    assert not made[2000:].any()
    share = dict(zip(contract.model_features, made[:2000].mean(axis=0), strict=True))
    assert share[REQUIRED] == 0
    assert share["wallet_inflow"] == 0  # a fifth is missing already
    assert share[NEVER_MISSING] == pytest.approx(HOLE_SHARE, abs=0.006)


def test_no_optional_feature_reads_missing_as_zero(scorer: Scorer) -> None:
    contract = small_contract()
    for tree in tree_text.check(scorer.bundle.model_text).trees:
        for feature, decision in zip(tree.split_feature, tree.decision_type, strict=True):
            name = contract.model_features[feature]
            if not decision & CATEGORICAL and may_be_missing(contract, name):
                assert decision >> MISSING_SHIFT == 2, name


def test_a_missing_value_is_not_the_best_value(scorer: Scorer, data: Simulated) -> None:
    columns = {name: data.columns[name].to_numpy() for name in small_contract().inputs}
    best = columns | {NEVER_MISSING: np.zeros(len(data.y))}
    unknown = columns | {NEVER_MISSING: np.full(len(data.y), np.nan)}
    n = len(data.y)
    as_zero = scorer.score(best, n, explain=False).pd.mean()
    as_missing = scorer.score(unknown, n, explain=False).pd.mean()
    assert as_missing > as_zero + 0.01


def test_the_golden_rows_hold_an_empty_one(scorer: Scorer) -> None:
    assert np.isnan(scorer.bundle.golden.matrix()).all(axis=1).any()
