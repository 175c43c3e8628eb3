"""Every error that a client can meet, as RFC 9457 ``application/problem+json``.

A reply names the field and the rule, and never repeats what was sent: neither a value nor an
unknown field's name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from data.errors import StoreError

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 50

Slug = Literal[
    "invalid-json",
    "unauthorized",
    "forbidden",
    "not-found",
    "method-not-allowed",
    "body-too-large",
    "unsupported-media-type",
    "invalid-application",
    "invalid-statement",
    "invalid-parameter",
    "internal-error",
    "no-champion",
    "store-unavailable",
    "inbox-unavailable",
    "not-ready",
]


class Kind(NamedTuple):
    """One kind of problem: its status, its title and what a client can do about it."""

    status: int
    title: str
    advice: str
    retry_after: int | None = None


KINDS: dict[Slug, Kind] = {
    "invalid-json": Kind(
        400, "The body is not acceptable JSON", "Send strict JSON in UTF-8, each name once."
    ),
    "unauthorized": Kind(
        401, "A valid key is needed", "Send the header 'Authorization: Bearer KEY'."
    ),
    "forbidden": Kind(
        403, "This key may not do that", "Ask for a key with the role or branch that may."
    ),
    "not-found": Kind(404, "Not found", "Check the address; a key sees only its own branch."),
    "method-not-allowed": Kind(
        405, "The address has no such method", "Use a method named in the header Allow."
    ),
    "body-too-large": Kind(413, "The body is too large", "Send less, or in several requests."),
    "unsupported-media-type": Kind(
        415, "The body has another type than JSON", "Send 'Content-Type: application/json'."
    ),
    "invalid-application": Kind(
        422, "The application breaks a rule of the contract", "Correct each field in 'errors'."
    ),
    "invalid-statement": Kind(
        422, "A protected attribute breaks a rule of the contract", "Correct each in 'errors'."
    ),
    "invalid-parameter": Kind(
        422, "A parameter of the address is not valid", "Correct each field in 'errors'."
    ),
    "internal-error": Kind(
        500, "The server failed", "Try again; if it stays, report the 'instance'."
    ),
    "no-champion": Kind(
        503, "No model is in service", "Wait until a model is promoted.", retry_after=5
    ),
    "store-unavailable": Kind(
        503,
        "The decision cannot be stored now",
        "Try again; an unanswered decision does not count.",
        retry_after=2,
    ),
    "inbox-unavailable": Kind(
        503,
        "Protected attributes cannot be kept now",
        "Try again; if it stays, run `microscore fairness protect-inbox` where audits run.",
        retry_after=5,
    ),
    "not-ready": Kind(503, "The server is not ready", "See 'errors'.", retry_after=5),
}


class FieldError(BaseModel):
    """One broken rule: where, as a dotted path (empty: the whole body), and which."""

    field: str
    rule: str


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
    """Raised anywhere in a request to end it with a problem; no part may hold submitted text."""

    slug: Slug
    detail: str | None = None
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] | None = None


def problem_response(request: Request, problem: Problem) -> Response:
    """Render ``problem``; ``instance`` is the request id that the log line carries."""
    kind = KINDS[problem.slug]
    request.scope["problem"] = problem.slug
    content: dict[str, Any] = {
        "type": f"/problems/{problem.slug}",
        "title": kind.title,
        "status": kind.status,
    }
    if problem.detail:
        content["detail"] = problem.detail
    if request_id := request.scope.get("request_id"):
        content["instance"] = f"urn:microscore:request:{request_id}"
    if problem.errors:
        content["errors"] = [e.model_dump() for e in problem.errors[:MOST_ERRORS]]
    headers = dict(problem.headers or {})
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if kind.retry_after is not None:
        headers["Retry-After"] = str(kind.retry_after)
    return Response(orjson.dumps(content), kind.status, headers, MEDIA_TYPE)


async def on_error(request: Request, error: Exception) -> Response:
    """Answer any exception; the text of an exception that is not a Problem goes nowhere."""
    return problem_response(request, _as_problem(error))


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case StoreError():
            return Problem("store-unavailable")
        case HTTPException(status_code=404):
            return Problem("not-found")
        case HTTPException(status_code=405):
            return Problem("method-not-allowed", headers=error.headers)
        case RequestValidationError():
            names = dict.fromkeys(str(e["loc"][-1]) for e in error.errors())
            rule = "not one of the values allowed"
            return Problem(
                "invalid-parameter", errors=[FieldError(field=n, rule=rule) for n in names]
            )
    return Problem("internal-error")


def responses(*slugs: Slug) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries of the problems that a route can answer with."""
    titles: dict[int, list[str]] = {}
    for slug in slugs:
        titles.setdefault(KINDS[slug].status, []).append(KINDS[slug].title)
    schema = {"$ref": "#/components/schemas/ProblemReply"}
    return {
        status: {"description": "; or: ".join(named), "content": {MEDIA_TYPE: {"schema": schema}}}
        for status, named in titles.items()
    }
