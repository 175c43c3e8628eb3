"""Geometry of the pictures of a search: candidates on validation, finalists on later data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from fairness.schema_sections import Range
from fairness.search_schema import Search, Trial

PLOT = (360.0, 270.0)
"""Width and height of a plot in pixels."""
COLOURS = {
    "incumbent": "#17212b",
    "proxy": "#c2410c",
    "tuned": "#0b5fa5",
    "penalised": "#15803d",
    "reduced": "#7c3aed",
}
_REACH = 4.0
"""Margins of the AUC to the left of the incumbent's that are drawn to scale."""


@dataclass(frozen=True)
class Axis:
    """Values from ``low`` to ``high`` along ``length`` pixels; ``up``: the largest at pixel 0."""

    low: float
    high: float
    length: float
    up: bool

    @classmethod
    def around(cls, values: Sequence[float], length: float, *, up: bool) -> Axis:
        """From the least to the largest with a little room."""
        low, high = min(values), max(values)
        room = 0.07 * (high - low or 0.01)
        return cls(low - room, high + room, length, up)

    def at(self, value: float) -> float:
        """Pixel of a value; what lies outside is drawn on the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round((1 - share if self.up else share) * self.length, 1)

    @property
    def ticks(self) -> list[tuple[float, float]]:
        """Pixels and values of three to six round steps."""
        span = self.high - self.low
        step = 10 ** floor(log10(span))
        step = next(s for s in (step / 5, step / 2, step, 2 * step) if span / s <= 6)
        first, last = ceil(self.low / step), floor(self.high / step)
        return [(self.at(i * step), i * step) for i in range(first, last + 1)]

    @property
    def digits(self) -> int:
        """Decimals that tell the ticks apart."""
        values = [v for _, v in self.ticks]
        step = values[1] - values[0] if len(values) > 1 else 1.0
        return max(0, ceil(-log10(step) - 1e-9))


@dataclass(frozen=True)
class Dot:
    """A model: where it is drawn, its colour and number, and its bars where it has intervals."""

    x: float
    y: float
    colour: str
    number: int
    finalist: bool
    across: tuple[float, float] | None = None
    along: tuple[float, float] | None = None


@dataclass(frozen=True)
class Cloud:
    """A plot. ``allowed``: left edge and bottom of the area that counts; ``front``: a polyline."""

    x: Axis
    y: Axis
    dots: tuple[Dot, ...]
    origin: tuple[float, float]
    allowed: tuple[float, float]
    front: str
    outside: int


def cloud(search: Search) -> Cloud:
    """All candidates by AUC and worst ratio; the origin is the incumbent's recipe."""
    base, margin = search.candidates[0], search.margins.auc
    edge = base.auc - _REACH * margin
    near = [c for c in search.candidates if c.auc >= edge]
    low = min(base.worst, *(c.worst for c in near)) if len(near) > 1 else base.worst - 0.05
    x = Axis.around([*(c.auc for c in near), base.auc - margin], PLOT[0], up=False)
    y = Axis.around([low, *(c.worst for c in near), min(1.0, base.worst + 0.02)], PLOT[1], up=True)
    dots = tuple(
        Dot(x.at(c.auc), y.at(c.worst), COLOURS[c.kind], c.number, c.finalist)
        for c in search.candidates[1:]
    )
    return Cloud(
        x=x,
        y=y,
        dots=dots,
        origin=(x.at(base.auc), y.at(base.worst)),
        allowed=(x.at(base.auc - margin), y.at(base.worst)),
        front=_front(near, x, y),
        outside=sum(c.auc < x.low or c.worst < y.low for c in search.candidates),
    )


def changes(search: Search) -> Cloud | None:
    """Finalists as changes from the incumbent: AUC, and how much nearer to parity in percent."""
    if not search.finalists:
        return None
    kinds = {c.number: c.kind for c in search.candidates}
    above = (search.goal.air.value or 1.0) > 1
    gains = [(f, _percent(f.air_change, inverse=above)) for f in search.finalists]
    across = [v for f, _ in gains for v in (f.auc_change.low, f.auc_change.high) if v is not None]
    along = [v for _, g in gains for v in g]
    x = Axis.around([*across, -search.margins.auc, 0.0], PLOT[0], up=False)
    y = Axis.around([*along, 0.0], PLOT[1], up=True)
    dots = tuple(
        Dot(
            x=x.at(f.auc_change.value or 0.0),
            y=y.at(gain[0]),
            colour=COLOURS[kinds[f.number]],
            number=f.number,
            finalist=True,
            across=(x.at(f.auc_change.low or 0.0), x.at(f.auc_change.high or 0.0)),
            along=(y.at(gain[1]), y.at(gain[2])),
        )
        for f, gain in gains
    )
    origin = (x.at(0.0), y.at(0.0))
    return Cloud(x, y, dots, origin, (x.at(-search.margins.auc), y.at(0.0)), "", 0)


def _percent(change: Range, *, inverse: bool) -> tuple[float, float, float]:
    """Value and limits of a ratio's change in percent, above 0 nearer to parity."""
    value, low, high = (1.0 if v is None else v for v in (change.value, change.low, change.high))
    if inverse:
        value, low, high = 1 / value, 1 / high, 1 / low
    return 100 * (value - 1), 100 * (low - 1), 100 * (high - 1)


def _front(candidates: Sequence[Trial], x: Axis, y: Axis) -> str:
    """The candidates that no other beats in both, from the left to the right."""
    best, points = -1.0, []
    for c in sorted(candidates, key=lambda c: (-c.auc, -c.worst)):
        if c.worst > best:
            best = c.worst
            points.append(f"{x.at(c.auc)},{y.at(c.worst)}")
    return " ".join(points)
