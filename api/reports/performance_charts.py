"""Geometry of the pictures of realised performance; the template draws it as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from api.outcomes_replies import EstimateShown
from api.reports.charts import COLOURS, scale, ticks_between

WIDTH, HEIGHT = 640.0, 220.0
_INSET = 10.0
MOST_NAMES = 8


@dataclass(frozen=True)
class Line:
    """A curve through its points."""

    label: str
    colour: str
    points: str


@dataclass(frozen=True)
class Whisker:
    """One interval with its value, and what was expected there (None: nothing)."""

    x: float
    low: float
    value: float
    high: float
    expected: float | None


@dataclass(frozen=True)
class Plot:
    """Curves or whiskers over named places; ``limit``: height of a line across."""

    up: tuple[tuple[float, str], ...]
    across: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...] = ()
    whiskers: tuple[Whisker, ...] = ()
    limit: float | None = None


Series = tuple[str, Sequence[tuple[int, float]]]
"""A label, and values at places counted from 0."""


def curves(
    names: Sequence[str],
    series: Sequence[Series],
    tick: Callable[[float], str],
    limit: float | None = None,
) -> Plot | None:
    """Curves of ``series`` over ``names``; None without any point."""
    values = [v for _, points in series for _, v in points if isfinite(v)]
    if not values:
        return None
    known = [*values, *([] if limit is None else [limit])]
    ticks = ticks_between(min([0.0, *known]), max([*known, 1e-3]))
    x, y = _places(len(names)), scale(ticks[0], ticks[-1], HEIGHT, 0.0, ratio=False)
    drawn = [
        Line(label, COLOURS[i % len(COLOURS)], _joined([(x(at), y(v)) for at, v in points]))
        for i, (label, points) in enumerate(series)
        if points
    ]
    return Plot(
        up=tuple((y(t), tick(t)) for t in ticks),
        across=_names(names, x),
        lines=tuple(drawn),
        limit=None if limit is None else y(limit),
    )


def whiskers(
    entries: Sequence[tuple[str, EstimateShown, float | None]],
    tick: Callable[[float], str],
    limit: float | None = None,
) -> Plot | None:
    """An interval for each name, beside what was expected; None without any."""
    known = [
        (name, e.low, e.value, e.high, expected)
        for name, e, expected in entries
        if e.value is not None and e.low is not None and e.high is not None
    ]
    if not known:
        return None
    most = max([*(high for _, _, _, high, _ in known), limit or 0.0, 1e-3])
    ticks = ticks_between(0.0, most)
    x, y = _places(len(known)), scale(ticks[0], ticks[-1], HEIGHT, 0.0, ratio=False)
    return Plot(
        up=tuple((y(t), tick(t)) for t in ticks),
        across=_names([name for name, *_ in known], x),
        whiskers=tuple(
            Whisker(x(i), y(low), y(value), y(high), None if expected is None else y(expected))
            for i, (_, low, value, high, expected) in enumerate(known)
        ),
        limit=None if limit is None else y(limit),
    )


def _places(n: int) -> Callable[[float], float]:
    return scale(0.0, float(max(n - 1, 1)), _INSET, WIDTH - _INSET, ratio=False)


def _names(names: Sequence[str], x: Callable[[float], float]) -> tuple[tuple[float, str], ...]:
    """At most so many names that they have room, the first and the last among them."""
    step = max(1, -(-(len(names) - 1) // (MOST_NAMES - 1)))
    return tuple((x(i), names[i]) for i in range(0, len(names), step))


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
