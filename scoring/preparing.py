"""The rows of a training run: matrix, outcomes, and which part each row stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.contract import Contract
from scoring.applicants import names
from scoring.boosting import Sample
from scoring.holes import with_holes, withhold
from scoring.sources import optional_sources
from scoring.split import Split, split
from scoring.vector import FloatArray, Vectorizer


@dataclass(frozen=True)
class Rows:
    """All rows, sorted by application, and which part each stands in.

    ``order`` (n): where each row stood in what was given. ``learned`` is the matrix (n, k) with
    the holes that models are fitted with. ``applicants`` (n) are the people, by name; ``keys``
    (n rows) also has the branch, where it is known.
    """

    vectorizer: Vectorizer
    inputs: Mapping[str, NDArray[Any]]
    order: NDArray[np.intp]
    applicants: NDArray[np.str_]
    keys: pd.DataFrame
    matrix: FloatArray
    learned: FloatArray
    y: FloatArray
    as_of: pd.Series | None
    parts: Split

    def sample(self, part: str) -> Sample:
        """Rows of one part of the split."""
        at = getattr(self.parts, part)
        matrix = self.learned if part in {"fit", "train", "known"} else self.matrix
        return Sample(matrix[at], self.y[at])

    def inputs_of(self, part: str) -> dict[str, NDArray[Any]]:
        """Inputs of one part of the split, by name."""
        at = getattr(self.parts, part)
        return {name: values[at] for name, values in self.inputs.items()}

    def without(self, source: str, at: NDArray[np.intp]) -> FloatArray:
        """The matrix of rows ``at`` as it is when ``source`` is not given."""
        gone = self.vectorizer.contract.inputs_by_source[source]
        given = {name: values[at] for name, values in self.inputs.items() if name not in gone}
        return self.vectorizer.matrix(given, len(at))


def prepare(
    contract: Contract,
    columns: pd.DataFrame,
    keys: pd.DataFrame,
    as_of: pd.Series | None,
    y: FloatArray,
    seed: int,
) -> Rows:
    """The matrix and the split of ``train`` for the same arguments and seed."""
    order = np.argsort(keys["application"].to_numpy(dtype=np.str_), kind="stable")
    y, keys = y[order], keys.iloc[order]
    as_of = None if as_of is None else as_of.iloc[order]
    inputs = {name: columns[name].to_numpy()[order] for name in contract.inputs}
    vectorizer = Vectorizer(contract)
    matrix = vectorizer.matrix(inputs, len(y))
    parts = split(contract, keys, as_of, y, matrix, seed)
    learned = with_holes(matrix, parts.known, contract, seed)
    rows = Rows(vectorizer, inputs, order, names(keys), keys, matrix, learned, y, as_of, parts)
    withhold(learned, parts.known, optional_sources(contract), rows.without, seed)
    return rows
