"""Fairness audits for the risk team: verdicts over time, each audit, and who accepts one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as Named
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from api.acceptance import let_stand
from api.kept_reports import audit_folder, page_in
from api.problems import Problem
from api.promoting import person_of
from api.reports.fairness import parts, render
from api.reports.page import Page
from api.reports.parts import Part
from api.web.risk import Overseer
from api.web.risk import page as risk_page
from api.web.translations import mark
from api.web.visiting import PageRoute, Visit, opened_to
from data.contract import Language
from data.errors import AccessError, RegistryError
from data.store import Store
from data.store.audits import Acceptance, AuditEntry, AuditHead, acceptances_of, audit_heads
from data.store.audits import find_audit as find_entry
from fairness.gate import PEOPLE, SHORTEST_REASON, who
from fairness.records import AuditRecord
from fairness.verdicts import Verdict

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/risk/audits")
Accepter = Annotated[Visit, opened_to("audits:accept")]
AuditId = Annotated[str, Named(pattern="^[0-9a-f]{64}$")]

MOST = 100
"""Audits that the list goes back to."""
AT_HAND = 8
"""Audits that are kept open: they never change, and reading one takes longer than a page may."""
SHOWN = 12
"""Figures of an id that are shown."""
ABOUT = {"data": mark("Files with outcomes"), "decisions": mark("Decisions of the model")}
REFUSED = {
    "short": mark("Say why, in 20 characters or more."),
    "same": mark("You have accepted this audit already. Another person must."),
    "passed": mark("This audit did not fail: nothing has to be accepted."),
}


@dataclass(frozen=True)
class Timeline:
    """The audits of one profile about one kind of people, the oldest first."""

    profile: str
    about: str
    heads: tuple[AuditHead, ...]


@router.get("")
async def audits(visit: Overseer) -> Response:
    """Every verdict there was, by profile, and the list of audits."""
    heads, accepted = await visit.ask(_listed)
    return risk_page(
        visit,
        "audits.html",
        heads=heads,
        accepted=accepted,
        timelines=timelines(heads),
        about=ABOUT,
        people=PEOPLE,
        shown=SHOWN,
    )


def _listed(store: Store) -> tuple[list[AuditHead], dict[str, list[str]]]:
    """The newest audits, and who accepted those that failed."""
    heads = audit_heads(store, MOST)
    failed = [head.audit_id for head in heads if head.verdict == Verdict.FAIL]
    return heads, {audit_id: who(acceptances_of(store, audit_id)) for audit_id in failed}


def timelines(heads: list[AuditHead]) -> list[Timeline]:
    """The audits of each profile and kind of people, the oldest first."""

    def of(head: AuditHead) -> tuple[str, str]:
        return head.profile, head.about

    ordered = sorted(heads, key=lambda head: (*of(head), head.made_at))
    return [Timeline(*name, tuple(found)) for name, found in groupby(ordered, key=of)]


@router.get("/{audit_id}")
async def audit(
    visit: Overseer, audit_id: AuditId, part: Annotated[int, Query(ge=0, le=50)] = 0
) -> Response:
    """One audit in the words of its report: the verdicts, or one of its parts."""
    entry, accepted = await _found(visit, audit_id)
    return await _page(visit, entry, accepted, part)


@router.get("/{audit_id}/audit.json")
async def as_json(visit: Overseer, audit_id: AuditId) -> Response:
    """The audit as it is kept."""
    entry, _ = await _found(visit, audit_id)
    return _file(entry.result, "application/json", f"audit-{audit_id[:SHOWN]}.json")


@router.get("/{audit_id}/report.html")
async def as_report(visit: Overseer, audit_id: AuditId) -> Response:
    """The whole report as one file: the one that was written with the audit, else made now."""
    entry, _ = await _found(visit, audit_id)
    html = await asyncio.to_thread(_report, visit.service.settings.home, entry)
    if html is None:
        raise Problem("not-found")
    return _file(html, "text/html; charset=utf-8", f"report-{audit_id[:SHOWN]}.html")


def _report(home: Path, entry: AuditEntry) -> bytes | None:
    """The report of an audit; None where it is not here and another program's form."""
    day = entry.made_at.astimezone(UTC).date()
    folder = audit_folder(home, entry.model_version, day, entry.profile, entry.audit_id)
    return page_in(folder, lambda: _rendered(entry))


