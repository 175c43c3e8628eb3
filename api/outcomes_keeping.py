"""Reports of realised performance: made, kept in the store, written as JSON and one HTML file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from api.outcomes_performance import performance
from api.outcomes_replies import Performance
from data.contract import Contract
from data.durable import replace
from data.store import Store
from data.store.performance import keep_report


@dataclass(frozen=True)
class Reported:
    """A report that is kept, and where its files are."""

    report_id: str
    folder: Path
    record: Performance


def report(
    store: Store, home: Path, contract: Contract, model: str, day: date, now: datetime
) -> Reported:
    """Make the report of ``model`` as known at the end of ``day``, keep it and write its files.

    Raises StoreError; NotEnoughDataError where the contract's label stands in a column.
    """
    from api.reports.performance import render

    record = performance(store, contract, model, day)
    content = record.model_dump_json().encode()
    kept = keep_report(store, model, now, content)
    folder = home / "outcomes" / model / f"{day}"
    folder.mkdir(parents=True, exist_ok=True)
    replace(folder / "performance.json", content + b"\n")
    replace(folder / "performance.html", render(record).encode())
    return Reported(kept.report_id, folder, record)
