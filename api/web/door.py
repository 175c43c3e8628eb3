"""Signing in and out, one's account and language, and the files that pages load."""

import asyncio
from functools import partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.accounts import check_password, hashed, link_digest
from api.problems import Problem
from api.sessions import LONGEST
from api.web import assets
from api.web.sections import sections_of
from api.web.visiting import (
    LANGUAGE_COOKIE,
    Open,
    PageRoute,
    SignedIn,
    Visit,
    cookie_name,
    is_secure,
    local_path,
    opened_to,
)
from data.contract import LANGUAGES
from data.store.people import Person, person_of_link, set_language, set_password

YEAR = 365 * 24 * 3600
router = APIRouter(route_class=PageRoute, include_in_schema=False)
Secret = Annotated[str, Path(max_length=64)]


@router.get("/assets/{name}")
async def asset(request: Request, name: str) -> Response:
    """A file that pages load; its name changes with its content."""
    file = assets.find(name)
    if file is None:
        raise Problem("not-found")
    if assets.takes_gzip(request):
        headers = assets.FOR_EVER | {"content-encoding": "gzip"}
        return Response(file.packed, 200, headers, file.media_type)
    return Response(file.plain, 200, assets.FOR_EVER, file.media_type)


@router.get("/")
async def first(visit: SignedIn) -> Response:
    """The page that a person's work begins with."""
    return RedirectResponse(sections_of(visit.asker.role)[0].path, 303)


@router.get("/sign-in")
async def sign_in_page(visit: Open) -> Response:
    """The form to sign in."""
    wanted = local_path(visit.request.query_params.get("next", "/"))
    if visit.visitor is not None:
        return RedirectResponse(wanted, 303)
    return sign_in_form(visit, wanted)


@router.post("/sign-in")
async def sign_in(visit: Open) -> Response:
    """Sign in; the session's id is new, whatever the browser had before."""
    form = await visit.form()
    wanted, login = local_path(form.get("next", "/")), form.get("login", "")
    address = visit.request.client.host if visit.request.client else ""
    before = visit.request.cookies.get(cookie_name(visit.request))
    try:
        secret = await visit.service.sessions.sign_in(
            login, form.get("password", ""), address, before
        )
    except Problem as problem:
        if problem.slug not in {"unauthorized", "too-many-failures"}:
            raise
        failure = "wrong" if problem.slug == "unauthorized" else "wait"
        status = 401 if failure == "wrong" else 429
        page = sign_in_form(visit, wanted, status, login=login, failure=failure)
        page.headers.update(dict(problem.headers or {}))
        return page
    return with_session(visit, wanted, secret)


def sign_in_form(
    visit: Visit, wanted: str, status: int = 200, *, login: str = "", failure: str | None = None
) -> Response:
    """The form, with what failed; also the institution's own sign-in where there is one."""
    other = visit.service.code_flow is not None
    return visit.page(
        "sign_in.html", status, wanted=wanted, login=login, failure=failure, institution=other
    )


@router.post("/sign-out")
async def sign_out(visit: SignedIn) -> Response:
    """End this session, or with ``everywhere`` all of the person."""
    form = await visit.form()
    if visit.visitor is not None:
        await visit.service.sessions.sign_out(visit.visitor, everywhere="everywhere" in form)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(cookie_name(visit.request), secure=is_secure(visit.request))
    return response


@router.post("/language")
async def choose_language(visit: Open) -> Response:
    """Keep the language in a cookie, and with the account of who is signed in."""
    form = await visit.form()
    wish = form.get("language", "")
    response = RedirectResponse(local_path(form.get("next", "/")), 303)
    if wish in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            wish,
            max_age=YEAR,
            secure=is_secure(visit.request),
            httponly=True,
            samesite="lax",
        )
        if visit.visitor is not None:
            person_id = visit.visitor.person.person_id
            await visit.ask(partial(set_language, person_id=person_id, language=wish))
    return response


@router.get("/account")
async def account(visit: Annotated[Visit, opened_to(None)]) -> Response:
    """One's account: change the password, sign out everywhere."""
    return visit.page("account.html", failure=None)


@router.post("/account/password")
async def new_password(visit: SignedIn) -> Response:
    """Change the password; all sessions end and this one begins anew."""
    form = await visit.form()
    if visit.visitor is None:
        raise Problem("unauthorized")
    person, password = visit.visitor.person, form.get("password", "")
    right = await visit.service.sessions.is_right(person, form.get("current", ""))
    failure = check_password(password, person.login) if right else "current"
    if failure is not None:
        return visit.page("account.html", 422, failure=failure)
    await _keep_password(visit, person, password)
    return with_session(visit, "/account", await visit.service.sessions.begin(person, None))


@router.get("/welcome/{secret}")
async def welcome_page(visit: Open, secret: Secret) -> Response:
    """Where a one-time link leads: choose a password."""
    person = await _invited(visit, secret)
    return visit.page("welcome.html", login=person.login, secret=secret, failure=None)


@router.post("/welcome/{secret}")
async def welcome(visit: Open, secret: Secret) -> Response:
    """Keep the chosen password, use up the link and sign in."""
    form = await visit.form()
    person = await _invited(visit, secret)
    password = form.get("password", "")
    if failure := check_password(password, person.login):
        return visit.page("welcome.html", 422, login=person.login, secret=secret, failure=failure)
    await _keep_password(visit, person, password)
    return with_session(visit, "/", await visit.service.sessions.begin(person, None))


async def _invited(visit: Visit, secret: str) -> Person:
    digest = link_digest(visit.service.sessions.pepper, secret)
    person: Person | None = await visit.ask(partial(person_of_link, link=digest, now=visit.now))
    if person is None:
        raise Problem("not-found")
    return person


async def _keep_password(visit: Visit, person: Person, password: str) -> None:
    encoded = await asyncio.to_thread(hashed, password)
    ledger, actor = visit.service.ledger, f"person {person.person_id}"
    await visit.ask(
        lambda store: set_password(store, ledger, person.person_id, encoded, actor), patience=2.0
    )


def with_session(visit: Visit, path: str, secret: str) -> Response:
    """On to ``path``, with the cookie of the session ``secret``."""
    response = RedirectResponse(quote(path, safe="/?=&%"), 303)
    response.set_cookie(
        cookie_name(visit.request),
        secret,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=is_secure(visit.request),
        httponly=True,
        samesite="lax",
    )
    return response
