"""Feature values, raw rows and nothing at all: three ways to bring a source, the same bytes."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from api import completing
from api.app import create_app
from api.bodies import request_body
from api.raw_rows import MOST_ROWS, raw_tables, row_columns
from api.settings import Settings
from api.wiring import open_ledger
from data.contract_loading import load_contract
from data.features.applications import build_applications
from data.features.kept import kept_sources
from data.loading import LoadedApplications, load_applications
from tests.story.conftest import Story

CONTRACT = load_contract("microloan")
RAW = {s: raw_tables(CONTRACT, s) for s in CONTRACT.sources if raw_tables(CONTRACT, s)}
KEPT = kept_sources(CONTRACT)
DAY = date(2024, 6, 3)
ROWS = 25


@pytest.fixture(scope="module")
def loaded(story: Story) -> LoadedApplications:
    return load_applications(CONTRACT, story.portfolio, labelled=False)


@pytest.fixture(scope="module")
def client(story: Story) -> Iterator[TestClient]:
    key = story.run("keys", "create", "--role", "admin", "--json").json["key"]
    with TestClient(create_app(Settings(home=story.home))) as opened:
        opened.headers["Authorization"] = f"Bearer {key}"
        yield opened


def _said(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat() + "Z"  # the portfolio's own time zone is UTC
    return value.isoformat() if isinstance(value, date) else value


class Raw:
    """The rows of one portfolio by table and key, as a lender would send them."""

    def __init__(self, loaded: LoadedApplications) -> None:
        self.tables: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for table in {t for tables in RAW.values() for t in tables}:
            held, by_key = loaded.portfolio.tables[table], self.tables.setdefault(table, {})
            for row in held.to_pylist():
                columns = row_columns(CONTRACT, table)
                sent = {c: _said(row[c]) for c in columns if row[c] is not None}
                by_key.setdefault(row[_key(table)[1]], []).append(sent)

    def of(self, table: str, keys: dict[str, Any]) -> list[dict[str, Any]]:
        return self.tables[table].get(keys[_key(table)[0]], [])


def _key(table: str) -> tuple[str, str]:
    """Whose rows a table has, and the column that says so."""
    held = dict(CONTRACT.tables[table].keys)
    role = "applicant" if "applicant" in held else "application"
    return role, held[role]  # type: ignore[index]


def _post(client: TestClient, monkeypatch: pytest.MonkeyPatch, body: Any, now: datetime) -> Any:
    monkeypatch.setattr(completing, "utc_now", lambda: now.replace(tzinfo=UTC))
    return client.post("/score", json=body)


def _values(story: Story, reply: Any) -> dict[str, Any]:
    """What the decision was made from, as it is stored."""
    assert reply.status_code == 200, reply.text
    with open_ledger(Settings(home=story.home)) as (_, ledger):
        decision = ledger.find(reply.json()["decision_id"])
    assert decision is not None
    request: dict[str, Any] = json.loads(decision.request)
    return request


def _with_rows(body: dict[str, Any], raw: Raw, keys: dict[str, Any]) -> dict[str, Any]:
    """``body`` with every source that can come as rows as rows, where there are any."""
    sources = dict(body["sources"])
    for source, tables in RAW.items():
        if source in sources:
            sources[source] = {"rows": {table: raw.of(table, keys) for table in tables}}
    return body | {"sources": sources}


def test_raw_rows_give_the_bytes_of_training(
    story: Story, client: TestClient, loaded: LoadedApplications, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = story.run("features", "build", "microloan", "--data", str(story.portfolio), "--json")
    assert built.code == 0, built.errors
    raw, as_of = Raw(loaded), loaded.applications.as_of
    assert as_of is not None
    seen = set()
    for i in range(ROWS):
        keys, values = loaded.row(i)
        body = request_body(CONTRACT, keys, values)
        body["consents"] = dict.fromkeys(body["consents"], False) | body["consents"]
        sent = _with_rows(body, raw, keys)
        sent["sources"].pop("observations", None)  # its officers' leniency is of another day
        body["sources"].pop("observations", None)
        plain = _post(client, monkeypatch, body, as_of.iloc[i])
        reply = _post(client, monkeypatch, sent, as_of.iloc[i])
        request = _values(story, reply)
        for source in RAW.keys() & request["sources"].keys() & sent["sources"].keys():
            seen.add(source)
            for name, value in request["sources"][source].items():
                assert np.float64(value).tobytes() == np.float64(values[name]).tobytes(), name
        assert "rows" not in json.dumps(request)
        for name in ("log_odds", "points", "recommendation", "reasons"):
            assert reply.json()[name] == plain.json()[name]
    assert seen == RAW.keys() - {"observations"}


def test_three_ways_give_the_same_bytes(
    story: Story, client: TestClient, loaded: LoadedApplications, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one day: values from training's engine, rows, and nothing after a build."""
    command = ("features", "build", "microloan", "--data", str(story.portfolio))
    built = story.run(*command, "--day", str(DAY), "--json")
    assert built.code == 0, built.errors
    assert built.json["observers"] > 50
    moment = datetime.combine(DAY, datetime.min.time())
    tables = dict(loaded.portfolio.tables)
    asked = tables["applications"].drop_columns("applied_at")
    times = pa.array([moment] * asked.num_rows, pa.timestamp("us"))
    tables["applications"] = asked.append_column("applied_at", times)
    trained = build_applications(CONTRACT, tables)
    raw, used = Raw(loaded), set()
    for i in range(len(loaded) - ROWS, len(loaded)):
        keys, values = loaded.row(i)[0], {str(k): v for k, v in trained.inputs.iloc[i].items()}
        body = request_body(CONTRACT, keys, values)
        body["consents"] = dict.fromkeys(body["consents"], True)
        sent = _with_rows(body, raw, keys)
        left = {s: v for s, v in body["sources"].items() if s not in KEPT}
        bodies = (body, sent, body | {"sources": left})
        requests = [_values(story, _post(client, monkeypatch, b, moment)) for b in bodies]
        for request in requests:
            assert request["sources"] == requests[0]["sources"]
            for source, given in request["sources"].items():
                for name in given if source in RAW else ():
                    bits = np.float64(given[name]).tobytes()
                    assert bits == trained.inputs[name].iloc[i].tobytes(), name
        used |= requests[2].get("materialised", {}).keys()
        assert set(requests[2].get("materialised", {}).values()) <= {str(DAY)}
    assert used == set(KEPT)


