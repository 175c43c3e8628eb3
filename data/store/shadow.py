"""Who runs in shadow: challengers with their shares, and how far each has followed the store.

What is promised about a comparison (its share, how it will be looked at, its margins) is written
before the first pair and put on the audit chain; nothing changes it afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, insert, or_, select, update

from data.errors import RegistryError
from data.store.attested import SHADOWS
from data.store.engine import RowRefusedError, Store
from data.store.ledger import Ledger
from data.store.tables import decisions
from data.store.tables_shadow import shadow_assignments

Plan = Literal["daily", "fixed"]
"""How the comparison may be looked at: any day, or at numbers of bad loans fixed in advance."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is fixed before the data: share of the traffic (0 to 1), plan, and margins by metric."""

    share: float
    plan: Plan
    margins: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A challenger in shadow; ``position``: how far on the chain its pairs are made."""

    id: int
    challenger: str
    share: float
    plan: Plan
    margins: Mapping[str, float]
    start_position: int
    position: int
    actor: str
    started_at: datetime
    stopped_at: datetime | None
    worker: str | None
    lease_until: datetime | None

    @property
    def terms(self) -> Terms:
        """What was fixed at its start."""
        return Terms(self.share, self.plan, self.margins)


_C = shadow_assignments.c
_SELECT = select(*(_C[field.name] for field in fields(Assignment)))
_RUNNING = _C.stopped_at.is_(None)


def start(
    store: Store, ledger: Ledger, challenger: str, terms: Terms, actor: str, now: datetime
) -> Assignment:
    """Let ``challenger`` (registered) follow all decisions from now on.

    Raises RegistryError when it does already, StoreError.
    """
    try:
        with store.write() as connection:
            here = ledger.lock(connection).position
            row: dict[str, Any] = {
                "challenger": challenger,
                "share": terms.share,
                "plan": terms.plan,
                "margins": dict(terms.margins),
                "start_position": here,
                "position": here,
                "actor": actor,
                "started_at": now,
            }
            connection.execute(insert(shadow_assignments).values(**row))
            told = {k: row[k] for k in ("share", "plan", "margins", "actor")}
            entry = {"action": "start", **told, **SHADOWS.entry([row])}
            ledger.record(connection, SHADOWS.kind, challenger, entry)
            query = _SELECT.where(_C.challenger == challenger, _RUNNING)
            return Assignment(*connection.execute(query).one())
    except RowRefusedError:
        raise RegistryError(
            f"{challenger} cannot be started: it runs in shadow already, or is not registered"
        ) from None


def stop(store: Store, ledger: Ledger, challenger: str, actor: str, now: datetime) -> Assignment:
    """End the shadow of ``challenger``; its pairs stay.

    Raises RegistryError when it does not run, StoreError.
    """
    with store.write() as connection:
        ledger.lock(connection)
        query = _SELECT.where(_C.challenger == challenger, _RUNNING)
        row = connection.execute(query.with_for_update()).one_or_none()
        if row is None:
            raise RegistryError(f"{challenger} does not run in shadow; see microscore shadow list")
        ended = update(shadow_assignments).where(_C.id == row.id).values(stopped_at=now)
        connection.execute(ended)
        entry = {"action": "stop", "actor": actor}
        ledger.record(connection, SHADOWS.kind, challenger, entry)
        return Assignment(*connection.execute(_SELECT.where(_C.id == row.id)).one())


def assignments_of(store: Store, challenger: str | None = None) -> list[Assignment]:
    """The newest first, of one challenger or of all. Raises StoreError."""
    query = _SELECT.order_by(_C.id.desc())
    if challenger is not None:
        query = query.where(_C.challenger == challenger)
    with store.read() as connection:
        return [Assignment(*row) for row in connection.execute(query)]


def take(store: Store, worker: str, now: datetime, lease: timedelta) -> Assignment | None:
    """The running challenger that is farthest behind, now under a lease of ``worker``.

    None when all are up to date or in the hands of others. Raises StoreError.
    """
    last = select(func.coalesce(func.max(decisions.c.position), 0)).scalar_subquery()
    free = or_(_C.lease_until.is_(None), _C.lease_until <= now, _C.worker == worker)
    query = (
        _SELECT.where(_RUNNING, _C.position < last, free)
        .order_by(_C.position, _C.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with store.write() as connection:
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        held = {"worker": worker, "lease_until": now + lease}
        connection.execute(update(shadow_assignments).where(_C.id == row.id).values(**held))
        return Assignment(*connection.execute(_SELECT.where(_C.id == row.id)).one())


def still(assignment: Assignment) -> ColumnElement[bool]:
    """That the row is as it was taken: same worker, same position, not stopped."""
    return (
        (_C.id == assignment.id)
        & (_C.worker == assignment.worker)
        & (_C.position == assignment.position)
        & _RUNNING
    )


def release(store: Store, assignment: Assignment) -> None:
    """Leave a taken challenger to others. Raises StoreError."""
    with store.write() as connection:
        mine = (_C.id == assignment.id) & (_C.worker == assignment.worker)
        free = {"worker": None, "lease_until": None}
        connection.execute(update(shadow_assignments).where(mine).values(**free))
