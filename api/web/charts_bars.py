"""Geometry of charts of horizontal bars, single or of parts; see ``charts.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.reports.charts import FULL
from api.reports.charts import scale as scale_to
from api.web.charts import NOTHING, Place, Write, told_with_interval


@dataclass(frozen=True)
class Bar:
    """What one bar says. ``expected``: a value to compare with; ``note``: text for a last column.

    ``href`` makes the label a link.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    note: str = ""
    href: str | None = None


@dataclass(frozen=True)
class DrawnBar:
    """One bar as it is drawn, places in percent; ``text`` and ``expected_text`` say the values."""

    bar: Bar
    start: float
    width: float
    low: float | None
    high: float | None
    expected: float | None
    text: str
    expected_text: str


@dataclass(frozen=True)
class BarChart:
    """Bars from one line at ``zero``; ``limit``: a line down, both in percent."""

    bars: tuple[DrawnBar, ...]
    zero: float
    limit: float | None
    expects: bool
    notes: bool


def bar_chart(
    bars: Sequence[Bar], write: Write, *, limit: float | None = None, most: float | None = None
) -> BarChart | None:
    """Horizontal bars with intervals on one axis, to both sides of zero; None without a value.

    ``most``: the least that the axis reaches to.
    """
    ends = [v for b in bars for v in (b.value, b.low, b.high, b.expected) if v is not None]
    if not ends:
        return None
    known = [0.0, *ends, *(v for v in (limit, most) if v is not None)]
    high = max(known) if max(known) > min(known) else 1.0
    x = scale_to(min(known), high, 0.5, FULL - 0.5, ratio=False)
    return BarChart(
        bars=tuple(_bar(b, x, write) for b in bars),
        zero=x(0.0),
        limit=None if limit is None else x(limit),
        expects=any(b.expected is not None for b in bars),
        notes=any(b.note for b in bars),
    )


def _bar(bar: Bar, x: Place, write: Write) -> DrawnBar:
    def place(value: float | None) -> float | None:
        return None if value is None else x(value)

    zero, end = x(0.0), x(bar.value or 0.0)
    return DrawnBar(
        bar=bar,
        start=min(zero, end),
        width=round(abs(end - zero), 1),
        low=place(bar.low),
        high=place(bar.high),
        expected=place(bar.expected),
        text=NOTHING
        if bar.value is None
        else told_with_interval(bar.value, bar.low, bar.high, write),
        expected_text=NOTHING if bar.expected is None else write(bar.expected),
    )


@dataclass(frozen=True)
class Stack:
    """One bar of parts: start and width of each in percent, and its values in words."""

    label: str
    pieces: tuple[tuple[float, float], ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class StackedChart:
    """Bars of the same ``parts``."""

    parts: tuple[str, ...]
    stacks: tuple[Stack, ...]


def stacked_chart(
    rows: Sequence[tuple[str, Sequence[float]]], parts: Sequence[str], write: Write
) -> StackedChart | None:
    """A bar for each row with a piece for each part (values of 0 and more); None without any."""
    longest = max((sum(values) for _, values in rows), default=0.0)
    if not longest > 0:
        return None
    stacks = []
    for label, values in rows:
        starts = [sum(values[:i]) / longest * FULL for i in range(len(values))]
        widths = [value / longest * FULL for value in values]
        pieces = tuple((round(s, 2), round(w, 2)) for s, w in zip(starts, widths, strict=True))
        stacks.append(Stack(label, pieces, tuple(write(v) for v in values)))
    return StackedChart(tuple(parts), tuple(stacks))
