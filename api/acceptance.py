"""A person lets a failed audit stand."""

from dataclasses import dataclass
from datetime import datetime

from api.api_keys import Pepper
from api.people import owner
from data.errors import AccessError
from data.store import Store
from data.store.audits import Acceptance, accept, acceptances_of, find_audit
from fairness.gate import PEOPLE, SHORTEST_REASON, same_person, who
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
    """Keep that the owner of ``key`` accepts the audit ``ref``, once a person.

    Raises AccessError for a key that is not of the role risk or admin, a reason that explains
    nothing, an audit that did not fail, or a person who has accepted it already; RegistryError
    when no single audit is meant; StoreError.
    """
    person = owner(store, pepper, key, ("risk", "admin"), at)
    entry = find_audit(store, ref)
    if entry.verdict != Verdict.FAIL:
        raise AccessError(f"this audit says {entry.verdict}: nothing has to be accepted")
    if len(reason.strip()) < SHORTEST_REASON:
        raise AccessError(f"--reason: must have {SHORTEST_REASON} characters or more")
    name = " ".join(person.name.split())
    before = acceptances_of(store, entry.audit_id)
    known = {same_person(a.person) for a in before} | {a.key_id for a in before}
    made = Acceptance(entry.audit_id, name, person.key_id, reason.strip(), at)
    if known & {same_person(name), person.key_id} or not accept(store, made):
        raise AccessError("this person has accepted the audit already; another one must")
    return Accepted(entry.audit_id, name, who(acceptances_of(store, entry.audit_id)))
