"""A route that answers before the framework's routing gives what the framework would give."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Query
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from api.direct import DirectRoute
from tests.web.world import World, application

OWN = {"decision_id", "created_at"}


def asked(world: World, query: str, **options: Any) -> Any:
    headers = world.auth() | options.pop("headers", {})
    return world.client.post(f"/score{query}", headers=headers, **options)


CASES: dict[str, dict[str, Any]] = {
    "good": {"json": application()},
    "broken rule": {"json": application(sources={})},
    "no JSON": {"content": b"{", "headers": {"Content-Type": "application/json"}},
    "another type": {"content": b"{}", "headers": {"Content-Type": "text/plain"}},
    "no key": {"json": application(), "headers": {"Authorization": ""}},
    "French": {"json": application(), "headers": {"Accept-Language": "fr"}},
    "too large": {"content": b" " * 70_000, "headers": {"Content-Type": "application/json"}},
}


@pytest.mark.parametrize("case", CASES)
def test_both_ways_give_the_same_reply(world: World, case: str) -> None:
    """A query, even one that means nothing, takes a request through the app's own layers."""
    direct, routed = (asked(world, query, **CASES[case]) for query in ("", "?x=1"))
    assert direct.status_code == routed.status_code
    assert {k for k in direct.headers if k != "content-length"} == {
        k for k in routed.headers if k != "content-length"
    }
    first, second = direct.json(), routed.json()
    for name in OWN | {"instance"}:
        assert (name in first) == (name in second)
    assert {k: v for k, v in first.items() if k not in OWN | {"instance"}} == {
        k: v for k, v in second.items() if k not in OWN | {"instance"}
    }


def test_an_optional_parameter_is_never_overlooked(world: World) -> None:
    assert asked(world, "?lang=fr", json=application()).json()["language"] == "fr"
    assert asked(world, "?lang=xx", json=application()).status_code == 422
    key = {"Idempotency-Key": "direct-1"}
    first, again = (asked(world, "", json=application(), headers=key).json() for _ in "12")
    assert first["decision_id"] == again["decision_id"]


async def _last(given: Annotated[str | None, Header()] = None, *, request: Request) -> str:
    assert given is None
    return f"last {request.method}"


async def _first(request: Request, given: Annotated[str | None, Header()] = None) -> str:
    assert given is None
    return f"first {request.method}"


async def _none() -> str:
    return "none"


async def _asks_all(
    last: Annotated[str, Depends(_last)],
    first: Annotated[str, Depends(_first)],
    none: Annotated[str, Depends(_none)],
    request: Request,
) -> Response:
    return Response(f"{last}, {first}, {none}, {request.method}")


def test_the_request_goes_to_whom_asks_for_it_wherever_it_stands() -> None:
    app = FastAPI()
    router = APIRouter(route_class=DirectRoute)
    router.post("/direct")(_asks_all)
    app.router.routes += router.routes
    app.post("/routed")(_asks_all)
    client = TestClient(app)
    assert client.post("/direct").text == "last POST, first POST, none, POST"
    assert client.post("/routed").text == client.post("/direct").text


async def _number(n: Annotated[int, Query()]) -> int:
    return n


async def _needs_query(request: Request, n: Annotated[int, Depends(_number)]) -> Response:
    return Response(str(n))


def test_a_route_that_needs_a_parameter_cannot_be_direct() -> None:
    router = APIRouter(route_class=DirectRoute)
    with pytest.raises(TypeError, match="parameter n"):
        router.get("/")(_needs_query)
