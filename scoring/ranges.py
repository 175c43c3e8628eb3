"""What-if on the amount and the term: which of them the model would recommend, else as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scoring.counterfactuals import score_moved, varied
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer, Scores
from scoring.vector import FloatArray

POINTS = 41
"""Amounts that are tried between a tenth and twice the one asked for."""
LONGEST = 120
"""Months or days beyond which no term is tried."""


def what_if_ranges(scorer: Scorer, values: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """``amount`` and ``term`` to their ranges, each with one recommendation, in rising order.

    A range says what the scorer said of every value that was tried in it: of amounts POINTS in
    whole steps, of terms every one. A role that the contract does not name, or without a value,
    has no ranges.
    """
    found = {}
    for role in ("amount", "term"):
        name = getattr(scorer.contract.terms, role)
        now = None if name is None else values.get(name)
        if name in scorer.contract.inputs and now:
            grid = _grid(scorer, name, float(now), role)
            scores = score_moved(scorer, values, [name], grid[:, None])
            found[role] = _ranges(grid, scores)
    return found


def what_if(
    scorer: Scorer, values: Mapping[str, Any], amount: float | None, term: float | None
) -> Scores:
    """Score the application with another amount or term; the instalment follows.

    Raises ValueError naming the role that the contract does not know, or out of its range.
    """
    to = {}
    for role, value in (("amount", amount), ("term", term)):
        if value is None:
            continue
        name = getattr(scorer.contract.terms, role)
        if name not in scorer.contract.inputs or values.get(name) is None:
            raise ValueError(role)
        low, high = scorer.contract.spec(name).range or (0.0, np.inf)
        if not low <= value <= high:
            raise ValueError(role)
        to[name] = value
    return scorer.score_each([varied(scorer, values, to) if to else values])


def _grid(scorer: Scorer, name: str, now: float, role: str) -> FloatArray:
    """Values to try, rising, today's among them."""
    low, high = scorer.contract.spec(name).range or (0.0, np.inf)
    step = scorer.contract.features[name].step or 1.0
    if role == "term":
        tried = np.arange(max(1.0, low), min(high, LONGEST, 3 * now) + 1)
    else:
        tried = np.rint(np.linspace(0.1 * now, 2 * now, POINTS) / step) * step
    grid: FloatArray = np.unique(np.append(tried.clip(low, high), now))
    return grid


def _ranges(grid: FloatArray, scores: Scores) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for value, at in zip(grid.tolist(), scores.recommendation.tolist(), strict=True):
        if found and found[-1]["recommendation"] == RECOMMENDATIONS[at]:
            found[-1]["to"] = value
        else:
            found.append({"from": value, "to": value, "recommendation": RECOMMENDATIONS[at]})
    return found
