"""The pages of MLOps without a browser: what they show, and what two people do on them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.audits import AuditSettings
from api.evaluating import Evaluation, evaluate
from api.log import Log
from api.schedule import KINDS
from api.wiring import open_home_store, open_registry
from api.worker import Worker
from data.contract import LANGUAGES
from data.store.jobs import all_jobs
from scoring import canary
from scoring.switching import suspension
from tests.promotion import audited, compared, register
from tests.security.canaries import ask, forking_canary
from tests.security.pages import SAME, add, browser, sign_in, token
from tests.web.world import World, home_settings, served

WHY = "it ranks late payers better"
PATHS = ("", "/models", "/challengers", "/drift", "/data-quality", "/jobs", "/service")


@pytest.fixture(scope="module", autouse=True)
def _quick_canary() -> Iterator[None]:
    """Prove models in forks of one process: each promotion proves four."""
    with forking_canary() as forks, pytest.MonkeyPatch.context() as patch:
        patch.setattr(canary, "_ask", partial(ask, forks))
        yield


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that nobody changes."""
    home = tmp_path_factory.mktemp("quiet")
    with served(home_settings(home, promotion_margin=0.1)) as made:
        add(made.settings, "ana", "mlops")
        add(made.settings, "rita", "risk")
        yield made


@pytest.fixture(scope="module")
def reader(quiet: World) -> TestClient:
    return person(quiet, "ana")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with served(home_settings(tmp_path / "home", promotion_margin=0.1)) as made:
        for name in ("ana", "ben"):
            add(made.settings, name, "mlops")
        yield made


def person(world: World, name: str) -> TestClient:
    made = browser(world)
    sign_in(made, name)
    return made


def challenger(world: World, *, audit: bool = True) -> str:
    with open_registry(world.settings) as registry:
        champion, version = registry.champion(), register(registry, 1)
        assert champion is not None
        if audit:
            audited(registry.store, version)
        compared(registry.store, champion, version, "BETTER")
    return version


def send(client: TestClient, path: str, **fields: str) -> Any:
    given = {"token": token(client.get("/account"))} | fields
    return client.post(path, data=given, headers=SAME)


def text(page: Any) -> str:
    plain = re.sub(r"<[^>]+>", " ", page.text)
    return " ".join(unescape(plain).split())


def evaluated(world: World, version: str) -> Evaluation:
    with open_registry(world.settings) as registry:
        champion, now = registry.champion(), datetime.now(UTC)
        return evaluate(registry, version, champion, world.settings.promotion_margin, now)


def no_model(*_: Any) -> Any:
    raise AssertionError("a page loads no model")


def test_two_people_promote_on_the_page(world: World) -> None:
    ana, ben, version = person(world, "ana"), person(world, "ben"), challenger(world)
    path = f"/mlops/models/{version}/promote"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canary, "_ask", no_model)
        unasked = text(ana.get(path))
        assert (unasked.count("Not asked yet"), unasked.count("Passed")) == (1, 2)
        assert f"microscore models evaluate {version}" in unasked
    assert evaluated(world, version).gate.passed
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canary, "_ask", no_model)
        gates = text(ana.get(path))
    assert gates.count("Passed") == 3
    assert "Not asked yet" not in gates
    assert "0 of 2" in gates
    assert send(ana, path, reason="better").status_code == 422, "too short a reason"
    asked = send(ana, path, reason=WHY)
    assert "Please confirm" in asked.text
    assert "You propose" in text(asked)
    proposed = send(ana, path, reason=WHY, confirmed="yes")
    assert proposed.headers["location"] == "/mlops?done=proposed"
    assert f"{version} is proposed as champion by ana" in text(ana.get("/mlops"))
    again = text(ana.get(path))
    assert "Another person has to agree" in again
    assert "Continue" not in again, "who proposed is not asked to agree"
    assert "Proposed by ana" in text(ben.get(path))
    assert "as you and ana want" in text(send(ben, path, reason=WHY))
    done = send(ben, path, reason=WHY, confirmed="yes")
    assert done.headers["location"] == "/mlops?done=promoted"
    with open_registry(world.settings) as registry:
        assert registry.champion() == version
        event = registry.events("champion")[-1]
    assert ("ana" in event.actor, "ben" in event.actor) == (True, True)
    assert "This version is champion already" in text(ben.get(path))
    shown = text(ben.get(f"/mlops/models/{version}"))
    assert "Promoted · Champion" in shown
    assert WHY in shown