def test_what_was_materialised_needs_consent_and_is_not_used_for_ever(
    story: Story, client: TestClient, loaded: LoadedApplications, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.run("features", "build", "microloan", "--data", str(story.portfolio), "--day", str(DAY))
    as_of = loaded.applications.as_of
    assert as_of is not None
    told = loaded.applications.inputs["wallet_transactions"].notna() & (as_of < np.datetime64(DAY))
    i = int(np.flatnonzero(told)[-1])
    keys, values = loaded.row(i)
    body = request_body(CONTRACT, keys, values)
    body["sources"] = {"application": body["sources"]["application"]}
    moment = datetime.combine(DAY, datetime.min.time())

    def taken(consents: dict[str, bool], days: int) -> set[str]:
        asked = body | {"consents": consents}
        reply = _post(client, monkeypatch, asked, moment + timedelta(days=days))
        return set(_values(story, reply).get("materialised", {}))

    agreed = {"mobile_money": True, "phone_usage": True}
    assert "mobile_money" in taken(agreed, 0)
    assert "mobile_money" in taken(agreed, completing.MOST_DAYS_OLD)
    assert taken(agreed, completing.MOST_DAYS_OLD + 1) == set()
    assert taken(agreed, -1) == set()
    assert "mobile_money" not in taken({"mobile_money": False}, 0)
    assert "mobile_money" not in taken({}, 0)


ROW = {
    "transaction_id": "T1",
    "at": "2024-06-01T10:00:00Z",
    "posted_at": "2024-06-01T10:00:09Z",
    "direction": "in",
    "kind": "bill",
    "amount": 5000.0,
}


@pytest.mark.parametrize(
    ("rows", "field", "rule"),
    [
        ([ROW, ROW | {"amount": "PLANTED"}], "1.amount", "must be a number"),
        ([ROW | {"amount": -1}], "0.amount", "must be at least 0"),
        ([ROW | {"kind": "PLANTED"}], "0.kind", "must be one of"),
        ([ROW | {"at": "2024-06-01T10:00:00"}], "0.at", "must be a time with its zone"),
        ([ROW | {"at": "PLANTED"}], "0.at", "must be a time with its zone"),
        ([{k: v for k, v in ROW.items() if k != "posted_at"}], "0.posted_at", "is required"),
        ([ROW | {"PLANTED": 1}], "0", "unknown field"),
        ([ROW, ROW], "", "two rows have the same transaction_id"),
        ([ROW] * (MOST_ROWS + 1), "", "has too many items"),
    ],
)
def test_a_wrong_row_is_told_by_its_place_and_never_repeated(
    client: TestClient, loaded: LoadedApplications, rows: list[Any], field: str, rule: str
) -> None:
    body = request_body(CONTRACT, *loaded.row(0))
    body["sources"]["mobile_money"] = {"rows": {"mobile_money": rows}}
    body["consents"]["mobile_money"] = True
    reply = client.post("/score", json=body)
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    place = ".".join(filter(None, ["sources.mobile_money.rows.mobile_money", field]))
    assert any(e["field"] == place and rule in e["rule"] for e in reply.json()["errors"])
    assert "PLANTED" not in reply.text
