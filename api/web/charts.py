"""Geometry of the charts of pages; ``charts.html`` draws them as SVG with the numbers in a table.

Lines are here, bars in ``charts_bars.py``. Places across are percent of the width and heights are
pixels, so that a chart fills its column while its text keeps its size on a phone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite

from api.reports.charts import FULL, ticks_between
from api.reports.charts import scale as scale_to

HEIGHT = 200.0
"""Height of the plot of a line chart in pixels."""
MOST_NAMES = 5
"""Names under a line chart that have room on a phone."""
MOST_SERIES = 6
"""Series that style.css has a colour and a dash for."""
NOTHING = "\N{EN DASH}"
"""Written where a value is not known."""
_INSET = 3.0

Write = Callable[[float], str]
"""How the numbers of a chart are written, for example ``visit.writing.percent``."""
Place = Callable[[float], float]
"""Where a value is drawn."""


@dataclass(frozen=True)
class Mark:
    """A value at place ``at`` (an index of the names), with its interval where it has one."""

    at: int
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Series:
    """What is drawn in one colour; ``joined``: a line with a ribbon, else dots with whiskers."""

    label: str
    marks: Sequence[Mark]
    joined: bool = True


@dataclass(frozen=True)
class Dot:
    """One mark as it is drawn: ``x`` in percent, heights in pixels."""

    x: float
    y: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Drawn:
    """One series as it is drawn; lines and ribbons hold polyline points, one for each stretch."""

    label: str
    joined: bool
    lines: tuple[str, ...]
    ribbons: tuple[str, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class LineChart:
    """Series over ``names``; ``rows``: each name with one text for each series."""

    up: tuple[tuple[float, str], ...]
    across: tuple[tuple[float, str, str], ...]
    series: tuple[Drawn, ...]
    limit: float | None
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def line_chart(
    names: Sequence[str],
    series: Sequence[Series],
    write: Write,
    *,
    limit: float | None = None,
    from_zero: bool = True,
) -> LineChart | None:
    """Up to ``MOST_SERIES`` series over ``names``; ``limit``: a line across.

    None where no series has a mark.
    """
    shown = [s for s in series if s.marks][:MOST_SERIES]
    marks = [m for s in shown for m in s.marks]
    ends = [v for m in marks for v in (m.value, m.low, m.high) if v is not None and isfinite(v)]
    if not ends:
        return None
    known = [*ends, *([] if limit is None else [limit])]
    ticks = ticks_between(min([*known, *([0.0] if from_zero else [])]), max([*known, 1e-3]))
    x = scale_to(0.0, float(max(len(names) - 1, 1)), _INSET, FULL - _INSET, ratio=False)
    y = scale_to(ticks[0], ticks[-1], HEIGHT, 0.0, ratio=False)
    return LineChart(
        up=tuple((y(t), write(t)) for t in ticks),
        across=_names(names, x),
        series=tuple(_drawn(s, x, y) for s in shown),
        limit=None if limit is None else y(limit),
        rows=_rows(names, shown, write),
    )


def _names(names: Sequence[str], x: Place) -> tuple[tuple[float, str, str], ...]:
    """The names that have room, the first and the last among them."""
    last = len(names) - 1
    shown = {round(i * last / max(min(last, MOST_NAMES - 1), 1)) for i in range(MOST_NAMES)}
    anchors = {0: "start", last: "end"} if last else {}
    return tuple((x(i), names[i], anchors.get(i, "middle")) for i in sorted(shown) if i <= last)


def _drawn(series: Series, x: Place, y: Place) -> Drawn:
    marks = sorted(series.marks, key=lambda m: m.at)
    runs = _runs(marks) if series.joined else []
    return Drawn(
        label=series.label,
        joined=series.joined,
        lines=tuple(_points([(x(m.at), y(m.value)) for m in run]) for run in runs),
        ribbons=tuple(_ribbon(run, x, y) for run in runs if len(run) > 1),
        dots=tuple(
            Dot(
                x(m.at),
                y(m.value),
                None if m.low is None else y(m.low),
                None if m.high is None else y(m.high),
            )
            for m in marks
        ),
    )


def _runs(marks: Sequence[Mark]) -> list[list[Mark]]:
    """Marks at places that follow one another: a line has a gap where nothing is known."""
    numbered = enumerate(marks)
    return [[m for _, m in run] for _, run in groupby(numbered, key=lambda im: im[1].at - im[0])]


def _ribbon(run: Sequence[Mark], x: Place, y: Place) -> str:
    upper = [(x(m.at), y(m.high)) for m in run if m.high is not None]
    lower = [(x(m.at), y(m.low)) for m in run if m.low is not None]
    return _points([*upper, *reversed(lower)])


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _rows(
    names: Sequence[str], shown: Sequence[Series], write: Write
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    told = [
        {m.at: told_with_interval(m.value, m.low, m.high, write) for m in s.marks} for s in shown
    ]
    return tuple((name, tuple(t.get(i, NOTHING) for t in told)) for i, name in enumerate(names))


def told_with_interval(value: float, low: float | None, high: float | None, write: Write) -> str:
    """A value with its interval in brackets where it has one."""
    interval = "" if low is None or high is None else f" ({write(low)} \N{EN DASH} {write(high)})"
    return write(value) + interval
