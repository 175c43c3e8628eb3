"""Versions of the model: where each is from, how good it is, whether it is what was signed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as Named
from starlette.responses import Response

from api.problems import Problem
from api.reports.card import Card
from api.reports.card_words import CardLanguage
from api.reports.document import Document
from api.web.charts_bars import Bar, BarChart, bar_chart
from api.web.mlops_told import shadow_words
from api.web.mlops_words import EVENTS
from api.web.translations import mark, words_of
from api.web.visiting import PageRoute, Visit, opened_to
from api.web.writing import Writing
from data.errors import BundleError, RegistryError
from data.store import Store
from data.store.audits import AuditEntry, audits_of
from data.store.models import (
    AliasEvent,
    ModelVersion,
    all_aliases,
    all_versions,
    events_of,
    find_version,
)
from data.store.shadow_reports import ReportEntry, reports_of
from scoring.registry import ALIASES, Registry

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/mlops/models")
Reader = Annotated[Visit, opened_to("models:read")]
Version = Annotated[str, Named(pattern=r"^[a-z][a-z0-9_]{0,63}-[0-9a-f]{12}$")]
MOST = 20
"""Versions on the page; older ones are in the list of the command line."""
FILE_HEADERS = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
"""Of reports that are handed out as files: they bring their own style and no script."""


Stamp = tuple[str, int, int, int]


def fault(registry: Registry, version: str) -> str | None:
    """What is wrong with the bundle of a version; looked at again once a file of it changes."""
    return _fault(registry, version, _stamps(registry, version))


@lru_cache(maxsize=256)
def _fault(registry: Registry, version: str, _stamps: tuple[Stamp, ...]) -> str | None:
    try:
        registry.open(version)
    except (BundleError, RegistryError) as error:
        return str(error)
    return None


@lru_cache(maxsize=32)
def _card(
    registry: Registry,
    version: str,
    language: CardLanguage,
    audits: tuple[AuditEntry, ...],
    _stamps: tuple[Stamp, ...],
) -> Document:
    """The card of a version whose bundle is proved. Raises BundleError, RegistryError."""
    return Card(version, registry.open(version)[1], audits, language).document()


def _stamps(registry: Registry, version: str) -> tuple[Stamp, ...]:
    """What changes when anything that a version is proved with is written, by whomever."""
    folders = registry.models_folder / version, registry.keys_folder
    return tuple(_stamp(file) for folder in folders for file in (folder, *_inside(folder)))


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return path.name, 0, 0, 0
    return path.name, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@dataclass(frozen=True)
class About:
    """What the store knows of a version."""

    model: ModelVersion
    aliases: Sequence[str]
    events: Sequence[AliasEvent]
    audits: Sequence[AuditEntry]
    reports: Sequence[ReportEntry]


def _about(store: Store, version: str) -> About:
    model = find_version(store, version)
    if model is None:
        raise Problem("not-found")
    with store.read() as connection:
        events = [e for alias in ALIASES for e in events_of(connection, alias)]
    mine = sorted((e for e in events if e.to_version == version), key=lambda e: e.at, reverse=True)
    return About(
        model=model,
        aliases=[alias for alias, held in all_aliases(store).items() if held == version],
        events=mine,
        audits=audits_of(store, version),
        reports=reports_of(store, version, limit=5),
    )


@router.get("")
async def listed(visit: Reader) -> Response:
    """The newest versions with their test metrics, and which alias names them."""
    registry = visit.service.champion.watcher.registry
    found, aliases = await visit.ask(lambda store: (all_versions(store), all_aliases(store)))
    shown = found[:MOST]
    faults = await asyncio.to_thread(lambda: {m.version: fault(registry, m.version) for m in shown})
    return visit.page(
        "mlops/models.html",
        models=shown,
        older=len(found) - len(shown),
        named={m.version: [a for a, v in aliases.items() if v == m.version] for m in shown},
        faults=faults,
        chart=_rankings(shown, visit.writing),
    )


@router.get("/{version}")
async def one(visit: Reader, version: Version) -> Response:
    """One version: lineage, metrics with intervals, its card, and what was done with it."""
    about: About = await visit.ask(partial(_about, version=version))
    wrong, told = await asyncio.to_thread(_proved, visit, about)
    metrics = about.model.metrics
    return visit.page(
        "mlops/model.html",
        about=about,
        fault=wrong,
        card=told,
        bands=_bands(metrics, visit.writing),
        ranking=_beside(metrics, visit),
        events=EVENTS,
        may_change=visit.asker.may("models:write"),
        **shadow_words(visit),
    )


@router.get("/{version}/card")
async def card(visit: Reader, version: Version) -> Response:
    """The model card as a file of its own, as ``microscore models card --html`` writes it."""
    about: About = await visit.ask(partial(_about, version=version))
    wrong, told = await asyncio.to_thread(_proved, visit, about)
    if told is None:
        raise Problem("model-unavailable", wrong)
    return as_file(told.html(), f"{version}.card.{told.language}.html")


def _proved(visit: Visit, about: About) -> tuple[str | None, Document | None]:
    """What is wrong with a version, or its card, in French to who reads French, else English."""
    registry, version = visit.service.champion.watcher.registry, about.model.version
    if wrong := fault(registry, version):
        return wrong, None
    language: CardLanguage = "fr" if visit.language == "fr" else "en"
    try:
        stamps = _stamps(registry, version)
        return None, _card(registry, version, language, tuple(about.audits), stamps)
    except (BundleError, RegistryError) as error:
        return str(error), None


def as_file(page: str | bytes, name: str) -> Response:
    """``page`` to keep, not to show beside pages of ours."""
    headers = FILE_HEADERS | {"content-disposition": f'attachment; filename="{name}"'}
    return Response(page, 200, headers, "text/html; charset=utf-8")


def _rankings(models: Sequence[ModelVersion], writing: Writing) -> BarChart | None:
    """AUC on each version's own test period."""
    bars = [_bar(m.version, m.metrics.get("test"), f"/mlops/models/{m.version}") for m in models]
    return bar_chart(bars, lambda value: writing.number(value, 3), most=1.0)


def _beside(metrics: Mapping[str, Any], visit: Visit) -> BarChart | None:
    """AUC of the model, of a plain logistic regression, and on people known before."""
    say = words_of(visit.language).gettext
    compared = (
        (say(mark("This model")), metrics.get("test")),
        (say(mark("Logistic regression")), metrics.get("baselines", {}).get("logistic")),
        (say(mark("On people known before")), metrics.get("returning")),
    )
    bars = [_bar(label, report) for label, report in compared if report]
    return bar_chart(bars, lambda value: visit.writing.number(value, 3), most=1.0)


def _bar(label: str, report: Mapping[str, Any] | None, href: str | None = None) -> Bar:
    auc = (report or {}).get("auc") or {}
    return Bar(label, auc.get("value"), auc.get("low"), auc.get("high"), href=href)


def _bands(metrics: Mapping[str, Any], writing: Writing) -> BarChart | None:
    """Observed bad rate by band with its interval, beside the mean probability."""
    bars = [
        Bar(
            band["name"],
            band["rate"]["value"],
            band["rate"]["low"],
            band["rate"]["high"],
            expected=band["mean_pd"],
            note=writing.number(band["rows"]),
        )
        for band in metrics.get("detail", {}).get("bands", ())
    ]
    return bar_chart(bars, lambda share: writing.percent(share, 1))
