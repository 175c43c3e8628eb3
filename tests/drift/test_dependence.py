"""Residuals against ordinary least squares, with and without a row or a column."""

import numpy as np
import pytest

from drift import dependence as module
from drift.coding import Coder, Codes
from drift.dependence import Dependence, normal_scores


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> tuple[Dependence, list[Codes], np.ndarray]:
    monkeypatch.setattr(module, "RIDGE", 0.0)
    rng = np.random.default_rng(0)
    a = rng.standard_normal(60)
    columns = [a, a + rng.standard_normal(60), rng.standard_normal(60) - a]
    coders = [Coder.of_numbers(c) for c in columns]
    codes = [k.codes(c) for k, c in zip(coders, columns, strict=True)]
    tables = [normal_scores(k) for k in coders]
    z = np.column_stack([t[c] for t, c in zip(tables, codes, strict=True)])
    return Dependence.fit(tables, codes), codes, z


def least_squares(z: np.ndarray, target: int, predictors: list[int]) -> np.ndarray:
    x = z[:, predictors]
    return np.asarray(z[:, target] - x @ np.linalg.lstsq(x, z[:, target])[0])


def test_a_residual_is_that_of_least_squares(
    fitted: tuple[Dependence, list[Codes], np.ndarray],
) -> None:
    fit, codes, z = fitted
    assert fit.residuals(codes)[:, 0] == pytest.approx(least_squares(z, 0, [1, 2]))


def test_a_reference_row_is_predicted_without_itself(
    fitted: tuple[Dependence, list[Codes], np.ndarray],
) -> None:
    fit, codes, z = fitted
    rest = np.delete(z, 7, axis=0)
    slope = np.linalg.lstsq(rest[:, [0, 1]], rest[:, 2])[0]
    assert fit.residuals(codes, own=True)[7, 2] == pytest.approx(z[7, 2] - z[7, [0, 1]] @ slope)


def test_a_faulty_column_is_taken_out_of_the_prediction(
    fitted: tuple[Dependence, list[Codes], np.ndarray],
) -> None:
    fit, codes, z = fitted
    rest = fit.without([1])
    assert rest.columns == (0, 2)
    assert rest.residuals(codes)[:, 0] == pytest.approx(least_squares(z, 0, [2]))


def test_missing_stays_missing_and_constant_columns_are_left_out() -> None:
    values = np.random.default_rng(1).standard_normal(300)
    values[0] = np.nan
    columns = [values, np.full(300, 4.0), values**3]
    coders = [Coder.of_numbers(c) for c in columns]
    codes = [k.codes(c) for k, c in zip(coders, columns, strict=True)]
    fit = Dependence.fit([normal_scores(k) for k in coders], codes)
    assert fit.columns == (0, 2)
    assert np.isnan(fit.residuals(codes)[0]).all()
    assert np.isfinite(fit.residuals(codes)[1:]).all()
