"""Applicants, accepted and deployed are three populations; how far each pair is apart.

Applicants: everyone a window is about. Accepted: those approved, by a person where one decided,
else by the model's policy. Deployed: those whose loan was paid out. The smaller ones are parts of
the larger, so their distance is shown and not tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.contract import Frozen
from drift.reference import Reference
from drift.rows import Rows
from scoring.vector import FloatArray

FEWEST_ROWS = 30
MOST_FEATURES = 5

PopulationName = Literal["applicants", "accepted", "deployed"]


class ColumnShift(Frozen):
    """How far one column is apart."""

    name: str
    psi: float


class PopulationShift(Frozen):
    """Two populations of a window: the population stability index of the score and of features.

    ``score``: null without a model. ``features``: those farthest apart.
    """

    first: PopulationName
    second: PopulationName
    first_rows: int
    second_rows: int
    score: float | None
    features: tuple[ColumnShift, ...]


def shifts(
    reference: Reference, matrix: FloatArray, members: Mapping[PopulationName, NDArray[np.bool_]]
) -> tuple[PopulationShift, ...]:
    """Shift between each pair of populations of FEWEST_ROWS or more rows of ``matrix`` (n, k).

    ``members``: population to whether each row (n) belongs to it.
    """
    large = [name for name, is_in in members.items() if np.count_nonzero(is_in) >= FEWEST_ROWS]
    sums = {name: _sums(reference, matrix[members[name]]) for name in large}
    return tuple(_shift(reference, a, b, sums, members) for a, b in combinations(large, 2))


def _sums(reference: Reference, matrix: FloatArray) -> FloatArray:
    rows = Rows.scored(reference.scorer, matrix, None)
    return reference.layout.sums(reference.histograms(rows, reference.code(matrix)))


def _shift(
    reference: Reference,
    first: PopulationName,
    second: PopulationName,
    sums: Mapping[PopulationName, FloatArray],
    members: Mapping[PopulationName, NDArray[np.bool_]],
) -> PopulationShift:
    sizes = [int(np.count_nonzero(members[name])) for name in (first, second)]
    psi = reference.layout.compare(sums[second], sizes[1], sums[first], sizes[0]).psi
    told = list(zip(reference.layout.columns, psi.tolist(), strict=True))
    features = [ColumnShift(name=c.name, psi=v) for c, v in told if c.layer == "feature"]
    score = [v for c, v in told if c.layer == "decision" and c.name == "score"]
    return PopulationShift(
        first=first,
        second=second,
        first_rows=sizes[0],
        second_rows=sizes[1],
        score=score[0] if score else None,
        features=tuple(sorted(features, key=lambda f: -f.psi)[:MOST_FEATURES]),
    )
