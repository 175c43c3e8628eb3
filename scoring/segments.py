"""Calibration on the test by product, by month of application and by branch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from scoring.calibration import probability
from scoring.intervals import wilson
from scoring.preparing import Rows
from scoring.vector import FloatArray

FEWEST_ROWS, FEWEST_BADS = 100, 5
"""Loans and bad loans of a segment of its own; smaller ones are told together."""
REST = "others"


def by_segment(contract: Contract, rows: Rows, log_odds: FloatArray) -> dict[str, Any]:
    """For each division of the test what was expected and what came, segment by segment.

    ``log_odds`` (n) are those of the test rows. Each segment: ``name``, ``rows``, ``bads``,
    ``mean_pd``, ``rate`` (bad rate with Wilson's interval) and ``ratio`` (that over ``mean_pd``,
    its interval too). Applications without the key stand in none.
    """
    pd, y = probability(log_odds), rows.y[rows.parts.test]
    return {
        division: _segments(names, pd, y)
        for division, names in _divisions(contract, rows)
        if len(set(names[names != ""])) > 1
    }


def _divisions(contract: Contract, rows: Rows) -> Iterator[tuple[str, NDArray[np.str_]]]:
    """Name of each test row's segment, empty where it is not known."""
    at = rows.parts.test
    if (product := contract.terms.product) in contract.inputs:
        yield "product", _texts(rows.inputs[str(product)][at])
    if rows.as_of is not None:
        month = rows.as_of.iloc[at].dt.strftime("%Y-%m")
        yield "vintage", _texts(month.to_numpy(dtype=object))
    if "branch" in rows.keys:
        yield "branch", _texts(rows.keys["branch"].to_numpy(dtype=object)[at])


def _texts(values: NDArray[Any]) -> NDArray[np.str_]:
    return np.array([v if isinstance(v, str) else "" for v in values.tolist()], dtype=np.str_)


def _segments(names: NDArray[np.str_], pd: FloatArray, y: FloatArray) -> list[dict[str, Any]]:
    known = names != ""
    own = names.copy()
    for name in np.unique(names[known]):
        inside = names == name
        if inside.sum() < FEWEST_ROWS or y[inside].sum() < FEWEST_BADS:
            own[inside] = REST
    segments = sorted(set(own[known]), key=lambda name: (name == REST, name))
    return [_segment(str(name), pd[own == name], y[own == name]) for name in segments]


def _segment(name: str, pd: FloatArray, y: FloatArray) -> dict[str, Any]:
    rate, mean = wilson(float(y.sum()), len(y)), float(pd.mean())
    return {
        "name": name,
        "rows": len(y),
        "bads": int(y.sum()),
        "mean_pd": mean,
        "rate": rate.plain(),
        "ratio": {key: None if v is None else v / mean for key, v in rate.plain().items()},
    }
