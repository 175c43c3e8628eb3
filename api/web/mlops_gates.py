"""The gates of a promotion, shown before anybody asks for it; the promotion asks them again.

The page loads no model: it shows the evaluation that was kept, or says how one is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.evaluating import evaluation_of
from api.promoting import Person, kept_gates, person_of
from api.settings import Settings
from api.web.mlops_models import fault
from data.store.models import AliasEvent
from scoring.gates import GateResult
from scoring.registry import Registry
from scoring.switching import proposal, suspension


@dataclass(frozen=True)
class Candidate:
    """What stands for and against a version as champion.

    ``first``: who proposed it in the place of this champion, if anybody did; ``own``: that was
    the person who looks, or may have been; ``evaluated``: whether the first gate was asked before;
    ``fault``: what is wrong with the bundle.
    """

    version: str
    champion: str | None
    suspended: bool
    gates: tuple[GateResult, ...]
    proposed: AliasEvent | None
    first: Person | None
    own: bool
    evaluated: bool
    fault: str | None

    @property
    def passes(self) -> bool:
        """Whether every gate that was asked lets it through."""
        return self.fault is None and all(gate.passed for gate in self.gates)


def candidate(
    registry: Registry, version: str, key_id: str, settings: Settings, now: datetime
) -> Candidate:
    """What the gates say of ``version`` now. Raises StoreError."""
    champion, store = registry.champion(), registry.store
    evaluation = evaluation_of(store, version, champion, settings.promotion_margin)
    gates = [] if evaluation is None else [evaluation.gate]
    broken = fault(registry, version)
    if broken is None:
        protected = evaluation.protected if evaluation else _protected(registry, version)
        gates += kept_gates(store, version, champion, protected, settings, now)
    proposed = proposal(store, now)
    if proposed and (proposed.to_version, proposed.from_version) != (version, champion):
        proposed = None
    first = Person.of(proposed.actor) if proposed else None
    own = first is not None and first.same_as(person_of(store, key_id))
    suspended = suspension(store) is not None
    return Candidate(
        version,
        champion,
        suspended,
        tuple(gates),
        proposed,
        first,
        own,
        evaluated=evaluation is not None,
        fault=broken,
    )


def _protected(registry: Registry, version: str) -> tuple[str, ...]:
    return tuple(registry.open(version)[1].contract.protected)
