"""Alive, ready, and back again without a restart."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.readiness import Readiness, Stopping
from api.store_reader import StoreReader
from data.errors import StoreError
from data.sentences import Message
from data.store import Store
from tests.bundles import small_bundle
from tests.web.world import World, application, home_settings, make_key, promote, served


def soon(happened: Callable[[], bool]) -> bool:
    """Wait for something that a thread does within a second or so."""
    for _ in range(400):
        if happened():
            return True
        time.sleep(0.05)
    return False


def test_a_served_model_is_alive_and_ready(world: World) -> None:
    assert world.client.get("/livez").json() == {"status": "alive"}
    ready = world.client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["model"] == world.score().json()["versions"]["model"]


def test_without_a_model_the_server_says_so(tmp_path: Path) -> None:
    with served(home_settings(tmp_path), champion=False) as empty:
        assert empty.client.get("/livez").status_code == 200
        reply = empty.client.get("/readyz")
        assert reply.status_code == 503
        assert reply.json()["errors"] == [{"field": "model", "rule": "none is in service"}]
        refused = empty.score()
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/no-champion")
        assert refused.headers["retry-after"]
        described = empty.client.get("/openapi.json").json()
        assert described["components"]["schemas"]["Application"]["type"] == "object"
        version = promote(empty.settings, small_bundle())
        assert soon(lambda: empty.client.get("/readyz").status_code == 200)
        assert empty.score().json()["versions"]["model"] == version


@pytest.mark.parametrize(("kind", "logged"), [("all", [200, 404]), ("problems", [404])])
def test_a_busy_server_may_log_problems_alone(
    kind: str, logged: list[int], tmp_path: Path, capfdbinary: Any
) -> None:
    with served(home_settings(tmp_path, request_log=kind), champion=False) as empty:
        assert empty.client.get("/livez").status_code == 200
        assert empty.client.get("/nowhere").status_code == 404
        counted = empty.client.get("/metrics").text
    assert 'route="/livez"' in counted
    lines = [json.loads(line) for line in capfdbinary.readouterr().err.splitlines()]
    told = [line for line in lines if line["event"] == "request.done"]
    assert [line["status"] for line in told if line["route"] != "/metrics"] == logged
    assert "server.stopped" in [line["event"] for line in lines]


def test_a_database_that_comes_late_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    url = f"sqlite:///{folder / 'store.db'}"
    settings = home_settings(tmp_path / "home", url)
    body = application()
    with TestClient(create_app(settings)) as client:
        assert client.get("/livez").status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert {"field": "store", "rule": "takes no writes now"} in ready.json()["errors"]
        assert client.get("/openapi.json").status_code == 200
        key = make_key(home_settings(tmp_path / "other"), "officer")[0]
        reply = client.post("/score", json=body, headers=bearer(key))
        assert (reply.status_code, reply.json()["type"]) == (503, "/problems/store-unavailable")
        assert reply.headers["retry-after"]
        folder.mkdir()
        promote(settings, small_bundle())
        key = make_key(settings, "officer")[0]
        assert soon(lambda: client.get("/readyz").status_code == 200)
        assert client.post("/score", json=body, headers=bearer(key)).status_code == 200


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_store_that_does_not_answer_is_a_503_with_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = world.auth()

    def broken(*_: Any) -> Any:
        raise StoreError("PLANTED")

    monkeypatch.setattr("api.key_lookup.KeyLookup.find", broken)
    reply = world.client.post("/score", json=application(), headers=headers)
    assert (reply.status_code, reply.json()["type"]) == (503, "/problems/store-unavailable")
    assert reply.headers["retry-after"]
    assert "PLANTED" not in reply.text
    assert world.client.get("/livez").status_code == 200


@pytest.mark.postgres
def test_a_postgres_that_is_away_is_a_503_and_heals(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home_settings(tmp_path, postgres_url)
    with served(settings) as world:
        assert world.score().status_code == 200
        with monkeypatch.context() as patch:
            patch.setattr(Store, "write", away)
            assert world.score().status_code == 503
        assert world.score().status_code == 200


def away(_: Store) -> Any:
    raise StoreError("the database cannot answer now (OperationalError)")


class Reader:
    """A store that answers, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def ask(self, *_: Any) -> None:
        self.asked += 1
        await asyncio.sleep(0.01)


def test_many_who_ask_at_once_share_one_look(tmp_path: Path) -> None:
    reader = Reader()

    async def ask_often() -> list[dict[str, Message]]:
        readiness = Readiness(cast(StoreReader, reader), [tmp_path], 0, Stopping())
        together = await asyncio.gather(*(readiness.faults() for _ in range(20)))
        return [*together, await readiness.faults()]

    assert asyncio.run(ask_often()) == [{}] * 21
    assert reader.asked == 1


def test_a_full_disk_is_a_fault(tmp_path: Path) -> None:
    async def ask(folder: Path) -> dict[str, str]:
        reader = cast(StoreReader, Reader())
        faults = await Readiness(reader, [folder], 10**12, Stopping()).faults()
        return {place: str(fault) for place, fault in faults.items()}

    assert asyncio.run(ask(tmp_path)) == {"disk": "less than 1000000000000 MB are free"}
    assert asyncio.run(ask(tmp_path / "none")) == {"disk": "a folder of the server is gone"}
