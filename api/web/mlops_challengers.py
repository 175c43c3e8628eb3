"""Champion and challenger side by side: what the newest shadow report says, and the evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from fastapi import Path as Named
from pydantic import ValidationError
from starlette.responses import Response

from api.kept_reports import page_in, shadow_folder
from api.problems import Problem
from api.reports.shadow import render
from api.reports.shadow_page import ShadowPage
from api.reports.shadow_parts import PARTS
from api.shadowing_records import ShadowRecord
from api.web.charts import LineChart, Mark, Series, line_chart
from api.web.charts_bars import Bar, BarChart, bar_chart
from api.web.mlops_models import as_file
from api.web.mlops_told import on_day, shadow_words
from api.web.visiting import PageRoute, Visit, opened_to
from api.web.writing import Writing
from data.errors import RegistryError
from data.store import Store
from data.store.models import ModelVersion, alias_version, find_version
from data.store.shadow import Assignment, assignments_of
from data.store.shadow_reports import ReportEntry, find_report, reports_of
from scoring.registry import CHAMPION

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/mlops/challengers")
Reader = Annotated[Visit, opened_to("models:read")]
AskedVersion = Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{0,63}-[0-9a-f]{12}$")]
MOST_REPORTS = 60


@dataclass(frozen=True)
class Pair:
    """Two versions; ``reports``: of the challenger against this champion, the newest first."""

    champion: ModelVersion | None
    challenger: ModelVersion | None
    assignment: Assignment | None
    reports: Sequence[ReportEntry]


def _pair(store: Store, version: str | None, champion: str | None) -> tuple[Pair, list[str]]:
    """The pair that is asked for, and all challengers there are, those that run first."""
    assigned = assignments_of(store)
    known = sorted(assigned, key=lambda a: (a.stopped_at is not None, -a.started_at.timestamp()))
    names = list(dict.fromkeys(a.challenger for a in known))
    version = version or (names[0] if names else None)
    champion = champion or alias_version(store, CHAMPION)
    reports = reports_of(store, version, champion, limit=MOST_REPORTS) if version else []
    mine = [a for a in known if a.challenger == version]
    pair = Pair(
        champion=find_version(store, champion) if champion else None,
        challenger=find_version(store, version) if version else None,
        assignment=mine[0] if mine else None,
        reports=reports,
    )
    return pair, names


@router.get("")
async def beside(
    visit: Reader, version: AskedVersion = None, champion: AskedVersion = None
) -> Response:
    """One challenger beside the champion."""
    pair, names = await visit.ask(partial(_pair, version=version, champion=champion))
    record = _record(pair.reports[0]) if pair.reports else None
    told = ShadowPage(record, visit.language) if record else None
    return visit.page(
        "mlops/challengers.html",
        pair=pair,
        names=names,
        record=record,
        how=told.how if told else "",
        parts=[part(told) for part in PARTS] if told else [],
        evidence=_evidence(pair.reports, visit),
        ranking=_ranking(record, visit) if record else None,
        may_change=visit.asker.may("models:write"),
        **shadow_words(visit),
    )


@router.get("/reports/{report_id}")
async def report(
    visit: Reader, report_id: Annotated[str, Named(pattern=r"^[0-9a-f]{64}$")]
) -> Response:
    """A whole report as a file of its own, in all languages: as it was written, else made now."""
    entry: ReportEntry = await visit.ask(partial(_found, report_id=report_id))
    html = await asyncio.to_thread(_whole, visit.service.settings.home, entry)
    if html is None:
        raise Problem("not-found")
    return as_file(html, f"{entry.challenger}.shadow.html")


def _whole(home: Path, entry: ReportEntry) -> bytes | None:
    """The page of a report; None where it is not here and another program's form."""
    day = entry.made_at.astimezone(UTC).date()
    folder = shadow_folder(home, entry.challenger, day, entry.report_id)
    return page_in(folder, lambda: _rendered(entry))


def _rendered(entry: ReportEntry) -> str | None:
    record = _record(entry)
    return None if record is None else render(record)


def _found(store: Store, report_id: str) -> ReportEntry:
    try:
        return find_report(store, report_id)
    except RegistryError:
        raise Problem("not-found") from None


def _record(entry: ReportEntry) -> ShadowRecord | None:
    """The whole report; None where it was kept in another form."""
    try:
        return ShadowRecord.model_validate_json(entry.result)
    except ValidationError:
        return None


EVIDENCE = ("better", "not_worse", "worse")


def _evidence(reports: Sequence[ReportEntry], visit: Visit) -> LineChart | None:
    """What bets on each statement have made by the last report of each day, as powers of ten."""
    words, writing = shadow_words(visit)["shadow_words"], visit.writing
    by_day = dict(found for entry in reversed(reports) if (found := _brier(entry.result)))
    told = list(by_day.items())
    names = [on_day(writing, day) for day in by_day]
    series = [
        Series(
            words[{"better": "BETTER", "not_worse": "NOT WORSE", "worse": "WORSE"}[kind]],
            [Mark(i, brier[kind]) for i, (_, brier) in enumerate(told)],
        )
        for kind in EVIDENCE
    ]
    limit = told[-1][1]["proved"] if told else None
    return line_chart(names, series, lambda value: writing.number(value, 1), limit=limit)


def _brier(content: bytes) -> tuple[str, Mapping[str, Any]] | None:
    """Day and Brier comparison of a kept report."""
    record = orjson.loads(content)
    found = [a for a in record.get("accuracy", ()) if a["loss"] == "brier"]
    return (record["on"], found[0]) if found else None


def _ranking(record: ShadowRecord, visit: Visit) -> BarChart | None:
    """Differences of AUC by population, at all times; the line is the margin."""
    words: Mapping[str, str] = shadow_words(visit)["shadow_words"]
    bars = [
        Bar(words[r.population], r.auc.value, r.auc.low, r.auc.high, note=_loans(r.loans, visit))
        for r in record.ranking
        if r.auc.value is not None
    ]
    margin = -record.margins["auc"]
    return bar_chart(bars, lambda value: visit.writing.number(value, 3), limit=margin)


def _loans(number: int, visit: Visit) -> str:
    writing: Writing = visit.writing
    return writing.number(number)
