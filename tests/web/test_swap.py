"""A new champion while requests run: none fails, and none is answered by two models."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any, cast

import pytest
from fastapi import FastAPI

from api.log import Log
from api.metrics import Metrics
from api.serving import Champion
from api.wiring import open_home_store
from data.store.models import add_event, newest_event
from scoring.champion import ChampionWatcher
from scoring.scorer import Scorer
from tests.bundles import small_bundle
from tests.web.world import World, application, home_settings, promote, served

SWAPS = 50
PATIENCE = 60


class Switch:
    """A watcher whose champion the test sets."""

    def __init__(self, *scorers: Scorer) -> None:
        self.scorers = scorers
        self.current = scorers[0]
        self.failure: str | None = None


@pytest.fixture
def switch(world: World) -> Iterator[Switch]:
    """The served app, with a switch between two models instead of the registry."""
    made = Switch(*(Scorer(small_bundle(seed), f"version-{seed}") for seed in (0, 1)))
    state = cast(FastAPI, world.client.app).state
    before = state.service
    champion = Champion(cast(ChampionWatcher, made), Metrics(), Log())
    state.service = replace(before, champion=champion)
    yield made
    state.service = before


def expected(scorer: Scorer, body: dict[str, Any]) -> dict[str, Any]:
    values = {n: [v] for source in body["sources"].values() for n, v in source.items()}
    scores = scorer.score(values, 1)
    return {"log_odds": float(scores.log_odds[0]), "points": int(scores.points[0])}


def test_swaps_under_load_never_mix_two_models(world: World, switch: Switch) -> None:
    body = application()
    oracle = {s.version: expected(s, body) for s in switch.scorers}
    assert len({str(o) for o in oracle.values()}) == 2
    headers, stop = world.auth("admin"), Event()

    def keep_asking(path: str) -> list[dict[str, Any]]:
        replies = []
        content = body if path == "/score" else {"applications": [body] * 3}
        while not stop.is_set():
            reply = world.client.post(path, json=content, headers=headers)
            assert reply.status_code == 200
            replies += reply.json().get("scores", [reply.json()])
        return replies

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(keep_asking, p) for p in ("/score", "/score", "/score/batch")]
        for i in range(SWAPS):
            switch.current = switch.scorers[i % 2]
            time.sleep(0.02)
        stop.set()
        replies = [reply for done in asking for reply in done.result()]

    assert {r["versions"]["model"] for r in replies} == set(oracle)
    for reply in replies:
        own = oracle[reply["versions"]["model"]]
        assert {name: reply[name] for name in own} == own
        total = reply["base"] + sum(reply["contributions"].values())
        assert total == pytest.approx(reply["log_odds"], abs=1e-6)


def test_a_champion_that_cannot_be_loaded_is_told_and_the_old_one_serves() -> None:
    switch, metrics = Switch(Scorer(small_bundle(), "good")), Metrics()
    champion = Champion(cast(ChampionWatcher, switch), metrics, Log())
    for failure, told in ((None, 0), ("a signature is missing", 1), (None, 0)):
        switch.failure = failure
        assert champion.get().scorer.version == "good"
        assert f"microscore_champion_failing {told}.0" in metrics.text().decode()


def test_a_champion_whose_contract_cannot_be_taken_in_leaves_the_old_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = small_bundle()
    other = replace(bundle, contract=bundle.contract.model_copy(update={"version": "2"}))
    switch, metrics = Switch(Scorer(bundle, "good"), Scorer(other, "bad")), Metrics()
    champion = Champion(cast(ChampionWatcher, switch), metrics, Log())
    assert champion.get().scorer.version == "good"
    with monkeypatch.context() as patch:
        patch.setattr("api.serving.Intake", None)
        switch.current = switch.scorers[1]
        for _ in range(3):
            assert champion.get().scorer.version == "good"
    assert "microscore_champion_failing 1.0" in metrics.text().decode()
    switch.current = switch.scorers[0]
    assert champion.get().scorer.version == "good"
    assert "microscore_champion_failing 0.0" in metrics.text().decode()


def test_a_promoted_model_comes_into_service(tmp_path: Any) -> None:
    settings = home_settings(tmp_path)
    with served(settings) as world:
        first = world.score().json()["versions"]["model"]
        second = promote(settings, small_bundle(1))
        versions = [first]
        until = time.monotonic() + 60
        while versions[-1] != second and time.monotonic() < until:
            reply = world.score()
            assert reply.status_code == 200
            versions.append(reply.json()["versions"]["model"])
        assert set(versions) == {first, second}
        metrics = world.client.get("/metrics").text
        assert f'microscore_champion{{contract="small",model="{second}"}} 1.0' in metrics
        assert first not in metrics.split("# HELP microscore_champion ")[1]


def test_a_load_that_hangs_holds_up_nobody(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a canary hangs, requests are answered, and a suspension is heeded all the same."""
    settings = home_settings(tmp_path)
    with served(settings) as world:
        watcher = cast(FastAPI, world.client.app).state.service.champion.watcher
        begun, gate, load = Event(), Event(), watcher.registry.load

        def hang(version: str) -> Scorer:
            begun.set()
            assert gate.wait(PATIENCE)
            scorer: Scorer = load(version)
            return scorer

        monkeypatch.setattr(watcher.registry, "load", hang)
        first = world.score().json()["versions"]["model"]
        second = promote(settings, small_bundle(1))
        assert begun.wait(PATIENCE)
        for _ in range(20):
            reply = world.score()
            assert (reply.status_code, reply.json()["versions"]["model"]) == (200, first)
        reason = {"reason": "it answers strangely"}
        suspended = world.client.post("/models/suspend", json=reason, headers=world.auth("admin"))
        assert suspended.status_code == 200
        assert world.score().json()["recommendation"] == "refer"
        gate.set()
        until = time.monotonic() + PATIENCE
        while world.score().json()["versions"]["model"] != second:
            assert time.monotonic() < until
        assert world.score().json()["recommendation"] == "refer"


def test_a_request_waits_for_the_promotion_that_holds_the_database(tmp_path: Any) -> None:
    settings = home_settings(tmp_path)
    with served(settings) as world, open_home_store(settings) as other:
        assert world.score().status_code == 200
        with ThreadPoolExecutor(4) as pool:
            with other.write() as connection:
                event = newest_event(other, "champion", ["promote"])
                assert event is not None
                add_event(connection, event)
                waiting = [pool.submit(world.score) for _ in range(4)]
                time.sleep(0.4)
                assert not any(one.done() for one in waiting)
            assert [one.result().status_code for one in waiting] == [200] * 4
