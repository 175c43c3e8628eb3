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
from starlette.routing import Match

from data.errors import StoreError

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 50

Slug = Literal[
    "invalid-json",
    "unauthorized",
    "forbidden",
    "not-found",
    "method-not-allowed",
    "model-change-refused",
    "erased",
    "body-too-large",
    "unsupported-media-type",
    "invalid-application",
    "invalid-statement",
    "invalid-consents",
    "invalid-body",
    "invalid-parameter",
    "conflict",
    "idempotency-key-reused",
    "too-many-requests",
    "too-many-failures",
    "score-budget-spent",
    "probing-stopped",
    "internal-error",
    "no-champion",
    "model-unavailable",
    "store-unavailable",
    "inbox-unavailable",
    "issuer-unavailable",
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
        401,
        "A valid key or token is needed",
        "Send the header 'Authorization: Bearer KEY', with a key or token in force.",
    ),
    "forbidden": Kind(
        403, "This key may not do that", "Ask for a key with the role or branch that may."
    ),
    "not-found": Kind(404, "Not found", "Check the address; a key sees only its own branch."),
    "method-not-allowed": Kind(
        405, "The address has no such method", "Use a method named in the header Allow."
    ),
    "model-change-refused": Kind(
        409, "The model may not be changed so", "See 'detail' for what is missing."
    ),
    "erased": Kind(410, "What was personal in this decision is erased", "Nothing brings it back."),
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
    "invalid-consents": Kind(
        422, "A consent breaks a rule of the contract", "Correct each field in 'errors'."
    ),
    "invalid-body": Kind(422, "The body breaks a rule", "Correct each field in 'errors'."),
    "conflict": Kind(
        409, "What was asked does not fit what is stored", "Read it again, then act as it is now."
    ),
    "invalid-parameter": Kind(
        422, "A parameter of the request is not valid", "Correct each field in 'errors'."
    ),
    "idempotency-key-reused": Kind(
        422,
        "The Idempotency-Key was used for another request",
        "Send a new key for a new request, and the same body when you try again.",
    ),
    "too-many-requests": Kind(
        429, "Too many requests with this key", "Wait as the header Retry-After says."
    ),
    "too-many-failures": Kind(
        429,
        "Too many wrong keys from this address",
        "Correct the key or token, and wait as the header Retry-After says.",
    ),
    "score-budget-spent": Kind(
        429,
        "The scores of this day are used up",
        "Wait for the next day (UTC), or ask for a key with a larger budget.",
    ),
    "probing-stopped": Kind(
        429,
        "This applicant was scored with too many different values",
        "Send what is true of the applicant, or wait as the header Retry-After says.",
    ),
    "internal-error": Kind(
        500, "The server failed", "Try again; if it stays, report the 'instance'."
    ),
    "no-champion": Kind(
        503, "No model is in service", "Wait until a model is promoted.", retry_after=5
    ),
    "model-unavailable": Kind(
        503,
        "The model that decided cannot be opened now",
        "Have its bundle put back into the models folder, and try again.",
        retry_after=60,
    ),
    "store-unavailable": Kind(
        503,
        "The decision cannot be stored now",
        "Try again with the same Idempotency-Key: what was stored all the same is then found.",
        retry_after=2,
    ),
    "inbox-unavailable": Kind(
        503,
        "Protected attributes cannot be kept now",
        "Try again; if it stays, run `microscore fairness protect-inbox` where audits run.",
        retry_after=5,
    ),
    "issuer-unavailable": Kind(
        503,
        "The identity provider cannot be asked now",
        "Try again; keys made by `microscore keys create` work meanwhile.",
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
            broken = {str(e["loc"][-1]): _rule(e) for e in error.errors()}
            return Problem(
                "invalid-parameter",
                errors=[FieldError(field=name, rule=rule) for name, rule in broken.items()],
            )
    return Problem("internal-error")


def _rule(error: Mapping[str, Any]) -> str:
    """The rule that a parameter breaks; of what was sent it says nothing."""
    context = error.get("ctx", {})
    match error["type"]:
        case "uuid_parsing" | "uuid_type":
            return "must be a UUID: 32 hexadecimal digits in groups of 8-4-4-4-12"
        case "literal_error":
            return f"must be one of {context['expected']}"
        case "string_pattern_mismatch":
            return "must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -"
        case "missing":
            return "is required"
    return "is not valid"


def responses(*slugs: Slug) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries of the problems that a route can answer with.

    Where a key is needed, those of asking too often stand by themselves.
    """
    titles: dict[int, list[str]] = {}
    for slug in slugs + (_OF_KEYS if "unauthorized" in slugs else ()):
        titles.setdefault(KINDS[slug].status, []).append(KINDS[slug].title)
    return {status: _response(status, "; or: ".join(named)) for status, named in titles.items()}


def _response(status: int, description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemReply"}
    response = {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}
    return response | ({"headers": _RETRY_AFTER} if status in {429, 503} else {})


_OF_KEYS: tuple[Slug, ...] = ("too-many-requests", "too-many-failures", "issuer-unavailable")
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer", "minimum": 1},
    }
}
