"""Drift over time: checks, episodes, what was estimated and what came of it; and one check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from fastapi import Path as Named
from starlette.responses import FileResponse, Response

from api.drifting_folders import EVIDENTLY, REPORT, check_folder
from api.problems import Problem
from api.web.charts import LineChart, Mark, Series, line_chart
from api.web.charts_bars import Bar, BarChart, bar_chart
from api.web.mlops_models import FILE_HEADERS
from api.web.mlops_timeline import timeline
from api.web.mlops_told import drift_words, on_day, titles_of
from api.web.translations import mark, words_of
from api.web.visiting import PageRoute, Visit, opened_to
from data.errors import RegistryError
from data.store import Store
from data.store.estimates import Estimate, estimates_among, estimates_of
from data.store.models import alias_version
from data.store.monitoring import (
    Alert,
    CheckEntry,
    Episode,
    alerts_of,
    checks_of,
    drift_state,
    episodes_of,
    find_check,
)
from scoring.registry import CHAMPION

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/mlops/drift")
Watcher = Annotated[Visit, opened_to("monitor:read")]
AskedModel = Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{0,63}-[0-9a-f]{12}$")]
CheckId = Annotated[str, Named(pattern=r"^[0-9a-f]{64}$")]
MOST_CHECKS, MOST_EPISODES, MOST_ALERTS, MOST_FEATURES = 60, 40, 8, 12
DRAWN = ("bad_rate", "applicants_bad_rate", "auc", "expected_loss")
"""Measures of estimated harm in the order of the page."""


@dataclass(frozen=True)
class History:
    """What monitoring kept of one model."""

    model: str | None
    models: Sequence[str]
    checks: Sequence[CheckEntry]
    estimates: Mapping[str, Sequence[Estimate]]
    episodes: Sequence[Episode]
    alerts: Sequence[Alert]


def _history(store: Store, model: str | None) -> History:
    checked = drift_state(store).checked_at
    models = sorted(checked, key=lambda name: checked[name], reverse=True)
    model = model or alias_version(store, CHAMPION) or next(iter(models), None)
    checks = checks_of(store, model, MOST_CHECKS) if model else []
    return History(
        model=model,
        models=models,
        checks=checks,
        estimates=estimates_among(store, [c.check_id for c in checks]),
        episodes=episodes_of(store, model, limit=MOST_EPISODES) if model else [],
        alerts=alerts_of(store, model, MOST_ALERTS) if model else [],
    )


@router.get("")
async def history(visit: Watcher, model: AskedModel = None) -> Response:
    """The timeline of one model, by default the champion's."""
    found: History = await visit.ask(partial(_history, model=model))
    words = drift_words(visit)
    charts = [(words["levels"][name], _series(found, name, visit)) for name in DRAWN]
    return visit.page(
        "mlops/drift.html",
        found=found,
        line=timeline(found.checks, found.episodes),
        charts=[(title, chart) for title, chart in charts if chart is not None],
        opened=[e for e in found.episodes if e.closed_at is None],
        **words,
    )


def _series(found: History, measure: str, visit: Visit) -> LineChart | None:
    """Estimates window by window with their intervals, and what came of them."""
    writing, say = visit.writing, words_of(visit.language).gettext
    checks = [c for c in reversed(found.checks) if c.source == "scheduled"]
    known = [
        (c, e) for c in checks for e in found.estimates.get(c.check_id, ()) if e.measure == measure
    ]
    estimated = [Mark(i, e.value, e.low, e.high) for i, (_, e) in enumerate(known)]
    realised = [
        Mark(i, e.realised, e.realised_low, e.realised_high)
        for i, (_, e) in enumerate(known)
        if e.realised is not None
    ]
    share = measure != "auc"
    return line_chart(
        [on_day(writing, c.last_day) for c, _ in known],
        [
            Series(say(mark("Estimated")), estimated),
            Series(say(mark("Realised")), realised, joined=False),
        ],
        lambda value: writing.percent(value, 1) if share else writing.number(value, 3),
        from_zero=share,
    )


@router.get("/checks/{check_id}")
async def one(visit: Watcher, check_id: CheckId) -> Response:
    """One check, the feature at fault first."""
    entry, estimates = await visit.ask(partial(_whole, check_id=check_id))
    record = orjson.loads(entry.result)
    folder = _folder(visit, entry)
    return visit.page(
        "mlops/check.html",
        check=entry,
        record=record,
        findings=[SimpleNamespace(**f) for f in record["findings"]],
        chart=_features(record, visit),
        estimates=estimates,
        report=(folder / REPORT).is_file(),
        evidently=(folder / EVIDENTLY).is_file(),
        **drift_words(visit),
    )


@router.get("/checks/{check_id}/report")
async def report(visit: Watcher, check_id: CheckId) -> Response:
    """The check's own page, as a file, if it was kept on this machine."""
    return await _file(visit, check_id, REPORT)


@router.get("/checks/{check_id}/evidently")
async def evidently(visit: Watcher, check_id: CheckId) -> Response:
    """Evidently's page, as a file, if it was kept on this machine."""
    return await _file(visit, check_id, EVIDENTLY)


async def _file(visit: Visit, check_id: str, name: str) -> Response:
    entry, _ = await visit.ask(partial(_whole, check_id=check_id))
    path = _folder(visit, entry) / name
    if not path.is_file():
        raise Problem("not-found")
    told = f"{entry.model_version}.{entry.last_day}.{name}"
    return FileResponse(path, 200, FILE_HEADERS, "text/html; charset=utf-8", filename=told)


def _folder(visit: Visit, entry: CheckEntry) -> Path:
    days = entry.first_day, entry.last_day
    home = visit.service.settings.home
    return check_folder(home, entry.model_version, days, entry.source, entry.check_id)


def _whole(store: Store, check_id: str) -> tuple[CheckEntry, list[Estimate]]:
    try:
        return find_check(store, check_id), estimates_of(store, check_id)
    except RegistryError:
        raise Problem("not-found") from None


def _features(record: Mapping[str, Any], visit: Visit) -> BarChart | None:
    """Severity of the features, those at fault first, then those that differ."""
    report, titles = record["report"], titles_of(visit)
    if not report["against"]:
        return None
    fault = {name: place for place, name in enumerate(report["at_fault"])}
    features = sorted(
        report["against"][0]["features"],
        key=lambda f: (fault.get(f["name"], len(fault)), not f["significant"], -f["severity"]),
    )
    say, writing = words_of(visit.language).gettext, visit.writing

    def note(feature: Mapping[str, Any]) -> str:
        if feature["name"] in fault:
            return say(mark("at fault"))
        if other := feature["explained_by"]:
            return say(mark("shows the fault of %(name)s")) % {"name": titles.get(other, other)}
        return say(mark("differs")) if feature["significant"] else say(mark("no difference"))

    bars = [
        Bar(titles.get(f["name"], f["name"]), f["severity"], note=note(f))
        for f in features[:MOST_FEATURES]
    ]
    return bar_chart(bars, lambda value: writing.number(value, 3))
