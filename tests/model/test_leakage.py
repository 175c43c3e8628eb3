"""Planted leaks are found and named; honest features are not."""

import numpy as np
import pytest

from scoring.leakage import LeakageError, Suspicion, implausible, scan
from scoring.vector import FloatArray, Vectorizer
from tests.bundles import small_contract
from tests.model.simulated import simulate

CONTRACT = small_contract()
FEATURES = CONTRACT.model_features


@pytest.fixture(scope="module")
def honest() -> tuple[FloatArray, FloatArray]:
    data = simulate(4000)
    columns = {name: data.columns[name].to_numpy() for name in CONTRACT.inputs}
    return Vectorizer(CONTRACT).matrix(columns, len(data.y)), data.y


def found(matrix: FloatArray, y: FloatArray, *vouched: str) -> list[tuple[str | None, str]]:
    categorical = Vectorizer(CONTRACT).categorical
    return [(s.feature, s.sign) for s in scan(matrix, y, FEATURES, categorical, vouched)]


def test_honest_features_are_let_through(honest: tuple[FloatArray, FloatArray]) -> None:
    assert found(*honest) == []


@pytest.mark.parametrize("direction", [1, -1])
def test_a_feature_that_knows_the_outcome(
    honest: tuple[FloatArray, FloatArray], direction: int
) -> None:
    matrix, y = honest
    leaky = matrix.copy()
    leaky[:, 0] = direction * (y + np.random.default_rng(0).normal(scale=0.5, size=len(y)))
    assert found(leaky, y) == [(FEATURES[0], "alone")]
    assert found(leaky, y, FEATURES[0]) == []


def test_a_leak_that_is_not_monotone(honest: tuple[FloatArray, FloatArray]) -> None:
    """Collected amounts of 0 for good loans, of anything but middling sums for bad ones."""
    matrix, y = honest
    leaky = matrix.copy()
    side = np.random.default_rng(0).choice([-1.0, 1.0], len(y))
    leaky[:, 1] = np.where(y == 1, side * 5, 0) + np.random.default_rng(1).normal(size=len(y))
    assert found(leaky, y) == [(FEATURES[1], "alone")]


def test_a_value_that_is_filled_in_after_the_outcome(
    honest: tuple[FloatArray, FloatArray],
) -> None:
    matrix, y = honest
    leaky = matrix.copy()
    leaky[(y == 0) | (np.random.default_rng(2).random(len(y)) < 0.3), 2] = np.nan
    assert found(leaky, y) == [(FEATURES[2], "missing")]


def test_a_category_given_after_the_outcome(honest: tuple[FloatArray, FloatArray]) -> None:
    matrix, y = honest
    at = Vectorizer(CONTRACT).categorical[0]
    leaky = matrix.copy()
    leaky[:, at] = np.where(y == 1, 1, 0)
    assert found(leaky, y) == [(FEATURES[at], "alone")]


def test_a_model_that_is_too_good() -> None:
    assert implausible({"value": 0.95, "low": 0.92, "high": 0.97}) == []
    assert implausible({"value": None, "low": None, "high": None}) == []
    (suspicion,) = implausible({"value": 0.97, "low": 0.95, "high": 0.98})
    assert "0.970" in suspicion.sentence()


def test_the_error_names_all_and_says_what_to_do() -> None:
    error = LeakageError([Suspicion("a", "alone", 0.91), Suspicion("b", "missing", 0.8)])
    for part in ("a alone", "whether b is given", "vouch"):
        assert part in str(error)
