"""The jobs of the workers: what is due, what runs, what came of it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from re import fullmatch
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import func, select
from starlette.responses import Response

from api.web.mlops_words import FAULT, GIVEN_UP, JOB_KINDS, JOB_STATES, JOB_TONES
from api.web.translations import Words, words_of
from api.web.visiting import PageRoute, Visit, opened_to
from data.store import Store
from data.store.jobs import MOST_ATTEMPTS, Job, all_jobs
from data.store.tables import jobs

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/mlops/jobs")
MOST = 50
AskedKind = Annotated[str | None, Query(pattern=r"^[a-z-]{0,64}$")]


@router.get("")
async def listed(
    visit: Annotated[Visit, opened_to("monitor:read")], kind: AskedKind = None
) -> Response:
    """The newest jobs, of one kind or of all."""
    asked = partial(_jobs, kind=kind or None, now=visit.now)
    found, kinds, waiting = await visit.ask(asked)
    return visit.page(
        "mlops/jobs.html",
        jobs=found,
        kind=kind,
        present=kinds,
        waiting=waiting,
        kinds=JOB_KINDS,
        states=JOB_STATES,
        job_tones=JOB_TONES,
        said=partial(said, words_of(visit.language)),
        most=MOST,
        attempts=MOST_ATTEMPTS,
        now=visit.now,
        may_change=visit.asker.may("models:write"),
    )


def said(words: Words, text: str) -> str:
    """What a job says of itself, in the language of ``words`` where that is known."""
    if given_up := fullmatch(GIVEN_UP % {"n": r"(\d+)"}, text):
        return words.gettext(GIVEN_UP) % {"n": given_up[1]}
    if fault := fullmatch(r"it ended by a fault of the program \((\w+)\)", text):
        return words.gettext(FAULT) % {"fault": fault[1]}
    return words.gettext(text)


def _jobs(store: Store, kind: str | None, now: datetime) -> tuple[list[Job], list[str], int]:
    """Jobs, all kinds that ever were, and how many are due and wait."""
    due = (jobs.c.state == "waiting") & (jobs.c.due_at <= now)
    with store.read() as connection:
        kinds = list(connection.execute(select(jobs.c.kind).distinct()).scalars())
        waiting = connection.execute(select(func.count()).select_from(jobs).where(due)).scalar_one()
    return all_jobs(store, kind, MOST), sorted(kinds), waiting
