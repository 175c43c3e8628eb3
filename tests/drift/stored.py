"""Decisions of the small model as the server stores them, in clean and in changed windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from api.audits import AuditSettings
from api.drifting import Watch
from api.drifting_settings import DriftSettings
from api.wiring import open_ledger
from data.store.decisions import Decision
from scoring.bundle import Bundle
from scoring.registry import Registry
from scoring.scorer import Scorer
from scoring.sealing import write_bundle
from scoring.service import Application, decide
from scoring.signing import SigningKey, TrustedKeys
from scoring.vector import Vectorizer
from tests.bundles import small_bundle, small_columns, small_contract
from tests.gates import CLEARED

AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
DAYS = (AT.date(), AT.date() + timedelta(days=6))
REFERENCE_ROWS = 1500
MODEL = "small-0123456789ab"

Change = Callable[[dict[str, list[Any]]], None]


@cache
def bundle() -> Bundle:
    """The small bundle with a reference sample as training keeps one."""
    columns = small_columns(REFERENCE_ROWS, 77)
    matrix = Vectorizer(small_contract()).matrix(columns, REFERENCE_ROWS)
    table = pa.table(dict(zip(small_contract().model_features, matrix.T, strict=True)))
    sink = BytesIO()
    pq.write_table(table, sink)
    return replace(small_bundle(), reference=sink.getvalue())


@cache
def scorer() -> Scorer:
    """The small model."""
    return Scorer(bundle(), MODEL)


def applications(n: int, seed: int, change: Change | None = None) -> Iterator[Application]:
    """``n`` applications of 3/4 as many people; without wallet one in five says no to it."""
    columns = small_columns(n, seed)
    if change is not None:
        change(columns)
    for i in range(n):
        values = {name: v[i] for name, v in columns.items() if v[i] is not None}
        masked: dict[str, Any] = {}
        if "wallet_inflow" not in values:
            masked["wallet"] = "no_consent" if i % 5 else "not_given"
        yield _application(f"{seed}-{i}", f"C{seed}-{i % (3 * n // 4)}", values, masked)


def _application(
    name: str, applicant: str, values: dict[str, Any], masked: dict[str, Any]
) -> Application:
    sources: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        sources.setdefault(small_contract().features[key].source, {})[key] = value
    request = {
        "application_id": f"A{name}",
        "applicant_id": applicant,
        "branch_id": None,
        "officer_id": None,
        "sources": sources,
        "consents": {},
    }
    return Application(f"A{name}", applicant, None, None, values, masked, orjson.dumps(request))


def decisions(
    n: int,
    seed: int = 1,
    *,
    at: datetime = AT,
    model: Scorer | None = None,
    change: Change | None = None,
) -> list[Decision]:
    """What the model decided on ``n`` applications within the six days from ``at`` on."""
    made = []
    for i, one in enumerate(applications(n, seed, change)):
        when = at + timedelta(days=6) * i / n
        made += decide(model or scorer(), [one], "key00001", when)
    return made


def later(columns: dict[str, list[Any]]) -> None:
    """Everybody is six days later: the feature that the small model lives on."""
    columns["late_days"] = [v + 6 for v in columns["late_days"]]


def settings_of(home: Path, **drift: Any) -> AuditSettings:
    """Settings of ``home``, whatever the environment says."""
    return AuditSettings(home=home, protected_url=None, drift=DriftSettings(**drift))


def champion(settings: AuditSettings) -> Scorer:
    """The small model, made champion in this home."""
    with open_ledger(settings) as (store, _):
        registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
        key = SigningKey.load_or_create(settings.keys_folder)
        sealed = write_bundle(bundle(), registry.models_folder, key)
        registry.register(sealed, "test")
        registry.promote(sealed.version, CLEARED, "test")
        return Scorer(bundle(), sealed.version)


@contextmanager
def watching(settings: AuditSettings, *made: list[Decision]) -> Iterator[Watch]:
    """A watch over the small model, with these decisions in its store."""
    with open_ledger(settings) as (store, ledger):
        with store.write() as connection:
            for batch in made:
                ledger.append(connection, batch)
        yield Watch(settings, store, ledger, scorer())


def shares(values: list[Any]) -> float:
    """Share of missing values."""
    return float(np.mean([v is None for v in values]))
