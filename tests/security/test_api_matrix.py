"""Every route and every role: who gets in. A route without a row here fails the test."""

from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.access import PUBLIC
from api.api_keys import Narrowing
from api.examples import example_outcomes
from api.roles import ROLES, SCOPES_BY_ROLE, Role, Scope
from api.settings import OidcSettings
from tests.security.issuer import AUDIENCE, Issuer, serving
from tests.security.pages import OPEN_PAGES, PAGES
from tests.web.world import World, application, home_settings, make_key, served

ALL: set[str] = set(ROLES)
WATCHERS: set[str] = {"risk", "mlops", "auditor", "admin"}
MATRIX: dict[tuple[str, str], tuple[Scope, set[str]]] = {
    ("POST", "/score"): ("score:write", {"officer", "admin"}),
    ("POST", "/score/batch"): ("score:write", {"officer", "admin"}),
    ("GET", "/scores/{decision_id}"): ("scores:read", ALL),
    ("GET", "/scores/{decision_id}/explanation"): ("scores:read", ALL),
    ("GET", "/scores/{decision_id}/counterfactuals"): ("scores:read", ALL),
    ("GET", "/scores/{decision_id}/decision"): ("scores:read", ALL),
    ("GET", "/scores/{decision_id}/appeals"): ("scores:read", ALL),
    ("POST", "/scores/{decision_id}/decision"): ("decisions:write", {"officer", "risk", "admin"}),
    ("POST", "/scores/{decision_id}/feedback"): ("feedback:write", {"officer", "risk", "admin"}),
    ("POST", "/scores/{decision_id}/appeal"): ("appeals:write", {"officer", "admin"}),
    ("POST", "/appeals/{appeal_id}/resolution"): ("appeals:resolve", {"risk", "admin"}),
    ("GET", "/appeals"): ("oversight:read", {"risk", "auditor", "admin"}),
    ("GET", "/feedback"): ("oversight:read", {"risk", "auditor", "admin"}),
    ("GET", "/overrides"): ("oversight:read", {"risk", "auditor", "admin"}),
    ("PUT", "/applicants/{applicant_id}/protected"): ("protected:write", {"officer", "admin"}),
    ("PUT", "/applicants/{applicant_id}/consents"): ("consents:write", {"officer", "admin"}),
    ("GET", "/applicants/{applicant_id}/consents"): (
        "consents:read",
        {"officer", "auditor", "admin"},
    ),
    ("GET", "/applicants/{applicant_id}/export"): ("privacy:read", {"admin"}),
    ("DELETE", "/applicants/{applicant_id}"): ("privacy:write", {"admin"}),
    ("GET", "/models"): ("models:read", WATCHERS),
    ("GET", "/models/history"): ("models:read", WATCHERS),
    ("POST", "/models/{version}/promote"): ("models:write", {"mlops", "admin"}),
    ("POST", "/models/rollback"): ("models:write", {"mlops", "admin"}),
    ("POST", "/models/suspend"): ("models:write", {"mlops", "admin"}),
    ("POST", "/models/resume"): ("models:write", {"mlops", "admin"}),
    ("GET", "/drift/checks"): ("monitor:read", WATCHERS),
    ("GET", "/drift/checks/{check_id}"): ("monitor:read", WATCHERS),
    ("GET", "/drift/episodes"): ("monitor:read", WATCHERS),
    ("GET", "/drift/alerts"): ("monitor:read", WATCHERS),
    ("GET", "/shadow/challengers"): ("models:read", WATCHERS),
    ("GET", "/shadow/reports"): ("models:read", WATCHERS),
    ("GET", "/shadow/reports/{report_id}"): ("models:read", WATCHERS),
    ("POST", "/outcomes"): ("outcomes:write", {"mlops", "admin"}),
    ("GET", "/outcomes/performance"): ("monitor:read", WATCHERS),
    ("GET", "/portfolio/vintages"): ("monitor:read", WATCHERS),
    ("GET", "/portfolio/par"): ("monitor:read", WATCHERS),
}
"""The scope that each route needs, and the roles that have it."""

