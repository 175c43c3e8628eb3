"""A reply is JSON made of the stored decision alone: the same bytes on whichever day."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest

from api.examples import example_application
from api.intake import Intake
from data.contract import LANGUAGES, Language
from data.store.decisions import Decision
from scoring.scorer import Scorer
from scoring.service import decide, render
from tests.bundles import small_bundle, small_contract
from tests.decisions import decision

TIMES = [
    datetime(2026, 3, 1, 12, 30, 15, 123456, UTC),
    datetime(2026, 3, 1, 12, 30, 15, 120000, UTC),
    datetime(2026, 3, 1, tzinfo=UTC),
    datetime(2026, 3, 1, 9, 5, tzinfo=timezone(timedelta(hours=3))),
]


@pytest.fixture(scope="module")
def made() -> Decision:
    intake, body = Intake(small_contract()), example_application(small_contract())
    asked = intake.read_one(orjson.dumps(body), None)
    return decide(Scorer(small_bundle(), "small-0123456789ab"), [asked], "key00001", TIMES[0])[0]


def expected(made: Decision, language: Language, contributions: bool) -> dict[str, Any]:
    """The reply, put together from the record as a whole."""
    record = orjson.loads(made.record)
    interval = record["interval"]
    reply = {
        "decision_id": made.decision_id,
        "application_id": made.application_id,
        "created_at": made.created_at.isoformat(),
        "probability_of_default": made.pd,
        "probability_interval": interval and {"low": interval[0], "high": interval[1]},
        "log_odds": made.log_odds,
        "points": made.points,
        "band": made.band,
        "recommendation": made.recommendation,
        "reasons": [reason | {"text": reason["text"][language]} for reason in record["reasons"]],
        "masked_sources": record["masked_sources"],
        "missing_fields": record["missing_fields"],
        "capacity": record.get("capacity"),
        "versions": {
            "model": made.model_version,
            "contract": made.contract_hash,
            "policy": made.policy_version,
        },
        "language": language,
        "explanation_method": record["explanation_method"],
    }
    shown = ("base", "contributions") if contributions else ()
    return reply | {name: record[name] for name in shown}


@pytest.mark.parametrize("at", TIMES, ids=str)
@pytest.mark.parametrize("contributions", [False, True])
def test_each_byte_comes_from_the_record(made: Decision, at: datetime, contributions: bool) -> None:
    stored = decision(created_at=at, record=made.record)
    assert orjson.loads(stored.record)["reasons"]
    for language in LANGUAGES:
        reply = render(stored, language, contributions=contributions)
        assert reply == orjson.dumps(expected(stored, language, contributions))
        assert render(stored, language, contributions=contributions) == reply


def test_a_record_of_another_order_gives_the_same_fields(made: Decision) -> None:
    """What chance drew is added to a record at its end (``scoring.exploring``)."""
    record = orjson.loads(made.record) | {"exploration": {"propensity": 0.1, "drawn": False}}
    before, later = decision(record=made.record), decision(record=orjson.dumps(record))
    for contributions in (False, True):
        reply = render(later, "sw", contributions=contributions)
        assert reply == render(before, "sw", contributions=contributions)
