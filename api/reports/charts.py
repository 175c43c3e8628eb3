"""Geometry of the pictures in reports; the templates draw it as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log, log10

from fairness.schema_sections import CutOffCurve, Range

FULL = 100.0
"""Width of the plot of a picture of intervals: places are shares of it, in percent."""
PANEL = (300.0, 190.0)
"""Width and height of the plot of a panel of curves."""
COLOURS = ("#3b82c4", "#d9622b", "#2f9e5b", "#8b6bd9", "#b98a1d", "#d65b97", "#2b9bb0", "#7b8794")
"""Of curves; they stand out from white and from black."""

Scale = Callable[[float], float]


@dataclass(frozen=True)
class Bar:
    """One interval: where it is drawn, and the words beside it."""

    label: str
    low: float
    value: float | None
    high: float
    verdict: str | None
    text: str


@dataclass(frozen=True)
class Intervals:
    """Intervals on one axis. ``allowed``: start and width of the tolerance, None without one.

    ``decimals``: that the numbers of the ticks need.
    """

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, float], ...]
    parity: float
    allowed: tuple[float, float] | None
    decimals: int


@dataclass(frozen=True)
class Entry:
    """One row to draw: its label, its estimate, its verdict and its value as text."""

    label: str
    estimate: Range
    verdict: str | None
    text: str


def intervals(
    entries: Sequence[Entry],
    parity: float,
    tolerance: tuple[float | None, float | None],
    *,
    ratio: bool,
) -> Intervals | None:
    """Entries with an interval, top down; ratios on a logarithmic axis. None without any."""
    known = [
        (e, e.estimate.low, e.estimate.high)
        for e in entries
        if e.estimate.low is not None and e.estimate.high is not None
    ]
    if not known:
        return None
    wanted = [v for v in (parity, *tolerance) if v is not None]
    low = min([*wanted, *(v for _, v, _ in known)])
    high = max([*wanted, *(v for _, _, v in known)])
    ticks = _ratio_ticks(low, high) if ratio else ticks_between(low, high)
    x = scale(min(low, ticks[0]), max(high, ticks[-1]), 0.0, FULL, ratio=ratio)
    bars = tuple(
        Bar(
            label=e.label,
            low=x(least),
            value=None if e.estimate.value is None else x(e.estimate.value),
            high=x(most),
            verdict=e.verdict,
            text=e.text,
        )
        for e, least, most in known
    )
    allowed = None
    if tolerance != (None, None):
        start = 0.0 if tolerance[0] is None else x(tolerance[0])
        end = FULL if tolerance[1] is None else x(tolerance[1])
        allowed = (start, end - start)
    return Intervals(bars, tuple((x(t), t) for t in ticks), x(parity), allowed, _decimals(ticks))


@dataclass(frozen=True)
class Line:
    """A curve of one group: polyline points and the polygon of its band."""

    label: str
    colour: str
    points: str
    band: str


@dataclass(frozen=True)
class Panel:
    """Curves of all groups of one attribute; ``limit`` and ``parity`` are heights in pixels."""

    title: str
    reference: str
    lines: tuple[Line, ...]
    across: tuple[tuple[float, float], ...]
    up: tuple[tuple[float, float], ...]
    parity: float
    limit: float | None


def panel(title: str, curves: Sequence[tuple[str, CutOffCurve]], low: float | None) -> Panel | None:
    """The curves of one attribute with their labels; None where none has two points."""
    drawn = [(label, c) for label, c in curves if len(c.points) > 1]
    if not drawn:
        return None
    bands = [p.air for _, c in drawn for p in c.points]
    least = min([0.8, *(v.low for v in bands if v.low is not None)])
    most = max([1.2, *(v.high for v in bands if v.high is not None)])
    ticks = _ratio_ticks(max(least, 0.25), min(most, 4.0))
    width, height = PANEL
    x = scale(0.0, 1.0, 0.0, width, ratio=False)
    y = scale(ticks[0], ticks[-1], height, 0.0, ratio=True)
    return Panel(
        title=title,
        reference=drawn[0][1].reference,
        lines=tuple(
            _line(label, c, COLOURS[i % len(COLOURS)], x, y) for i, (label, c) in enumerate(drawn)
        ),
        across=tuple((x(v / 4), v / 4) for v in range(5)),
        up=_apart([(y(t), t) for t in sorted(ticks, key=lambda t: abs(log(t)))]),
        parity=y(1.0),
        limit=None if low is None else y(low),
    )


def _apart(ticks: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The ticks that have room for their numbers, the first ones before others."""
    kept: list[tuple[float, float]] = []
    for place, value in ticks:
        if all(abs(place - other) >= 14 for other, _ in kept):
            kept.append((place, value))
    return tuple(kept)


def _line(label: str, curve: CutOffCurve, colour: str, x: Scale, y: Scale) -> Line:
    def at(values: Sequence[tuple[float, float | None]]) -> list[str]:
        height = PANEL[1]
        return [
            f"{x(share):.1f},{min(max(y(v), 0.0), height):.1f}"
            for share, v in values
            if v is not None and v > 0
        ]

    points = [(p.approved_share, p.air) for p in curve.points]
    upper = at([(s, air.high) for s, air in points])
    lower = at([(s, air.low) for s, air in points])
    middle = at([(s, air.value) for s, air in points])
    return Line(label, colour, " ".join(middle), " ".join([*upper, *reversed(lower)]))


def scale(low: float, high: float, start: float, end: float, *, ratio: bool) -> Scale:
    """Linear, or logarithmic for ratios; what lies outside is drawn on the edge."""

    def place(value: float) -> float:
        value = min(max(value, low), high)
        share = log(value / low) / log(high / low) if ratio else (value - low) / (high - low)
        return round(start + share * (end - start), 1)

    return place


def _ratio_ticks(low: float, high: float) -> list[float]:
    """Round ratios that enclose both."""
    round_ones = (0.1, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
    first = max((t for t in round_ones if t <= low), default=round_ones[0])
    last = min((t for t in round_ones if t >= high), default=round_ones[-1])
    inside = [t for t in round_ones if first <= t <= last]
    return inside if len(inside) <= 9 else [t for t in inside if t not in {0.6, 0.7, 1.1, 3.0}]


def _decimals(ticks: Sequence[float]) -> int:
    """Fewest decimals (up to 3) that tell all of them apart from their neighbours."""
    whole = (d for d in range(3) if all(abs(t - round(t, d)) < 1e-9 for t in ticks))
    return next(whole, 3)


def ticks_between(low: float, high: float) -> list[float]:
    """Four to eight round steps that enclose both."""
    span = max(high - low, 1e-9)
    step = 10 ** floor(log10(span))
    step = next(s for s in (step / 5, step / 2, step, step * 2) if span / s <= 7)
    return [i * step for i in range(floor(low / step), ceil(high / step) + 1)]
