"""What each reader is told of decisions that the policy's cut-offs did not make."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from data.contract import LANGUAGES
from data.errors import RegistryError
from data.store.decisions import Decision
from scoring.explanation import Explainer
from scoring.exploring import CODE, explored
from scoring.referring import SUSPENDED
from scoring.scorer import Scorer
from scoring.service import Application, decide
from scoring.telling import Audience, tell
from tests.bundles import small_bundle
from tests.explanation.people import RISKY, request_of

AT = datetime(2026, 11, 20, tzinfo=UTC)


def decided(scorer: Scorer, values: dict[str, Any]) -> Decision:
    request = request_of(values) | {"consents": {}}
    application = Application(
        "A-1", "C-1", None, None, values, {}, orjson.dumps(request | {"officer_id": None})
    )
    return decide(scorer, [application], "key-1", AT)[0]


def told(explainer: Explainer, decision: Decision, audience: Audience) -> dict[str, list[str]]:
    """Ids of the sentences of each section."""
    record = explainer.explain(decision, 30)
    every = [tell(decision, record, audience, language) for language in LANGUAGES]
    parts = [{s["id"]: [x["id"] for x in s["lines"]] for s in t["sections"]} for t in every]
    assert parts[0] == parts[1] == parts[2]
    return parts[0]


def test_who_is_declined_is_told_the_rule_the_reasons_and_how_to_appeal() -> None:
    explainer = Explainer(Scorer(small_bundle(), "v"))
    client = told(explainer, decided(explainer.scorer, RISKY), "client")
    assert client["result"] == ["result.decline", "rule.decline_from", "result.person"]
    assert client["reasons"][0] == "reasons.raises"
    assert client["help"][0] in {"help.approve", "help.review"}
    assert client["appeal"] == [f"appeal.{n}" for n in ("ask", "how", "who", "when", "data")]
    officer = told(explainer, decided(explainer.scorer, RISKY), "officer")
    assert "chance.hundred" in officer["result"]
    assert "check.field" in officer["check"]
    assert officer["decide"] == ["decide.you", "decide.differ"]


def test_a_suspended_model_names_the_rule_and_no_numbers() -> None:
    scorer = Scorer(small_bundle(), "v")
    decision = decided(scorer.suspended_double(), RISKY)
    explainer = Explainer(scorer)
    for audience in ("client", "officer"):
        parts = told(explainer, decision, audience)
        assert parts["result"][:2] == ["result.refer", "rule.suspended"]
        assert not {"chance", "reasons", "help", "check"} & parts.keys()
    assert f"reason.{SUSPENDED.code}" in told(explainer, decision, "officer")["result"]


def test_an_approval_by_chance_says_so() -> None:
    explainer = Explainer(Scorer(small_bundle(), "v"))
    drawn = {"propensity": 0.02, "drawn": True}
    decision = explored(decided(explainer.scorer, RISKY), drawn)
    client = told(explainer, decision, "client")
    assert client["result"] == ["result.approve", "rule.by_chance", "result.person"]
    assert f"reason.{CODE}" not in client["reasons"]
    assert f"reason.{CODE}" in told(explainer, decision, "officer")["result"]


def test_another_model_does_not_explain_it() -> None:
    decision = decided(Scorer(small_bundle(), "v"), RISKY)
    with pytest.raises(RegistryError):
        Explainer(Scorer(small_bundle(), "w")).explain(decision, 30)


def test_a_record_is_the_same_bytes_each_time() -> None:
    decision = decided(Scorer(small_bundle(), "v"), RISKY)
    made = {Explainer(Scorer(small_bundle(), "v")).explain(decision, 30) for _ in range(3)}
    assert len(made) == 1
