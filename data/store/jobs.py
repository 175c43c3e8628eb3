"""Jobs: what is due once, who works on it, and what came of it.

A job is taken under a lease. Whoever takes it renews the lease while working; when the lease runs
out (the process was killed), somebody else takes the job. ``attempts`` tells the takings apart: one
who has lost a job can neither finish nor renew it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from data.store.chain import entry_bytes
from data.store.engine import RowRefusedError, Store
from data.store.ledger import record
from data.store.tables import jobs

EVENT = "job"
"""Kind of the event on the audit chain that a person asked for a job."""
MOST_ATTEMPTS = 3
"""Takings after which a job that always ends its worker is given up."""
GIVEN_UP = f"its worker ended without a word {MOST_ATTEMPTS} times"

State = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Job:
    """One job. ``slot`` names the one time it is for; ``arguments`` and ``result`` are JSON."""

    id: int
    kind: str
    slot: str
    arguments: Mapping[str, Any]
    due_at: datetime
    state: State
    worker: str | None
    lease_until: datetime | None
    attempts: int
    started_at: datetime | None
    finished_at: datetime | None
    result: Mapping[str, Any] | None
    error: str | None


_SELECT = select(*(jobs.c[field.name] for field in fields(Job)))


def enqueue(
    store: Store, kind: str, slot: str, arguments: Mapping[str, Any], due_at: datetime
) -> bool:
    """Enter a job once; False when the kind has had this slot already. Raises StoreError."""
    try:
        with store.write() as connection:
            return _enter(connection, kind, slot, arguments, due_at)
    except RowRefusedError:  # somebody else was as quick
        return False


def ask(
    store: Store, kind: str, slot: str, arguments: Mapping[str, Any], by: str, now: datetime
) -> bool:
    """Enter a job that a person asks for, and put that on the audit chain in one transaction.

    The event names ``by`` and the slot; it has no more than a SHA-256 of the ``arguments``, as
    these may hold free text. False, and no event, when the kind has had this slot already.
    Raises StoreError.
    """
    digest = sha256(entry_bytes(arguments)).hexdigest()
    told = {"action": "asked", "kind": kind, "actor": by, "arguments": digest}
    try:
        with store.write() as connection:
            entered = _enter(connection, kind, slot, arguments, now)
            if entered:
                record(connection, EVENT, slot, told)
            return entered
    except RowRefusedError:
        return False


def _enter(
    connection: Connection, kind: str, slot: str, arguments: Mapping[str, Any], due_at: datetime
) -> bool:
    here = select(jobs.c.id).where(jobs.c.kind == kind, jobs.c.slot == slot)
    if connection.execute(here).first():
        return False
    row = {"kind": kind, "slot": slot, "arguments": dict(arguments), "due_at": due_at}
    connection.execute(insert(jobs).values(**row, state="waiting", attempts=0))
    return True


def take(
    store: Store, kinds: Collection[str], worker: str, now: datetime, lease: timedelta
) -> Job | None:
    """The job of ``kinds`` that has been due for longest, now running under a lease.

    A job whose lease ran out is due again; after MOST_ATTEMPTS takings it has failed. None when
    nothing is due. Two who ask at once get different jobs. Raises StoreError.
    """
    waiting = and_(jobs.c.state == "waiting", jobs.c.due_at <= now)
    lost = and_(jobs.c.state == "running", jobs.c.lease_until <= now)
    due = (
        _SELECT.where(jobs.c.kind.in_(kinds), or_(waiting, lost))
        .order_by(jobs.c.due_at, jobs.c.id)
        .with_for_update(skip_locked=True)
    )
    with store.write() as connection:
        for row in connection.execute(due).all():
            job = Job(*row)
            if job.attempts >= MOST_ATTEMPTS:
                _change(connection, job, state="failed", error=GIVEN_UP, finished_at=now)
                continue
            taken = {"state": "running", "worker": worker, "attempts": job.attempts + 1}
            _change(connection, job, **taken, lease_until=now + lease, started_at=now, error=None)
            return Job(*connection.execute(_SELECT.where(jobs.c.id == job.id)).one())
    return None


def renew(store: Store, job: Job, now: datetime, lease: timedelta) -> bool:
    """Keep a taken job; False when somebody else has it. Raises StoreError."""
    return _end(store, job, lease_until=now + lease)


def finish(store: Store, job: Job, result: Mapping[str, Any], now: datetime) -> bool:
    """Keep the result of a taken job; False when somebody else has it. Raises StoreError."""
    return _end(store, job, state="done", result=dict(result), finished_at=now, lease_until=None)


def fail(
    store: Store, job: Job, error: str, now: datetime, again_at: datetime | None = None
) -> bool:
    """Keep why a taken job failed; with ``again_at`` it waits until then, if it may try again.

    False when somebody else has it. Raises StoreError.
    """
    if again_at is not None and job.attempts < MOST_ATTEMPTS:
        ended: dict[str, Any] = {"state": "waiting", "due_at": again_at}
    else:
        ended = {"state": "failed", "finished_at": now}
    return _end(store, job, **ended, error=error, lease_until=None)


def give_back(store: Store, job: Job) -> bool:
    """Leave a taken job to others as if it had not been taken. Raises StoreError."""
    return _end(store, job, state="waiting", attempts=job.attempts - 1, lease_until=None)


def all_jobs(store: Store, kind: str | None = None, limit: int = 100) -> list[Job]:
    """The newest jobs first, of one kind or of all. Raises StoreError."""
    query = _SELECT.order_by(jobs.c.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(jobs.c.kind == kind)
    with store.read() as connection:
        return [Job(*row) for row in connection.execute(query)]


def forget_jobs(store: Store, kind: str, before: datetime) -> int:
    """Delete jobs of ``kind`` that ended before then; return how many. Raises StoreError."""
    old = (jobs.c.kind == kind) & (jobs.c.finished_at < before)
    with store.write() as connection:
        return connection.execute(delete(jobs).where(old)).rowcount


def _end(store: Store, job: Job, **values: Any) -> bool:
    with store.write() as connection:
        return _change(connection, job, **values)


def _change(connection: Connection, job: Job, **values: Any) -> bool:
    """Change the row if it still is as ``job`` says."""
    same = and_(
        jobs.c.id == job.id,
        jobs.c.state == job.state,
        jobs.c.attempts == job.attempts,
        jobs.c.worker.is_not_distinct_from(job.worker),
    )
    return connection.execute(update(jobs).where(same).values(**values)).rowcount == 1
