"""How much a score moves when fields do, and what those gain who bend what nobody verifies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer
from scoring.vector import FloatArray

MOST_ROWS = 1000
SMALL = 0.1
"""A small change of a number, in standard deviations of that field; integers by 1 at least."""
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_APPROVE = RECOMMENDATIONS.index("approve")

Inputs = Mapping[str, NDArray[Any]]


def robustness(scorer: Scorer, inputs: Inputs, seed: int) -> dict[str, Any]:
    """A report on at most MOST_ROWS of the rows in ``inputs`` (name to n values).

    ``small_changes``: for each numeric input that some row gives, the mean absolute move of the
    log-odds and the share of recommendations that change when it grows by SMALL standard
    deviations. ``unverified``: for each input that nobody verifies, the mean gain in points
    when a row takes the best of the field's usual values (quantiles of it, or categories), and
    the share of those not approved who would be; ``all`` is both for all such inputs, bent one
    after the other. ``protected`` are the attributes that are no input, so that no value of
    theirs can move a score.
    """
    rows = _sample(inputs, seed)
    contract = scorer.contract
    base = _scored(scorer, rows)
    unverified = [n for n in contract.inputs if not contract.features[n].verified]
    return {
        "rows": len(base[0]),
        "small_changes": {
            name: _moved(scorer, base, rows | {name: column})
            for name, column in _nudged(scorer, rows)
        },
        "unverified": {name: _bent(scorer, base, rows, [name]) for name in unverified},
        "all": _bent(scorer, base, rows, unverified) if unverified else None,
        "protected": sorted(contract.protected),
    }


def _sample(inputs: Inputs, seed: int) -> dict[str, NDArray[Any]]:
    n = len(next(iter(inputs.values())))
    at = np.sort(np.random.default_rng(seed).choice(n, min(n, MOST_ROWS), replace=False))
    return {name: np.asarray(column)[at] for name, column in inputs.items()}


def _scored(scorer: Scorer, rows: Inputs) -> tuple[FloatArray, NDArray[np.intp]]:
    """Log-odds and recommendations."""
    n = len(next(iter(rows.values())))
    scores = scorer.score(rows, n, explain=False)
    return scores.log_odds, scores.recommendation


def _nudged(scorer: Scorer, rows: Inputs) -> Iterator[tuple[str, FloatArray]]:
    for name, column in rows.items():
        kind = scorer.contract.spec(name).type
        if kind not in {"integer", "number"}:
            continue
        values = np.asarray(column, dtype=np.float64)
        spread = np.nanstd(values) if np.isfinite(values).any() else 0.0
        if spread > 0:
            step = SMALL * spread
            yield name, values + (np.ceil(step) if kind == "integer" else step)


def _moved(scorer: Scorer, base: tuple[FloatArray, NDArray[np.intp]], rows: Inputs) -> Any:
    log_odds, recommendation = _scored(scorer, rows)
    return {
        "log_odds": float(np.abs(log_odds - base[0]).mean()),
        "recommendations_changed": float((recommendation != base[1]).mean()),
    }


def _bent(
    scorer: Scorer, base: tuple[FloatArray, NDArray[np.intp]], rows: Inputs, names: list[str]
) -> dict[str, float | None]:
    """What the best usual values of ``names`` gain, chosen field by field for each row."""
    best, bent = base[0].copy(), dict(rows)
    for name in names:
        chosen = np.array(bent[name], copy=True)
        for value in _usual(scorer, rows[name], name):
            tried = _scored(scorer, bent | {name: np.full_like(chosen, value)})[0]
            better = tried < best
            chosen[better], best[better] = value, tried[better]
        bent[name] = chosen
    rules = scorer.bundle.rules
    refused = base[1] != _APPROVE
    now = rules.recommend(1 / (1 + np.exp(-best)))
    gained = rules.score_points(best) - rules.score_points(base[0])
    return {
        "points": float(gained.mean()),
        "approved_of_refused": float((now[refused] == _APPROVE).mean()) if refused.any() else None,
    }


def _usual(scorer: Scorer, column: NDArray[Any], name: str) -> list[Any]:
    spec = scorer.contract.spec(name)
    if spec.categories is not None:
        return list(spec.categories)
    values = np.asarray(column, dtype=np.float64)
    known = values[~np.isnan(values)]
    return [float(v) for v in np.quantile(known, _QUANTILES)] if len(known) else []
