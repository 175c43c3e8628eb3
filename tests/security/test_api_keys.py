"""API keys: what one is, who gets in with it, and what a thief of the database would have."""

import json
import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from api.api_keys import Narrowing, Pepper, create_key, key_id_of
from api.cli import main
from api.roles import ROLES
from data.errors import AccessError
from data.store import Store, open_store
from data.store.keys import find_key, revoke_key
from data.store.tables import api_keys
from tests.web.world import World, application, make_key

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def ask(world: World, key: str, scheme: str = "Bearer ") -> Any:
    headers = {"Authorization": scheme + key}
    return world.client.post("/score", json=application(), headers=headers)


@pytest.fixture
def store(world: World) -> Any:
    opened = open_store(world.settings.database_url)
    yield opened
    opened.close()


def test_a_key_opens_the_door(world: World) -> None:
    key, row = make_key(world.settings, "officer")
    assert re.fullmatch(r"ms_[a-z2-7]{8}_[a-z2-7]{38}", key)
    assert key_id_of(key) == row.key_id
    assert ask(world, key).status_code == 200


def test_two_keys_are_never_alike(world: World) -> None:
    keys = {make_key(world.settings, "risk")[0] for _ in range(5)}
    assert len({key[12:44] for key in keys}) == 5


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer x", "Basic {key}", "{key}", "Bearer {key} x", "Token {key}",
     "Bearer  {key}x", "Bearer {key}{key}", "Bearer null", "Bearer ms_"],
)  # fmt: skip
def test_without_a_key_nobody_gets_in(world: World, header: str) -> None:
    headers = {"Authorization": header.format(key=world.key())}
    reply = world.client.post("/score", json=application(), headers=headers)
    assert (reply.status_code, reply.json()["type"]) == (401, "/problems/unauthorized")
    assert reply.headers["www-authenticate"] == "Bearer"
    assert world.key()[12:] not in reply.text


def test_a_key_is_only_taken_from_its_header(world: World) -> None:
    key = world.key()
    body = application()
    for headers in ({"Cookie": f"key={key}"}, {"X-API-Key": key}):
        reply = world.client.post("/score", params={"key": key}, json=body, headers=headers)
        assert reply.status_code == 401


@given(st.data())
def test_a_slip_of_the_hand_is_caught_by_the_checksum(data: st.DataObject) -> None:
    key = "ms_abcdefgh_" + "a2b3c4d5" * 4
    key += _checksum_of(key)
    assert key_id_of(key) == "abcdefgh"
    at = data.draw(st.integers(3, len(key) - 1))
    other = data.draw(st.sampled_from([c for c in LETTERS if c != key[at]]))
    assert key_id_of(key[:at] + other + key[at + 1 :]) is None


def _checksum_of(body: str) -> str:
    """The first six base-32 letters of the SHA-256, worked out bit by bit."""
    from hashlib import sha256

    bits = "".join(f"{byte:08b}" for byte in sha256(body.encode()).digest())[:30]
    return "".join(LETTERS[int(bits[i : i + 5], 2)] for i in range(0, 30, 5))


def test_a_right_form_is_not_enough(world: World) -> None:
    known = world.key()
    forged = known[:12] + "a" * 32
    unknown = "ms_aaaaaaaa_" + "a" * 32
    for body in (forged, unknown):
        assert ask(world, body + _checksum_of(body)).status_code == 401


def test_an_expired_key_is_refused(world: World) -> None:
    key, _ = make_key(world.settings, "officer", lifetime=timedelta(seconds=-1))
    assert ask(world, key).status_code == 401


def test_revoking_works_at_once(world: World, store: Store) -> None:
    key, row = make_key(world.settings, "officer")
    assert ask(world, key).status_code == 200
    revoke_key(store, row.key_id, datetime.now(UTC))
    assert ask(world, key).status_code == 401


