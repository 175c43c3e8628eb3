"""A stored decision is computed again bit for bit, and every change of what is stored shows."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from api.examples import example_application
from api.intake import Intake
from data.errors import RegistryError
from data.store.decisions import Decision
from scoring import model
from scoring.replay import replay
from scoring.scorer import Scorer
from scoring.service import decide
from tests.bundles import small_bundle, small_contract


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(small_bundle(), "small-0123456789ab")


def made(scorer: Scorer, **changes: Any) -> Decision:
    body = orjson.dumps(example_application(small_contract()) | changes)
    asked = Intake(scorer.contract).read_one(body, None)
    return decide(scorer, [asked], "key00001", datetime.now(UTC))[0]


def test_the_same_model_decides_the_same(scorer: Scorer) -> None:
    assert replay(made(scorer), scorer) == []
    sources = example_application(small_contract())["sources"]
    few = {"application": sources["application"]}
    masked = made(scorer, sources=few, consents={})
    assert orjson.loads(masked.record)["masked_sources"], "a case with masked sources"
    assert replay(masked, scorer) == []


def test_a_machine_without_the_kernel_replays_a_decision_made_with_it(
    scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = made(scorer)
    monkeypatch.setattr(model, "load_kernel", lambda _: None)
    without = Scorer(small_bundle(), scorer.version)
    assert replay(decision, without) == []
    assert replay(made(without), scorer) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pd", 0.5),
        ("log_odds", 1.0),
        ("points", 1),
        ("band", "Z"),
        ("recommendation", "decline!"),
        ("contract_hash", "0" * 64),
        ("policy_version", "99"),
        ("branch", None),
        ("applicant_id", "someone-else"),
        ("application_id", "another"),
    ],
)
def test_an_altered_column_shows(scorer: Scorer, field: str, value: Any) -> None:
    decision = made(scorer)
    altered = decision._replace(**{field: value})
    found = replay(altered, scorer)
    assert [(d.field, d.stored, d.computed) for d in found] == [
        (field, value, getattr(decision, field))
    ]


def test_an_altered_record_shows(scorer: Scorer) -> None:
    decision = made(scorer)
    record = orjson.loads(decision.record)
    name = next(iter(record["contributions"]))
    record["contributions"][name] += 1e-15
    record["reasons"] = record["reasons"][1:]
    record["base"] = None
    found = replay(decision._replace(record=orjson.dumps(record)), scorer)
    assert {d.field for d in found} == {f"contributions.{name}", "reasons", "base"}


def test_an_altered_request_shows(scorer: Scorer) -> None:
    decision = made(scorer)
    request = orjson.loads(decision.request)
    days = request["sources"]["application"]["late_days"]
    request["sources"]["application"]["late_days"] = 0 if days > 20 else 59
    found = replay(decision._replace(request=orjson.dumps(request)), scorer)
    assert {"pd", "log_odds"} <= {d.field for d in found}


def test_another_model_or_an_erased_decision_cannot_be_replayed(scorer: Scorer) -> None:
    decision = made(scorer)
    with pytest.raises(RegistryError, match="made by the model small-0123456789ab"):
        replay(decision, Scorer(small_bundle(), "small-other"))
    gone = decision._replace(application_id="", applicant_id="", request=b"", record=b"")
    with pytest.raises(RegistryError, match="erased"):
        replay(gone, scorer)
