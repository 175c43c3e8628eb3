"""A challenger becomes champion: the gates, and two people who want it; used by command and route.

The first person proposes and the second one agrees; gates are asked both times. Only the first
champion of all needs one person: there is nobody yet whom a wrong choice would replace.
"""

from dataclasses import dataclass
from datetime import datetime
from re import fullmatch
from typing import Literal, Self

from api.evaluating import evaluate
from api.promoting_words import (
    NAMELESS,
    NO_CHAMPION,
    NO_REPORT,
    REPORTED,
    REPORTED_BOTH,
    SAID,
    SHORT_REASON,
    WANTED,
)
from api.settings import Settings
from data.errors import AccessError, RegistryError
from data.store import Store
from data.store.keys import find_key
from data.store.models import AliasEvent
from data.store.people import all_people
from data.store.shadow_reports import latest_report
from fairness.gate import SHORTEST_REASON, Terms, gate, same_person
from scoring.gates import NOT_PASSED, PEOPLE, SHADOW, GateResult, unmet
from scoring.registry import Registry
from scoring.states import State
from scoring.switching import proposal, propose

GOOD_ENOUGH = (State.BETTER, State.NOT_WORSE)
_ACCOUNT = "person:"


@dataclass(frozen=True)
class Person:
    """Who asks for a change: a name, and the key or account that proves it."""

    name: str
    key_id: str

    @property
    def actor(self) -> str:
        """As it stands in the history."""
        return f"{self.name} ({self.key_id})"

    @classmethod
    def of(cls, actor: str) -> Self:
        """The person of an ``actor``."""
        found = fullmatch(r"(.*) \((.*)\)", actor)
        return cls(found[1], found[2]) if found else cls(actor, "")

    def same_as(self, other: "Person") -> bool:
        """Whether both may be one human being: the same name or the same key."""
        return same_person(self.name) == same_person(other.name) or self.key_id == other.key_id


@dataclass(frozen=True)
class Promotion:
    """What came of it; ``people`` are those who want it."""

    version: str
    state: Literal["proposed", "promoted", "champion already"]
    people: tuple[str, ...]
    gates: tuple[GateResult, ...]


def person_of(store: Store, key_id: str) -> Person:
    """The owner of a key or account. Raises AccessError when it names nobody, StoreError."""
    key = find_key(store, key_id)
    if key is not None:
        if not key.name.strip():
            raise AccessError(NAMELESS.of())
        return Person(" ".join(key.name.split()), key_id)
    if key_id.startswith(_ACCOUNT):
        names = {person.person_id: person.login for person in all_people(store)}
        return Person(names.get(key_id.removeprefix(_ACCOUNT), key_id), key_id)
    return Person(key_id, key_id)


def promote(
    registry: Registry, ref: str, who: Person, reason: str, settings: Settings, now: datetime
) -> Promotion:
    """Propose ``ref`` as champion or, where another person has proposed it, make it champion.

    A bundle's folder is registered first, whatever the gates say. Raises RegistryError naming each
    gate that it does not pass, BundleError, StoreError.
    """
    version, champion = registry.take_in(ref, who.actor), registry.champion()
    if version == champion:
        return Promotion(version, "champion already", (), ())
    if champion is not None and len(reason.strip()) < SHORTEST_REASON:
        raise RegistryError(SHORT_REASON.of(characters=SHORTEST_REASON))
    gates = gates_of(registry, version, champion, settings, now)
    if against := unmet(gates, ()):
        raise RegistryError(NOT_PASSED.of(version=version, against=against))
    first = _open(proposal(registry.store, now), version, champion)
    people = (who,) if first is None or first.same_as(who) else (first, who)
    if champion is not None and len(people) < 2:
        if first is None:
            propose(registry.store, version, gates, who.actor, reason, now)
        return Promotion(version, "proposed", (who.name,), tuple(gates))
    wanted = WANTED.of(people=tuple(p.name for p in people))
    gates.append(GateResult.of(PEOPLE, True, wanted))
    actor = ", ".join(person.actor for person in people)
    registry.promote(version, gates, actor, reason=reason, at=now)
    return Promotion(version, "promoted", tuple(p.name for p in people), tuple(gates))


def gates_of(
    registry: Registry, version: str, champion: str | None, settings: Settings, now: datetime
) -> list[GateResult]:
    """Evaluation, fairness and shadow of ``version``. Raises RegistryError, BundleError,
    StoreError."""
    asked = evaluate(registry, version, champion, settings.promotion_margin, now)
    kept = kept_gates(registry.store, version, champion, asked.protected, settings, now)
    return [asked.gate, *kept]


def kept_gates(
    store: Store,
    version: str,
    champion: str | None,
    protected: tuple[str, ...],
    settings: Settings,
    now: datetime,
) -> list[GateResult]:
    """What kept audits (of all ``protected``) and shadow reports say. Raises StoreError."""
    terms = Terms(protected, settings.audit_profiles, settings.audit_age)
    return [gate(store, version, terms, now), shadow_gate(store, version, champion)]


def shadow_gate(store: Store, version: str, champion: str | None) -> GateResult:
    """What the newest kept shadow report against the champion says. Raises StoreError."""
    if champion is None:
        return GateResult.of(SHADOW, True, NO_CHAMPION.of())
    report = latest_report(store, champion, version)
    if report is None:
        advice = f"microscore shadow report --champion {champion} --challenger {version}"
        return GateResult.of(SHADOW, False, NO_REPORT.of(command=advice))
    fair = report.fairness is None or report.fairness in GOOD_ENOUGH
    day, state = report.made_at.date().isoformat(), SAID[State(report.state)]
    told = REPORTED.of(state=state, day=day, pairs=report.pairs)
    if report.fairness is not None:
        said = SAID[State(report.fairness)]
        told = REPORTED_BOTH.of(state=state, day=day, pairs=report.pairs, fairness=said)
    return GateResult.of(SHADOW, report.state in GOOD_ENOUGH and fair, told)


def _open(first: AliasEvent | None, version: str, champion: str | None) -> Person | None:
    """Who proposed this very change, the same version in the place of the same champion."""
    if first is None or (first.to_version, first.from_version) != (version, champion):
        return None
    return Person.of(first.actor)
