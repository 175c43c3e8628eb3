"""The scheduled job: what became of the champion's loans, as known at the end of yesterday."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from api.outcomes_keeping import report
from api.schedule import Work
from data.errors import NotEnoughDataError
from scoring.registry import Registry
from scoring.signing import TrustedKeys


def run(work: Work) -> Mapping[str, Any]:
    """Make the report and keep it; the same day's again is the same report.

    Raises StoreError, BundleError.
    """
    settings = work.settings
    registry = Registry(work.store, settings.home, TrustedKeys(settings.keys_folder))
    champion = registry.champion()
    if champion is None:
        return {"report": None, "why": "no version is champion"}
    contract = registry.open(champion)[1].contract
    yesterday = work.now.date() - timedelta(days=1)
    try:
        made = report(work.store, settings.home, contract, champion, yesterday, work.now)
    except NotEnoughDataError as error:
        return {"report": None, "why": str(error)}
    year = made.record.years[-1] if made.record.years else None
    return {
        "report": made.report_id,
        "model": champion,
        "matured": made.record.loans.matured,
        "alarm": year is not None and year.alarm,
        "folder": str(made.folder),
    }
