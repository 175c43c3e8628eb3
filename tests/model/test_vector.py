"""The one vector function: every kind of value, every formula, missing and impossible ones."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.vector import Vectorizer, evaluate
from tests.bundles import small_application, small_columns, small_contract

NAN = float("nan")
FEATURES = ("amount", "late_days", "burden", "wallet_inflow", "trade", "has_group")


def test_columns_are_the_model_features_in_order() -> None:
    vectorizer = Vectorizer(small_contract())
    assert vectorizer.features == FEATURES
    assert vectorizer.categorical == [4]
    row = vectorizer.matrix(
        {
            "amount": [5000],
            "income": [2000],
            "late_days": [3],
            "wallet_inflow": [12.5],
            "trade": ["transport"],
            "has_group": [True],
        },
        1,
    )
    assert row.tolist() == [[5000.0, 3.0, 2.5, 12.5, 2.0, 1.0]]


def test_nothing_given_is_everything_missing() -> None:
    matrix = Vectorizer(small_contract()).matrix({}, 3)
    assert matrix.shape == (3, 6)
    assert np.isnan(matrix).all()


def test_none_and_nan_are_the_same_missing() -> None:
    vectorizer = Vectorizer(small_contract())
    nothing = {name: [None] for name in small_contract().inputs}
    not_a_number = {name: [NAN] for name in small_contract().inputs}
    assert vectorizer.matrix(nothing, 1).tobytes() == vectorizer.matrix(not_a_number, 1).tobytes()


def test_one_row_gives_the_same_bytes_as_many() -> None:
    vectorizer, columns = Vectorizer(small_contract()), small_columns(40, seed=4)
    together = vectorizer.matrix(columns, 40)
    for i in range(40):
        alone = vectorizer.matrix({name: [values[i]] for name, values in columns.items()}, 1)
        assert alone.tobytes() == together[i : i + 1].tobytes()


def test_rows_give_the_same_bytes_as_columns() -> None:
    vectorizer, columns = Vectorizer(small_contract()), small_columns(40, seed=5)
    each = [{name: values[i] for name, values in columns.items()} for i in range(40)]
    each[7] = {k: v for k, v in each[7].items() if v is not None}
    assert vectorizer.rows(each).tobytes() == vectorizer.matrix(columns, 40).tobytes()
    assert vectorizer.rows([{}]).tobytes() == vectorizer.matrix({}, 1).tobytes()
    assert vectorizer.rows([{"trade": NAN}]).tobytes() == vectorizer.matrix({}, 1).tobytes()
    assert vectorizer.rows([]).shape == (0, len(vectorizer.features))
    with pytest.raises(ValueError, match="trade: a value is not one of"):
        vectorizer.rows([{"trade": "secret"}])


def test_an_unknown_category_is_an_error_that_does_not_repeat_it() -> None:
    application = {name: [value] for name, value in small_application().items()}
    with pytest.raises(ValueError, match="trade: a value is not one of") as caught:
        Vectorizer(small_contract()).matrix(application | {"trade": ["secret"]}, 1)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("operation", "a", "b", "expected"),
    [
        ("ratio", 6.0, 3.0, 2.0),
        ("ratio", 6.0, 0.0, NAN),
        ("ratio", 0.0, 0.0, NAN),
        ("ratio", 1e308, 1e-308, NAN),
        ("difference", 6.0, 3.0, 3.0),
        ("sum", 6.0, 3.0, 9.0),
        ("product", 6.0, 3.0, 18.0),
        ("product", 1e308, 10.0, NAN),
        ("if_missing", 6.0, NAN, 6.0),
        ("if_missing", 6.0, 3.0, NAN),
        ("if_present", 6.0, 3.0, 6.0),
        ("if_present", 6.0, NAN, NAN),
    ],
)
def test_formulas(operation: str, a: float, b: float, expected: float) -> None:
    inputs = {"a": np.array([a]), "b": np.array([b])}
    np.testing.assert_equal(evaluate({operation: ("a", "b")}, inputs)[0], expected)


@pytest.mark.parametrize("operation", ["ratio", "difference", "sum", "product"])
def test_a_missing_operand_makes_the_value_missing(operation: str) -> None:
    for a, b in product((1.0, NAN), repeat=2):
        value = evaluate({operation: ("a", "b")}, {"a": np.array([a]), "b": np.array([b])})[0]
        assert np.isnan(value) == np.isnan(a + b)


@given(st.lists(st.floats(), min_size=3, max_size=3))
def test_a_formula_is_finite_or_missing(values: list[float]) -> None:
    inputs = {name: np.array([value]) for name, value in zip("abc", values, strict=True)}
    for operation in ("sum", "product"):
        assert not np.isinf(evaluate({operation: ("a", "b", "c")}, inputs)[0])
