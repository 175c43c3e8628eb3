"""Stored decisions: what was asked, what was answered and by which model."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, insert, select

from data.store.engine import Store
from data.store.tables import decisions


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    ``request`` is what was asked and ``record`` what was answered beyond the other fields, both
    as the bytes of a JSON document; ``pd`` and ``log_odds`` come back to the last bit (SQLite
    only forgets the sign of a zero).
    """

    decision_id: str
    created_at: datetime
    key_id: str
    branch: str | None
    officer: str | None
    application_id: str
    applicant_id: str
    model_version: str
    contract_hash: str
    policy_version: str
    pd: float
    log_odds: float
    points: int
    band: str
    recommendation: str
    request: bytes
    record: bytes


_FIELDS = tuple(field.name for field in fields(Decision))
_SELECT = select(*(decisions.c[name] for name in _FIELDS))
_INSERT = insert(decisions)


def insert_decisions(connection: Connection, rows: Sequence[Decision]) -> None:
    """Insert ``rows`` in their order, in the caller's transaction."""
    if rows:
        values = [{name: getattr(row, name) for name in _FIELDS} for row in rows]
        connection.execute(_INSERT, values)


def find_decision(store: Store, decision_id: str) -> Decision | None:
    """The decision with this id, if there is one. Raises StoreError."""
    with store.read() as connection:
        query = _SELECT.where(decisions.c.decision_id == decision_id)
        row = connection.execute(query).one_or_none()
    return Decision(*row) if row else None


def recent_decisions(store: Store, branch: str | None = None, limit: int = 100) -> list[Decision]:
    """The newest decisions first, of one branch or of all. Raises StoreError."""
    query = _SELECT.order_by(decisions.c.sequence.desc()).limit(limit)
    if branch is not None:
        query = query.where(decisions.c.branch == branch)
    with store.read() as connection:
        return [Decision(*row) for row in connection.execute(query)]
