"""Challengers in shadow and their reports, for pages. Counts and shares, nothing of a person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

import orjson
from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.access import requires
from api.auth import Principal
from api.problems import Problem, responses
from api.replies import Reply
from api.service import AskedService
from api.type_rules import ASKED_VERSION_PATTERN, DIGEST_PATTERN
from data.errors import RegistryError
from data.store import Store
from data.store.shadow import Assignment, Plan, assignments_of
from data.store.shadow_reports import ReportEntry, find_report, reports_of

MOST = 500

router = APIRouter(tags=["shadow"])
_ASKING = responses("unauthorized", "forbidden", "invalid-parameter", "store-unavailable")
Reader = Annotated[Principal, requires("models:read")]
AskedChallenger = Annotated[
    str | None,
    Query(pattern=ASKED_VERSION_PATTERN, description="Of this challenger alone."),
]
AskedLimit = Annotated[int, Query(ge=1, le=MOST, description="At most so many.")]


class ShadowReply(Reply):
    """A challenger that runs or ran in shadow."""

    challenger: str
    share: float
    plan: Plan
    margins: dict[str, float]
    started_at: datetime
    stopped_at: datetime | None

    @classmethod
    def of(cls, made: Assignment) -> Self:
        """Of a stored one."""
        return cls(
            challenger=made.challenger,
            share=made.share,
            plan=made.plan,
            margins=dict(made.margins),
            started_at=made.started_at,
            stopped_at=made.stopped_at,
        )


class ShadowsReply(Reply):
    """The newest first."""

    shadows: list[ShadowReply]


class ShadowReportReply(Reply):
    """A kept report in short."""

    report: str
    champion: str
    challenger: str
    made_at: datetime
    state: Literal["BETTER", "NOT WORSE", "WORSE", "KEEP WATCHING"]
    fairness: str | None = Field(description="The same of fairness; null: no audit of both.")
    pairs: int

    @classmethod
    def of(cls, entry: ReportEntry) -> Self:
        """Of a stored one."""
        return cls.model_validate(
            {
                "report": entry.report_id,
                "champion": entry.champion,
                "challenger": entry.challenger,
                "made_at": entry.made_at,
                "state": entry.state,
                "fairness": entry.fairness,
                "pairs": entry.pairs,
            }
        )


class ShadowReportsReply(Reply):
    """The newest first."""

    reports: list[ShadowReportReply]


class WholeShadowReportReply(Reply):
    """A kept report, whole; `microscore shadow report-schema` describes ``record``."""

    report: ShadowReportReply
    record: dict[str, Any]


@router.get(
    "/shadow/challengers",
    operation_id="list_shadows",
    summary="List the challengers in shadow",
    responses=_ASKING,
)
async def list_shadows(
    service: AskedService, _asker: Reader, challenger: AskedChallenger = None
) -> ShadowsReply:
    """Challengers that run or ran, the newest first."""
    found = await service.reader.ask(lambda store: assignments_of(store, challenger))
    return ShadowsReply(shadows=[ShadowReply.of(made) for made in found[:MOST]])


@router.get(
    "/shadow/reports",
    operation_id="list_shadow_reports",
    summary="List the reports of challengers",
    responses=_ASKING,
)
async def list_reports(
    service: AskedService,
    _asker: Reader,
    challenger: AskedChallenger = None,
    limit: AskedLimit = 100,
) -> ShadowReportsReply:
    """Reports that were kept, the newest first."""
    found = await service.reader.ask(lambda store: reports_of(store, challenger, limit=limit))
    return ShadowReportsReply(reports=[ShadowReportReply.of(entry) for entry in found])


@router.get(
    "/shadow/reports/{report_id}",
    operation_id="read_shadow_report",
    summary="Read the report of a challenger",
    responses=_ASKING | responses("not-found"),
)
async def read_report(
    service: AskedService,
    _asker: Reader,
    report_id: Annotated[str, Path(pattern=DIGEST_PATTERN)],
) -> WholeShadowReportReply:
    """A report, whole."""
    entry = await service.reader.ask(lambda store: _found(store, report_id))
    record = orjson.loads(entry.result)
    return WholeShadowReportReply(report=ShadowReportReply.of(entry), record=record)


def _found(store: Store, report_id: str) -> ReportEntry:
    try:
        return find_report(store, report_id)
    except RegistryError:
        raise Problem("not-found") from None
