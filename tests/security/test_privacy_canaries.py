"""Planted personal data goes through every route and every fault, and comes out nowhere."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.examples import example_outcomes
from api.wiring import open_home_store
from data.errors import StoreError
from data.store.performance import keep_report
from tests.outcomes.reports import report
from tests.planted import dump, written_forms
from tests.security.pages import OPEN_PAGES, PAGES
from tests.web.world import World, application, home_settings, served

PERSON, APPLICATION = "PLANTED-Awa-Diop", "PLANTED-221770001122"
NUMBER = 987_654.25
WORDS = ("PLANTED", "Awa-Diop", "221770001122", "987654.25")
SENT = application(
    applicant_id=PERSON,
    application_id=APPLICATION,
    sources={"application": {"amount": 5000.0, "income": NUMBER}, "wallet": {"wallet_inflow": 1.5}},
)
LOAN = example_outcomes()
for event in LOAN["events"]:
    event |= {"event_id": f"{PERSON}-{event['kind']}", "application_id": APPLICATION}
LOAN["events"][0]["applicant_id"] = PERSON
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/score"): SENT,
    ("POST", "/score/batch"): {"applications": [SENT, SENT]},
    ("GET", "/scores/{decision_id}"): None,
    ("GET", "/scores/{decision_id}/explanation"): None,
    ("GET", "/scores/{decision_id}/counterfactuals"): None,
    ("POST", "/scores/{decision_id}/decision"): {"outcome": "refer", "reason": "new_information"},
    ("GET", "/scores/{decision_id}/decision"): None,
    ("POST", "/scores/{decision_id}/feedback"): {"theme": "other", "text": f"{PERSON} {NUMBER}"},
    ("POST", "/scores/{decision_id}/appeal"): {"ground": "other", "text": f"{PERSON} asks again"},
    ("GET", "/scores/{decision_id}/appeals"): None,
    **{("GET", path): None for path in ("/appeals", "/feedback", "/overrides")},
    **{("GET", path): None for path in ("/models", "/models/history")},
    **{("GET", f"/drift/{name}"): None for name in ("checks", "episodes", "alerts")},
    **{("GET", path): None for path in ("/shadow/challengers", "/shadow/reports")},
    ("PUT", "/applicants/{applicant_id}/protected"): {"sex": "F"},
    ("PUT", "/applicants/{applicant_id}/consents"): {"wallet": {"scoring": True}},
    ("GET", "/applicants/{applicant_id}/consents"): None,
    ("GET", "/applicants/{applicant_id}/export"): None,
    ("DELETE", "/applicants/{applicant_id}"): None,
    ("POST", "/outcomes"): LOAN,
    **{("GET", p): None for p in ("/outcomes/performance", "/portfolio/vintages")},
    ("GET", "/portfolio/par"): None,
    **{("GET", path): None for path in ("/livez", "/readyz", "/metrics", "/openapi.json")},
    **{("GET", path): None for path in ("/docs", "/docs/assets/{name}", "/problems/{slug}")},
}
"""A good body for every route."""
REFUSED: dict[tuple[str, str], Any] = {
    ("POST", "/appeals/{secret}/resolution"): {"result": "upheld", "text": PERSON},
    ("POST", "/models/{secret}/promote"): {"reason": PERSON},
    ("POST", "/models/rollback"): {"reason": ""},
    ("POST", "/models/suspend"): {"reason": 7, PERSON: PERSON},
    ("POST", "/models/resume"): {"reason": [PERSON]},
    ("GET", "/drift/checks/{secret}"): None,
    ("GET", "/shadow/reports/{secret}"): None,
    **{key: {"login": PERSON} for key in (*PAGES, *OPEN_PAGES)},
}
"""What these are asked here ends in a refusal: nothing to refer to, no form, nobody signed in."""

FAULTS = (
    "api.auth.Authenticator.principal",
    "api.intake.parse",
    "api.intake.Intake.read_one",
    "api.intake.Intake.read_consents",
    "api.intake.Intake.read_protected",
    "api.consenting.Consents.heed_one",
    "api.consenting.withdrawn",
    "api.probing.Probing.note",
    "scoring.service._score",
    "scoring.scorer.Scorer.score_each",
    "data.vault.Vault.pseudonym",
    "data.vault.Vault.seal",
    "data.vault.Vault.unseal",
    "data.store.ledger.Ledger.append",
    "data.store.ledger.Ledger.record",
    "data.store.ledger.Ledger.find",
    "data.inbox.Inbox.put",
    "api.routes.scores.render",
    "api.routes.applicants.say",
    "api.routes.applicants.history",
    "api.routes.applicants.hand_out",
    "api.routes.applicants.export",
    "api.routes.applicants.erase",
)


@pytest.fixture
def world(store_url: str, tmp_path: Path) -> Iterator[World]:
    with served(home_settings(tmp_path / "home", store_url)) as made:
        with open_home_store(made.settings) as store:
            content = report().model_dump_json().encode()
            keep_report(store, "small", datetime.now(UTC), content)
        yield made


class Walk:
    """Calls routes and keeps what may not hold anything planted: problems and headers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.decision_id = str(uuid4())
        self.told: list[str] = []

    def call(self, method: str, path: str, body: Any, **options: Any) -> int:
        known = {
            "decision_id": options.pop("decision_id", self.decision_id),
            "applicant_id": options.pop("person", PERSON),
            "name": "docs.js",
            "slug": "forbidden",
        }
        address = path.format_map(defaultdict(lambda: PERSON, known))
        headers = self.world.auth("admin") | options.pop("headers", {})
        reply = self.world.client.request(method, address, json=body, headers=headers, **options)
        self.told.append(str(reply.headers))
        if reply.status_code >= 400:
            self.told.append(reply.text)
        if path == "/score" and reply.status_code == 200:
            self.decision_id = reply.json()["decision_id"]
        return reply.status_code

    def everywhere(self) -> list[int]:
        """Every route with a good body."""
        return [self.call(method, path, body) for (method, path), body in BODIES.items()]

    def wrongly(self) -> None:
        """Every route with planted words where they do not belong."""
        strange = [PERSON, {PERSON: PERSON}, [PERSON], {**SENT, PERSON: NUMBER}]
        deep = [SENT | {"sources": {"application": {"amount": PERSON, PERSON: 1}}}]
        deep += [SENT | {"applicant_id": f"{PERSON} {PERSON}"}, {"wallet": {"scoring": PERSON}}]
        for (method, path), body in REFUSED.items():
            self.call(method, path, body)
        for method, path in BODIES | REFUSED:
            for body in strange + deep:
                self.call(method, path, body)
            self.call(method, path, SENT, params={"lang": PERSON, PERSON: PERSON, "reason": PERSON})
            self.call(method, path, SENT, headers={"Authorization": f"Bearer {PERSON}"})
            named = {"Idempotency-Key": f"{PERSON} {PERSON}", "X-Request-ID": PERSON}
            self.call(method, path, SENT, headers=named)
            self.call(method, path, None, person=f"{PERSON}%20x", decision_id=PERSON)
            self.call(method, f"{path}/{PERSON}", None)


