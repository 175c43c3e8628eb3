"""Decisions to store, for tests."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from data.store import Store
from data.store.decisions import Decision
from data.store.ledger import Ledger
from data.vault import Vault


def ledger_of(store: Store, folder: Path) -> Ledger:
    """The ledger of ``store`` with the keys in ``folder / "vault"``."""
    return Ledger(store, Vault.open(folder / "vault"))


def append(ledger: Ledger, connection: Connection, *numbers: int, **change: Any) -> None:
    """Append the decisions of these numbers."""
    ledger.append(connection, [decision(n, **change) for n in numbers])


def decision(number: int = 0, **change: Any) -> Decision:
    """A decision whose id is made from ``number``."""
    fields: dict[str, Any] = {
        "decision_id": f"decision-{number}",
        "created_at": datetime(2026, 3, 1, 12, 30, 15, 123456, UTC),
        "key_id": "key00001",
        "branch": "Kisumu",
        "officer": None,
        "application_id": f"A-{number}",
        "applicant_id": "P-1",
        "model_version": "small-0123456789ab",
        "contract_hash": "0" * 64,
        "policy_version": "1",
        "pd": 0.1,
        "log_odds": -2.2,
        "points": 600,
        "band": "A",
        "recommendation": "approve",
        "request": b"{}",
        "record": b"{}",
    }
    return Decision(**(fields | change))
