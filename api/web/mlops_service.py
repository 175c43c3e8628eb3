"""Latency and errors of the process that answers: its own histograms, nothing of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isinf
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from api.metrics import Traffic
from api.web.charts_bars import Bar, BarChart, bar_chart
from api.web.visiting import PageRoute, Visit, opened_to
from api.web.writing import Writing

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/mlops/service")
QUANTILES = (0.5, 0.95, 0.99)
MOST_BARS = 10
SLOW = 0.15
"""Seconds that a reply should take at most at the 95th percentile."""


@dataclass(frozen=True)
class Latency:
    """One route: ``quantiles`` (s) at QUANTILES; None beyond the histogram's last limit.

    ``refused``: replies of 4xx; ``errors``: of 5xx.
    """

    route: str
    replies: int
    refused: int
    errors: int
    quantiles: tuple[float | None, ...]


def latencies(traffic: Sequence[Traffic]) -> list[Latency]:
    """Routes that were asked, those with most replies first."""
    found = [
        Latency(
            t.route,
            sum(t.statuses.values()),
            sum(n for status, n in t.statuses.items() if 400 <= status < 500),
            sum(n for status, n in t.statuses.items() if status >= 500),
            tuple(quantile(t.within, share) for share in QUANTILES),
        )
        for t in traffic
    ]
    return sorted(found, key=lambda one: (-one.replies, one.route))


def quantile(within: Sequence[tuple[float, int]], share: float) -> float | None:
    """The time (s) within which ``share`` of replies came, straight between two limits.

    None where that is beyond the last limit, or nothing was answered.
    """
    rank = share * within[-1][1] if within else 0.0
    for (low, before), (high, so_far) in pairwise([(0.0, 0), *within]):
        if so_far >= rank > 0:
            inside = (rank - before) / (so_far - before)
            return None if isinf(high) else low + (high - low) * inside
    return None


@router.get("")
async def service(visit: Annotated[Visit, opened_to("monitor:read")]) -> Response:
    """Latency, replies and errors by route since this process began."""
    found = latencies(visit.service.metrics.traffic())
    return visit.page(
        "mlops/service.html",
        routes=found,
        chart=_chart(found, visit.writing),
        faults=await visit.service.readiness.faults(),
        slow=SLOW,
    )


def _chart(found: Sequence[Latency], writing: Writing) -> BarChart | None:
    bars = [Bar(one.route, one.quantiles[1], note=writing.number(one.replies)) for one in found]
    milliseconds = [b for b in bars if b.value is not None][:MOST_BARS]
    return bar_chart(milliseconds, lambda s: f"{writing.number(1000 * s, 1)} ms", limit=SLOW)
