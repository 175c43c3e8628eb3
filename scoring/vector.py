"""The one vector function: inputs of an application to a row of the model's matrix.

Training, batch scoring and the server all call ``Vectorizer.matrix``, so that an application
gives the same bytes on every way.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract

FloatArray = NDArray[np.float64]
Columns = Mapping[str, Sequence[Any] | NDArray[Any]]


class Vectorizer:
    """Turns columns of inputs into the float64 matrix that the model of ``contract`` sees.

    Numbers and booleans are themselves, a category is its index in the contract's list, a
    missing value is NaN, a formula is computed from its inputs.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.features = contract.model_features
        self._codes = {
            name: {value: float(i) for i, value in enumerate(spec.categories)}
            for name in contract.inputs
            if (spec := contract.spec(name)).categories is not None
        }
        self.categorical = [i for i, name in enumerate(self.features) if name in self._codes]

    def matrix(self, columns: Columns, n: int) -> FloatArray:
        """Return the matrix of ``n`` rows x ``len(self.features)`` columns.

        ``columns`` maps input names to ``n`` values each; an absent name is missing in every
        row. Raises ValueError for a value that is not in a category's list.
        """
        inputs = {name: self._encode(name, columns.get(name), n) for name in self.contract.inputs}
        out = np.empty((n, len(self.features)), dtype=np.float64)
        for j, name in enumerate(self.features):
            formula = self.contract.features[name].formula
            out[:, j] = inputs[name] if formula is None else evaluate(formula, inputs)
        return out

    def _encode(self, name: str, values: Sequence[Any] | NDArray[Any] | None, n: int) -> FloatArray:
        if values is None:
            return np.full(n, np.nan)
        codes = self._codes.get(name)
        if codes is None:
            return np.asarray(values, dtype=np.float64)
        try:
            coded = [np.nan if _missing(v) else codes[v] for v in values]
        except KeyError:
            raise ValueError(f"{name}: a value is not one of the contract's categories") from None
        return np.array(coded, dtype=np.float64)


def _missing(value: object) -> bool:
    return value is None or value != value  # noqa: PLR0124  (NaN is the one value unlike itself)


def evaluate(
    formula: Mapping[Any, tuple[str, ...]], inputs: Mapping[str, FloatArray]
) -> FloatArray:
    """Value of a contract formula, elementwise; anything undefined or not finite is missing."""
    operation, names = next(iter(formula.items()))
    with np.errstate(all="ignore"):
        result = _OPERATIONS[operation]([inputs[name] for name in names])
    return np.where(np.isfinite(result), result, np.nan)


def _if_missing(operands: list[FloatArray]) -> FloatArray:
    return np.where(np.isnan(operands[1]), operands[0], np.nan)


def _if_present(operands: list[FloatArray]) -> FloatArray:
    return np.where(np.isnan(operands[1]), np.nan, operands[0])


_OPERATIONS: dict[str, Callable[[list[FloatArray]], FloatArray]] = {
    "ratio": lambda x: x[0] / x[1],
    "difference": lambda x: x[0] - x[1],
    "sum": lambda x: reduce(np.add, x),
    "product": lambda x: reduce(np.multiply, x),
    "if_missing": _if_missing,
    "if_present": _if_present,
}
