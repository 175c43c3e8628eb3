"""Stored requests seen through a model: the scorer's own path, and the hash of what it saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np

from data.contract import Contract
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer
from scoring.vector import Columns, FloatArray


class Seen(NamedTuple):
    """What a model makes of n requests; ``reason``: code of the first one, None without any."""

    pd: list[float]
    log_odds: list[float]
    recommendation: list[str]
    reason: list[str | None]
    features: list[str]


def columns_of(contract: Contract, requests: Sequence[Mapping[str, Any]]) -> Columns:
    """The inputs of stored requests, column by column; what a request lacks is None."""
    given = [
        {name: value for source in request["sources"].values() for name, value in source.items()}
        for request in requests
    ]
    return {name: [one.get(name) for one in given] for name in contract.inputs}


def matrix_of(scorer: Scorer, requests: Sequence[Mapping[str, Any]]) -> FloatArray:
    """The matrix (n, k) that the model sees of n requests.

    Raises ValueError for a value that its contract does not know.
    """
    return scorer.vectorizer.matrix(columns_of(scorer.contract, requests), len(requests))


def see(scorer: Scorer, requests: Sequence[Mapping[str, Any]], shared: Sequence[str]) -> Seen:
    """Score ``requests`` by the one path to a score. Raises ValueError as ``matrix_of``."""
    scores = scorer.score_matrix(matrix_of(scorer, requests))
    if scores.contributions is None:
        raise AssertionError("scores carry their contributions")
    writer = scorer.reason_writer
    totals, known = writer.totals(scores.contributions), writer.known(scores.matrix)
    first = writer.pick(totals, scores.recommendation, known)[:, 0].tolist()
    return Seen(
        pd=scores.pd.tolist(),
        log_odds=scores.log_odds.tolist(),
        recommendation=[RECOMMENDATIONS[i] for i in scores.recommendation.tolist()],
        reason=[writer.codes[i] if i >= 0 else None for i in first],
        features=hashes(scorer.contract, scores.matrix, shared),
    )


def shared_features(one: Contract, other: Contract) -> list[str]:
    """Model features that both have, in the order of ``one``."""
    return [name for name in one.model_features if name in other.model_features]


def hashes(contract: Contract, matrix: FloatArray, shared: Sequence[str]) -> list[str]:
    """SHA-256 (hexadecimal) of the ``shared`` features of each row of ``matrix`` (n, k)."""
    at = [contract.model_features.index(name) for name in shared]
    taken = matrix[:, at]
    rows = np.ascontiguousarray(np.where(np.isnan(taken), np.nan, taken) + 0.0)
    named = sha256("\0".join(shared).encode())
    out = []
    for row in rows:
        digest = named.copy()
        digest.update(row)
        out.append(digest.hexdigest())
    return out
