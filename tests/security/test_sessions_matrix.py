"""Every page and every role: who gets in, and who is sent to the sign-in page."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from api.roles import ROLES, SCOPES_BY_ROLE, Role
from tests.security.pages import (
    OPEN_PAGES,
    PAGES,
    SAME,
    add,
    browser,
    sign_in,
    token,
)
from tests.web.world import World, home_settings, served


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server with one person of each role."""
    settings = home_settings(tmp_path_factory.mktemp("pages"))
    with served(settings) as made:
        for role in ROLES:
            add(settings, f"one-{role}", role)
        yield made


@pytest.fixture(scope="module")
def people(world: World) -> dict[Role, TestClient]:
    """A browser of each."""
    made = {role: browser(world) for role in ROLES}
    for role, client in made.items():
        assert sign_in(client, f"one-{role}").status_code == 303
    return made


def call(client: TestClient, method: str, path: str, given: str) -> Any:
    address = path.format_map(defaultdict(lambda: "none", decision_id=uuid4()))
    if method == "GET":
        return client.get(address)
    return client.post(address, data={"token": given}, headers=SAME)


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_a_stranger_is_sent_to_sign_in(world: World, method: str, path: str) -> None:
    client = browser(world)
    reply = call(client, method, path, token(client.get("/sign-in")))
    assert reply.status_code == 303
    assert reply.headers["location"].startswith("/sign-in?next=/")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_in_where_its_scopes_do(people: dict[Role, TestClient], role: Role) -> None:
    client = people[role]
    for (method, path), scope in PAGES.items():
        if path == "/sign-out":
            continue
        status = call(client, method, path, token(client.get("/account"))).status_code
        may = scope is None or scope in SCOPES_BY_ROLE[role]
        assert (status == 403) != may, f"{role} {method} {path}: {status}"
        assert status < 500


@pytest.mark.parametrize(("method", "path"), sorted(OPEN_PAGES))
def test_an_open_page_asks_for_nobody(world: World, method: str, path: str) -> None:
    client = browser(world)
    reply = call(client, method, path, token(client.get("/sign-in")))
    assert reply.status_code in {200, 303, 401, 404}
    assert not reply.headers.get("location", "").startswith("/sign-in?next")


def test_an_api_key_opens_no_page_and_a_session_no_route(
    world: World, people: dict[Role, TestClient]
) -> None:
    assert browser(world).get("/officer", headers=world.auth("admin")).status_code == 303
    reply = people["admin"].post("/score", json={})
    assert reply.status_code == 401


def test_pages_tell_the_browser_to_trust_nothing_else(people: dict[Role, TestClient]) -> None:
    for path in ("/officer", "/officer/new", "/account", "/officer/applications/x"):
        reply = people["officer"].get(path)
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-frame-options"] == "DENY"
        assert "<style" not in reply.text
        assert " style=" not in reply.text
        assert "<script>" not in reply.text
        assert " onclick" not in reply.text
