"""Signing in with the account of one's institution: who gets in, as whom, and who does not."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from api.clock import utc_now
from api.oidc_code import LASTS
from api.promoting import person_of
from api.settings import OidcSettings
from api.wiring import open_ledger
from data.store.people import Person, all_people, end_person
from data.store.verify import verify
from data.vault import Vault
from tests.security.issuer import AUDIENCE, CLIENT, SECRET, Issuer, serving
from tests.security.pages import add, browser, sign_in
from tests.web.world import World, home_settings, served

BACK = "http://127.0.0.1/sign-in/oidc/callback"


def oidc(issuer: Issuer, **changes: Any) -> OidcSettings:
    given = {"client_id": CLIENT, "client_secret": SECRET, "redirect_url": BACK} | changes
    return OidcSettings(issuer=issuer.url, audience=AUDIENCE, **given)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with serving() as made:
        yield made


@pytest.fixture
def world(issuer: Issuer, tmp_path: Path) -> Iterator[World]:
    with served(home_settings(tmp_path, oidc=oidc(issuer)), champion=False) as made:
        yield made


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Issuer]]:
    """A server and its issuer for those who do not get in."""
    with serving() as issuer:
        settings = home_settings(tmp_path_factory.mktemp("strict"), oidc=oidc(issuer))
        with served(settings, champion=False) as made:
            yield made, issuer


def begin(client: TestClient, wanted: str = "/account") -> str:
    """Begin; gives the address at the issuer."""
    reply = client.get(f"/sign-in/oidc?next={wanted}")
    assert reply.status_code == 303, reply.text
    return str(reply.headers["location"])


def back(client: TestClient, address: str, **changes: str) -> Any:
    """Come back from the issuer with its answer, changed."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query)) | changes
    return client.get(f"{parts.path}?{urlencode(query)}")


def enter(world: World, issuer: Issuer, client: TestClient | None = None, **claims: Any) -> Any:
    """Sign in with an ID token whose claims are changed."""
    issuer.signing_in = claims
    client = client or browser(world)
    return back(client, issuer.authorized(begin(client)))


def people(world: World) -> dict[str, Person]:
    with open_ledger(world.settings) as (store, _):
        return {person.login: person for person in all_people(store)}


def test_a_member_gets_in_as_the_claims_say(world: World, issuer: Issuer) -> None:
    client = browser(world)
    assert "Sign in with the account of your institution" in client.get("/sign-in").text
    address = begin(client, "/officer?of=branch")
    asked = dict(parse_qsl(urlsplit(address).query))
    assert asked["tenant"] == "1"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == BACK
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    reply = back(client, issuer.authorized(address))
    assert (reply.status_code, reply.headers["location"]) == (303, "/officer?of=branch")
    assert "oidc" not in client.cookies
    page = client.get("/officer").text
    assert "Signed in as amina" in page
    assert "Branch Kisumu" in page
    (person,) = people(world).values()
    assert (person.role, person.branch, person.password) == ("officer", "Kisumu", None)
    with open_ledger(world.settings) as (store, _):
        vault = Vault.open(world.settings.vault_folder)
        assert verify(store, vault, []).faults == []


def test_the_same_subject_is_the_same_person_whatever_the_name(
    world: World, issuer: Issuer
) -> None:
    for name in ("amina", "amina.m", None):
        assert enter(world, issuer, preferred_username=name).status_code == 303
    assert list(people(world)) == ["amina"]
    assert enter(world, issuer, sub="other", preferred_username="<b>").status_code == 303
    assert len(people(world)) == 2
    assert "<b>" not in people(world)


def test_a_token_and_a_visit_of_one_person_are_one_person(
    world: World, issuer: Issuer, capsysbinary: Any
) -> None:
    enter(world, issuer)
    (person,) = people(world).values()
    headers = {"Authorization": f"Bearer {issuer.token()}"}
    world.client.get("/scores/00000000-0000-4000-8000-000000000000", headers=headers)
    logged = [json.loads(line).get("key") for line in capsysbinary.readouterr().err.splitlines()]
    (mine,) = {key for key in logged if key and key.startswith("person:")}
    assert mine == f"person:{person.person_id}"
    with open_ledger(world.settings) as (store, _):
        assert person_of(store, mine).name == "amina", "who agrees to their own proposal is known"


def test_a_name_that_is_taken_is_nobody_elses(world: World, issuer: Issuer) -> None:
    known = add(world.settings, "amina", role="admin")
    client = browser(world)
    assert enter(world, issuer, client).status_code == 303
    found = people(world)
    (other,) = set(found) - {"amina"}
    assert other.startswith("amina.")
    assert found["amina"] == known
    assert f"Signed in as {other}" in client.get("/account").text
    assert sign_in(browser(world), other).status_code == 401, "it has no password here"


