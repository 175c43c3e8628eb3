"""Addresses that do not exist: a page for who reads pages, a problem document for programs."""

from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.problems import Problem, on_error
from api.web.visiting import refused, visit_of
from data.errors import StoreError


async def on_lost(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses; an unknown address as a page where one is asked for."""
    unknown = isinstance(error, HTTPException) and error.status_code == 404
    if not unknown or request.method not in {"GET", "HEAD"} or not reads_pages(request):
        return await on_error(request, error)
    with suppress(StoreError, Problem):  # the page says the same to who is not signed in
        request.state.visit = await visit_of(request)
    return await refused(request, Problem("not-found"))


def reads_pages(request: Request) -> bool:
    """Whether the request names text/html before any JSON, as browsers do and programs do not."""
    for part in request.headers.get("accept", "").split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind == "text/html":
            return True
        if kind.endswith(("/json", "+json")):
            return False
    return False
