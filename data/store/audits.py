"""Fairness audits that were kept, and who accepted one that failed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import Connection, insert, select

from data.errors import RegistryError
from data.store.attested import ACCEPTANCES, AUDITS
from data.store.engine import RowRefusedError, Store
from data.store.ledger import record
from data.store.tables import audit_acceptances, fairness_audits

SHORTEST_PREFIX = 6

About = Literal["data", "decisions"]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One audit: ``result`` is its whole JSON, ``audit_id`` the SHA-256 of it.

    ``champion``: the version that a challenger was compared with; ``about``: labelled files, or
    decisions in the store.
    """

    audit_id: str
    model_version: str
    champion: str | None
    profile: str
    profile_hash: str
    about: About
    made_at: datetime
    verdict: str
    result: bytes


class AuditHead(NamedTuple):
    """What a list says of an audit; see ``AuditEntry``."""

    audit_id: str
    model_version: str
    champion: str | None
    profile: str
    about: About
    made_at: datetime
    verdict: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A person, known by the API key ``key_id``, lets a failed audit stand, and why."""

    audit_id: str
    person: str
    key_id: str
    reason: str
    at: datetime


_SELECT = select(*(fairness_audits.c[field.name] for field in fields(AuditEntry)))
_ACCEPTED = select(*(audit_acceptances.c[field.name] for field in fields(Acceptance)))


def add_audits(connection: Connection, entries: Sequence[AuditEntry]) -> None:
    """Keep audits, and put them on the audit chain, in the caller's transaction.

    One that is there already stays as it is.
    """
    for entry in entries:
        here = select(fairness_audits.c.audit_id).where(
            fairness_audits.c.audit_id == entry.audit_id
        )
        if connection.execute(here).first() is None:
            row = asdict(entry)
            told = {"model": entry.model_version, "verdict": entry.verdict}
            record(connection, AUDITS.kind, entry.audit_id, told | AUDITS.entry([row]))
            connection.execute(insert(fairness_audits), row)


def find_audit(store: Store, ref: str) -> AuditEntry:
    """The audit with this id, or the only one whose id begins so.

    Raises RegistryError when there is none or several, StoreError.
    """
    if len(ref) < SHORTEST_PREFIX or not set(ref) <= set("0123456789abcdef"):
        raise RegistryError(f"an audit is named by {SHORTEST_PREFIX} or more figures of its id")
    query = _SELECT.where(fairness_audits.c.audit_id.startswith(ref)).limit(2)
    with store.read() as connection:
        rows = connection.execute(query).all()
    if len(rows) != 1:
        found = "several audits have an id" if rows else "no audit has an id"
        raise RegistryError(f"{found} that begins like this; see microscore fairness audits")
    return AuditEntry(*rows[0])


def audits_of(
    store: Store,
    version: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
) -> list[AuditEntry]:
    """The newest audits first, of one model version or of all. Raises StoreError."""
    c = fairness_audits.c
    query = _SELECT.order_by(c.made_at.desc(), c.audit_id).limit(limit)
    if version is not None:
        query = query.where(c.model_version == version)
    if since is not None:
        query = query.where(c.made_at >= since)
    with store.read() as connection:
        return [AuditEntry(*row) for row in connection.execute(query)]


def accept(store: Store, acceptance: Acceptance) -> bool:
    """Keep an acceptance, also on the chain; False when the person has accepted already.

    Raises StoreError.
    """
    try:
        with store.write() as connection:
            row = asdict(acceptance)
            told = {"person": acceptance.person} | ACCEPTANCES.entry([row])
            record(connection, ACCEPTANCES.kind, acceptance.audit_id, told)
            connection.execute(insert(audit_acceptances), row)
    except RowRefusedError:
        if any(a.person == acceptance.person for a in acceptances_of(store, acceptance.audit_id)):
            return False
        raise
    return True


def audit_heads(store: Store, limit: int) -> list[AuditHead]:
    """The newest audits first, without what they say. Raises StoreError."""
    c = fairness_audits.c
    query = select(*(c[name] for name in AuditHead._fields)).order_by(c.made_at.desc(), c.audit_id)
    with store.read() as connection:
        return [AuditHead(*row) for row in connection.execute(query.limit(limit))]


def acceptances_of(store: Store, audit_id: str) -> list[Acceptance]:
    """Who accepted the audit, the first one first. Raises StoreError."""
    mine = audit_acceptances.c.audit_id == audit_id
    with store.read() as connection:
        rows = connection.execute(_ACCEPTED.where(mine).order_by(audit_acceptances.c.id))
        return [Acceptance(*row) for row in rows]
