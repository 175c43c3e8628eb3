"""Signing in with the account of one's institution; see ``api/oidc_code.py`` for the rules."""

from __future__ import annotations

from functools import partial
from urllib.parse import unquote

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.oidc import Member
from api.oidc_code import LASTS, CodeFlow, wanted_of
from api.problems import Problem
from api.web.door import sign_in_form, with_session
from api.web.visiting import Open, PageRoute, Visit, cookie_name, is_secure, local_path
from data.store.people import Person, admit

PATH = "/sign-in/oidc"
ACTOR = "identity provider"
router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix=PATH)
_FAILURES = {"unauthorized": "institution", "forbidden": "rights", "too-many-requests": "wait"}


@router.get("")
async def begin(visit: Open) -> Response:
    """Send the browser to the issuer."""
    wanted = local_path(visit.request.query_params.get("next", "/"))
    try:
        begun = await _flow(visit).begin(wanted, _address(visit))
    except Problem as problem:
        return _failed(visit, problem, wanted)
    response = RedirectResponse(begun.address, 303)
    response.set_cookie(
        _cookie(visit),
        begun.flow,
        max_age=int(LASTS.total_seconds()),
        path=PATH,
        secure=is_secure(visit.request),
        httponly=True,
        samesite="lax",
    )
    return response


@router.get("/callback")
async def finish(visit: Open) -> Response:
    """Where the issuer sends the browser back: a session, whatever the browser had before."""
    flow = visit.request.cookies.get(_cookie(visit))
    wanted = local_path(unquote(wanted_of(flow or "")))
    try:
        member = await _flow(visit).finish(flow, visit.request.query_params, _address(visit))
        person = await _admitted(visit, member)
    except Problem as problem:
        response = _failed(visit, problem, wanted)
    else:
        before = visit.request.cookies.get(cookie_name(visit.request))
        secret = await visit.service.sessions.begin(person, before)
        response = with_session(visit, wanted, secret)
    response.delete_cookie(_cookie(visit), path=PATH, secure=is_secure(visit.request))
    return response


async def _admitted(visit: Visit, member: Member) -> Person:
    """The account of ``member``, found by issuer and subject alone. Raises Problem 403."""
    person = Person(
        person_id=member.person_id,
        login=member.name or member.person_id,
        role=member.role,
        branch=member.branch,
        language=None,
        password=None,
        link=None,
        link_until=None,
        created_at=visit.now,
        ended_at=None,
    )
    ask = partial(admit, ledger=visit.service.ledger, person=person, actor=ACTOR)
    admitted: Person | None = await visit.ask(ask, patience=2.0)
    if admitted is None:
        raise Problem("forbidden")
    return admitted


def _failed(visit: Visit, problem: Problem, wanted: str) -> Response:
    """The sign-in page with what failed; raises what is no matter of who signs in."""
    if problem.slug not in _FAILURES:
        raise problem
    status = {"unauthorized": 401, "forbidden": 403}.get(problem.slug, 429)
    page = sign_in_form(visit, wanted, status, failure=_FAILURES[problem.slug])
    page.headers.update(dict(problem.headers or {}))
    return page


def _flow(visit: Visit) -> CodeFlow:
    if visit.service.code_flow is None:
        raise Problem("not-found")
    return visit.service.code_flow


def _address(visit: Visit) -> str:
    return visit.request.client.host if visit.request.client else ""


def _cookie(visit: Visit) -> str:
    return "__Secure-oidc" if is_secure(visit.request) else "oidc"
