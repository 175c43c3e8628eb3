"""The people that a declined applicant is compared with: approved, and performing.

Reasons depend on the reference. Against everybody the strongest reason can be something that
most approved applicants share; against those who were approved and repaid it is what set this
applicant apart from them (Regulation B, comment 9(b)(2)-5). The rows are drawn once, in training,
and are hashed and signed with the model.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract, Frozen
from scoring.vector import FloatArray

ROWS = 2_048
"""Rows that a bundle keeps at most, of all products together."""
FEWEST = 50
"""Fewer rows of the same product, or of all, are no reference."""


class Background(Frozen):
    """Rows of the model's matrix (n, k; None is missing); n is 0 where data had too few."""

    rows: tuple[tuple[float | None, ...], ...] = ()

    def matrix(self) -> FloatArray:
        """The rows as a float64 matrix with NaN."""
        return np.array(self.rows, dtype=np.float64)


NO_BACKGROUND = Background()


def choose(
    contract: Contract,
    matrix: FloatArray,
    y: FloatArray,
    approved: NDArray[np.bool_],
    seed: int,
) -> Background:
    """Draw the background of a model from rows that it did not learn from.

    ``matrix`` (n, k), ``y`` (n; 0 good) and ``approved`` (n): whether the model approves. Each
    product gives as many rows as the others as far as it has them. The same rows and seed give
    the same background.
    """
    at = np.flatnonzero((y == 0) & approved)
    if len(at) < FEWEST:
        return NO_BACKGROUND
    products = _products(contract, matrix[at])
    each = ROWS // len(np.unique(products))
    rng = np.random.default_rng(seed)
    drawn = np.sort(
        np.concatenate(
            [
                rng.permutation(at[products == product])[:each]
                for product in np.unique(products).tolist()
            ]
        )
    )
    return Background(rows=tuple(_row(row) for row in matrix[drawn].tolist()))


def same_product(contract: Contract, background: FloatArray, row: FloatArray) -> FloatArray:
    """The rows of ``background`` (n, k) with the product of ``row`` (k).

    All rows where the contract names no product, or fewer than FEWEST have it.
    """
    at = _product_column(contract)
    if at is None:
        return background
    alike = background[background[:, at] == row[at]]
    return alike if len(alike) >= FEWEST else background


def _products(contract: Contract, matrix: FloatArray) -> FloatArray:
    at = _product_column(contract)
    products = np.zeros(len(matrix)) if at is None else matrix[:, at]
    return np.nan_to_num(products, nan=-1.0)


def _product_column(contract: Contract) -> int | None:
    name = contract.terms.product
    return contract.model_features.index(name) if name in contract.model_features else None


def _row(row: list[float]) -> tuple[float | None, ...]:
    return tuple(None if value != value else value for value in row)  # noqa: PLR0124
