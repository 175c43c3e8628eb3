"""Pairs of scores: one decision, and what a challenger would have made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from data.store.decisions import Decision, decision_of
from data.store.engine import Store
from data.store.shadow import Assignment, still
from data.store.tables import decisions
from data.store.tables_shadow import shadow_assignments, shadow_pairs
from data.vault import Vault


@dataclass(frozen=True, slots=True)
class Pair:
    """One row; see ``tables_shadow``. All of the challenger's is None where there is an error."""

    position: int
    challenger: str
    decision_id: str
    champion: str
    made_at: datetime
    replayed: bool
    error: str | None
    champion_features: bytes | None
    challenger_features: bytes | None
    champion_pd: float
    champion_log_odds: float
    champion_recommendation: str
    champion_reason: str | None
    challenger_pd: float | None = None
    challenger_log_odds: float | None = None
    challenger_recommendation: str | None = None
    challenger_reason: str | None = None
    propensity: float | None = None
    latency_ms: float | None = None
    cpu_ms: float | None = None


class About(NamedTuple):
    """What the store says openly of the decision of a pair; ``applicant`` is a pseudonym."""

    created_at: datetime
    applicant: str
    application: str
    readable: bool


COLUMNS = tuple(field.name for field in fields(Pair))
_P, _D = shadow_pairs.c, decisions.c
_READ = 5_000


def following(
    store: Store, vault: Vault, after: int, limit: int, since: datetime | None = None
) -> tuple[list[tuple[int, Decision]], int]:
    """Readable decisions with their positions after ``after``, and how far this has looked.

    At most ``limit`` decisions, left out: erased ones, those of a suspended model, those made
    before ``since``.
    Raises StoreError, VaultError.
    """
    query = select(decisions).where(_D.position > after).order_by(_D.position).limit(limit)
    query = query.where(_D.pd.is_not(None))
    if since is not None:
        query = query.where(_D.created_at >= since)
    with store.read() as connection:
        rows = connection.execute(query).all()
    found = [(row.position, decision_of(row, vault)) for row in rows if row.sealed is not None]
    return found, rows[-1].position if rows else after


def waiting(store: Store, after: int, since: datetime | None = None) -> int:
    """How many decisions ``following`` has not given yet. Raises StoreError."""
    query = select(func.count()).select_from(decisions).where(_D.position > after)
    query = query.where(_D.pd.is_not(None))
    if since is not None:
        query = query.where(_D.created_at >= since)
    with store.read() as connection:
        return int(connection.execute(query).scalar_one())


def advance(
    store: Store,
    assignment: Assignment,
    pairs: Sequence[Pair],
    position: int,
    now: datetime,
    lease: timedelta,
) -> bool:
    """Keep ``pairs`` and that all up to ``position`` is done, in one transaction.

    False, and nothing is kept, when somebody else has the assignment or it was stopped.
    Raises StoreError.
    """
    with store.write() as connection:
        moved = {"position": position, "lease_until": now + lease}
        row = update(shadow_assignments).where(still(assignment)).values(**moved)
        if connection.execute(row).rowcount != 1:
            return False
        keep(connection, pairs)
    return True


def keep(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Insert ``pairs`` in the caller's transaction.

    One that is there stays as it is; one whose decision was erased meanwhile is left out.
    """
    if not pairs:
        return
    places = [pair.position for pair in pairs]
    held = (
        select(_D.position)
        .where(_D.position.between(min(places), max(places)), _D.sealed.is_not(None))
        .with_for_update(read=True)
    )
    readable = set(connection.execute(held).scalars())
    rows = [{n: getattr(p, n) for n in COLUMNS} for p in pairs if p.position in readable]
    if rows:
        connection.execute(_insert(connection, shadow_pairs), rows)


def _insert(connection: Connection, table: Table) -> Any:
    """An insert that leaves rows alone which are there."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table).on_conflict_do_nothing()


def pairs_between(
    store: Store,
    champion: str,
    challenger: str,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Iterator[tuple[Pair, About]]:
    """All pairs of two versions about decisions from ``start`` until before ``end``, in order.

    Raises StoreError.
    """
    wanted = (
        select(*(_P[name] for name in COLUMNS),
               _D.created_at, _D.applicant, _D.application, _D.sealed.is_not(None))
        .join(decisions, _D.position == _P.position)
        .where(_P.challenger == challenger, _P.champion == champion)
        .order_by(_P.position)
        .limit(_READ)
    )  # fmt: skip
    if start is not None:
        wanted = wanted.where(_D.created_at >= start)
    if end is not None:
        wanted = wanted.where(_D.created_at < end)
    last = -1
    while True:
        with store.read() as connection:
            rows = connection.execute(wanted.where(_P.position > last)).all()
        for row in rows:
            yield Pair(*row[: len(COLUMNS)]), About(*row[len(COLUMNS) :])
        if len(rows) < _READ:
            return
        last = rows[-1].position


def decided_ids(
    store: Store,
    champion: str,
    positions: tuple[int, int],
    times: tuple[datetime | None, datetime | None],
) -> list[tuple[int, str]]:
    """Position and id of readable decisions of ``champion``: after the first position, up to the
    second, from the first time until before the second (None: any). Raises StoreError."""
    query = select(_D.position, _D.decision_id).where(
        _D.model_version == champion,
        _D.position > positions[0],
        _D.position <= positions[1],
        _D.sealed.is_not(None),
        _D.pd.is_not(None),
    )
    start, end = times
    if start is not None:
        query = query.where(_D.created_at >= start)
    if end is not None:
        query = query.where(_D.created_at < end)
    with store.read() as connection:
        return [(row.position, row.decision_id) for row in connection.execute(query)]


def pairs_of_person(store: Store, person: str) -> list[Pair]:
    """All pairs about the pseudonym ``person``, oldest first. Raises StoreError."""
    query = (
        select(*(_P[name] for name in COLUMNS))
        .join(decisions, _D.position == _P.position)
        .where(_D.applicant == person)
        .order_by(_P.position, _P.challenger)
    )
    with store.read() as connection:
        return [Pair(*row) for row in connection.execute(query)]
