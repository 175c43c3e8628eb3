"""Addresses that do not exist: a page for browsers, a problem document for programs."""

import pytest

from tests.web.world import World

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_browser_gets_a_page_in_its_language(world: World) -> None:
    reply = world.client.get(
        "/nowhere/at/all", headers={"accept": BROWSER, "accept-language": "fr"}
    )
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "Cette page n'existe pas" in reply.text.replace("&#39;", "'")
    assert "nowhere" not in reply.text


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html", ""])
def test_a_program_gets_a_problem(world: World, accept: str) -> None:
    reply = world.client.get("/nowhere/at/all", headers={"accept": accept})
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"


def test_what_is_no_look_stays_a_problem(world: World) -> None:
    for method, path, status in (("POST", "/nowhere", 404), ("DELETE", "/livez", 405)):
        reply = world.client.request(method, path, headers={"accept": BROWSER})
        assert reply.status_code == status
        assert reply.headers["content-type"] == "application/problem+json"
    missing = "/scores/00000000-0000-0000-0000-000000000000"
    reply = world.client.get(missing, headers=world.auth() | {"accept": BROWSER})
    assert reply.headers["content-type"] == "application/problem+json", "the API stays the API"