PUBLIC_ROUTES = {
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/docs/assets/{name}"),
    ("GET", "/problems/{slug}"),
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def world(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server that takes keys and tokens."""
    oidc = OidcSettings(issuer=issuer.url, audience=AUDIENCE)
    with served(home_settings(tmp_path_factory.mktemp("matrix"), oidc=oidc)) as made:
        yield made


def routes(world: World) -> set[tuple[str, str]]:
    app = cast(FastAPI, world.client.app)
    assert all(isinstance(route, APIRoute) for route in app.routes)
    found = [route for route in app.routes if isinstance(route, APIRoute)]
    return {(method, route.path) for route in found for method in route.methods or ()}


def call(world: World, method: str, path: str, headers: dict[str, str]) -> Any:
    address = path.format(
        decision_id=uuid4(),
        appeal_id=uuid4(),
        name="docs.js",
        slug="forbidden",
        applicant_id="C-48213",
        check_id="0" * 64,
        report_id="0" * 64,
        version="small-000000000000",
    )
    body = application(branch_id="Kisumu")
    bodies: dict[str, Any] = {
        "/score": body,
        "/score/batch": {"applications": [body]},
        "/scores/{decision_id}/decision": {"outcome": "refer"},
        "/scores/{decision_id}/feedback": {"theme": "other"},
        "/scores/{decision_id}/appeal": {"ground": "other"},
        "/appeals/{appeal_id}/resolution": {"result": "upheld"},
        "/outcomes": example_outcomes(),
        "/applicants/{applicant_id}/protected": {"sex": "F"},
        "/applicants/{applicant_id}/consents": {"wallet": {"scoring": True}},
        **{p: {"reason": "a test of access"} for _, p in MATRIX if p.startswith("/models/")},
    }
    content = bodies[path] if method in {"POST", "PUT"} else None
    return world.client.request(method, address, headers=headers, json=content)


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def got_in(reply: Any) -> bool:
    """Whether the door opened; a refusal must be the right one."""
    if reply.status_code in {200, 204, 404, 409}:
        return True
    assert (reply.status_code, reply.json()["type"]) == (403, "/problems/forbidden")
    return False


def test_every_route_has_a_row(world: World) -> None:
    assert routes(world) == set(MATRIX) | PUBLIC_ROUTES | set(PAGES) | OPEN_PAGES
    assert {path for _, path in PUBLIC_ROUTES} == PUBLIC


@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_nobody_gets_in_without_a_key(world: World, method: str, path: str) -> None:
    assert call(world, method, path, {}).status_code == 401
    assert call(world, method, path, bearer("x")).status_code == 401


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_a_role_gets_in_where_it_may(
    world: World, issuer: Issuer, method: str, path: str, role: Role
) -> None:
    may = role in MATRIX[method, path][1]
    assert got_in(call(world, method, path, world.auth(role))) == may
    assert got_in(call(world, method, path, bearer(issuer.token(role=role)))) == may


@pytest.mark.parametrize(
    ("role", "scope"), [(role, s) for role in ROLES for s in sorted(SCOPES_BY_ROLE[role])]
)
def test_a_narrowed_key_gets_in_where_its_scope_does(
    world: World, role: Role, scope: Scope
) -> None:
    key, _ = make_key(world.settings, role, narrowing=Narrowing([scope]))
    for (method, path), (needed, _roles) in MATRIX.items():
        assert got_in(call(world, method, path, bearer(key))) == (needed == scope), path


@pytest.mark.parametrize(("method", "path"), sorted(PUBLIC_ROUTES))
def test_public_routes_need_no_key(world: World, method: str, path: str) -> None:
    assert call(world, method, path, {}).status_code == 200


def test_every_role_has_its_scopes() -> None:
    assert set(SCOPES_BY_ROLE) == ALL
    assert "keys:write" not in set().union(*(s for r, s in SCOPES_BY_ROLE.items() if r != "admin"))
    for needed, roles in MATRIX.values():
        assert {role for role in ROLES if needed in SCOPES_BY_ROLE[role]} == roles
