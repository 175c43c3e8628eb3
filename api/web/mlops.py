"""The first page of MLOps: what is in service, what is wrong, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, get_args

from fastapi import APIRouter
from starlette.responses import Response

from api.web.mlops_service import latencies
from api.web.mlops_told import drift_words, shadow_words
from api.web.mlops_words import (
    DONE,
    FAULTS,
    JOB_KINDS,
    JOB_STATES,
    JOB_TONES,
)
from api.web.visiting import PageRoute, Visit, opened_to
from data.store import Store
from data.store.jobs import Job, all_jobs
from data.store.models import (
    AliasEvent,
    ModelVersion,
    alias_version,
    find_version,
    newest_event,
)
from data.store.monitoring import CheckEntry, Episode, Level, checks_of, episodes_of
from data.store.shadow import Assignment, assignments_of
from data.store.shadow_reports import ReportEntry, latest_report
from scoring.registry import CHAMPION
from scoring.switching import proposal, suspension

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/mlops")
LEVELS = get_args(Level)
MOST_JOBS, MOST_EPISODES, MOST_ROUTES = 6, 6, 4


@dataclass(frozen=True)
class Glance:
    """How things stand. ``since``: the change that brought the champion.

    ``shadows``: challengers that run in shadow, each with its newest report.
    """

    champion: ModelVersion | None
    since: AliasEvent | None
    suspended: AliasEvent | None
    proposed: AliasEvent | None
    shadows: tuple[tuple[Assignment, ReportEntry | None], ...]
    checked: CheckEntry | None
    episodes: Sequence[Episode]
    jobs: Sequence[Job]


def glance(store: Store, now: datetime) -> Glance:
    """How things stand in ``store``. Raises StoreError."""
    version = alias_version(store, CHAMPION)
    checked = checks_of(store, version, 1) if version else []
    opened = episodes_of(store, version, open_only=True)
    running = [a for a in assignments_of(store) if a.stopped_at is None]
    return Glance(
        champion=find_version(store, version) if version else None,
        since=newest_event(store, CHAMPION, ("promote", "rollback")),
        suspended=suspension(store),
        proposed=proposal(store, now),
        shadows=tuple(
            (a, latest_report(store, version, a.challenger) if version else None) for a in running
        ),
        checked=checked[0] if checked else None,
        episodes=sorted(opened, key=lambda e: -LEVELS.index(e.level))[:MOST_EPISODES],
        jobs=all_jobs(store, limit=MOST_JOBS),
    )


@router.get("")
async def overview(visit: Annotated[Visit, opened_to("models:read")]) -> Response:
    """What is in service and whether it is well."""
    found: Glance = await visit.ask(partial(glance, now=visit.now))
    serving = visit.service.champion.find()
    return visit.page(
        "mlops/overview.html",
        now=found,
        serving=serving.scorer.version if serving else None,
        failing=visit.service.champion.watcher.failure is not None,
        faults=await visit.service.readiness.faults(),
        faults_told=FAULTS,
        routes=latencies(visit.service.metrics.traffic())[:MOST_ROUTES],
        may_change=visit.asker.may("models:write"),
        done=DONE.get(visit.request.query_params.get("done", "")),
        kinds=JOB_KINDS,
        states=JOB_STATES,
        job_tones=JOB_TONES,
        **drift_words(visit),
        **shadow_words(visit),
    )
