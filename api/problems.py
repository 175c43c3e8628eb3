"""Every error that a client can meet, as RFC 9457 ``application/problem+json``.

A reply names the field and the rule, and never repeats what was sent: neither a value nor an
unknown field's name. ``title`` and ``detail`` are in the language that Accept-Language likes best
(RFC 9457, section 3.1), and so is each ``rule``; ``type`` and ``field`` are the same in every one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from api.headers import header
from api.languages import preferred
from api.problem_kinds import KINDS, Slug
from api.type_rules import rule_of
from data.contract_base import LANGUAGES, Language
from data.errors import StoreError
from data.sentences import Message

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 50


class FieldError(BaseModel):
    """One broken rule: where, as a dotted path (empty: the whole body), and which."""

    field: str
    rule: str = Field(description="For people, in the language of `title`.")


class BrokenRule(NamedTuple):
    """A rule that the field at a dotted path (empty: the whole body) breaks, in every language."""

    field: str
    rule: Message

    def told(self, language: Language) -> dict[str, str]:
        """The ``FieldError`` of the reply."""
        return {"field": self.field, "rule": self.rule.in_language(language)}


class ProblemReply(BaseModel):
    """The body of every error."""

    type: str = Field(description="Address of a page about this kind of problem.")
    title: str
    status: int
    detail: str | None = None
    instance: str | None = Field(None, description="Names this one request, for support.")
    errors: list[FieldError] | None = None


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818  (the word of RFC 9457)
    """Raised anywhere in a request to end it with a problem; no part may hold submitted text.

    ``detail``: a sentence in every language, or an English one.
    """

    slug: Slug
    detail: Message | str | None = None
    errors: Sequence[BrokenRule] = ()
    headers: Mapping[str, str] | None = None

    def told(self, language: Language) -> str | None:
        """``detail`` in ``language``, as far as it is told in it."""
        if isinstance(self.detail, Message):
            return self.detail.in_language(language)
        return self.detail


def problem_response(request: Request, problem: Problem) -> Response:
    """Render ``problem``; ``instance`` is the request id that the log line carries."""
    kind, language = KINDS[problem.slug], spoken(request)
    request.scope["problem"] = problem.slug
    content: dict[str, Any] = {
        "type": f"/problems/{problem.slug}",
        "title": kind.title.in_language(language),
        "status": kind.status,
    }
    if problem.detail:
        content["detail"] = problem.told(language)
    if request_id := request.scope.get("request_id"):
        content["instance"] = f"urn:microscore:request:{request_id}"
    if problem.errors:
        content["errors"] = [e.told(language) for e in problem.errors[:MOST_ERRORS]]
    headers = {"Content-Language": language, "Vary": "Accept-Language", **(problem.headers or {})}
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if kind.retry_after is not None:
        headers["Retry-After"] = str(kind.retry_after)
    return Response(orjson.dumps(content), kind.status, headers, MEDIA_TYPE)


def spoken(request: Request) -> Language:
    """The language of an error: what Accept-Language likes best, else English."""
    return preferred(header(request.scope, b"accept-language"), "en")


async def on_error(request: Request, error: Exception) -> Response:
    """Answer any exception; the text of an exception that is not a Problem goes nowhere."""
    problem = _as_problem(error)
    if problem.slug == "method-not-allowed":
        problem.headers = {"Allow": ", ".join(_methods(request))}
    return problem_response(request, problem)


def _methods(request: Request) -> list[str]:
    """All methods of the address; one route knows its own alone."""
    here = [r for r in request.app.routes if r.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in here for method in route.methods or ()})


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case StoreError():
            return Problem("store-unavailable")
        case HTTPException(status_code=404):
            return Problem("not-found")
        case HTTPException(status_code=405):
            return Problem("method-not-allowed")
        case RequestValidationError():
            broken = {str(e["loc"][-1]): rule_of(e) for e in error.errors()}
            errors = [BrokenRule(name, rule) for name, rule in broken.items()]
            return Problem("invalid-parameter", errors=errors)
    return Problem("internal-error")


def responses(*slugs: Slug) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries of the problems that a route can answer with.

    Where a key is needed, those of asking too often stand by themselves.
    """
    titles: dict[int, list[str]] = {}
    for slug in slugs + (_OF_KEYS if "unauthorized" in slugs else ()):
        titles.setdefault(KINDS[slug].status, []).append(KINDS[slug].title.en)
    return {status: _response(status, "; or: ".join(named)) for status, named in titles.items()}


def _response(status: int, description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemReply"}
    response = {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}
    return response | {"headers": _SPOKEN | (_RETRY_AFTER if status in {429, 503} else {})}


_OF_KEYS: tuple[Slug, ...] = ("too-many-requests", "too-many-failures", "issuer-unavailable")
_SPOKEN = {
    "Content-Language": {
        "description": "Language of `title`, `detail` and each `rule`, as Accept-Language asks; "
        "else English.",
        "schema": {"enum": list(LANGUAGES)},
    }
}
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer", "minimum": 1},
    }
}