def test_a_gate_that_is_not_passed_says_why_and_lets_nobody_through(world: World) -> None:
    ana, version = person(world, "ana"), challenger(world, audit=False)
    path = f"/mlops/models/{version}/promote"
    page = ana.get(path)
    assert "Not passed" in page.text
    assert "microscore fairness audit" in page.text
    assert 'name="reason"' not in page.text
    refused = send(ana, path, reason=WHY, confirmed="yes")
    assert refused.status_code == 409
    assert "did not pass: fairness" in text(refused)
    assert ana.get("/mlops/models/small-000000000000/promote").status_code == 404


def test_suspend_resume_and_roll_back_are_confirmed(world: World) -> None:
    ana = person(world, "ana")
    for change, told in (("suspend", "people decide"), ("resume", "decides again")):
        path = f"/mlops/change/{change}"
        assert send(ana, path, confirmed="yes").status_code == 422, "no reason"
        assert "Please confirm" in send(ana, path, reason="strange scores").text
        with open_home_store(world.settings) as store:
            assert (suspension(store) is None) == (change == "suspend"), "not before it is sent"
        done = send(ana, path, reason="strange scores", confirmed="yes")
        assert told in text(ana.get(done.headers["location"]))
        assert send(ana, path, reason="twice", confirmed="yes").status_code == 409
    refused = send(ana, "/mlops/change/rollback", reason="worse", confirmed="yes")
    assert refused.status_code == 409
    assert "no version was champion before" in text(refused)


def test_a_retraining_is_entered_once_confirmed(world: World) -> None:
    ana = person(world, "ana")
    assert "Please confirm" in send(ana, "/mlops/change/retrain", reason="new products").text
    done = send(ana, "/mlops/change/retrain", reason="new products", confirmed="yes")
    assert "entered" in text(ana.get(done.headers["location"]))
    with open_home_store(world.settings) as store:
        (job,) = all_jobs(store, "retrain")
    assert job.arguments["why"] == "new products"
    assert "ana" in job.arguments["by"]
    listed = text(ana.get("/mlops/jobs?kind=retrain"))
    assert "1 job is due" in listed
    assert "Waiting" in listed
    settings = AuditSettings(home=world.settings.home, protected_url=None)
    with open_home_store(world.settings) as store:
        Worker(store, settings, Log(), [k for k in KINDS if k.name == "retrain"]).once()
        (begun,) = [j for j in all_jobs(store, "retrain-data") if j.slot == job.slot]
    assert begun.arguments["why"] == "new products"
    assert "Done" in text(ana.get("/mlops/jobs?kind=retrain"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_what_to_do_while_nothing_is_there(
    reader: TestClient, language: str
) -> None:
    for path in PATHS:
        page = reader.get(f"/mlops{path}?lang={language}")
        assert page.status_code == 200, path
        assert f'<html lang="{language}">' in page.text
        assert "%(" not in page.text


def test_a_version_shows_where_it_is_from_and_that_it_is_signed(
    quiet: World, reader: TestClient
) -> None:
    ana, version = reader, challenger(quiet)
    page = ana.get(f"/mlops/models/{version}")
    assert "Proved" in page.text
    card = ana.get(f"/mlops/models/{version}/card")
    assert card.headers["content-disposition"].startswith("attachment")
    assert version in card.text
    assert "script" not in card.text
    model = quiet.settings.home / "models" / version / "model.txt"
    model.write_bytes(model.read_bytes() + b"\n")
    for path in (f"/mlops/models/{version}", "/mlops/models"):
        assert "Not proved" in ana.get(path).text, path
    assert ana.get(f"/mlops/models/{version}/card").status_code == 503


def test_who_may_only_read_sees_no_buttons(quiet: World) -> None:
    rita = person(quiet, "rita")
    with open_registry(quiet.settings) as registry:
        version = registry.champion()
    assert "/mlops/change" not in rita.get("/mlops").text
    assert "promote" not in rita.get(f"/mlops/models/{version}").text
    assert rita.get(f"/mlops/models/{version}/promote").status_code == 403
    assert send(rita, "/mlops/change/suspend", reason="x", confirmed="yes").status_code == 403
