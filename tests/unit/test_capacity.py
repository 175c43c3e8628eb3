"""What can be repaid is a rule beside the score: one path, its own reason, never a guess."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow.parquet as pq
import pytest

from api.replies import ScoreReply
from api.web.results import result_of
from data.contract import ThinFile
from data.contract_capacity import Capacity
from data.contract_loading import load_contract
from scoring import capacity
from scoring.batch import score_to_parquet
from scoring.counterfactuals import options
from scoring.explanation import Explainer
from scoring.exploring import Quota
from scoring.replay import replay
from scoring.scorer import Scorer
from scoring.service import Application, decide, render
from scoring.telling import tell
from tests.bundles import small_application, small_bundle, small_columns

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = {"en": "Too much.", "fr": "Trop.", "sw": "Nyingi."}
SAFE = {
    "amount": 1000.0,
    "income": 10_000.0,
    "late_days": 0,
    "wallet_inflow": 90_000.0,
    "trade": "services",
    "has_group": True,
}
RISKY = SAFE | {"amount": 120_000.0, "income": 400_000.0, "late_days": 30, "wallet_inflow": 10.0}


def ruled(at_most: float = 0.3, otherwise: str = "decline", **policy: Any) -> Scorer:
    """The small model, whose amount is paid back in one instalment."""
    bundle = small_bundle()
    rule = Capacity.model_validate(
        {"income": "income", "at_most": at_most, "otherwise": otherwise, "text": TEXT}
    )
    contract = bundle.contract
    changed = {
        "terms": contract.terms.model_copy(update={"instalment": "amount"}),
        "policy": contract.policy.model_copy(update={"capacity": rule, **policy}),
    }
    return Scorer(replace(bundle, contract=contract.model_copy(update=changed)), "model-1")


def by_annuity(rate: float, at_most: float) -> Scorer:
    """The small model, whose amount is paid back in ``late_days`` months."""
    bundle = small_bundle()
    rule = {"income": "income", "at_most": at_most, "annuity": {"rate": rate}, "text": TEXT}
    contract = bundle.contract
    capable = Capacity.model_validate(rule | {"otherwise": "decline"})
    changed = {
        "terms": contract.terms.model_copy(update={"term": "late_days"}),
        "policy": contract.policy.model_copy(update={"capacity": capable}),
    }
    return Scorer(replace(bundle, contract=contract.model_copy(update=changed)), "model-1")


def asked(values: dict[str, Any]) -> Application:
    wallet = {"wallet_inflow": values["wallet_inflow"]}
    own = {name: value for name, value in values.items() if name not in wallet}
    keys: dict[str, Any] = dict.fromkeys(("branch_id", "officer_id"))
    request = keys | {"application_id": "A-1", "applicant_id": "P-1"}
    request["sources"] = {"application": own, "wallet": wallet}
    return Application("A-1", "P-1", None, None, values, {}, orjson.dumps(request))


def decided(scorer: Scorer, **changes: Any) -> Any:
    return decide(scorer, [asked(SAFE | changes)], "key", NOW)[0]


@pytest.mark.parametrize("at_most", [0.1, 0.3, 0.35, 0.4, 0.55, 0.7])
def test_exactly_the_limit_is_within_and_a_coin_more_is_above(at_most: float) -> None:
    rule = ruled(at_most).capacity_rule
    assert rule is not None
    income = np.array([100.0, 1_000.0, 37_300.0, 1e7])
    exact = np.array([round(at_most * v) for v in income])
    known = np.isclose(exact, at_most * income)
    columns = {"amount": exact, "income": income}
    _, judged = rule.judge(columns, np.zeros(4, dtype=np.intp))
    assert (judged.status[known] == 0).all()
    _, judged = rule.judge(columns | {"amount": exact + 0.01}, np.zeros(4, dtype=np.intp))
    assert (judged.status == 2).all()


def test_it_has_no_currency() -> None:
    rule = ruled().capacity_rule
    assert rule is not None
    columns = {name: np.array(small_columns(50, 2)[name], float) for name in ("amount", "income")}
    shares = rule.shares(columns, 50)
    larger = rule.shares({name: column * 1024 for name, column in columns.items()}, 50)
    assert np.array_equal(shares, larger, equal_nan=True)


def test_a_decline_is_the_rules_and_not_the_models() -> None:
    scorer = ruled()
    within, above = decided(scorer), decided(scorer, income=3_000.0)
    assert (within.recommendation, above.recommendation) == ("approve", "decline")
    reply = json.loads(render(above, "fr", contributions=False))
    assert reply["reasons"][0] == {
        "code": "CAPACITY",
        "direction": None,
        "contribution": None,
        "text": "Trop.",
    }
    assert {r["direction"] for r in reply["reasons"][1:]} <= {"lowers_risk"}
    assert reply["capacity"]["by_score"] == "approve"
    assert reply["capacity"]["share"] == pytest.approx(1 / 3)
    assert reply["probability_of_default"] is not None, "the score is what it was"


def test_more_income_never_makes_it_stricter() -> None:
    scorer = ruled()
    rank = ["approve", "review", "decline"]
    incomes = np.linspace(500, 20_000, 60)
    rule = scorer.capacity_rule
    assert rule is not None
    columns = {"amount": np.full(60, 1000.0), "income": incomes}
    found, _ = rule.judge(columns, np.zeros(60, dtype=np.intp))
    assert (np.diff(found) <= 0).all()
    assert {rank[i] for i in found.tolist()} == {"approve", "decline"}


@pytest.mark.parametrize("income", [None, float("nan")])
def test_a_missing_income_is_told_and_left_to_a_person(income: float | None) -> None:
    found = decided(ruled(), income=income)
    record = orjson.loads(found.record)
    assert found.recommendation == "review"
    assert record["reasons"][0]["code"] == capacity.UNKNOWN
    assert record["capacity"]["share"] is None


def test_no_income_at_all_is_above_every_limit() -> None:
    found = decided(ruled(0.9), income=0.0)
    assert found.recommendation == "decline"
    assert orjson.loads(found.record)["capacity"]["share"] is None


def test_the_stricter_of_both_counts() -> None:
    scorer = ruled(0.01, "review")
    found = decide(scorer, [asked(RISKY)], "key", NOW)[0]
    record = orjson.loads(found.record)
    assert found.recommendation == "decline", "the score declines, whatever the rule says"
    assert record["reasons"][-1]["code"] == capacity.ABOVE
    assert not capacity.decided(found.recommendation, record)
    assert len(record["reasons"]) <= 4
    told = orjson.loads(Explainer(scorer).explain(found, 30))
    assert told["rule"]["id"] == "decline_from"
    assert told["reasons"][-1]["code"] == capacity.ABOVE


def test_a_rule_that_is_kept_changes_no_number() -> None:
    plain, strict = Scorer(small_bundle(), "model-1"), ruled()
    before, after = decided(plain), decided(strict)
    assert (before.pd, before.points, before.recommendation) == (
        after.pd,
        after.points,
        after.recommendation,
    )
    record = orjson.loads(after.record)
    assert record.pop("capacity")["status"] == "within"
    assert orjson.dumps(record) == before.record


@pytest.mark.parametrize("changes", [{}, {"income": 2_000.0}, {"income": None}, RISKY])
def test_a_decision_is_replayed_to_the_last_bit(changes: dict[str, Any]) -> None:
    scorer = ruled(0.25)
    assert replay(decided(scorer, **changes), scorer) == []


def test_the_reply_and_the_officers_page_say_that_the_rule_decided() -> None:
    scorer = ruled()
    above, within = decided(scorer, income=3_000.0), decided(scorer)
    for made in (above, within, decided(scorer, income=None), decided(Scorer(small_bundle(), "m"))):
        plain = json.loads(render(made, "sw", contributions=True))
        ScoreReply.model_validate(plain)
    assert result_of(above, None, "fr").by_rule == "Trop."
    assert result_of(within, None, "fr").by_rule is None


def test_everybody_is_told_that_the_rule_decided() -> None:
    scorer = ruled()
    found = decided(scorer, income=3_000.0)
    explained = Explainer(scorer).explain(found, 30)
    assert orjson.loads(explained)["rule"]["id"] == "capacity"
    for audience in ("client", "officer"):
        told = tell(found, explained, audience, "en")
        sections = {s["id"]: [line["text"] for line in s["lines"]] for s in told["sections"]}
        assert "Too much." in sections["reasons"]
        assert any("whatever the score" in line for line in sections["result"])
    evidence = tell(found, explained, "auditor", "en")["evidence"]
    assert evidence["capacity"]["by_score"] == "approve"


def test_what_would_help_keeps_the_rule() -> None:
    scorer = by_annuity(0.0, 0.3)
    values = SAFE | {"amount": 4_000.0, "late_days": 1}
    assert decided(scorer, **values).recommendation == "decline"
    found = options(scorer, values)
    assert found, "a smaller loan would be within the limit"
    for option in found:
        (amount,) = [change.to for change in option.changes if change.field == "amount"]
        assert amount / 10_000 <= 0.3


def test_chance_lends_to_nobody_above_the_limit() -> None:
    scorer = ruled(0.01)
    quota = Quota(0.05, 50.0)
    declined = decide(scorer, [asked(RISKY)], "key", NOW)[0]
    assert not quota.near(declined, scorer.bundle.rules)
    by_score = decide(ruled(0.9), [asked(RISKY)], "key", NOW)[0]
    assert quota.near(by_score, scorer.bundle.rules)


def test_a_thin_file_stays_with_a_person_who_is_told_of_the_rule() -> None:
    scorer = ruled(thin_file=ThinFile(sources=("wallet",)))
    found = decided(scorer, wallet_inflow=None, income=3_000.0)
    record = orjson.loads(found.record)
    assert found.recommendation == "refer"
    assert [r["code"] for r in record["reasons"]] == ["THIN_FILE", "CAPACITY"]
    assert replay(found, scorer) == []


def test_a_file_and_the_server_agree(tmp_path: Path) -> None:
    scorer, n = ruled(), 60
    columns = small_columns(n, 3)
    inputs = pd.DataFrame(columns, columns=list(scorer.contract.inputs))
    keys = pd.DataFrame({"application": [f"A-{i}" for i in range(n)], "applicant": "P"})
    score_to_parquet(scorer, keys, inputs, tmp_path / "scored.parquet")
    scored = pq.read_table(tmp_path / "scored.parquet").to_pylist()
    each = [asked({name: column[i] for name, column in columns.items()}) for i in range(n)]
    made = decide(scorer, each, "key", NOW)
    assert [s["recommendation"] for s in scored] == [d.recommendation for d in made]
    status = [orjson.loads(d.record)["capacity"]["status"] for d in made]
    assert [s["capacity"] for s in scored] == status
    assert len(set(status)) == 3


def test_an_annuity_is_worked_out_from_the_terms() -> None:
    found = by_annuity(0.24, 0.3).capacity_rule
    assert found is not None
    assert found.names == ("amount", "income", "late_days")
    values = small_application() | {"amount": 120_000.0, "late_days": 12, "income": 100_000.0}
    _, judged = found.judge_each([values], np.zeros(1, dtype=np.intp))
    assert judged.share[0] == pytest.approx(0.113471516, abs=1e-9)


def test_the_shipped_contract_has_the_rule() -> None:
    rule = load_contract("microloan").policy.capacity
    assert rule is not None
    assert rule.income == "declared_income"
