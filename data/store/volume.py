"""How many applications were decided on, counted in the store."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, distinct, func, select

from data.store.engine import Store
from data.store.tables import decisions

Span = tuple[datetime, datetime]


def applications_scored(store: Store, contract_hash: str, spans: Sequence[Span]) -> list[int]:
    """Applications scored under a contract in each span, its end excluded. Raises StoreError."""
    scored = (decisions.c.contract_hash == contract_hash) & decisions.c.pd.is_not(None)
    return _counted(store, scored, spans)


def applications_unread(store: Store, span: Span) -> int:
    """Applications of a span without a score or without content, erased. Raises StoreError."""
    return _counted(store, decisions.c.pd.is_(None) | decisions.c.sealed.is_(None), [span])[0]


def _counted(store: Store, which: ColumnElement[bool], spans: Sequence[Span]) -> list[int]:
    at = decisions.c.created_at
    query = select(func.count(distinct(decisions.c.application))).where(which)
    with store.read() as connection:
        found = [connection.execute(query.where(at >= a, at < b)).scalar_one() for a, b in spans]
    return [int(n) for n in found]
