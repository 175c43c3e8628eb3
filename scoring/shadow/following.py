"""Following the store: every running challenger scores what the champion has decided since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from data.errors import BundleError
from data.store.shadow import Assignment, release, take
from data.store.shadow_pairs import advance, following
from data.vault import Vault
from scoring.registry import Registry
from scoring.shadow.challenger import Challenger
from scoring.shadow.pairing import Pairing
from scoring.shadow.sharing import chosen

BATCH = 500
"""Decisions that are paired, and kept, in one go."""
LEASE = timedelta(minutes=2)
TIMEOUT = 20.0
"""Seconds for one batch; a challenger that takes longer is ended and its batch has no scores."""


@dataclass(frozen=True)
class Step:
    """What came of one batch: ``looked`` decisions up to ``position``, ``paired`` of them."""

    challenger: str
    position: int
    looked: int
    paired: int
    errors: int


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Follower:
    """Follows the store of ``registry`` under the name ``worker``, which nobody else has.

    Any number of followers may run: each batch is paired once. Challengers stay loaded, and in
    these hands, until ``close``; those of a killed follower are free when their lease ends.
    """

    registry: Registry
    vault: Vault
    worker: str
    clock: Callable[[], datetime] = _now
    timeout: float = TIMEOUT
    _open: dict[str, Pairing] = field(default_factory=dict)
    _held: dict[int, Assignment] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the challengers' processes and leave their work to others."""
        for pairing in self._open.values():
            pairing.challenger.close()
        self._open.clear()
        while self._held:
            release(self.registry.store, self._held.popitem()[1])

    def step(self) -> Step | None:
        """Pair the next batch of the challenger that is farthest behind.

        None when there is nothing to do for this follower. Raises StoreError, VaultError,
        BundleError and RegistryError when a champion's bundle is damaged.
        """
        store = self.registry.store
        taken = take(store, self.worker, self.clock(), LEASE)
        if taken is None:
            return None
        self._held[taken.id] = taken
        found, position = following(store, self.vault, taken.position, BATCH)
        mine = [p for p in found if chosen(p[1].decision_id, taken.challenger, taken.share)]
        pairs = self._pairing(taken.challenger).pairs(mine, self.clock()) if mine else []
        if not advance(store, taken, pairs, position, self.clock(), LEASE):
            pairs = []  # somebody else has it now
        errors = sum(pair.error is not None for pair in pairs)
        return Step(taken.challenger, position, len(found), len(pairs), errors)

    def _pairing(self, version: str) -> Pairing:
        if version not in self._open:
            self._open[version] = pairing_of(self.registry, version, self.timeout)
        return self._open[version]


def pairing_of(
    registry: Registry,
    version: str,
    timeout: float,
    *,
    replayed: bool = False,
    threads: int = 1,
) -> Pairing:
    """The challenger ``version``, not started yet, with ``threads`` of its own.

    Raises RegistryError when it is unknown.
    """
    version, folder = registry.resolve(version)
    try:
        contract = registry.open(version)[1].contract
    except BundleError:
        contract = None
    challenger = Challenger(folder, registry.keys_folder, timeout, threads)
    return Pairing(version, contract, challenger, registry.load, replayed)