def assert_silent(content: bytes, where: str) -> None:
    for word in WORDS:
        assert not any(form in content for form in written_forms(word)), f"{word} in {where}"


def kept(world: World) -> bytes:
    """All that the server keeps: the files of its home, and the tables of PostgreSQL."""
    files = [path for path in world.settings.home.rglob("*") if path.is_file()]
    content = b"".join(path.name.encode() + path.read_bytes() for path in files)
    url = world.settings.store_url or ""
    return content + (dump(url) if url.startswith("postgresql") else _sqlite(url))


def _sqlite(url: str) -> bytes:
    file = Path(url.removeprefix("sqlite:///"))
    return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


def test_every_route_is_walked(world: World) -> None:
    routes = [r for r in cast(FastAPI, world.client.app).routes if isinstance(r, APIRoute)]
    named = {(m, re.sub(r"\{\w+\}", "{}", p)) for m, p in BODIES | REFUSED}
    found = {(m, re.sub(r"\{\w+\}", "{}", r.path)) for r in routes for m in r.methods or ()}
    assert named == found


def test_planted_data_comes_out_nowhere(
    world: World, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    walk = Walk(world)
    assert max(walk.everywhere()) < 300
    walk.wrongly()
    for fault in FAULTS:
        for kind in (RuntimeError, StoreError):
            with monkeypatch.context() as patch:
                patch.setattr(fault, _failing(kind))
                patch.setattr("api.consenting.QuickConsents.withdrawn", _failing(StoreError))
                assert max(walk.everywhere()) >= 500, f"{fault} was not reached"
    logging.getLogger("planted").error("a library says %s", PERSON)
    told = "".join(walk.told) + world.client.get("/metrics").text
    log = capfdbinary.readouterr().err
    assert log.count(b'"event":"request.error"') > len(FAULTS)
    assert_silent(told.encode(), "a reply or a metric")
    assert_silent(log, "the log")
    content = kept(world)
    assert b"admin" in content, "the tables were read"
    assert_silent(content, "what is kept")


def _failing(kind: type[Exception]) -> Any:
    def fails(*_: Any, **__: Any) -> Any:
        try:
            raise ValueError(PERSON, APPLICATION, NUMBER)
        except ValueError as error:
            raise kind(f"{PERSON} {APPLICATION} {NUMBER}") from error

    return fails
