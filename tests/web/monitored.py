"""A home for pages of MLOps: a champion that was checked, and a challenger beside it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.data_quality import summarise
from api.drifting_keeping import Kept, keep, write
from api.shadowing import keep as keep_report
from api.shadowing import make_report, start_shadow
from api.shadowing_records import ShadowRecord
from data.store.estimates import estimates_of, realise
from data.store.features import FeatureStore
from tests.bundles import small_contract
from tests.drift.stored import DAYS, decisions, later, settings_of, watching
from tests.fairness.stored import FIRST
from tests.shadow.homes import decide_on, followed, registered, shop_in, without_processes
from tests.shadow.test_reports import every_fifth_bad

NOW = datetime(2026, 11, 9, 1, tzinfo=UTC)
PAIRS = 240


@dataclass(frozen=True)
class Monitored:
    """What a home was filled with."""

    champion: str
    challenger: str
    kept: Kept
    record: ShadowRecord


def monitored(home: Path, beside: Path) -> Monitored:
    """Fill ``home``; ``beside``: a folder for the home that the checked decisions come from."""
    with watching(settings_of(beside), decisions(300, change=later)) as watch:
        check = watch.decisions(DAYS, "scheduled")
    with pytest.MonkeyPatch.context() as patch, shop_in(home) as shop:
        without_processes(patch)
        champion, challenger = registered(shop, 0, 1)
        start_shadow(shop, challenger, 1.0, "ana", FIRST)
        decide_on(shop, champion, 0, PAIRS)
        followed(shop)
        record = make_report(shop, champion, challenger, NOW, outcomes=every_fifth_bad)
        keep_report(shop, record, NOW, "ana")
        kept = keep(shop.store, check.model_copy(update={"model": champion}), NOW)
        _realised(shop.store, kept)
        write(shop.store, kept.check, small_contract(), home, "<p>as people know it</p>")
        wallet = {"C-1": {"wallet": {"wallet_inflow": 4.0}}}
        features = FeatureStore(shop.store, shop.ledger)
        features.keep(small_contract(), DAYS[0], wallet.items(), {}, "test")
        summarise(shop.store, NOW)
    return Monitored(champion, challenger, kept, record)


def _realised(store: Any, kept: Kept) -> None:
    for e in estimates_of(store, kept.check_id):
        if e.measure == "applicants_bad_rate":
            with store.write() as connection:
                came = replace(e, realised=0.3141, realised_low=0.25, realised_high=0.375)
                realise(connection, replace(came, matured=90, realised_at=NOW))