def test_the_database_holds_no_key(world: World, store: Store) -> None:
    key, row = make_key(world.settings, "risk")
    kept = find_key(store, row.key_id)
    assert kept is not None
    assert key[12:44] not in repr(kept)
    other = Pepper(b"\0" * 32)
    assert kept.digest == Pepper.load_or_create(world.settings.keys_folder).digest(key.encode())
    assert kept.digest != other.digest(key.encode())


def test_the_pepper_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    first = Pepper.load_or_create(tmp_path)
    file = tmp_path / "api_hmac.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(first.secret) == 32
    assert Pepper.load_or_create(tmp_path) == first
    file.chmod(0o644)
    with pytest.raises(AccessError, match="chmod 600"):
        Pepper.load_or_create(tmp_path)


def test_a_damaged_pepper_is_an_error(tmp_path: Path) -> None:
    Pepper.load_or_create(tmp_path)
    (tmp_path / "api_hmac.key").write_bytes(b"short")
    with pytest.raises(AccessError, match="32 bytes"):
        Pepper.load_or_create(tmp_path)


def test_the_pepper_shows_nothing_of_itself() -> None:
    assert "hush" not in repr(Pepper(b"hush" * 8))


@pytest.mark.parametrize(
    ("role", "branch"),
    [
        ("owner", None),
        ("", None),
        ("officer", "north west"),
        ("officer", ""),
        *((r, "b") for r in ROLES if r != "officer"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    world: World, store: Store, role: str, branch: str | None
) -> None:
    pepper = Pepper.load_or_create(world.settings.keys_folder)
    with pytest.raises(AccessError):
        create_key(store, pepper, role, branch, "", datetime.now(UTC))


@pytest.mark.parametrize(
    "narrowing",
    [Narrowing([]), Narrowing(["keys:write"]), Narrowing(["score:write", "nonsense"]),
     Narrowing(scores_per_day=0), Narrowing(requests_per_minute=-1),
     Narrowing(scores_per_day=2**31)],
)  # fmt: skip
def test_a_key_is_only_narrowed_within_its_role(
    world: World, store: Store, narrowing: Narrowing
) -> None:
    pepper = Pepper.load_or_create(world.settings.keys_folder)
    with pytest.raises(AccessError):
        create_key(store, pepper, "officer", None, "", datetime.now(UTC), narrowing)


def test_scopes_that_a_role_lost_are_lost(world: World, store: Store) -> None:
    key, row = make_key(world.settings, "officer", narrowing=Narrowing(["score:write"]))
    with store.write() as connection:
        here = api_keys.c.key_id == row.key_id
        connection.execute(update(api_keys).where(here).values(scopes=["keys:write", "x"]))
    assert ask(world, key).status_code == 403


def test_keys_are_made_and_listed_at_the_command_line(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MICROSCORE_HOME", str(world.settings.home))

    def run(*arguments: str) -> Any:
        with pytest.raises(SystemExit) as ended:
            main(["keys", *arguments, "--json"])
        assert not ended.value.code
        return json.loads(capsys.readouterr().out)

    narrow = ("--scope", "score:write", "--scores-per-day", "7", "--per-minute", "9")
    made = run("create", "--role", "officer", "--name", "app", *narrow)
    [listed] = [k for k in run("list")["keys"] if k["key_id"] == made["key_id"]]
    expected = {"scopes": ["score:write"], "scores_per_day": 7, "requests_per_minute": 9}
    assert expected.items() <= made.items()
    assert (expected | {"scores_today": 0}).items() <= listed.items()
    assert ask(world, made["key"]).status_code == 200
    reply = world.client.get(
        f"/scores/{uuid4()}", headers={"Authorization": f"Bearer {made['key']}"}
    )
    assert reply.json()["detail"] == "this key lacks the scope scores:read"
    [listed] = [k for k in run("list")["keys"] if k["key_id"] == made["key_id"]]
    assert listed["scores_today"] == 1
    run("revoke", made["key_id"])
    assert ask(world, made["key"]).status_code == 401