def test_rights_follow_the_claims_and_old_sessions_end(world: World, issuer: Issuer) -> None:
    before, after = browser(world), browser(world)
    enter(world, issuer, before, role="risk", branch=None)
    assert before.get("/overview").status_code == 200
    enter(world, issuer, after)
    assert before.get("/overview").status_code == 303, "signed out"
    assert after.get("/overview").status_code == 403
    assert after.get("/officer").status_code == 200


def test_an_account_that_was_ended_stays_so(world: World, issuer: Issuer) -> None:
    enter(world, issuer)
    with open_ledger(world.settings) as (store, ledger):
        (person,) = all_people(store)
        end_person(store, ledger, person.person_id, datetime.now(UTC), "test")
    reply = enter(world, issuer)
    assert reply.status_code == 403
    assert "may not be used here" in reply.text


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": AUDIENCE},
        {"aud": [CLIENT, "other"]},
        {"azp": "other"},
        {"typ": "Bearer"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": 1},
        {"iat": 1},
        {"sub": None},
        {"headers": {"kid": "unknown"}},
        {"headers": {"typ": "at+jwt+other"}},
        {"headers": {"crit": ["x"]}},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_for_this_sign_in(
    strict: tuple[World, Issuer], claims: dict[str, Any]
) -> None:
    reply = enter(*strict, **claims)
    assert reply.status_code == 401
    assert "did not work" in reply.text
    assert "session" not in reply.cookies
    assert people(strict[0]) == {}


@pytest.mark.parametrize("claims", [{"role": "owner"}, {"role": ["risk", "admin"]}, {"branch": ""}])
def test_a_member_without_a_role_here(strict: tuple[World, Issuer], claims: dict[str, Any]) -> None:
    reply = enter(*strict, **claims)
    assert reply.status_code == 403
    assert people(strict[0]) == {}


def test_who_takes_too_long_begins_again(
    strict: tuple[World, Issuer], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, issuer = strict
    issuer.signing_in, client = {}, browser(world)
    answer = issuer.authorized(begin(client))
    app: Any = world.client.app
    monkeypatch.setattr(app.state.service.code_flow, "_clock", lambda: utc_now() + 2 * LASTS)
    assert back(client, answer).status_code == 401


def test_an_answer_to_somebody_else_or_to_an_old_question(world: World, issuer: Issuer) -> None:
    victim, attacker = browser(world), browser(world)
    theirs = issuer.authorized(begin(attacker))
    assert back(browser(world), theirs).status_code == 401, "without a cookie"
    begin(victim)
    assert back(victim, theirs).status_code == 401, "the attacker's code in the victim's browser"
    for change in ({"state": "x"}, {"iss": "https://evil.example"}, {"code": ""}):
        client = browser(world)
        assert back(client, issuer.authorized(begin(client)), **change).status_code == 401
    client = browser(world)
    answer = issuer.authorized(begin(client))
    client.cookies.clear()
    client.cookies.set("oidc", "x.1.%2F")
    assert back(client, answer).status_code == 401
    client = browser(world)
    client.get("/sign-in/oidc?next=/account")
    refused = client.get("/sign-in/oidc/callback?error=access_denied&state=x")
    assert refused.status_code == 401
    assert people(world) == {}


def test_a_code_works_once(world: World, issuer: Issuer) -> None:
    client = browser(world)
    begun = begin(client)
    kept = dict(client.cookies)
    answer = issuer.authorized(begun)
    assert back(client, answer).status_code == 303
    again = browser(world)
    again.cookies.update(kept)
    assert back(again, answer).status_code == 401


def test_a_browser_is_sent_to_no_other_site(world: World, issuer: Issuer) -> None:
    for wanted in ("//evil.example", "https://evil.example", "/\\evil.example"):
        client = browser(world)
        reply = back(client, issuer.authorized(begin(client, wanted)))
        assert reply.headers["location"] == "/"


def test_an_issuer_that_is_down(world: World, issuer: Issuer) -> None:
    issuer.down = True
    assert browser(world).get("/sign-in/oidc").status_code == 503
    issuer.down = False
    client = browser(world)
    answer = issuer.authorized(begin(client))
    issuer.down = True
    assert back(client, answer).status_code == 503


def test_without_a_client_there_is_no_such_door(issuer: Issuer, tmp_path: Path) -> None:
    bare = oidc(issuer, client_id=None, redirect_url=None)
    with served(home_settings(tmp_path, oidc=bare), champion=False) as world:
        assert browser(world).get("/sign-in/oidc").status_code == 404
        assert "institution" not in browser(world).get("/sign-in").text


@pytest.mark.parametrize(
    "change",
    [{"redirect_url": None}, {"client_id": None}, {"redirect_url": "http://mfi.example/x"}],
    ids=str,
)
def test_settings_that_do_not_go_together(issuer: Issuer, change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        oidc(issuer, **change)
