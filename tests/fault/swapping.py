"""New champions in a loaded server, through the registry, and who answered what."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from api.wiring import open_ledger
from data.store import open_store
from data.store.decisions import Decision
from scoring.registry import Registry
from scoring.replay import replay
from scoring.service import render
from scoring.signing import TrustedKeys
from tests.bundles import small_bundle
from tests.fault.load import Load, Sent, load
from tests.gates import CLEARED
from tests.web.process import running
from tests.web.world import home_settings, make_key, promote

PATIENCE = 120.0
PAUSE = 0.01


@dataclass
class Swaps:
    """What came of it: requests that failed, and replies that are not of the version they name."""

    swaps: int = 0
    answers: int = 0
    failed: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    mixed: int = 0
    slowest: float = 0.0


def swap_under_load(
    home: Path, swaps: int, told: Callable[[Swaps], None] = lambda _: None
) -> Swaps:
    """Promote two models in turn, ``swaps`` times, each when the one before is in service."""
    settings, seen = home_settings(home), Swaps()
    second, first = (promote(settings, small_bundle(seed)) for seed in (1, 0))
    key = make_key(settings, "admin")[0]
    store = open_store(settings.database_url)
    registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
    with running(home) as server, load(server.url, key, clients=4, pause=PAUSE) as clients:
        clients.wait_for(1)
        for number in range(swaps):
            version = (second, first)[number % 2]
            registry.promote(version, CLEARED, "test")
            seen.slowest = max(seen.slowest, _wait_for(clients, version))
            seen.swaps += 1
            told(seen)
    scorers = {version: registry.load(version) for version in (first, second)}
    store.close()
    seen.answers = len(clients.answered)
    seen.failed = len(clients.sent) - len(clients.acknowledged)
    seen.failures.update(_told(sent) for sent in clients.sent if sent.status != 200)
    with open_ledger(settings) as (_, ledger):
        for sent in clients.acknowledged:
            stored = ledger.find(sent.reply["decision_id"])
            right = stored is not None and not replay(stored, scorers[_version(sent)])
            same = stored is not None and _rendered(stored) == sent.reply
            seen.mixed += not (right and same)
    return seen


def _rendered(decision: Decision) -> Any:
    return orjson.loads(render(decision, "en", contributions=True))


def _wait_for(clients: Load, version: str) -> float:
    """Seconds until a reply names ``version``."""
    begun = time.monotonic()
    while True:
        answered = clients.acknowledged
        if answered and _version(answered[-1]) == version:
            return time.monotonic() - begun
        assert time.monotonic() - begun < PATIENCE, f"{version} does not come into service"
        time.sleep(0.02)


def _told(sent: Sent) -> str:
    said = ": ".join(str(sent.reply[k]) for k in ("type", "detail") if k in sent.reply)
    return f"{sent.status} {said} after {sent.seconds:.1f} s"


def _version(sent: Sent) -> str:
    return str(sent.reply["versions"]["model"])
