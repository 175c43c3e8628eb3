"""The gates of a promotion, shown before anybody asks for it; the promotion asks them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from api.promoting import Person, evaluation_gate, kept_gates, person_of
from api.settings import Settings
from data.errors import BundleError, RegistryError
from data.store.models import AliasEvent
from scoring.gates import GateResult
from scoring.registry import Registry
from scoring.switching import proposal, suspension


@dataclass(frozen=True)
class Candidate:
    """What stands for and against a version as champion.

    ``first``: who proposed it in the place of this champion, if anybody did; ``own``: that was
    the person who looks, or may have been; ``fault``: why the gates could not be asked.
    """

    version: str
    champion: str | None
    suspended: bool
    gates: tuple[GateResult, ...]
    proposed: AliasEvent | None
    first: Person | None
    own: bool
    fault: str | None = None

    @property
    def passes(self) -> bool:
        """Whether every gate lets it through."""
        return self.fault is None and all(gate.passed for gate in self.gates)


@lru_cache(maxsize=16)
def _evaluated(registry: Registry, version: str, champion: str | None, margin: float) -> GateResult:
    """Once a process: neither version ever changes, and loading both takes a second."""
    return evaluation_gate(registry, version, champion, margin)


def candidate(
    registry: Registry, version: str, key_id: str, settings: Settings, now: datetime
) -> Candidate:
    """What the gates say of ``version`` now. Raises StoreError."""
    champion, store = registry.champion(), registry.store
    gates: tuple[GateResult, ...] = ()
    fault = None
    try:
        gates = (
            _evaluated(registry, version, champion, settings.promotion_margin),
            *kept_gates(registry, version, champion, settings, now),
        )
    except (BundleError, RegistryError) as error:
        fault = str(error)
    proposed = proposal(store, now)
    if proposed and (proposed.to_version, proposed.from_version) != (version, champion):
        proposed = None
    first = Person.of(proposed.actor) if proposed else None
    own = first is not None and first.same_as(person_of(store, key_id))
    suspended = suspension(store) is not None
    return Candidate(version, champion, suspended, gates, proposed, first, own, fault)
