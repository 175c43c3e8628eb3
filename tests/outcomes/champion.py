"""A small model whose outcome is computed from instalments and repayments."""

import json
from dataclasses import replace
from typing import Any

from data.contract import Contract
from data.contract_loading import contract_from_json, contract_hash
from scoring.bundle import Bundle
from tests.bundles import small_bundle, small_contract

_DAY = {"type": "date"}
_OUTCOME = dict.fromkeys(("lent_on", "written_off_on", "rescheduled_on"), _DAY)


def _events(known_at: str, *days: str, amount: str, **more: Any) -> dict[str, Any]:
    """A table of events; its days and amount are required, other columns are days."""
    columns: dict[str, Any] = {"loan_id": {"type": "string", "required": True}, **more}
    columns |= {day: _DAY | {"required": day == days[0]} for day in days}
    columns[amount] = {"type": "number", "range": (0, 1e6), "unit": "KES", "required": True}
    return {
        "kind": "events",
        "keys": {"application": "loan_id"},
        "known_at": known_at,
        "columns": columns,
    }


def lending_contract() -> Contract:
    """The small contract with a computed label: 30 days past due within 180."""
    given = json.loads(small_contract().model_dump_json(exclude_none=True))
    given["tables"]["loans"]["columns"] |= _OUTCOME | {"asked_at": {"type": "datetime"}}
    given["tables"]["loans"]["unique"] = ["loan_id"]
    given["as_of"] = "asked_at"
    number = {"number": {"type": "integer", "range": (1, 60)}}
    given["tables"] |= {
        "instalments": _events("agreed_on", "due_on", "agreed_on", amount="owed", **number)
        | {"unique": ["loan_id", "number"]},
        "repayments": _events("posted_on", "paid_on", "posted_on", "reversed_on", amount="paid"),
    }
    given["label"] = {
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
        "definition": {"days_past_due": 30, "window_days": 180},
    }
    return contract_from_json(json.dumps(given).encode(), "lending")


def lending_bundle() -> Bundle:
    """The small bundle under that contract."""
    contract, small = lending_contract(), small_bundle()
    lineage = {**small.lineage, "contract_hash": contract_hash(contract)}
    return replace(small, contract=contract, lineage=lineage)
