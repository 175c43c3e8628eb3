"""The officer's pages: the list of applications, the form and the outbox."""

from functools import partial
from typing import Annotated
from uuid import uuid4

import orjson
from fastapi import APIRouter, Query
from sqlalchemy import ColumnElement
from starlette.responses import RedirectResponse, Response

from api.appeals import appeals_waiting
from api.clock import utc_now
from api.deciding import decide_one
from api.problems import Problem
from api.serving import Serving
from api.web import assets
from api.web.forms import GENERAL, body_of, consents_of, errors_of, parts
from api.web.translations import mark, words_of
from api.web.visiting import PageRoute, Visit, opened_to
from data.store import Store
from data.store.consents import SCORING, Purpose, history, newest, say
from data.store.decisions import Decision
from data.store.human_decisions import Outcome, histories
from data.store.ledger import Ledger
from data.store.tables import decisions
from data.store.tables_people import BY_PERSON

PAGE = 20
"""Applications on one page of the list."""
MOST_APPEALS = 5
OUTCOMES: dict[Outcome, str] = {
    "approve": mark("Approve"),
    "decline": mark("Decline"),
    "refer": mark("Pass on to someone else"),
}
router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/officer")
Officer = Annotated[Visit, opened_to("score:write")]
Reader = Annotated[Visit, opened_to("scores:read")]

WORKER_HEADERS = {
    "cache-control": "no-cache",
    "service-worker-allowed": "/officer",
    "content-security-policy": "default-src 'none'; connect-src 'self'",
}
FAILURES = {
    "idempotency-key-reused": mark("This form was sent before with other answers. Send it again."),
    "score-budget-spent": mark("The scores of today are used up. Try again tomorrow."),
    "probing-stopped": mark(
        "This client was scored with too many different answers today. Try again tomorrow."
    ),
    "no-champion": mark("No model is in service. Try again in a few minutes."),
    "store-unavailable": mark("The server cannot store the decision now. Send the form again."),
    "forbidden": mark("This application belongs to another branch."),
}


@router.get("")
async def applications(
    visit: Reader,
    of: str = "mine",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """The officer's own applications, or all of the branch, newest first."""
    asker = visit.asker
    if of == "branch":
        which = decisions.c.branch == asker.branch
    else:
        which = BY_PERSON & (decisions.c.key_id == asker.key_id)
    found, decided = await visit.ask(partial(_listed, visit.service.ledger, which, before))
    more = found[PAGE - 1][0] if len(found) > PAGE else None
    open_appeals = []
    if before is None and (asker.branch is not None or asker.may("oversight:read")):
        open_appeals = await appeals_waiting(visit.service, asker.branch, MOST_APPEALS)
    return visit.page(
        "officer/list.html",
        of=of,
        listed=[decision for _, decision in found[:PAGE]],
        decided=decided,
        outcomes=OUTCOMES,
        appeals=open_appeals,
        more=more,
        first=before is None,
    )


def _listed(
    ledger: Ledger, which: ColumnElement[bool], before: int | None, store: Store
) -> tuple[list[tuple[int, Decision]], dict[str, Outcome]]:
    """A page of decisions and one more, and what people decided on them."""
    found = ledger.page(which, PAGE + 1, before)
    past = histories(store, [decision.decision_id for _, decision in found])
    return found, {name: decided[-1].outcome for name, decided in past.items()}


@router.get("/new")
async def form(visit: Officer) -> Response:
    """The empty form of the contract in service."""
    return _form(visit, visit.service.champion.get(), {"key": str(uuid4())}, {})


@router.post("/new")
async def apply(visit: Officer) -> Response:
    """Decide on what the form holds, or show it again with what is wrong beside each field."""
    values = await visit.form()
    serving = visit.service.champion.get()
    contract = serving.intake.contract
    officer = visit.visitor.person.login if visit.visitor else ""
    key = values["key"] = values.get("key") or str(uuid4())
    body = body_of(contract, values, visit.writing, officer, key)
    content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    try:
        asked = serving.intake.read_one(content, visit.asker.branch)
        await _keep_consents(visit, asked.applicant_id, consents_of(contract, values))
        decision = await decide_one(visit.service, visit.asker, key, content)
    except Problem as problem:
        words = words_of(visit.language)
        errors = errors_of(contract, problem.errors, values, words, visit.writing)
        if problem.slug in FAILURES:
            errors[GENERAL] = words.gettext(FAILURES[problem.slug])
        if not errors:
            raise
        if problem.slug == "idempotency-key-reused":
            values["key"] = str(uuid4())
        return _form(visit, serving, values, errors, 422 if problem.errors else 409)
    return RedirectResponse(f"/officer/applications/{decision.decision_id}", 303)


async def _keep_consents(visit: Visit, applicant_id: str, said: dict[str, bool]) -> None:
    """Keep what the client says today, where it is not what was said last: it counts from now."""
    ledger, asker = visit.service.ledger, visit.asker
    person, now = ledger.person(applicant_id), utc_now()

    def keep(store: Store) -> None:
        words = newest(history(store, person))
        news: dict[str, dict[Purpose, bool]] = {
            source: {SCORING: granted}
            for source, granted in said.items()
            if (source, SCORING) not in words or words[source, SCORING].granted != granted
        }
        if news:
            say(store, ledger, person, news, now, asker.key_id)

    if said and asker.may("consents:write"):
        await visit.ask(keep, patience=2.0)


def _form(
    visit: Visit,
    serving: Serving,
    values: dict[str, str],
    errors: dict[str, str],
    status: int = 200,
) -> Response:
    asked = parts(serving.intake.contract, values, errors)
    return visit.page("officer/form.html", status, parts=asked, values=values, errors=errors)


@router.get("/outbox")
async def outbox(visit: Officer) -> Response:
    """Forms that wait in this browser; its script fills the list."""
    return visit.page("officer/outbox.html")


@router.get("/worker.js")
async def worker() -> Response:
    """The service worker, which keeps form and outbox open without network."""
    return Response(assets.plain("worker.js"), 200, WORKER_HEADERS, assets.MEDIA_TYPES["js"])