def _rendered(entry: AuditEntry) -> str | None:
    record = record_of(entry)
    return None if record is None else render(record)


@router.post("/{audit_id}/acceptance")
async def accept(visit: Accepter, audit_id: AuditId) -> Response:
    """Let a failed audit stand, in one's own name and with a reason."""
    form = await visit.form()
    entry, accepted = await _found(visit, audit_id)
    reason = form.get("reason", "")
    refused = None
    if entry.verdict != Verdict.FAIL:
        refused = "passed"
    elif len(reason) < SHORTEST_REASON:
        refused = "short"
    elif not await _accepted(visit, audit_id, reason):
        refused = "same"
    if refused is not None:
        return await _page(visit, entry, accepted, 0, refused=refused, reason=reason)
    return RedirectResponse(f"/risk/audits/{audit_id}?done=accepted", 303)


async def _accepted(visit: Visit, audit_id: str, reason: str) -> bool:
    """Keep the acceptance; False where this person has accepted it already."""

    def keep(store: Store) -> bool:
        person = person_of(store, visit.asker.key_id)
        try:
            let_stand(store, person, audit_id, reason, visit.now)
        except AccessError:
            return False
        return True

    kept: bool = await visit.ask(keep, patience=2.0)
    return kept


async def _found(visit: Visit, audit_id: str) -> tuple[AuditEntry, list[Acceptance]]:
    """The audit and who accepted it. Raises Problem 404."""

    def look(store: Store) -> tuple[AuditEntry, list[Acceptance]]:
        return find_entry(store, audit_id), acceptances_of(store, audit_id)

    try:
        found: tuple[AuditEntry, list[Acceptance]] = await visit.ask(look)
    except RegistryError:
        raise Problem("not-found") from None
    return found


@lru_cache(maxsize=AT_HAND)
def record_of(entry: AuditEntry) -> AuditRecord | None:
    """What the audit says; None where another version of the program made it, in another form."""
    try:
        return AuditRecord.model_validate_json(entry.result)
    except ValidationError:
        return None


@lru_cache(maxsize=3 * AT_HAND)
def _in_words(entry: AuditEntry, language: Language) -> tuple[Page | None, tuple[Part, ...]]:
    """The audit in the words of its report, and the parts of that."""
    record = record_of(entry)
    if record is None:
        return None, ()
    told = Page(record, language)
    return told, tuple(parts(told))


async def _page(
    visit: Visit,
    entry: AuditEntry,
    accepted: list[Acceptance],
    part: int,
    *,
    refused: str | None = None,
    reason: str = "",
) -> Response:
    """The page of one audit."""
    told, made = await asyncio.to_thread(_in_words, entry, visit.language)
    if part > len(made):
        raise Problem("not-found")
    return risk_page(
        visit,
        "audit.html",
        422 if refused else 200,
        entry=entry,
        accepted=accepted,
        told=told,
        parts=made,
        part=part,
        about=ABOUT,
        people=PEOPLE,
        shown=SHOWN,
        may_accept=visit.asker.may("audits:accept"),
        shortest=SHORTEST_REASON,
        refused=None if refused is None else REFUSED[refused],
        reason=reason,
        done=visit.request.query_params.get("done") == "accepted",
    )


def _file(content: bytes, media_type: str, name: str) -> Response:
    """A download: the browser keeps it and does not open it as a page of ours."""
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(content, 200, headers, media_type)
