"""What people do to the champion: each with a reason and a step to confirm it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from starlette.responses import RedirectResponse, Response

from api.auth import Principal
from api.model_changes import (
    REASON_CHARACTERS,
    promoted,
    resumed,
    retrained,
    rolled_back,
    suspended,
)
from api.problems import Problem
from api.service import Service
from api.web.mlops_gates import candidate
from api.web.mlops_words import GATES
from api.web.translations import mark
from api.web.visiting import PageRoute, Visit, opened_to
from data.store import Store
from data.store.models import alias_version, find_version
from fairness.gate import SHORTEST_REASON
from scoring.registry import CHAMPION
from scoring.switching import suspension

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/mlops")
Changer = Annotated[Visit, opened_to("models:write")]
Version = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}-[0-9a-f]{12}$")]
Change = Literal["suspend", "resume", "rollback", "retrain"]

TITLES: dict[Change, str] = {
    "suspend": mark("Suspend the model"),
    "resume": mark("Let the model decide again"),
    "rollback": mark("Roll back"),
    "retrain": mark("Retrain"),
}
MEANINGS: dict[Change, str] = {
    "suspend": mark(
        "From now on no model decides: every application is referred to a person, on every "
        "server, within two seconds. It ends when somebody resumes."
    ),
    "resume": mark("The champion decides again, on every server, within two seconds."),
    "rollback": mark(
        "The champion before takes the place of this one. It needs one person and no gates: "
        "that version has passed them."
    ),
    "retrain": mark(
        "The worker makes a new version from what has become of the loans since, audits it for "
        "fairness and lets it run in shadow. Nothing is promoted."
    ),
}


@router.get("/models/{version}/promote")
async def promotion(visit: Changer, version: Version) -> Response:
    """The gates of ``version``, and the form to propose it or to agree."""
    return await _promotion(visit, version, {})


@router.post("/models/{version}/promote")
async def promote(visit: Changer, version: Version) -> Response:
    """Ask once more, then propose ``version`` or agree to it."""
    form = await visit.form()
    if len(form.get("reason", "")) < SHORTEST_REASON:
        return await _promotion(visit, version, form, error="short")
    if "confirmed" not in form:
        return await _promotion(visit, version, form)
    try:
        done = await promoted(visit.service, visit.asker, version, _reason(form))
    except Problem as problem:
        if problem.slug != "model-change-refused":
            raise
        return await _promotion(visit, version, {}, refused=problem.told(visit.language))
    told = "proposed" if done.state == "proposed" else "promoted"
    return RedirectResponse(f"/mlops?done={told}", 303)


@router.get("/change/{change}")
async def change_page(visit: Changer, change: Change) -> Response:
    """The form for one change of the champion."""
    return await _change(visit, change, {})


@router.post("/change/{change}")
async def change_champion(visit: Changer, change: Change) -> Response:
    """Ask once more, then do it."""
    form = await visit.form()
    if not form.get("reason"):
        return await _change(visit, change, form, error="none")
    if "confirmed" not in form:
        return await _change(visit, change, form)
    try:
        told = await _do(visit.service, visit.asker, change, _reason(form))
    except Problem as problem:
        if problem.slug != "model-change-refused":
            raise
        return await _change(visit, change, {}, refused=problem.told(visit.language))
    return RedirectResponse(f"/mlops?done={told}", 303)


async def _do(service: Service, asker: Principal, change: Change, reason: str) -> str:
    """Make the change; the key of what is told of it."""
    if change == "suspend":
        await suspended(service, asker, reason)
        return "suspended"
    if change == "resume":
        await resumed(service, asker, reason)
        return "resumed"
    if change == "rollback":
        await rolled_back(service, asker, reason)
        return "rolled-back"
    await retrained(service, asker, reason)
    return "retrain"


async def _promotion(
    visit: Visit,
    version: str,
    form: dict[str, str],
    error: str | None = None,
    refused: str | None = None,
) -> Response:
    registry, settings = visit.service.champion.watcher.registry, visit.service.settings
    if await visit.ask(partial(find_version, version=version)) is None:
        raise Problem("not-found")
    ask = partial(candidate, registry, version, visit.asker.key_id, settings, visit.now)
    found = await asyncio.to_thread(ask)
    return visit.page(
        "mlops/promote.html",
        _status(error, refused),
        found=found,
        gates=GATES,
        step=_step(form, error),
        **_asked(form, error, refused),
        shortest=SHORTEST_REASON,
    )


async def _change(
    visit: Visit,
    change: Change,
    form: dict[str, str],
    error: str | None = None,
    refused: str | None = None,
) -> Response:
    champion, is_suspended = await visit.ask(_state)
    return visit.page(
        "mlops/change.html",
        _status(error, refused),
        change=change,
        title=TITLES[change],
        meaning=MEANINGS[change],
        champion=champion,
        suspended=is_suspended,
        step=_step(form, error),
        **_asked(form, error, refused),
    )


def _state(store: Store) -> tuple[str | None, bool]:
    return alias_version(store, CHAMPION), suspension(store) is not None


def _status(error: str | None, refused: str | None) -> int:
    return 422 if error else 409 if refused else 200


def _step(form: dict[str, str], error: str | None) -> str:
    return "confirm" if form and error is None else "ask"


def _asked(form: dict[str, str], error: str | None, refused: str | None) -> dict[str, Any]:
    return {
        "reason": form.get("reason", ""),
        "error": error,
        "refused": refused,
        "longest": REASON_CHARACTERS,
    }


def _reason(form: dict[str, str]) -> str:
    return form["reason"][:REASON_CHARACTERS]
