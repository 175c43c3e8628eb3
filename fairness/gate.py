"""Audit before promotion: what the kept audits of a version say about letting it decide.

Every fresh audit counts, so that a second one on friendlier files cannot wipe out a FAIL; one that
leaves out a protected attribute does not, so that a narrow question cannot pass for the whole one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import orjson

from data.sentences import Message
from data.store import Store
from data.store.audits import Acceptance, AuditEntry, acceptances_of, audits_of
from fairness.gate_words import (
    ACCEPTED,
    AUDITED,
    NO_AUDIT,
    NO_AUDIT_UNDER,
    NOBODY,
    NOT_ACCEPTED,
    NOTHING,
    ONE,
    SAID,
)
from fairness.verdicts import Verdict
from scoring.gates import FAIRNESS, GateResult

PEOPLE = 2
"""Different people who must accept a failed audit before the version may be promoted."""
SHORTEST_REASON = 20
"""Characters of a reason below which it explains nothing."""
SHOWN = 12
"""Figures of an audit's id in a text."""
_ACCEPT = 'microscore fairness accept {audit} --reason "..."'


@dataclass(frozen=True)
class Terms:
    """What the gate asks for: no audit is older than ``max_age``; each of ``profiles`` (none:
    any) has one; ``attributes`` must all be in it."""

    attributes: Collection[str]
    profiles: Sequence[str] = ()
    max_age: dt.timedelta = dt.timedelta(days=30)


def gate(store: Store, version: str, terms: Terms, now: dt.datetime) -> GateResult:
    """Whether the kept audits let ``version`` be promoted, and why or what to do.

    Raises StoreError.
    """
    if not terms.attributes:
        nothing = NOTHING.of(verdict=SAID[Verdict.INSUFFICIENT])
        return GateResult.of(FAIRNESS, True, nothing)
    fresh = audits_of(store, version, since=now - terms.max_age)
    counted = [a for a in fresh if _whole(a, terms.attributes) and _asked(a, terms.profiles)]
    accepted = {
        a.audit_id: acceptances_of(store, a.audit_id) for a in counted if a.verdict == Verdict.FAIL
    }
    return judged(version, counted, accepted, terms)


def judged(
    version: str,
    audits: Sequence[AuditEntry],
    accepted: Mapping[str, Sequence[Acceptance]],
    terms: Terms,
) -> GateResult:
    """``gate`` on fresh and whole ``audits``; ``accepted`` by the id of those that failed."""
    missing = [p for p in terms.profiles if p not in {a.profile for a in audits}]
    if missing or not audits:
        return GateResult.of(FAIRNESS, False, _no_audit(version, missing, terms))
    failed = [a for a in audits if a.verdict == Verdict.FAIL]
    for audit in failed:
        people = who(accepted.get(audit.audit_id, ()))
        if len(people) < PEOPLE:
            return GateResult.of(FAIRNESS, False, _not_accepted(audit, people))
    return GateResult.of(FAIRNESS, True, *(_passed(a, accepted) for a in audits))


def who(acceptances: Sequence[Acceptance]) -> list[str]:
    """The different people who accepted, by name; capitals and spaces make no other person."""
    return list({same_person(a.person): a.person for a in reversed(acceptances)}.values())[::-1]


def same_person(name: str) -> str:
    """What two spellings of one person's name have in common."""
    return " ".join(name.casefold().split())


def _whole(entry: AuditEntry, attributes: Collection[str]) -> bool:
    return set(attributes) <= set(orjson.loads(entry.result)["titles"])


def _asked(entry: AuditEntry, profiles: Sequence[str]) -> bool:
    return not profiles or entry.profile in profiles


def _no_audit(version: str, missing: Sequence[str], terms: Terms) -> Message:
    profile = missing[0] if missing else "NAME"
    run = f"microscore fairness audit --model {version} --data PATH --profile {profile}"
    days, attributes = terms.max_age.days, ", ".join(sorted(terms.attributes))
    if not missing:
        return NO_AUDIT.of(days=days, attributes=attributes, command=run)
    under = tuple(missing)
    return NO_AUDIT_UNDER.of(profiles=under, days=days, attributes=attributes, command=run)


def _not_accepted(audit: AuditEntry, people: Sequence[str]) -> Message:
    short = audit.audit_id[:SHOWN]
    return NOT_ACCEPTED.of(
        audit=short,
        profile=audit.profile,
        verdict=SAID[Verdict.FAIL],
        so_far=ONE.of(name=people[0]) if people else NOBODY.of(),
        people=PEOPLE,
        command=_ACCEPT.format(audit=short),
    )


def _passed(audit: AuditEntry, accepted: Mapping[str, Sequence[Acceptance]]) -> Message:
    short, verdict = audit.audit_id[:SHOWN], SAID[Verdict(audit.verdict)]
    people = tuple(who(accepted.get(audit.audit_id, ())))
    if not people:
        return AUDITED.of(audit=short, profile=audit.profile, verdict=verdict)
    return ACCEPTED.of(audit=short, profile=audit.profile, verdict=verdict, people=people)
