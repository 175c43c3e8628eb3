"""POST /score and GET /scores/{id}: one decision from request to record and back."""

from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from api.replies import ScoreReply
from scoring.scorer import Scorer
from tests.bundles import small_bundle, small_contract
from tests.web.world import World, application, stored


def values(body: dict[str, Any]) -> dict[str, list[Any]]:
    return {n: [v] for source in body["sources"].values() for n, v in source.items()}


def texts(reply: dict[str, Any], language: str) -> list[str]:
    """What the contract says for the reasons of a reply."""
    groups = small_contract().reasons
    return [
        getattr(getattr(groups[r["code"]], r["direction"].removesuffix("_risk")), language)
        for r in reply["reasons"]
    ]


def read(world: World, reply: dict[str, Any], role: str = "risk", **options: Any) -> Any:
    path = f"/scores/{reply['decision_id']}"
    headers = world.auth(role) | options.pop("headers", {})
    return world.client.get(path, headers=headers, **options)


def test_a_score_has_its_documented_shape(world: World) -> None:
    reply = world.score()
    assert reply.status_code == 200
    assert ScoreReply.model_validate(reply.json()).application_id == "A-2026-000123"


def test_a_score_is_the_models_own_number(world: World) -> None:
    body = application()
    reply = world.score(body).json()
    scorer = Scorer(small_bundle(), "oracle")
    expected = scorer.score(values(body), 1)
    assert reply["probability_of_default"] == float(expected.pd[0])
    assert reply["log_odds"] == float(expected.log_odds[0])
    assert reply["points"] == int(expected.points[0])
    assert reply["band"] == scorer.band_name(expected, 0)
    assert reply["recommendation"] == scorer.recommendation_name(expected, 0)


def test_the_decision_is_in_the_store_before_the_reply(world: World) -> None:
    reply = world.score().json()
    decision = stored(world, reply["decision_id"])
    assert decision.pd == reply["probability_of_default"]
    assert decision.model_version == reply["versions"]["model"]
    assert decision.key_id == world.key().split("_")[1]


def test_a_decision_reads_back_as_it_was_made(world: World) -> None:
    made = world.score(role="admin").json()
    assert read(world, made, role="admin").json() == made


def test_contributions_and_base_add_up_to_the_log_odds(world: World) -> None:
    reply = world.score(role="admin").json()
    total = reply["base"] + sum(reply["contributions"].values())
    assert total == pytest.approx(reply["log_odds"], abs=1e-6)
    assert 1 / (1 + np.exp(-total)) == pytest.approx(reply["probability_of_default"], abs=1e-6)


def test_an_officer_gets_reasons_but_not_all_contributions(world: World) -> None:
    made = world.score().json()
    assert made["reasons"]
    assert {"base", "contributions"}.isdisjoint(made)
    assert {"base", "contributions"} <= set(read(world, made).json())
    assert {"base", "contributions"}.isdisjoint(read(world, made, role="officer").json())


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ({}, None, "en"),
        ({"lang": "fr"}, None, "fr"),
        ({"lang": "sw"}, "fr", "sw"),
        ({}, "sw", "sw"),
        ({}, "fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5", "fr"),
        ({}, "de, sw;q=0.2, en;q=0.3", "en"),
        ({}, "en;q=0, sw;q=0.1", "sw"),
        ({}, "de-DE", "en"),
        ({}, ";;q=,,fr;q=x", "en"),
    ],
)
def test_reasons_speak_the_asked_language(
    world: World, query: dict[str, str], header: str | None, language: str
) -> None:
    headers = {"Accept-Language": header} if header else {}
    reply = world.score(headers=headers, params=query).json()
    assert reply["language"] == language
    assert reply["reasons"]
    assert [r["text"] for r in reply["reasons"]] == texts(reply, language)


def test_a_stored_decision_can_be_read_in_another_language(world: World) -> None:
    made = world.score().json()
    again = read(world, made, role="officer", params={"lang": "sw"}).json()
    assert [r["code"] for r in again["reasons"]] == [r["code"] for r in made["reasons"]]
    assert [r["text"] for r in again["reasons"]] == texts(made, "sw")


@pytest.mark.parametrize(
    ("consents", "wallet", "status"),
    [
        ({"wallet": True}, {"wallet_inflow": 4242.75}, None),
        ({"wallet": False}, {"wallet_inflow": 4242.75}, "no_consent"),
        ({}, {"wallet_inflow": 4242.75}, "no_consent"),
        ({"wallet": False}, None, "no_consent"),
        ({"wallet": True}, None, "not_given"),
        ({}, None, "not_given"),
    ],
)
def test_a_source_is_used_only_with_consent(
    world: World, consents: dict[str, bool], wallet: dict[str, float] | None, status: str | None
) -> None:
    body = application(consents=consents)
    body["sources"]["wallet"] = wallet
    reply = world.score(body, role="admin").json()
    expected = [] if status is None else [{"source": "wallet", "status": status}]
    assert reply["masked_sources"] == expected
    kept = stored(world, reply["decision_id"]).request
    assert (b"4242.75" in kept) == (status is None)
    known = values(body | {"sources": {"application": body["sources"]["application"]}})
    if status is None and wallet is not None:
        known |= {"wallet_inflow": [wallet["wallet_inflow"]]}
    alone = Scorer(small_bundle(), "oracle").score(known, 1)
    assert reply["log_odds"] == float(alone.log_odds[0])


def test_null_absent_and_missing_are_the_same(world: World) -> None:
    absent, null = application(), application()
    del absent["sources"]["application"]["income"]
    null["sources"]["application"]["income"] = None
    first, second = world.score(absent).json(), world.score(null).json()
    assert first["missing_fields"] == second["missing_fields"] == ["income"]
    assert first["log_odds"] == second["log_odds"]


def test_a_whole_number_may_be_written_with_a_point(world: World) -> None:
    body = application()
    whole = world.score(body).json()
    body["sources"]["application"]["late_days"] = float(body["sources"]["application"]["late_days"])
    assert world.score(body).json()["log_odds"] == whole["log_odds"]


def test_officers_read_their_branch_and_their_own(world: World) -> None:
    def officer(branch: str | None) -> dict[str, str]:
        return world.auth("officer", branch)

    north = world.client.post(
        "/score", json=application(branch_id="north"), headers=officer("north")
    )
    path = f"/scores/{north.json()['decision_id']}"
    seen = {b: world.client.get(path, headers=officer(b)).status_code for b in ("north", "south")}
    assert seen == {"north": 200, "south": 404}
    assert world.client.get(path, headers=officer(None)).status_code == 404
    assert world.client.get(path, headers=world.auth("auditor")).status_code == 200


def test_an_officers_branch_is_the_branch_of_the_decision(world: World) -> None:
    body = application()
    del body["branch_id"]
    headers = world.auth("officer", "north")
    reply = world.client.post("/score", json=body, headers=headers).json()
    assert stored(world, reply["decision_id"]).branch == "north"
    elsewhere = world.client.post("/score", json=application(branch_id="south"), headers=headers)
    assert elsewhere.status_code == 403


def test_an_unknown_decision_is_not_found(world: World) -> None:
    reply = world.client.get(f"/scores/{uuid4()}", headers=world.auth("risk"))
    assert (reply.status_code, reply.json()["type"]) == (404, "/problems/not-found")
