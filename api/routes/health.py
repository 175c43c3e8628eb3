"""Whether the server lives, whether it can work, and its metrics."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from starlette.responses import Response

from api.metrics import CONTENT_TYPE
from api.problems import BrokenRule, Problem, responses
from api.readiness import NO_MODEL
from api.replies import Alive, Ready
from api.service import AskedService

router = APIRouter(tags=["operation"])


@router.get("/livez", operation_id="livez", summary="The process runs")
async def livez() -> Alive:
    """Touches nothing, so that a fault elsewhere restarts nobody."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="The server can score and store",
    responses=responses("not-ready"),
)
async def readyz(service: AskedService) -> Ready:
    """A model is loaded, the store takes a write and the disk has room."""
    faults = await service.readiness.faults()
    serving = service.champion.find()
    if serving is None:
        faults = {"model": NO_MODEL.of(), **faults}
    if serving is None or faults:
        errors = [BrokenRule(field, rule) for field, rule in faults.items()]
        raise Problem("not-ready", errors=errors)
    return Ready(model=serving.scorer.version, suspended=serving.scorer.suspended)


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Metrics for Prometheus",
    response_class=PlainTextResponse,
)
async def metrics(service: AskedService) -> Response:
    """Counts and times by route, recommendation and model version; nothing about a person."""
    service.champion.find()  # a failure to load is told even when nobody scores
    await service.drift.refresh()
    return Response(service.metrics.text(), media_type=CONTENT_TYPE)
