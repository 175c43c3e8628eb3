"""A fault anywhere on the way to a decision: never a score, nothing stored, the next request fine.

What is stored is never denied either: after the durable row only the rendering of the reply can
fail a request, and the same Idempotency-Key then gives the decision that was made.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from typing import Any

import numpy as np
import pytest
from sqlalchemy.engine.default import DefaultDialect

from api.settings import OidcSettings
from api.wiring import open_audit
from data.store.verify import verify
from scoring.model import Model
from tests.security.issuer import AUDIENCE, Issuer, serving
from tests.web.world import World, application, home_settings, make_key, served

PLANTED = "PLANTED471147114711"
NUMBERS = count()
SILENT = {"type", "title", "status", "instance"}
FAULTS = {
    "key digest": "api.api_keys.Pepper.digest",
    "key look-up": "data.store.keys.QuickKeys.find",
    "key in force": "api.auth.in_force",
    "failures of an address": "api.limits.Failures.check",
    "remembering who got in": "api.limits.Failures.got_in",
    "rate limit": "api.limits.Buckets.take",
    "scope": "api.auth.Principal.may",
    "body reading": "api.routes.scores.read_body",
    "idempotency key": "api.idempotency.Idempotency.claim",
    "champion": "api.serving.Champion.find",
    "strict JSON": "api.intake.parse",
    "intake": "api.intake.Intake._application",
    "pseudonym": "data.vault.Vault.pseudonym",
    "probing": "api.probing.Probing.note",
    "budget": "api.budgets.Budgets.charged",
    "budget taken": "api.budgets._Charge.__aenter__",
    "decision": "scoring.service._score",
    "vectoriser": "scoring.vector.Vectorizer._assemble",
    "model": "scoring.model.Model.explain",
    "calibration": "scoring.calibration.Calibration.log_odds",
    "contributions": "scoring.calibration.Calibration.contributions",
    "probability": "scoring.scorer.probability",
    "points": "scoring.policy.DecisionRules.score_points",
    "band": "scoring.policy.DecisionRules.band",
    "policy": "scoring.policy.DecisionRules.recommend",
    "reasons": "scoring.scorer.Scorer.reasons",
    "record": "scoring.service._record",
    "handing over": "api.keeper.Keeper.take",
    "vault refresh": "data.vault.Vault.refresh",
    "seal": "data.vault.Vault.seal",
    "chain lock": "data.store.ledger._lock_tail",
    "chain link": "data.store.ledger.link",
    "insert": "data.store.ledger._insert",
}
CONSENTS = {
    "consent look": "data.store.consents.QuickConsents.look",
    "consent look-up": "data.store.consents.QuickConsents.withdrawn",
}
PLAIN = {
    "transaction": "data.store.quick.QuickWriter.write",
    "its connection": "data.store.quick._Kept.connection",
}
KEYED = {
    "transaction": "data.store.engine.Store.write",
    "idempotency look-up": "api.idempotency.find_made",
    "idempotency row": "data.store.writer.take_claims",
}
PLACES = {
    "one": FAULTS | CONSENTS | PLAIN,
    "keyed": FAULTS | CONSENTS | KEYED,
    "batch": FAULTS | KEYED | {"consents of a batch": "api.consenting.withdrawn"},
}
"""Where a fault is planted, by the way of asking."""
OIDC = {
    "token": "api.oidc.OidcTokens.principal",
    "token signature": "api.oidc.jwt.decode",
    "token claims": "api.oidc.OidcTokens._check",
    "issuer's keys": "api.issuer_keys.IssuerKeys.find",
}
OBSERVERS = {
    "counting decisions": "api.metrics.Metrics.decided",
    "counting requests": "api.metrics.Metrics.request",
    "log": "api.log.Log._line",
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def world(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    oidc = OidcSettings(issuer=issuer.url, audience=AUDIENCE)
    with served(home_settings(tmp_path_factory.mktemp("closed"), oidc=oidc)) as made:
        assert made.score().status_code == 200
        yield made


def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError(PLANTED)


def rows(world: World) -> list[int]:
    """How many rows each table has that a decision writes to."""
    with closing(sqlite3.connect(world.settings.home / "microscore.db")) as connection:
        return [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("decisions", "audit_chain", "idempotency")
        ]


def ask(world: World, way: str, headers: dict[str, str]) -> Any:
    """Ask for a decision: ``one``, ``keyed`` (with an Idempotency-Key) or ``batch`` (also)."""
    if way != "one":
        headers = {"Idempotency-Key": f"key-{next(NUMBERS)}"} | headers
    body = {"applications": [application()] * 2} if way == "batch" else application()
    path = "/score/batch" if way == "batch" else "/score"
    return world.client.post(path, json=body, headers=headers)


def breaks(place: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Plants a fault at ``place``."""
    return lambda patch: patch.setattr(place, broken)


