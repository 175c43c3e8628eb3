"""Teaching the model what a missing value means where training has none.

LightGBM reads a missing value as zero in a feature that was never missing when it was fitted:
a silent guess. So a small share of such cells is emptied in the rows that the model learns
from, and it learns a direction for them like for any other missing value. A source that an
applicant may withhold goes as a whole in a share of the rows: what the others then tell is not
what they tell beside it.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from scoring.vector import FloatArray

HOLE_SHARE = 0.01
WITHHELD_SHARE = 0.06
"""Share of the rows that learn to do without a source, for each source."""


def with_holes(
    matrix: FloatArray, learned: NDArray[np.intp], contract: Contract, seed: int
) -> FloatArray:
    """A copy of ``matrix`` (n, k) in which rows ``learned`` miss each optional feature somewhere.

    A feature that is missing in HOLE_SHARE of these rows already, or that the contract requires,
    is left as it is. The same seed empties the same cells.
    """
    holed = matrix.copy()
    rng = np.random.default_rng(seed)
    for j, name in enumerate(contract.model_features):
        chosen = learned[rng.random(len(learned)) < HOLE_SHARE]
        if may_be_missing(contract, name) and np.isnan(matrix[learned, j]).mean() < HOLE_SHARE:
            holed[chosen, j] = np.nan
    return holed


def withhold(
    matrix: FloatArray,
    learned: NDArray[np.intp],
    sources: tuple[str, ...],
    without: Callable[[str, NDArray[np.intp]], FloatArray],
    seed: int,
) -> None:
    """In place: let WITHHELD_SHARE of rows ``learned`` of ``matrix`` (n, k) lack each source.

    ``without(source, rows)`` is the matrix of ``rows`` as it would be without that source. No
    row lacks two, but for what it lacked already.
    """
    draw = np.random.default_rng([seed, 1]).random(len(learned))
    for i, source in enumerate(sources):
        low, high = i * WITHHELD_SHARE, (i + 1) * WITHHELD_SHARE
        rows = learned[(draw >= low) & (draw < high)]
        matrix[rows] = without(source, rows)


def may_be_missing(contract: Contract, name: str) -> bool:
    """Whether a request can come without a value for feature ``name``."""
    feature = contract.features[name]
    if feature.column is None or not contract.sources[feature.source].required:
        return True
    table, column = feature.column.split(".", 1)
    return not contract.tables[table].columns[column].required
