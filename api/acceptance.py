"""A person lets a failed audit stand."""

from dataclasses import dataclass
from datetime import datetime

from api.api_keys import Pepper
from api.people import owner
from api.promoting import Person
from data.errors import AccessError
from data.store import Store
from data.store.audits import Acceptance, accept, acceptances_of, find_audit
from fairness.gate import PEOPLE, SHORTEST_REASON, who
from fairness.verdicts import Verdict


@dataclass(frozen=True)
class Accepted:
    """Who accepts the audit now, who does in all, and how many people are still needed."""

    audit_id: str
    person: str
    people: list[str]

    @property
    def still_needed(self) -> int:
        """People whose acceptance is missing."""
        return max(PEOPLE - len(self.people), 0)


def accept_audit(
    store: Store, pepper: Pepper, key: str, ref: str, reason: str, at: datetime
) -> Accepted:
    """As ``let_stand``, in the name of the owner of ``key``.

    Raises AccessError for a key that is not of the role risk or admin, and what that raises.
    """
    person = owner(store, pepper, key, ("risk", "admin"), at)
    name = " ".join(person.name.split())
    return let_stand(store, Person(name, person.key_id), ref, reason, at)


def let_stand(store: Store, person: Person, ref: str, reason: str, at: datetime) -> Accepted:
    """Keep that ``person`` accepts the audit ``ref``, once a person.

    Raises AccessError for a reason that explains nothing, an audit that did not fail, or a person
    who has accepted it already; RegistryError when no single audit is meant; StoreError.
    """
    entry = find_audit(store, ref)
    if entry.verdict != Verdict.FAIL:
        raise AccessError(f"this audit says {entry.verdict}: nothing has to be accepted")
    if len(reason.strip()) < SHORTEST_REASON:
        raise AccessError(f"reason: must have {SHORTEST_REASON} characters or more")
    before = acceptances_of(store, entry.audit_id)
    made = Acceptance(entry.audit_id, person.name, person.key_id, reason.strip(), at)
    known = any(Person(a.person, a.key_id).same_as(person) for a in before)
    if known or not accept(store, made):
        raise AccessError("this person has accepted the audit already; another one must")
    return Accepted(entry.audit_id, person.name, who(acceptances_of(store, entry.audit_id)))
