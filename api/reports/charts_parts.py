"""Geometry of the pictures of fairness over time, and of who is rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.reports.charts import FULL, PANEL, scale, ticks_between
from fairness.schema_sections import Scorecard, Trend


@dataclass(frozen=True)
class TrendPanel:
    """One group's differences by window with their intervals, and the running one in its band."""

    title: str
    reference: str
    points: tuple[tuple[float, float, float, float], ...]
    line: str
    band: str
    up: tuple[tuple[float, float], ...]
    across: tuple[tuple[float, str, str], ...]
    parity: float
    limit: float | None


def trend_panel(title: str, reference: str, trend: Trend, low: float | None) -> TrendPanel | None:
    """The picture of ``trend``; None with fewer than two windows."""
    windows = trend.windows
    rows = [
        (w.difference.low, w.difference.value, w.difference.high, w.running.value) for w in windows
    ]
    known = [v for row in rows for v in row if v is not None]
    if len(windows) < 2 or len(known) < 4 * len(rows):
        return None
    ticks = ticks_between(min([*known, low or 0.0, -0.1]), max([*known, 0.1]))
    width, height = PANEL
    y = scale(ticks[0], ticks[-1], height, 0.0, ratio=False)
    x = scale(0.0, float(len(windows) - 1), 8.0, width - 8.0, ratio=False)
    bounds = [(w.running.low, w.running.high) for w in windows]
    lower = [f"{x(i)},{y(b[0])}" for i, b in enumerate(bounds) if b[0] is not None]
    upper = [f"{x(i)},{y(b[1])}" for i, b in enumerate(bounds) if b[1] is not None]
    return TrendPanel(
        title=title,
        reference=reference,
        points=tuple(
            (x(i), y(known[4 * i]), y(known[4 * i + 1]), y(known[4 * i + 2]))
            for i in range(len(rows))
        ),
        line=" ".join(f"{x(i)},{y(known[4 * i + 3])}" for i in range(len(rows))),
        band=" ".join([*upper, *reversed(lower)]),
        up=tuple((y(t), t) for t in ticks),
        across=((0.0, windows[0].first, "start"), (width, windows[-1].last, "end")),
        parity=y(0.0),
        limit=None if low is None else y(low),
    )


@dataclass(frozen=True)
class TwoShares:
    """A group's share of the applicants and of those rejected, as places on the axis."""

    label: str
    first: float
    second: float
    text: str


@dataclass(frozen=True)
class Shares:
    """Two shares of each group on one axis."""

    rows: tuple[TwoShares, ...]
    ticks: tuple[tuple[float, float], ...]


def shares(cards: Sequence[tuple[str, str, Scorecard]]) -> Shares | None:
    """Label, text and card of each group; None without any."""
    known = [
        (label, text, c.share_of_applicants, c.share_of_rejected)
        for label, text, c in cards
        if c.share_of_applicants is not None and c.share_of_rejected is not None
    ]
    if not known:
        return None
    most = max(max(a, b) for *_, a, b in known)
    ticks = ticks_between(0.0, most)
    x = scale(0.0, ticks[-1], 1.0, FULL - 1.0, ratio=False)
    return Shares(
        tuple(TwoShares(label, x(a), x(b), text) for label, text, a, b in known),
        tuple((x(t), t) for t in ticks),
    )
