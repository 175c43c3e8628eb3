"""Everything that is held on one person, and its erasure: the duties towards a data subject.

GDPR art. 15 and 20 (a person gets what is held) and art. 17 (it is erased). Protected attributes
have a store and commands of their own, which the server cannot open.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from data.store.consents import Consent, history
from data.store.decisions import Decision, about
from data.store.engine import Store
from data.store.features import Materialised, erase_features, features_of
from data.store.ledger import Ground, Ledger
from data.store.officers_held import Case, cases_of
from data.store.outcomes_held import HeldLoan, erase_loans, loans_of
from data.store.shadow_pairs import Pair, pairs_of_person
from data.store.tables import EVENT, audit_chain, consents, decisions
from data.store.tables_features import features
from data.store.tables_outcomes import loans

EXPORT = "export"
"""Kind of the event that somebody was given all that is held on a person."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something on the audit chain about a person that is not a decision."""

    kind: str
    at: datetime
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """What the store has of one person, each part oldest first."""

    decisions: list[Decision]
    consents: list[Consent]
    loans: list[HeldLoan]
    events: list[Event]
    shadow: list[Pair]
    features: list[Materialised]
    cases: Mapping[str, Case]
    """Decision id to what people did with it."""


def hand_out(store: Store, ledger: Ledger, applicant_id: str, actor: str) -> Held:
    """All that is held on a person; that it was handed out is first put on the audit chain.

    A person of whom nothing is known has empty parts but for this event. Raises StoreError,
    VaultError.
    """
    person = ledger.person(applicant_id)
    with store.write() as connection:
        ledger.record(connection, EXPORT, person, {"actor": actor})
    decisions = ledger.of_applicant(applicant_id)
    return Held(
        decisions=decisions,
        consents=history(store, person),
        loans=loans_of(store, person),
        events=_events(store, person),
        shadow=pairs_of_person(store, person),
        features=features_of(store, ledger.vault, person),
        cases=cases_of(store, ledger, [decision.decision_id for decision in decisions]),
    )


def is_known(store: Store, ledger: Ledger, applicant_id: str) -> bool:
    """Whether anything was ever stored of a person but that somebody asked. Raises StoreError."""
    person = ledger.person(applicant_id)
    of_person = (
        select(decisions.c.position).where(about(person)),
        select(consents.c.applicant).where(consents.c.applicant == person),
        select(loans.c.applicant).where(loans.c.applicant == person),
        select(features.c.applicant).where(features.c.applicant == person),
    )
    with store.read() as connection:
        return any(connection.execute(query.limit(1)).first() for query in of_person)


def erase(store: Store, ledger: Ledger, applicant_id: str, actor: str, reason: Ground) -> int:
    """Make what is personal in a person's decisions unreadable for ever; return their number.

    What is known of the person's loans, and what features are kept, is deleted. What stays names
    nobody: the rows of the decisions and of the chain (so that it still verifies) and the history
    of consents, under a pseudonym; and for 24 hours the idempotency keys, so that a request sent
    again cannot bring its decision back. Raises StoreError.
    """
    with store.write() as connection:
        erase_features(connection, ledger.person(applicant_id))
        mine = loans.c.applicant == ledger.person(applicant_id)
        erase_loans(connection, mine, datetime.now(UTC))
        return ledger.erase(connection, applicant_id, actor, reason)


def _events(store: Store, person: str) -> list[Event]:
    query = (
        select(audit_chain.c.kind, audit_chain.c.at, audit_chain.c.entry)
        .where(audit_chain.c.ref == person, EVENT)
        .order_by(audit_chain.c.position)
    )
    with store.read() as connection:
        return [Event(kind, at, json.loads(entry)) for kind, at, entry in connection.execute(query)]
