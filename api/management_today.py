"""The last 24 hours and what waits now, for the page of those who lead; made each hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
from sqlalchemy import Connection, func, select

from api.management_figures import TODAY, Probes, Queue, Today, share, spread
from api.schedule import PROBE_MINUTES, Work
from data.store import Store
from data.store.jobs import Job, all_jobs, forget_jobs
from data.store.summaries import forget_summaries, keep_summary
from data.store.tables import decisions
from data.store.tables_officers import appeal_resolutions, appeals, human_decisions

DAY, MONTH = timedelta(days=1), timedelta(days=28)
KEPT = timedelta(days=90)
"""How long summaries are kept."""
PATIENCE = timedelta(days=2)
"""A referral that waits for longer is late."""
_TIMEOUT = 10.0


def probe(work: Work) -> Mapping[str, Any]:
    """Ask the server at ``probe_url`` whether it can work, and how long the answer takes.

    An answer that says no, or none, is no failure of the job: it is what is to be known.
    """
    request = Request(f"{work.settings.probe_url}/readyz")  # noqa: S310  (the operator's setting)
    began = monotonic()
    try:
        with urlopen(request, timeout=_TIMEOUT) as reply:  # noqa: S310
            reply.read(10_000)
        ready = True
    except HTTPError as error:
        error.close()
        ready = False
    except OSError:
        ready = False
    return {"ready": ready, "milliseconds": round(1000 * (monotonic() - began), 1)}


def run(work: Work) -> Mapping[str, Any]:
    """The hourly job. Raises StoreError."""
    made = today(work.store, work.now, probed=work.settings.probe_url is not None)
    keep_summary(work.store, TODAY, work.now, made.model_dump_json().encode())
    forget_summaries(work.store, TODAY, work.now - MONTH)
    forget_jobs(work.store, "probe", work.now - MONTH - DAY)
    return {"decisions": sum(made.decisions.values()), "referrals": made.referrals.waiting}


def today(store: Store, now: datetime, *, probed: bool) -> Today:
    """The figures as of ``now``; ``probed``: whether the server is asked. Raises StoreError."""
    asked = _probes(store, now - MONTH) if probed else []
    with store.read() as connection:
        return Today(
            made_at=now,
            since=now - DAY,
            decisions=_recommended(connection, now),
            usual=_usual(connection, now),
            referrals=_referrals(connection, now),
            appeals=_appeals(connection, now),
            day=_summed(asked, now - DAY, now) if probed else None,
            month=_summed(asked, now - MONTH, now) if probed else None,
        )


def _recommended(connection: Connection, now: datetime) -> dict[str, int]:
    d = decisions.c
    query = select(d.recommendation, func.count()).where(d.created_at >= now - DAY)
    query = query.where(d.created_at < now).group_by(d.recommendation)
    return {name: int(n) for name, n in connection.execute(query)}


def _usual(connection: Connection, now: datetime) -> Any:
    """Decisions of each of the 28 days before the last 24 hours, since the first decision."""
    d, counts = decisions.c, []
    first = connection.execute(select(func.min(d.created_at))).scalar()
    for back in range(1, MONTH.days + 1):
        start, end = now - (back + 1) * DAY, now - back * DAY
        if first is None or start < first:
            break
        query = select(func.count()).where(d.created_at >= start, d.created_at < end)
        counts.append(float(connection.execute(query).scalar_one()))
    return spread(counts)


def _referrals(connection: Connection, now: datetime) -> Queue:
    """Reviews and referrals of the last 28 days on which no person decided yet."""
    d, h = decisions.c, human_decisions.c
    open_ones = (
        select(d.created_at)
        .where(
            d.created_at >= now - MONTH,
            d.recommendation.in_(("review", "refer")),
            ~select(h.id).where(h.decision_id == d.decision_id).exists(),
        )
        .order_by(d.created_at)
    )
    times = list(connection.execute(open_ones).scalars())
    late = sum(at < now - PATIENCE for at in times)
    return Queue(waiting=len(times), late=late, first=times[0] if times else None)


def _appeals(connection: Connection, now: datetime) -> Queue:
    a, r = appeals.c, appeal_resolutions.c
    query = select(a.due_at).where(~select(r.id).where(r.appeal_id == a.appeal_id).exists())
    due = list(connection.execute(query.order_by(a.due_at)).scalars())
    return Queue(waiting=len(due), late=sum(at < now for at in due), first=due[0] if due else None)


def _probes(store: Store, since: datetime) -> list[Job]:
    most = MONTH.days * 24 * 60 // PROBE_MINUTES
    return [job for job in all_jobs(store, "probe", most) if job.due_at >= since]


def _summed(asked: Sequence[Job], start: datetime, end: datetime) -> Probes:
    """What came of the probes that were due between; those that nobody asked are not counted."""
    found = [job.result for job in asked if start <= job.due_at < end and job.result]
    times = [float(result["milliseconds"]) for result in found if result["ready"]]
    return Probes(
        times=int((end - start) / timedelta(minutes=PROBE_MINUTES)),
        answered=share(len(times), len(found)),
        milliseconds=spread(times),
        slow=float(np.quantile(times, 0.95)) if times else None,
    )
