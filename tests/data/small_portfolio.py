"""A small portfolio for tests of features and labels: loans, payments and profiles."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from data.contract import Contract
from data.contract_rules import findings
from data.features.applications import Applications, build_applications

TEXT = {"en": "text", "fr": "texte", "sw": "maandishi"}
NOON = datetime.fromisoformat("2024-06-10 12:00")


def column(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, **more}


def aggregate(function: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """A feature definition: an aggregate over the payments table."""
    given = {"value": value} if value is not None else {}
    extra: dict[str, Any] = {key: more.pop(key) for key in ("range", "unit") if key in more}
    return {"aggregate": {"table": "payments", "function": function, **given, **more}, **extra}


def from_column(source: str) -> dict[str, Any]:
    return {"column": source}


TABLES: dict[str, Any] = {
    "loans": {
        "kind": "applications",
        "keys": {"application": "id", "applicant": "client", "branch": "branch"},
        "unique": ["id"],
        "columns": {
            "id": column("integer"),
            "client": column("string"),
            "branch": column("string"),
            "asked_at": column("datetime"),
            "amount": column("number"),
            "urban": column("boolean"),
            "product": column("category", categories=["group", "solo"]),
            "bad": column("integer"),
        },
    },
    "payments": {
        "kind": "events",
        "keys": {"applicant": "client"},
        "unique": ["number"],
        "known_at": "posted_at",
        "columns": {
            "number": column("integer"),
            "client": column("string"),
            "posted_at": column("datetime"),
            "due_on": column("date"),
            "paid_at": column("datetime"),
            "amount": column("number"),
            "due": column("number"),
            "channel": column("string"),
            "on_time": column("boolean"),
        },
    },
}


def make_contract(
    features: Mapping[str, Any], tables: Mapping[str, Any] | None = None, **parts: Any
) -> Contract:
    """A contract with ``features``; ``tables`` replace or add to ``TABLES``."""
    given: dict[str, Any] = {
        "contract": "small",
        "version": "1",
        "title": TEXT,
        "currency": "KES",
        "tables": TABLES | dict(tables or {}),
        "as_of": "asked_at",
        "label": {"kind": "column", "column": "bad", "bad": [1], "good": [0], "definition": {}},
        "sources": {"all": {"title": TEXT, "purpose": TEXT, "legal_basis": "contract"}},
        "features": {n: {"source": "all", "title": TEXT, **f} for n, f in features.items()},
        "reasons": {"ALL": {"features": list(features), "raises": TEXT, "lowers": TEXT}},
        "split": {"method": "hash"},
    }
    contract = Contract.model_validate_json(json.dumps(given | parts), strict=True)
    assert list(findings(contract)) == []
    return contract


DAYS = column("date")


def _by_loan(known_at: str, **columns: Any) -> dict[str, Any]:
    return {
        "kind": "events",
        "keys": {"application": "loan"},
        "known_at": known_at,
        "columns": {"loan": column("string"), **columns},
    }


PERFORMANCE_TABLES: dict[str, Any] = {
    "loans": TABLES["loans"]
    | {
        "columns": TABLES["loans"]["columns"]
        | {"lent_on": DAYS, "written_off_on": DAYS, "rescheduled_on": DAYS}
    },
    "instalments": _by_loan("due_on", due_on=DAYS, owed=column("number")),
    "repayments": _by_loan(
        "posted_on", paid_on=DAYS, posted_on=DAYS, paid=column("number"), reversed_on=DAYS
    ),
}


def performance_contract(**definition: Any) -> Contract:
    """A contract whose outcome is computed; bad from 30 days past due in 180 by default."""
    label = {
        "kind": "performance",
        "disbursed_on": "lent_on",
        "written_off_on": "written_off_on",
        "rescheduled_on": "rescheduled_on",
        "instalments": "instalments",
        "due_on": "due_on",
        "amount_due": "owed",
        "repayments": "repayments",
        "paid_on": "paid_on",
        "amount_paid": "paid",
        "reversed_on": "reversed_on",
        "definition": {"days_past_due": 30, "window_days": 180, **definition},
    }
    return make_contract({"amount": from_column("loans.amount")}, PERFORMANCE_TABLES, label=label)


def loans(*clients: str | None, at: datetime | None = NOON, **columns: list[Any]) -> pa.Table:
    """One loan for each client, numbered from 1, asked for at ``at``."""
    ids = list(range(1, len(clients) + 1))
    given = {"id": ids, "client": list(clients), "asked_at": [at] * len(clients)}
    return pa.table(given | columns)


def payments(rows: list[dict[str, Any]]) -> pa.Table:
    """Payments of client "a" unless a row says otherwise, numbered from 1."""
    full = [{"number": i, "client": "a", **row} for i, row in enumerate(rows, start=1)]
    return pa.Table.from_pylist(full, schema=PAYMENTS)


PAYMENTS = pa.schema(
    {
        "number": pa.int64(),
        "client": pa.string(),
        "posted_at": pa.timestamp("us"),
        "due_on": pa.date32(),
        "paid_at": pa.timestamp("us"),
        "amount": pa.float64(),
        "due": pa.float64(),
        "channel": pa.string(),
        "on_time": pa.bool_(),
    }
)


def bits(applications: Applications) -> bytes:
    """The numeric inputs as bytes, to compare them to the last bit."""
    return applications.inputs.to_numpy(dtype=np.float64).tobytes()


def first(features: Mapping[str, Any], rows: list[dict[str, Any]]) -> dict[str, float]:
    """Inputs of one application of client "a" at noon on 10 June 2024 with these payments."""
    contract = make_contract(features)
    built = build_applications(contract, {"loans": loans("a"), "payments": payments(rows)})
    return {str(name): float(value) for name, value in built.inputs.iloc[0].items()}
