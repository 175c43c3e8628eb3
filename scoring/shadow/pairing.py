"""Decisions of the champion and what a challenger makes of the same requests, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Self

import numpy as np
import orjson

from data.contract import Contract
from data.store.decisions import Decision
from data.store.shadow_pairs import Pair
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer
from scoring.shadow.challenger import Challenger, ChallengerFaultError
from scoring.shadow.seeing import hashes, matrix_of, shared_features

NOT_COMPARABLE = "not-comparable"
"""Error of requests that lack inputs which the challenger needs."""
UNLIKE = "champion-differs"
"""Error of a decision that its own model does not make again."""
_TOLERANCE = 1e-9
"""Log-odds within which the champion must make its own decision again."""

Placed = tuple[int, Decision]
"""A decision with its position on the chain."""


@dataclass
class Pairing:
    """Pairs decisions with ``challenger``, version ``version`` with the contract ``contract``.

    ``contract`` is None for a bundle that cannot be opened; ``champions`` loads the model of a
    version, which is kept.
    """

    version: str
    contract: Contract | None
    challenger: Challenger
    champions: Callable[[str], Scorer]
    replayed: bool = False
    _loaded: dict[str, Scorer] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.challenger.close()

    def pairs(self, found: Sequence[Placed], now: datetime) -> list[Pair]:
        """One pair for each decision with a score, in order, whatever the challenger does.

        Raises BundleError, RegistryError when a champion cannot be loaded.
        """
        scored = [placed for placed in found if placed[1].scored]
        parts = groupby(scored, key=lambda placed: placed[1].model_version)
        return [pair for version, part in parts for pair in self._of_one(version, [*part], now)]

    def _of_one(self, version: str, found: list[Placed], now: datetime) -> list[Pair]:
        """Pairs of decisions that one champion made: it is asked again while the other works."""
        champion = self._champion(version)
        shared = shared_features(champion.contract, self.contract or champion.contract)
        requests = [decision.request for _, decision in found]
        try:
            self._comparable(champion.contract)
            asked = self.challenger.ask(requests, shared)
            own = _again(champion, found, shared)
            told = self.challenger.answer(asked)
        except ChallengerFaultError as error:
            own, told = _again(champion, found, shared), _nothing(error.fault, len(found))
        except _NotComparableError:
            own, told = _again(champion, found, shared), _nothing(NOT_COMPARABLE, len(found))
        each = 1000 / len(found)
        spent = {"latency_ms": told["wall"] * each, "cpu_ms": told["cpu"] * each}
        return [
            Pair(
                position=position,
                challenger=self.version,
                decision_id=decision.decision_id,
                champion=version,
                made_at=now,
                replayed=self.replayed,
                error=told["error"][i] or own.error[i],
                champion_features=bytes.fromhex(own.features[i]),
                challenger_features=_bytes(told["features"][i]),
                champion_pd=decision.numbers.pd,
                champion_log_odds=decision.numbers.log_odds,
                champion_recommendation=own.recommendation[i],
                champion_reason=own.reason[i],
                challenger_pd=told["pd"][i],
                challenger_log_odds=told["log_odds"][i],
                challenger_recommendation=told["recommendation"][i],
                challenger_reason=told["reason"][i],
                propensity=own.propensity[i],
                **spent,
            )
            for i, (position, decision) in enumerate(found)
        ]

    def _champion(self, version: str) -> Scorer:
        if version not in self._loaded:
            self._loaded[version] = self.champions(version)
        return self._loaded[version]

    def _comparable(self, champion: Contract) -> None:
        mine = self.contract or champion
        for name in mine.inputs:
            if name not in champion.inputs or champion.spec(name) != mine.spec(name):
                raise _NotComparableError


class _NotComparableError(Exception):
    """The champion's requests lack an input of the challenger, or mean another thing by it."""


@dataclass(frozen=True)
class _Own:
    """What the champion's decisions were, by its own model and their records."""

    error: list[str | None]
    features: list[str]
    recommendation: list[str]
    reason: list[str | None]
    propensity: list[float | None]


def _again(champion: Scorer, found: Sequence[Placed], shared: Sequence[str]) -> _Own:
    decisions = [decision for _, decision in found]
    records = [orjson.loads(decision.record) for decision in decisions]
    matrix = matrix_of(champion, [orjson.loads(decision.request) for decision in decisions])
    stored = np.array([decision.log_odds for decision in decisions])
    scores = champion.score_matrix(matrix, explain=False)
    same = np.abs(scores.log_odds - stored) <= _TOLERANCE
    policy = champion.bundle.rules.recommend(np.array([decision.pd for decision in decisions]))
    return _Own(
        error=[None if like else UNLIKE for like in same.tolist()],
        features=hashes(champion.contract, matrix, shared),
        recommendation=[RECOMMENDATIONS[i] for i in policy.tolist()],
        reason=[
            next((r["code"] for r in record["reasons"] if r["direction"]), None)
            for record in records
        ],
        propensity=[record.get("exploration", {}).get("propensity") for record in records],
    )


def _nothing(error: str, n: int) -> dict[str, Any]:
    none: list[Any] = [None] * n
    columns = ("pd", "log_odds", "recommendation", "reason", "features")
    return dict.fromkeys(columns, none) | {"error": [error] * n, "wall": 0.0, "cpu": 0.0}


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
