"""Loans of the small contract to learn from, a home with a champion, and workers."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from api.audits import AuditSettings
from api.log import Log
from api.retraining import STEPS
from api.retraining_data import Experience
from api.schedule import KINDS, Kind, Work
from api.worker import LEASE, Worker
from data.features.applications import Applications
from data.store import Store
from scoring.calibration import probability
from tests.bundles import small_columns, small_contract

ROWS = 4_000
NOW = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)


@cache
def learned(rows: int = ROWS) -> Experience:
    """Applications with outcomes that late days and the amount tell something about."""
    columns, contract = small_columns(rows, 3), small_contract()
    late = np.array(columns["late_days"], dtype=np.float64)
    size = np.log(np.array(columns["amount"], dtype=np.float64))
    pd_ = probability(-3.0 + 0.25 * late + 0.3 * (size - 9))
    y = (np.random.default_rng(1).random(rows) < pd_).astype(np.float64)
    inputs = pd.DataFrame({name: _column(columns[name]) for name in contract.inputs})
    keys = pd.DataFrame(
        {
            "application": [f"A-{i}" for i in range(rows)],
            "applicant": [f"P-{i}" for i in range(rows)],
            "branch": [None] * rows,
            "officer": [None] * rows,
        },
        dtype=object,
    )
    return Experience(Applications(contract, keys, None, inputs), y, {"decisions": "0" * 64}, rows)


def given(
    _store: Store, _vault: Any, _contract: Any, _until: date, _history: Path | None
) -> Experience:
    """Stands for ``api.retraining_data.experience``."""
    return learned()


def _column(values: list[Any]) -> "pd.Series[Any]":
    if any(isinstance(value, str) for value in values):
        return pd.Series(values, dtype=object)
    return pd.Series([np.nan if v is None else float(v) for v in values], dtype=np.float64)


Seen = Callable[[str], None]


def worker(
    store: Store, settings: AuditSettings, name: str, seen: Seen, at: datetime = NOW
) -> Worker:
    """A worker for the steps alone; ``seen`` hears the name of each step that it begins."""

    def watched(kind: Kind) -> Kind:
        def run(work: Work) -> Mapping[str, Any]:
            seen(kind.name)
            return kind.run(work)

        return Kind(kind.name, kind.slot, run)

    kinds = [watched(kind) for kind in KINDS if kind.name in STEPS]
    return Worker(store, settings, Log(), kinds, clock=lambda: at, lease=LEASE, name=name)
