"""A visit to a page: who is signed in, in which language, and what their form holds.

``visit: Annotated[Visit, opened_to("score:write")]`` in a page's signature lets in who is signed
in with that scope and sends everybody else to the sign-in page; ``Open`` lets everybody in.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.addresses import is_loopback
from api.auth import Principal
from api.clock import utc_now
from api.languages import preferred
from api.problem_kinds import KINDS
from api.problems import Problem
from api.roles import Scope
from api.service import Service
from api.sessions import Visitor
from api.web.rendering import rendered
from api.web.sections import sections_of
from api.web.writing import Writing
from data.contract import LANGUAGES, Language
from data.errors import StoreError

FORM_BYTES = 64 * 1024
MOST_FIELDS = 500
LANGUAGE_COOKIE = "language"
_SAME = {"same-origin", "none"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page, or from its form."""

    request: Request
    service: Service
    visitor: Visitor | None
    language: Language

    @property
    def asker(self) -> Principal:
        """Who is signed in. Raises Problem 401 when nobody is."""
        if self.visitor is None:
            raise Problem("unauthorized")
        return self.visitor.principal

    @property
    def writing(self) -> Writing:
        """How this page writes numbers: with the currency of the portfolio in service."""
        serving = self.service.champion.find()
        contract = serving.intake.contract if serving else None
        if contract is None:
            return Writing(self.language, "XXX", "UTC")
        return Writing(self.language, contract.currency, contract.timezone)

    @property
    def now(self) -> datetime:
        """The time, in UTC."""
        return utc_now()

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """``template`` filled with ``context`` and with what every page needs."""
        path = self.request.url.path
        about = {
            "visitor": self.visitor,
            "sections": sections_of(self.visitor.principal.role) if self.visitor else [],
            "path": path,
            "here": path if self.request.method == "GET" and status < 400 else "/",
            "token": self.service.sessions.token(self.visitor),
            "writing": self.writing,
        }
        return rendered(self.request, self.language, template, status, about | context)

    async def form(self) -> dict[str, str]:
        """The fields of the form that was sent, each once.

        Raises Problem: 403 unless it comes from a page of ours in this session, 413, 415.
        """
        check_origin(self.request)
        fields = await _fields(self.request)
        if not self.service.sessions.accepts(fields.pop("token", ""), self.visitor):
            raise Problem("forbidden", "the form is from another session")
        return fields

    async def ask(self, question: Callable[[Any], Any], patience: float = 0.9) -> Any:
        """What the store answers. Raises StoreError."""
        return await self.service.reader.ask(question, patience)


def check_origin(request: Request) -> None:
    """Refuse a form that another site sends. Raises Problem 403.

    The browser says where it comes from: Sec-Fetch-Site, else Origin.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    same = site in _SAME if site else bool(origin)
    if origin is not None:
        same = same and urlsplit(origin).netloc == request.headers.get("host")
    if not same:
        raise Problem("forbidden", "the form is not from a page of this service")


async def _fields(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Problem("unsupported-media-type", "send a form")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            raise Problem("body-too-large", f"at most {FORM_BYTES} bytes are read")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise Problem("invalid-parameter", "the form cannot be read") from None
    return {name: value.strip() for name, value in pairs}


async def visit_of(request: Request) -> Visit:
    """The visit that ``request`` is; signed in or not. Raises StoreError."""
    service: Service = request.app.state.service
    visitor = await service.sessions.find(request.cookies.get(cookie_name(request)))
    if visitor is not None:
        request.scope["key_id"] = visitor.principal.key_id
        service.authenticator.pace(visitor.principal)
    return Visit(request, service, visitor, _language(request, visitor, service))


def _language(request: Request, visitor: Visitor | None, service: Service) -> Language:
    chosen = (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE))
    for wish in (*chosen, visitor.person.language if visitor else None):
        for language in LANGUAGES:
            if wish == language:
                return language
    return preferred(request.headers.get("accept-language", ""), service.settings.language)


class _SignedInWith:
    """The dependency on a person with a scope; a test reads the scope from it."""

    def __init__(self, scope: Scope | None) -> None:
        self.scope = scope

    async def __call__(self, request: Request) -> Visit:
        """The visit. Raises Problem 401 or 403, StoreError."""
        visit = await visit_of(request)
        request.state.visit = visit
        asker = visit.asker
        if self.scope is not None and not asker.may(self.scope):
            raise Problem("forbidden", f"this account lacks the scope {self.scope}")
        return visit


def opened_to(scope: Scope | None) -> Any:
    """Dependency on a visit by a person with ``scope``, or by anybody signed in (None)."""
    return Depends(_SignedInWith(scope))


Open = Annotated[Visit, Depends(visit_of)]
"""A visit by anybody, in a page's signature."""
SignedIn = Annotated[Visit, opened_to(None)]
"""A visit by anybody who is signed in."""


class PageRoute(APIRoute):
    """A route whose errors are pages; who is not signed in is asked to."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, and what it raises as a page."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                return await refused(request, problem)
            except StoreError:
                return await refused(request, Problem("store-unavailable"))
            except RequestValidationError:
                return await refused(request, Problem("not-found"))

        return answer


async def refused(request: Request, problem: Problem) -> Response:
    """The page about ``problem``, or the way to the sign-in page."""
    request.scope["problem"] = problem.slug
    if problem.slug == "unauthorized":
        wanted = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(f"/sign-in?next={quote(wanted)}", 303)
    visit = getattr(request.state, "visit", None)
    if visit is None:
        service: Service = request.app.state.service
        visit = Visit(request, service, None, _language(request, None, service))
    kind = KINDS[problem.slug]
    response: Response = visit.page("problem.html", kind.status, slug=problem.slug)
    for name, value in (problem.headers or {}).items():
        response.headers[name] = value
    return response


def cookie_name(request: Request) -> str:
    """The session's cookie; ``__Host-`` binds it to this host wherever it is Secure."""
    return "__Host-session" if is_secure(request) else "session"


def is_secure(request: Request) -> bool:
    """Whether cookies are Secure: everywhere but on this machine without TLS."""
    return request.url.scheme == "https" or not is_loopback(request.url.hostname or "")


def local_path(wish: str) -> str:
    """``wish`` if it is a path of ours, else the first page: never another site."""
    parts = urlsplit(wish)
    plain = wish.startswith("/") and not wish.startswith("//") and "\\" not in wish
    ours = plain and not parts.netloc and not parts.scheme and wish.isprintable()
    return wish if ours else "/"
