"""A home with a champion, a challenger and decisions, for tests of shadow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.audits import AuditSettings
from api.shadowing import Shop
from data.store import open_store
from scoring.scorer import Scorer
from scoring.sealing import open_bundle, write_bundle
from scoring.shadow.child import answer
from scoring.shadow.following import Follower, Step
from scoring.signing import SigningKey, TrustedKeys
from tests.bundles import small_bundle
from tests.fairness.stored import FIRST, decisions, model
from tests.gates import CLEARED


@contextmanager
def shop_in(home: Path, store_url: str | None = None) -> Iterator[Shop]:
    """The parts of an empty home."""
    settings = AuditSettings(home=home, store_url=store_url, protected_url=None)
    home.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_url)
    store.migrate()
    yield Shop.of(settings, store)
    store.close()


def registered(shop: Shop, *seeds: int) -> list[str]:
    """Versions of small models, the first one champion."""
    key = SigningKey.load_or_create(shop.settings.keys_folder)
    sealed = [write_bundle(small_bundle(s), shop.registry.models_folder, key) for s in seeds]
    versions = [shop.registry.register(one, "test").version for one in sealed]
    shop.registry.promote(versions[0], CLEARED, "test")
    return versions


def decide_on(shop: Shop, champion: str, first: int, last: int, at: datetime = FIRST) -> None:
    """Store the champion's decisions about applications ``first`` to ``last``."""
    scorer: Scorer = model(0, champion)
    with shop.store.write() as connection:
        shop.ledger.append(connection, decisions(last, scorer, first=first, at=at))


class InProcess:
    """A challenger without a process of its own, for tests of what happens around it."""

    def __init__(self, folder: Path, keys: Path, timeout: float, threads: int = 1) -> None:
        del timeout, threads
        bundle, version = open_bundle(folder, TrustedKeys(keys))
        self._scorer = Scorer(bundle, version)

    def ask(self, requests: Sequence[bytes], shared: Sequence[str]) -> dict[str, Any]:
        asked = [orjson.loads(request) for request in requests]
        return {"shared": list(shared), "requests": asked}

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        return answer(self._scorer, question)

    def close(self) -> None:
        return


def without_processes(patch: pytest.MonkeyPatch) -> None:
    """Score in this process; the processes themselves have tests of their own."""

    def load(path: Path, trusted: TrustedKeys, threads: int = 1) -> Scorer:
        return Scorer(*open_bundle(path, trusted), threads)

    patch.setattr("scoring.shadow.following.Challenger", InProcess)
    patch.setattr("scoring.registry.load_scorer", load)


def followed(shop: Shop, worker: str = "test", timeout: float = 20.0) -> list[Step]:
    """Follow until there is nothing left to do."""
    steps = []
    with Follower(shop.registry, shop.vault, worker, timeout=timeout) as follower:
        while step := follower.step():
            steps.append(step)
    return steps
