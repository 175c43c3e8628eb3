"""Idempotency-Key: a retry makes nothing new, whoever answers it and however often it comes."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.api_keys import Narrowing, Pepper
from api.auth import Limits, Principal
from api.idempotency import Idempotency
from api.problems import Problem
from api.roles import SCOPES_BY_ROLE
from api.store_reader import StoreReader
from api.wiring import open_ledger
from data.store import Store, open_store
from data.store.decisions import Decision
from data.store.idempotency import KEPT, ClaimTakenError, take_claims
from tests.bundles import small_bundle
from tests.web.process import Server, running
from tests.web.world import World, application, home_settings, make_key, promote, served

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


ASKER = Principal("k", "officer", None, SCOPES_BY_ROLE["officer"], Limits(1, 1))


class Shop:
    """A server process that makes things under claims, as slowly as the test wants."""

    def __init__(self, store: Store) -> None:
        self.store, self.made, self.clock = store, 0, Clock()
        self.once = Idempotency(StoreReader(store), Pepper(b"p" * 32), self.clock)
        self.go = asyncio.Event()

    async def ask(self, body: bytes = b"{}", key: str = "one") -> list[str] | str:
        made = self.once.claim(ASKER, key, "/things", body)

        async def make() -> list[str]:
            await self.go.wait()
            self.made += 1
            ids = [f"{id(self)}-{self.made}"]
            assert made is not None
            with self.store.write() as connection:
                if take_claims(connection, [(made, ids)]) != [True]:
                    raise ClaimTakenError("taken")
            return ids

        async def recall(ids: list[str]) -> list[str]:
            return ids

        try:
            return await self.once.once(made, make, recall)
        except Problem as problem:
            return problem.slug


def test_who_comes_meanwhile_waits_and_gets_the_same(store: Store) -> None:
    async def story() -> None:
        shop = Shop(store)
        asked = [asyncio.create_task(shop.ask()) for _ in range(20)]
        await asyncio.sleep(0)
        assert await shop.ask(b'{"other": 1}') == "idempotency-key-reused"
        shop.go.set()
        made = await asyncio.gather(*asked)
        assert made == [made[0]] * 20
        assert shop.made == 1
        assert await shop.ask() == made[0]
        assert await shop.ask(b'{"other": 1}') == "idempotency-key-reused"
        shop.clock.now += KEPT + timedelta(seconds=1)
        assert await shop.ask(b'{"other": 1}') != made[0]

    asyncio.run(story())


def test_two_processes_at_once_make_one(store: Store) -> None:
    async def story() -> None:
        one, two, three = Shop(store), Shop(store), Shop(store)
        asked = [asyncio.create_task(shop.ask()) for shop in (one, two)]
        asked.append(asyncio.create_task(three.ask(b"other")))
        await asyncio.sleep(0.2)  # all have looked, none has made
        one.go.set()
        first = await asked[0]
        two.go.set()
        three.go.set()
        assert await asked[1] == first
        assert await asked[2] == "idempotency-key-reused"

    asyncio.run(story())


def test_one_who_goes_away_does_not_stop_it(store: Store) -> None:
    async def story() -> None:
        shop = Shop(store)
        gone, stays = (asyncio.create_task(shop.ask()) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        shop.go.set()
        assert await stays == await shop.ask()
        assert shop.made == 1

    asyncio.run(story())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(home_settings(tmp_path_factory.mktemp("once"))) as made:
        yield made


def decided(world: World, applicant: str) -> list[Decision]:
    with open_ledger(world.settings) as (_, ledger):
        return ledger.of_applicant(applicant)


def post(world: World, body: Any, key: str, path: str = "/score", role: str = "officer") -> Any:
    headers = world.auth(role) | {"Idempotency-Key": key}
    return world.client.post(path, json=body, headers=headers)


def test_a_retry_gets_the_same_reply(world: World) -> None:
    who, key = "ONCE-1", str(uuid4())
    body = application(applicant_id=who)
    first = post(world, body, key)
    again = post(world, body, key)
    assert (first.status_code, first.json()) == (200, again.json())
    assert len(decided(world, who)) == 1
    other = post(world, body | {"officer_id": "O-2"}, key)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert post(world, {"applications": [body]}, key, "/score/batch").status_code == 422
    assert post(world, body, key, role="admin").json() != first.json(), "a key's own"
    assert post(world, body, str(uuid4())).json()["decision_id"] != first.json()["decision_id"]


def test_a_batch_retried_gets_all_its_decisions_in_order(world: World) -> None:
    body = {"applications": [application(application_id=f"A-{i}") for i in range(20)]}
    first, again = (post(world, body, "batch-1", "/score/batch").json() for _ in range(2))
    assert [s["application_id"] for s in first["scores"]] == [f"A-{i}" for i in range(20)]
    assert first == again


@pytest.mark.parametrize(
    ("part", "body", "other"),
    [
        ("feedback", {"theme": "other", "text": "Why?"}, {"theme": "unfair"}),
        ("appeal", {"ground": "other", "text": "Why?"}, {"ground": "unfair"}),
    ],
)
def test_what_is_said_of_a_score_is_kept_once(
    world: World, part: str, body: dict[str, Any], other: dict[str, Any]
) -> None:
    one, two = (post(world, application(), str(uuid4())).json()["decision_id"] for _ in range(2))
    key, path = str(uuid4()), f"/scores/{one}/{part}"
    first, again = post(world, body, key, path), post(world, body, key, path)
    assert (first.status_code, first.json()) == (200, again.json())
    table = "feedback" if part == "feedback" else "appeals"
    with open_ledger(world.settings) as (store, _), store.read() as connection:
        query = f"SELECT count(*) FROM {table} WHERE decision_id = '{one}'"
        assert connection.exec_driver_sql(query).scalar() == 1
    for changed, elsewhere in ((other, path), (body, f"/scores/{two}/{part}")):
        reply = post(world, changed, key, elsewhere)
        assert (reply.status_code, reply.json()["type"]) == (
            422,
            "/problems/idempotency-key-reused",
        )
    assert post(world, body, "not a key", path).json()["errors"][0]["field"] == "Idempotency-Key"
    assert post(world, body, key, f"/scores/{two.upper()}/{part}").status_code == 422


def test_a_retry_does_not_bring_back_what_was_erased(world: World) -> None:
    body = application(applicant_id="ONCE-4")
    assert post(world, body, "erased-1").status_code == 200
    with open_ledger(world.settings) as (store, ledger), store.write() as connection:
        ledger.erase(connection, "ONCE-4", "test")
    reply = post(world, body, "erased-1")
    assert reply.json()["type"] == "/problems/erased"


def test_what_was_refused_leaves_the_key_free(world: World) -> None:
    body = application(applicant_id="ONCE-2")
    assert post(world, body | {"officer_id": 7}, "free").status_code == 422
    assert post(world, body, "free").status_code == 200


def test_a_retry_costs_no_score(world: World) -> None:
    key, _ = make_key(world.settings, "officer", narrowing=Narrowing(scores_per_day=1))
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "spent"}
    replies = [world.client.post("/score", json=application(), headers=headers) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200] * 3
    headers["Idempotency-Key"] = "new"
    reply = world.client.post("/score", json=application(), headers=headers)
    assert reply.status_code == 429


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ä", "a\tb"])
def test_a_key_of_another_form_is_refused(world: World, key: str) -> None:
    headers: Any = world.auth() | {"Idempotency-Key": key.encode("latin-1")}
    reply = world.client.post("/score", json=application(), headers=headers)
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid-parameter")
    assert reply.json()["errors"][0]["field"] == "Idempotency-Key"


def test_neither_key_nor_body_is_stored(world: World) -> None:
    post(world, application(applicant_id="PLANTED"), "PLANTED-KEY")
    file = Path(world.settings.home, "microscore.db")
    content = b"".join(p.read_bytes() for p in file.parent.glob("microscore.db*"))
    assert b"PLANTED" not in content


def send(server: Server, key: str, body: dict[str, Any]) -> str:
    request = urllib.request.Request(f"{server.url}/score", json.dumps(body).encode())
    request.add_header("Authorization", f"Bearer {key}")
    request.add_header("Content-Type", "application/json")
    request.add_header("Idempotency-Key", '"8e03978e-40d5-43dd-bc93-6894a57f9324"')
    with urllib.request.urlopen(request) as reply:
        return str(json.load(reply)["decision_id"])


def test_twenty_at_once_on_two_servers_make_one_row(tmp_path: Path, store_url: str) -> None:
    home = tmp_path / "home"
    settings = home_settings(home, store_url)
    promote(settings, small_bundle())
    key, _ = make_key(settings, "officer")
    body = application(applicant_id="ONCE-3")
    with running(home, store_url) as one, running(home, store_url) as two:
        with ThreadPoolExecutor(20) as threads:
            made = list(threads.map(lambda i: send((one, two)[i % 2], key, body), range(20)))
        with pytest.raises(urllib.error.HTTPError, match="422"):
            send(two, key, body | {"officer_id": "O-9"})
    assert len(set(made)) == 1
    with open_ledger(settings) as (_, ledger):
        assert [d.decision_id for d in ledger.of_applicant("ONCE-3")] == [made[0]]
