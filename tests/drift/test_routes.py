"""What monitoring found, over HTTP: what was kept, in the asked language, and in the metrics."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from api.drifting_keeping import Kept, keep
from api.wiring import open_home_store
from drift.record import json_schema
from tests.drift.stored import DAYS, decisions, later, settings_of, watching
from tests.web.world import World, home_settings, served

NOW = datetime(2026, 11, 9, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Kept]]:
    base = tmp_path_factory.mktemp("routes")
    with watching(settings_of(base / "other"), decisions(300, change=later)) as watch:
        check = watch.decisions(DAYS, "scheduled")
    settings = home_settings(base / "home")
    with open_home_store(settings) as store:
        made = keep(store, check, NOW)
    with served(settings) as world:
        yield world, made


def get(world: World, path: str, role: str = "risk") -> dict[str, Any]:
    reply = world.client.get(path, headers=world.auth(role))
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


def test_a_check_is_listed_and_read_whole(kept: tuple[World, Kept]) -> None:
    world, made = kept
    (listed,) = get(world, "/drift/checks")["checks"]
    assert (listed["check"], listed["level"]) == (made.check_id, "page")
    whole = get(world, f"/drift/checks/{made.check_id}")
    assert whole["record"] == made.check.model_dump(mode="json")
    assert whole["record"].keys() == json_schema()["properties"].keys()
    assert get(world, "/drift/checks?model=another-0123456789ab") == {"checks": []}
    missing = world.client.get(f"/drift/checks/{'0' * 64}", headers=world.auth("risk"))
    assert missing.status_code == 404


def test_episodes_and_alerts_speak_the_asked_language(kept: tuple[World, Kept]) -> None:
    world, made = kept
    episodes = get(world, "/drift/episodes?lang=fr&open=true")["episodes"]
    assert {e["subject"] for e in episodes} == {e.subject for e in made.episodes}
    texts = {e["text"] for e in episodes}
    assert "Les scores sont répartis autrement" in texts
    alerts = get(world, "/drift/alerts?limit=1")["alerts"]
    assert [a["alert"] for a in alerts] == [made.alerts[-1].alert_id]


def test_metrics_tell_what_is_open(kept: tuple[World, Kept]) -> None:
    world, made = kept
    text = world.client.get("/metrics").text
    pages = sum(e.level == "page" for e in made.episodes)
    model = made.check.model
    assert f'microscore_drift_open_episodes{{level="page",model="{model}"}} {pages}.0' in text
    at = f'microscore_drift_checked_timestamp_seconds{{model="{model}"}} {NOW.timestamp()}'
    assert at[:60] in text


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "model=a%20b", "open=perhaps"])
def test_a_wrong_parameter_is_named(kept: tuple[World, Kept], query: str) -> None:
    world, _ = kept
    reply = world.client.get(f"/drift/episodes?{query}", headers=world.auth("auditor"))
    assert reply.status_code == 422
    assert [e["field"] for e in reply.json()["errors"]] == [query.partition("=")[0]]
