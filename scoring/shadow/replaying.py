"""A new challenger scores what the champion decided in the past, as if it had run in shadow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from data.store.shadow_pairs import following, keep, waiting
from data.vault import Vault
from scoring.registry import Registry
from scoring.shadow.following import pairing_of
from scoring.shadow.pairing import Placed
from scoring.shadow.sharing import chosen

BATCH = 5_000
TIMEOUT = 120.0
"""Seconds for one batch."""


@dataclass(slots=True)
class Replayed:
    """How many decisions were looked at, paired, and without a score of the challenger."""

    decisions: int = 0
    paired: int = 0
    errors: int = 0


@dataclass(frozen=True)
class Past:
    """Which decisions: those since ``since``, and of them a ``share`` chosen as in ``sharing``."""

    since: datetime
    share: float = 1.0


def replay(
    registry: Registry,
    vault: Vault,
    version: str,
    past: Past,
    now: datetime,
    *,
    threads: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Replayed:
    """Pair all readable decisions of ``past`` with ``version``, each batch durably.

    Pairs that are there already stay as they are, so stopping and starting again is harmless.
    Raises StoreError, VaultError, RegistryError, and BundleError when a champion's bundle is
    damaged.
    """
    store, told = registry.store, Replayed()
    total = waiting(store, 0, past.since)
    with pairing_of(registry, version, TIMEOUT, replayed=True, threads=threads) as pairing:
        for found in _ahead(registry, vault, past.since):
            mine = [p for p in found if chosen(p[1].decision_id, pairing.version, past.share)]
            pairs = pairing.pairs(mine, now)
            with store.write() as connection:
                keep(connection, pairs)
            told.decisions += len(found)
            told.paired += len(pairs)
            told.errors += sum(pair.error is not None for pair in pairs)
            if progress is not None and total:
                progress(min(1.0, told.decisions / total))
    return told


def _ahead(registry: Registry, vault: Vault, since: datetime) -> Iterator[list[Placed]]:
    """The decisions in batches; the next one is read while the last one is worked on."""
    after = 0
    with ThreadPoolExecutor(1, "reader") as reader:
        coming = reader.submit(following, registry.store, vault, after, BATCH, since)
        while True:
            found, position = coming.result()
            if position == after:
                return
            after = position
            coming = reader.submit(following, registry.store, vault, after, BATCH, since)
            if found:
                yield found
