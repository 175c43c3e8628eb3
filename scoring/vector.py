"""The one vector function: inputs of an application to a row of the model's matrix.

Training, batch scoring and the server all call ``Vectorizer.matrix``, so that an application
gives the same bytes on every way.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import chain
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
        at = {name: i for i, name in enumerate(contract.inputs)}
        self._coded = [(at[name], name, codes) for name, codes in self._codes.items()]
        self._taken = np.array([at.get(name, 0) for name in self.features], dtype=np.intp)
        self._formulas = [
            (j, formula, {name: at[name] for names in formula.values() for name in names})
            for j, name in enumerate(self.features)
            if (formula := contract.features[name].formula) is not None
        ]

    def matrix(self, columns: Columns, n: int) -> FloatArray:
        """Return the matrix of ``n`` rows x ``len(self.features)`` columns.

        ``columns`` maps input names to ``n`` values each; an absent name is missing in every
        row. Raises ValueError for a value that is not in a category's list.
        """
        inputs = np.empty((n, len(self.contract.inputs)), dtype=np.float64)
        for i, name in enumerate(self.contract.inputs):
            inputs[:, i] = self._encode(name, columns.get(name), n)
        return self._assemble(inputs)

    def rows(self, each: Sequence[Mapping[str, Any]]) -> FloatArray:
        """The matrix (n, k) of n applications; each maps input names to its values.

        The same bytes as ``matrix`` gives, several times faster for few applications.
        """
        width = len(self.contract.inputs)
        given = chain.from_iterable([self._given(values) for values in each])
        inputs = np.fromiter(given, np.float64, len(each) * width)
        return self._assemble(inputs.reshape(len(each), width))

    def _given(self, values: Mapping[str, Any]) -> list[Any]:
        """The inputs of one application, categories coded."""
        given: list[Any] = list(map(values.get, self.contract.inputs))
        for i, name, codes in self._coded:
            value = given[i]
            if value in codes:
                given[i] = codes[value]
            elif not _missing(value):
                raise _unknown(name)
        return given

    def _assemble(self, inputs: FloatArray) -> FloatArray:
        """The model's matrix from all inputs (n, inputs), coded."""
        out: FloatArray = inputs.take(self._taken, axis=1)
        for j, formula, operands in self._formulas:
            out[:, j] = evaluate(formula, {name: inputs[:, i] for name, i in operands.items()})
        return out

    def _encode(self, name: str, values: Sequence[Any] | NDArray[Any] | None, n: int) -> FloatArray:
        if values is None:
            return np.full(n, np.nan)
        codes = self._codes.get(name)
        if codes is None:
            return np.asarray(values, dtype=np.float64)
        coded = np.array(list(map(codes.get, values)), dtype=np.float64)
        if not all(_missing(values[i]) for i in np.flatnonzero(np.isnan(coded)).tolist()):
            raise _unknown(name)
        return coded


def _unknown(name: str) -> ValueError:
    return ValueError(f"{name}: a value is not one of the contract's categories")


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


def feature_values(contract: Contract, name: str, columns: Columns) -> FloatArray:
    """Values (n) of one number of the contract, an input or a formula, from columns of inputs."""
    formula = contract.features[name].formula
    wanted = (name,) if formula is None else next(iter(formula.values()))
    given = {n: np.asarray(columns[n], dtype=np.float64) for n in wanted}
    return given[name] if formula is None else evaluate(formula, given)


def _if_missing(operands: list[FloatArray]) -> FloatArray:
    return np.where(np.isnan(operands[1]), operands[0], np.nan)


def _if_present(operands: list[FloatArray]) -> FloatArray:
    return np.where(np.isnan(operands[1]), np.nan, operands[0])


_OPERATIONS: dict[str, Callable[[list[FloatArray]], FloatArray]] = {
    "ratio": lambda x: x[0] / x[1],
    "difference": lambda x: x[0] - x[1],
    "margin": lambda x: (x[0] - x[1]) / x[0],
    "sum": lambda x: reduce(np.add, x),
    "product": lambda x: reduce(np.multiply, x),
    "if_missing": _if_missing,
    "if_present": _if_present,
}
