"""Sessions: who gets in, for how long, and what a thief of the database or of a form gains."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api.limits import Failures
from api.sessions import IDLE, LONGEST, TRIES_PER_MINUTE
from api.settings import Settings
from api.wiring import open_audit, open_ledger
from data.store.people import end_person, find_person
from data.store.verify import verify
from tests.security.pages import PASSWORD, SAME, add, browser, post, sign_in, token
from tests.web.world import World, home_settings, served


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server with people whose accounts no test changes."""
    with _served(home_settings(tmp_path_factory.mktemp("sessions"))) as made:
        yield made


@pytest.fixture
def any_world(store_url: str, tmp_path: Path) -> Iterator[World]:
    """A server of its own, on each kind of store."""
    with _served(home_settings(tmp_path / "home", store_url)) as made:
        yield made


@contextmanager
def _served(settings: Settings) -> Iterator[World]:
    with served(settings) as made:
        add(settings, "amina")
        add(settings, "guessed")
        add(settings, "riskwoman", "risk")
        yield made


@pytest.fixture
def clock(any_world: World) -> Iterator[list[timedelta]]:
    """What the sessions' clock is ahead of ours, as the only element."""
    ahead = [timedelta()]
    app: Any = any_world.client.app
    sessions = app.state.service.sessions
    sessions._clock = lambda: datetime.now(UTC) + ahead[0]
    yield ahead
    sessions._clock = lambda: datetime.now(UTC)


def everything(world: World) -> str:
    """All rows of people and sessions as text."""
    with open_ledger(world.settings) as (store, _), store.read() as connection:
        tables = ("people", "sessions")
        rows = [connection.execute(text(f"SELECT * FROM {t}")).all() for t in tables]
    return str(rows)


def test_a_session_lives_and_ends(any_world: World) -> None:
    client = browser(any_world)
    assert client.get("/officer").headers["location"] == "/sign-in?next=/officer"
    reply = sign_in(client, "amina")
    assert (reply.status_code, reply.headers["location"]) == (303, "/")
    assert client.get("/officer").status_code == 200
    secret = client.cookies["session"]
    assert post(client, "/sign-out", "/officer").status_code == 303
    client.cookies.set("session", secret)
    assert client.get("/officer").status_code == 303, "the id is of no more use"


def test_the_cookie_cannot_be_read_or_sent_across_sites(world: World) -> None:
    said = sign_in(browser(world), "amina").headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "secure" not in said, "this machine has no TLS"
    far = browser(world)
    far.base_url = "https://scores.example"
    form = {"login": "amina", "password": PASSWORD, "token": token(far.get("/sign-in"))}
    said = far.post("/sign-in", data=form, headers={"origin": "https://scores.example"}).headers[
        "set-cookie"
    ]
    assert said.startswith("__Host-session=")
    assert "; secure" in said.lower()
    assert "path=/;" in said.lower()


def test_a_stolen_database_holds_nothing_that_opens(any_world: World) -> None:
    client = browser(any_world)
    sign_in(client, "amina")
    held = everything(any_world)
    assert "amina" in held
    assert client.cookies["session"] not in held
    assert PASSWORD not in held
    assert "$argon2id$" in held


@pytest.mark.parametrize(
    ("login", "password"),
    [("amina", "wrong"), ("nobody", PASSWORD), ("amina", ""), ("", ""), ("amina", "x" * 9000)],
)
def test_what_is_wrong_is_not_said(world: World, login: str, password: str) -> None:
    reply = sign_in(browser(world), login, password)
    assert reply.status_code == 401
    assert "The name or the password is not right." in reply.text
    assert "set-cookie" not in reply.headers


def test_signing_in_makes_a_new_id(world: World) -> None:
    client = browser(world)
    client.cookies.set("session", "planted-by-an-attacker")
    sign_in(client, "amina")
    first = client.cookies.get("session", domain="127.0.0.1")
    assert first != "planted-by-an-attacker"
    again = browser(world)
    again.cookies.set("session", str(first))
    assert again.get("/officer").status_code == 200
    form = {"login": "amina", "password": PASSWORD, "token": token(again.get("/account"))}
    assert again.post("/sign-in", data=form, headers=SAME).status_code == 303
    stale = browser(world)
    stale.cookies.set("session", str(first))
    assert stale.get("/officer").status_code == 303, "the one before has ended"


