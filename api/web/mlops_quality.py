"""The quality of what is scored: missing and unusual values, sources not used, age of features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from api.data_quality import DataQuality, newest
from api.web.charts_bars import Bar, BarChart, bar_chart
from api.web.mlops_told import drift_words, titles_of
from api.web.mlops_words import OUTCOMES
from api.web.visiting import PageRoute, Visit, opened_to
from data.store import Store
from data.store.models import alias_version
from data.store.monitoring import CheckEntry, checks_of
from scoring.registry import CHAMPION

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/mlops/data-quality")
MOST_CHECKS, MOST_FEATURES = 8, 20


@dataclass(frozen=True)
class Batch:
    """One check and what layer 0 and the making of its window say."""

    entry: CheckEntry
    seen: Mapping[str, Any]
    broken: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Found:
    """The newest checks of the champion, and what the daily job summed up, with its time."""

    batches: Sequence[Batch]
    features: Sequence[Mapping[str, Any]]
    summary: tuple[datetime, DataQuality] | None


def _found(store: Store) -> Found:
    version = alias_version(store, CHAMPION)
    checks = checks_of(store, version, MOST_CHECKS) if version else []
    records = [orjson.loads(c.result) for c in checks]
    with store.read() as connection:
        summary = newest(connection)
    return Found(
        batches=[
            Batch(entry, record["window"], record["report"]["broken"])
            for entry, record in zip(checks, records, strict=True)
        ],
        features=_compared(records[0]) if records else [],
        summary=summary,
    )


def _compared(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The features of a check as compared with the training reference."""
    against = record["report"]["against"]
    return list(against[0]["features"]) if against else []


@router.get("")
async def quality(visit: Annotated[Visit, opened_to("monitor:read")]) -> Response:
    """What the last checks and the daily job say of the data."""
    found: Found = await visit.ask(_found)
    return visit.page(
        "mlops/quality.html",
        found=found,
        last=found.batches[0] if found.batches else None,
        missing=_missing(found.features, visit),
        masked=_masked(found.batches[0], visit) if found.batches else None,
        outcomes=OUTCOMES,
        today=visit.now.date(),
        **drift_words(visit),
    )


def _missing(features: Sequence[Mapping[str, Any]], visit: Visit) -> BarChart | None:
    """Share of missing values in the window beside the reference's; what moved most first."""
    titles = titles_of(visit)
    shares = [
        (f["name"], test["window"], test["reference"], test["significant"])
        for f in features
        for test in f["tests"]
        if test["test"] == "missing" and test["window"] is not None
    ]
    shares.sort(key=lambda s: (-abs(s[1] - (s[2] or 0.0)), -s[1]))
    bars = [
        Bar(titles.get(name, name), window, expected=reference)
        for name, window, reference, _ in shares
        if window or reference
    ]
    return bar_chart(bars[:MOST_FEATURES], lambda share: visit.writing.percent(share, 1))


def _masked(batch: Batch, visit: Visit) -> BarChart | None:
    """Share of applications in which a source was not used, and why."""
    words, titles = drift_words(visit)["levels"], titles_of(visit)
    writing, rows = visit.writing, max(batch.entry.rows, 1)
    bars = [
        Bar(
            titles.get(source, source),
            sum(why.values()) / rows,
            note=", ".join(
                f"{words.get(name, name)}: {writing.number(n)}" for name, n in why.items()
            ),
        )
        for source, why in sorted(batch.seen["masked"].items())
    ]
    return bar_chart(bars, lambda share: writing.percent(share, 1), most=1.0)
