"""Every route and every role: who gets in. A route without a row here fails the test."""

from typing import Any, cast
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.access import PUBLIC
from api.roles import ROLES, SCOPES_BY_ROLE
from tests.web.world import World, application

ALL: set[str] = set(ROLES)
MATRIX: dict[tuple[str, str], set[str]] = {
    ("POST", "/score"): {"officer", "admin"},
    ("POST", "/score/batch"): {"officer", "admin"},
    ("GET", "/scores/{decision_id}"): ALL,
    ("PUT", "/applicants/{applicant_id}/protected"): {"officer", "admin"},
}
"""Who may call each route that needs a key."""

PUBLIC_ROUTES = {
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/docs/assets/{name}"),
    ("GET", "/problems/{slug}"),
}


def routes(world: World) -> set[tuple[str, str]]:
    app = cast(FastAPI, world.client.app)
    assert all(isinstance(route, APIRoute) for route in app.routes)
    found = [route for route in app.routes if isinstance(route, APIRoute)]
    return {(method, route.path) for route in found for method in route.methods or ()}


def call(world: World, method: str, path: str, headers: dict[str, str]) -> Any:
    address = path.format(
        decision_id=uuid4(), name="docs.js", slug="forbidden", applicant_id="C-48213"
    )
    body = application()
    bodies: dict[str, Any] = {"POST": body, "PUT": {"sex": "F"}}
    content = {"applications": [body]} if path.endswith("batch") else bodies.get(method)
    return world.client.request(method, address, headers=headers, json=content)


def test_every_route_has_a_row(world: World) -> None:
    assert routes(world) == set(MATRIX) | PUBLIC_ROUTES
    assert {path for _, path in PUBLIC_ROUTES} == PUBLIC


@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_nobody_gets_in_without_a_key(world: World, method: str, path: str) -> None:
    assert call(world, method, path, {}).status_code == 401


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_a_role_gets_in_where_it_may(world: World, method: str, path: str, role: str) -> None:
    reply = call(world, method, path, world.auth(role))
    if role in MATRIX[method, path]:
        assert reply.status_code in {200, 204, 404}
    else:
        assert (reply.status_code, reply.json()["type"]) == (403, "/problems/forbidden")


@pytest.mark.parametrize(("method", "path"), sorted(PUBLIC_ROUTES))
def test_public_routes_need_no_key(world: World, method: str, path: str) -> None:
    assert call(world, method, path, {}).status_code == 200


def test_every_role_has_its_scopes() -> None:
    assert set(SCOPES_BY_ROLE) == ALL
    assert "keys:write" not in set().union(*(s for r, s in SCOPES_BY_ROLE.items() if r != "admin"))