def test_idle_and_old_sessions_end(any_world: World, clock: list[timedelta]) -> None:
    client, other = browser(any_world), browser(any_world)
    sign_in(client, "amina")
    for n in range(int(LONGEST / IDLE * 2)):
        clock[0] = n * IDLE / 2
        assert client.get("/officer").status_code == 200, "used in time"
    clock[0] = LONGEST
    assert client.get("/officer").status_code == 303, "too old, though used"
    clock[0] = timedelta()
    sign_in(other, "amina")
    clock[0] = IDLE
    assert other.get("/officer").status_code == 303, "idle"


def test_signing_out_everywhere(any_world: World) -> None:
    phones = [browser(any_world) for _ in range(3)]
    for phone in phones:
        sign_in(phone, "amina")
    post(phones[0], "/sign-out", "/account", everywhere="yes")
    assert [phone.get("/officer").status_code for phone in phones] == [303] * 3


def test_a_closed_account_and_a_new_password_end_sessions_at_once(any_world: World) -> None:
    one, other = browser(any_world), browser(any_world)
    sign_in(one, "amina")
    sign_in(other, "amina")
    new = "another long secret"
    reply = post(one, "/account/password", "/account", current=PASSWORD, password=new)
    assert reply.status_code == 303
    assert one.get("/officer").status_code == 200
    assert other.get("/officer").status_code == 303
    with open_ledger(any_world.settings) as (store, ledger):
        person = find_person(store, "amina")
        assert person is not None
        end_person(store, ledger, person.person_id, datetime.now(UTC), "test")
    assert one.get("/officer").status_code == 303
    assert sign_in(browser(any_world), "amina", new).status_code == 401
    with open_audit(any_world.settings) as audit:
        assert verify(audit.store, audit.vault, []).faults == []


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "amina amina amina", "x" * 257])
def test_a_weak_password_is_refused(world: World, password: str) -> None:
    client = browser(world)
    sign_in(client, "amina")
    reply = post(client, "/account/password", "/account", current=PASSWORD, password=password)
    assert reply.status_code == 422
    assert password not in reply.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1"},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
    ],
)
def test_a_form_of_another_site_is_refused(world: World, headers: dict[str, str]) -> None:
    client = browser(world)
    sign_in(client, "amina")
    form = {"token": token(client.get("/account")), "everywhere": "yes"}
    assert client.post("/sign-out", data=form, headers=headers).status_code == 403
    assert client.get("/officer").status_code == 200


def test_a_token_is_of_one_session(world: World) -> None:
    amina, other = browser(world), browser(world)
    sign_in(amina, "amina")
    stolen = [token(other.get("/sign-in")), "", ".", "a.b"]
    sign_in(other, "riskwoman")
    for given in [*stolen, token(other.get("/account"))]:
        reply = amina.post("/sign-out", data={"token": given}, headers=SAME)
        assert reply.status_code == 403
    first, second = token(amina.get("/account")), token(amina.get("/account"))
    assert first != second, "compression tells nothing about it"


def test_guessing_is_slowed_but_who_was_right_gets_in(world: World) -> None:
    app: Any = world.client.app
    app.state.service.sessions._by_name = Failures(TRIES_PER_MINUTE, clock=lambda: 0.0)
    known = browser(world)
    sign_in(known, "guessed")
    tries = [sign_in(browser(world), "guessed", f"guess {n}") for n in range(TRIES_PER_MINUTE + 1)]
    assert [t.status_code for t in tries] == [401] * TRIES_PER_MINUTE + [429]
    assert int(tries[-1].headers["retry-after"]) > 0
    assert sign_in(browser(world), "guessed").status_code == 303


@pytest.mark.parametrize(
    ("wish", "to"),
    [
        ("/officer/new", "/officer/new"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/officer\r\nset-cookie: a=b", "/"),
    ],
)
def test_after_signing_in_one_stays_here(world: World, wish: str, to: str) -> None:
    client = browser(world)
    form = {"login": "amina", "password": PASSWORD, "token": token(client.get("/sign-in"))}
    reply = client.post("/sign-in", data=form | {"next": wish}, headers=SAME)
    assert reply.headers["location"] == to