def closed(
    world: World, way: str, headers: dict[str, str], breaking: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """Ask while something is broken, look at all that must hold, and ask the same again."""
    if way != "one":
        headers = headers | {"Idempotency-Key": f"key-{next(NUMBERS)}"}
    before = rows(world)
    with pytest.MonkeyPatch.context() as patch:
        breaking(patch)
        reply = ask(world, way, headers)
    assert reply.status_code in {500, 503}
    assert reply.headers["content-type"] == "application/problem+json"
    assert set(reply.json()) == SILENT
    assert PLANTED not in reply.text + str(reply.headers)
    assert "approve" not in reply.text
    assert rows(world) == before, "something was stored"
    assert ask(world, way, headers).status_code == 200


@pytest.mark.parametrize("way", ["one", "keyed", "batch"])
def test_a_fault_is_a_silent_problem_and_stores_nothing(
    world: World, way: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    for name, place in PLACES[way].items():
        capsysbinary.readouterr()
        closed(world, way, world.auth(), breaks(place))
        assert PLANTED.encode() not in capsysbinary.readouterr().err, name


def test_a_fault_in_the_form_of_keys_lets_nobody_in_who_never_was(world: World) -> None:
    key, _ = make_key(world.settings, "officer")
    closed(world, "one", {"Authorization": f"Bearer {key}"}, breaks("api.auth.key_id_of"))


@pytest.mark.parametrize("place", OIDC.values(), ids=OIDC)
def test_a_fault_with_a_token_lets_nobody_in(world: World, issuer: Issuer, place: str) -> None:
    headers = {"Authorization": f"Bearer {issuer.token(role='admin', branch=None)}"}
    closed(world, "one", headers, breaks(place))


@pytest.mark.parametrize("way", ["one", "keyed", "batch"])
def test_a_commit_that_fails_stores_nothing(world: World, way: str) -> None:
    commit: Any = DefaultDialect.do_commit

    def fail(self: DefaultDialect, connection: Any) -> None:
        if threading.current_thread().name == "decision-writer":
            broken()
        commit(self, connection)

    def breaking(patch: pytest.MonkeyPatch) -> None:
        patch.setattr("data.store.quick._commit", broken)
        patch.setattr(DefaultDialect, "do_commit", fail)

    closed(world, way, world.auth(), breaking)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("way", ["one", "batch"])
def test_a_model_that_gives_no_number_gives_no_score(world: World, way: str, value: float) -> None:
    explain = Model.explain

    def wrong(self: Model, matrix: Any) -> Any:
        margins, contributions = explain(self, matrix)
        return np.full_like(margins, value), np.full_like(contributions, value)

    closed(world, way, world.auth(), lambda patch: patch.setattr(Model, "explain", wrong))


def test_reasons_that_are_not_those_of_the_score_give_no_score(world: World) -> None:
    explain = Model.explain

    def wrong(self: Model, matrix: Any) -> Any:
        margins, contributions = explain(self, matrix)
        return margins - 5.0, contributions

    closed(world, "one", world.auth(), lambda patch: patch.setattr(Model, "explain", wrong))


@pytest.mark.parametrize("place", OBSERVERS.values(), ids=OBSERVERS)
def test_who_only_watches_cannot_deny_a_stored_decision(
    world: World, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(world)
    with monkeypatch.context() as patch:
        patch.setattr(place, broken)
        reply = ask(world, "one", world.auth())
    assert reply.status_code == 200
    assert rows(world) == [before[0] + 1, before[1] + 1, before[2]]


def test_a_log_that_cannot_be_written_stops_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, open("/dev/full", "w") as full:  # noqa: PTH123
        patch.setattr("sys.stderr", full)
        reply = ask(world, "one", world.auth())
        patch.undo()
        with pytest.raises(OSError, match="No space"):
            full.close()
    assert reply.status_code == 200


def test_a_fault_in_rendering_is_an_error_and_the_decision_is_found_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = world.auth() | {"Idempotency-Key": "rendered-later"}
    before = rows(world)
    with monkeypatch.context() as patch:
        patch.setattr("api.routes.scores.render", broken)
        failed = world.client.post("/score", json=application(), headers=headers)
    assert (failed.status_code, set(failed.json())) == (500, SILENT)
    found = world.client.post("/score", json=application(), headers=headers)
    assert found.status_code == 200
    assert rows(world) == [n + 1 for n in before]


@pytest.mark.parametrize("place", ["data.vault.Vault.unseal", "data.store.ledger.decision_of"])
def test_a_decision_that_cannot_be_opened_is_not_shown(
    world: World, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ask(world, "one", world.auth()).json()["decision_id"]
    with monkeypatch.context() as patch:
        patch.setattr(place, broken)
        reply = world.client.get(f"/scores/{made}", headers=world.auth())
    assert (reply.status_code, set(reply.json())) == (500, SILENT)
    assert world.client.get(f"/scores/{made}", headers=world.auth()).status_code == 200


def test_the_chain_is_whole_after_all_that(world: World) -> None:
    with open_audit(world.settings) as audit:
        assert verify(audit.store, audit.vault, audit.book.read()[0]).faults == []
