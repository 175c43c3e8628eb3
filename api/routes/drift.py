"""What monitoring found: checks, episodes and alerts. Counts and shares, nothing of a person."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query

from api.access import requires
from api.auth import Principal
from api.drifting_replies import (
    AlertReply,
    AlertsReply,
    CheckReply,
    ChecksReply,
    EpisodeReply,
    EpisodesReply,
    EstimateReply,
    WholeCheckReply,
)
from api.drifting_words import told
from api.languages import AskedLanguage
from api.problems import Problem, responses
from api.service import AskedService
from api.type_rules import ASKED_VERSION_PATTERN, DIGEST_PATTERN
from data.errors import RegistryError
from data.store import Store
from data.store.estimates import Estimate, estimates_of
from data.store.monitoring import (
    CheckEntry,
    alerts_of,
    checks_of,
    episodes_of,
    find_check,
)

MOST = 500

router = APIRouter(tags=["monitoring"])
_ASKING = responses("unauthorized", "forbidden", "invalid-parameter", "store-unavailable")
Watcher = Annotated[Principal, requires("monitor:read")]
AskedModel = Annotated[
    str | None,
    Query(pattern=ASKED_VERSION_PATTERN, description="Of this model version alone."),
]
AskedLimit = Annotated[int, Query(ge=1, le=MOST, description="At most so many.")]


@router.get(
    "/drift/checks",
    operation_id="list_drift_checks",
    summary="List the drift checks",
    responses=_ASKING,
)
async def list_checks(
    service: AskedService, _asker: Watcher, model: AskedModel = None, limit: AskedLimit = 100
) -> ChecksReply:
    """Checks that were kept, those of the newest windows first."""
    found = await service.reader.ask(lambda store: checks_of(store, model, limit))
    return ChecksReply(checks=[CheckReply.of(entry) for entry in found])


@router.get(
    "/drift/checks/{check_id}",
    operation_id="read_drift_check",
    summary="Read a drift check",
    responses=_ASKING | responses("not-found"),
)
async def read_check(
    service: AskedService,
    _asker: Watcher,
    check_id: Annotated[str, Path(pattern=DIGEST_PATTERN)],
) -> WholeCheckReply:
    """A check, whole, with its estimates beside what came of them."""
    entry, estimates = await service.reader.ask(lambda store: _whole(store, check_id))
    return WholeCheckReply(
        check=CheckReply.of(entry),
        estimates=[EstimateReply.of(e) for e in estimates],
        record=orjson.loads(entry.result),
    )


@router.get(
    "/drift/episodes",
    operation_id="list_drift_episodes",
    summary="List the episodes of drift",
    responses=_ASKING,
)
async def list_episodes(
    service: AskedService,
    _asker: Watcher,
    language: AskedLanguage,
    model: AskedModel = None,
    open_only: Annotated[bool, Query(alias="open", description="Those that are open.")] = False,
    limit: AskedLimit = 100,
) -> EpisodesReply:
    """Alarms that opened, the newest first."""
    found = await service.reader.ask(
        lambda store: episodes_of(store, model, open_only=open_only, limit=limit)
    )
    return EpisodesReply(episodes=[EpisodeReply.of(e, told(e, language)) for e in found])


@router.get(
    "/drift/alerts",
    operation_id="list_drift_alerts",
    summary="List the alerts of drift",
    responses=_ASKING,
)
async def list_alerts(
    service: AskedService,
    _asker: Watcher,
    language: AskedLanguage,
    model: AskedModel = None,
    limit: AskedLimit = 100,
) -> AlertsReply:
    """What somebody was told, the newest first."""
    found = await service.reader.ask(lambda store: alerts_of(store, model, limit))
    return AlertsReply(alerts=[AlertReply.of(a, told(a, language)) for a in found])


def _whole(store: Store, check_id: str) -> tuple[CheckEntry, list[Estimate]]:
    try:
        return find_check(store, check_id), estimates_of(store, check_id)
    except RegistryError:
        raise Problem("not-found") from None
