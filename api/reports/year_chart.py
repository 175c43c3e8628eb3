"""Geometry of the chart of a lived-through world: three panels over the same months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.living.story import Year
from api.reports.charts import COLOURS, Scale, scale, ticks_between
from scoring.intervals import Estimate

WIDTH, HEIGHT, ROW = 700.0, 150.0, 29.0


@dataclass(frozen=True)
class Curve:
    """One curve: its word, its colour, its points and the polygon of its interval."""

    word: str
    colour: str
    points: str
    band: str = ""


@dataclass(frozen=True)
class Dot:
    """An observed share with its interval."""

    x: float
    low: float
    value: float
    high: float


@dataclass(frozen=True)
class Panel:
    """Curves and dots; ``up``: heights and values of the ticks."""

    title: str
    up: tuple[tuple[float, float], ...]
    curves: tuple[Curve, ...]
    dots: tuple[Dot, ...] = ()


@dataclass(frozen=True)
class Bar:
    """One episode (or a model in service): from where, how long, at which height."""

    x: float
    width: float
    y: float
    subject: str
    words: str
    shade: str


@dataclass(frozen=True)
class YearChart:
    """Everything in pixels. ``marks``: places of what was planted; ``across``: names of months."""

    width: float
    height: float
    panels: tuple[Panel, ...]
    episodes: tuple[Bar, ...]
    rows: float
    service: tuple[Bar, ...]
    marks: tuple[tuple[float, str], ...]
    across: tuple[tuple[float, date], ...]


class YearPlaces:
    """Where the days of the story stand."""

    def __init__(self, year: Year) -> None:
        self._year, course = year, year.course
        self.months = [course.month(i) for i in range(course.months)]
        ends = course.opens.toordinal(), course.month(course.months).toordinal()
        self._x = scale(float(ends[0]), float(ends[1]), 0.0, WIDTH, ratio=False)

    def day(self, day: date) -> float:
        """Place of a day."""
        return self._x(float(day.toordinal()))

    def middle(self, month: date) -> float:
        """Place of the middle of a month."""
        return round((self.day(month) + self.day(self._year.course.after(month))) / 2, 1)


def chart(year: Year) -> YearChart:
    """The chart of ``year``."""
    at = YearPlaces(year)
    subjects = list(dict.fromkeys(e.subject for e in year.episodes))
    return YearChart(
        width=WIDTH,
        height=HEIGHT,
        panels=(_shares(year, at), _rates(year, at)),
        episodes=tuple(_episodes(year, at, subjects)),
        rows=ROW * max(len(subjects), 1),
        service=_service(year, at),
        marks=(
            (at.day(year.course.drought_from), "drought"),
            (at.day(year.course.product_on), "product"),
        ),
        across=tuple((at.day(m), m) for m in at.months if m.month in {1, 4, 7, 10}),
    )


def _shares(year: Year, at: YearPlaces) -> Panel:
    y, up = _heights([1.0])
    found = {
        "approved": [m.counts.approved / max(m.counts.applications, 1) for m in year.months],
        "paid": [m.counts.lent / max(m.counts.applications, 1) for m in year.months],
    }
    x = [at.middle(m.first) for m in year.months]
    drawn = tuple(
        Curve(word, COLOURS[i], _joined([(a, y(v)) for a, v in zip(x, values, strict=True)]))
        for i, (word, values) in enumerate(found.items())
    )
    return Panel("share", up, drawn)


def _rates(year: Year, at: YearPlaces) -> Panel:
    known = [(v.month, v.observed) for v in year.vintages]
    guessed = [(e.month, e.bad_rate) for e in year.estimated]
    y, up = _heights([e.high or 0.0 for _, e in [*known, *guessed]])
    expected = _joined([(at.middle(v.month), y(v.expected)) for v in year.vintages])
    middle = _joined([(at.middle(m), y(e.value or 0.0)) for m, e in guessed])
    lower = [(at.middle(m), y(e.low or 0.0)) for m, e in guessed]
    upper = [(at.middle(m), y(e.high or 0.0)) for m, e in reversed(guessed)]
    return Panel(
        "rates",
        up,
        (
            Curve("expected", COLOURS[0], expected),
            Curve("estimated", COLOURS[3], middle, _joined([*lower, *upper])),
        ),
        tuple(_dot(at.middle(m), e, y) for m, e in known),
    )


def _dot(x: float, seen: Estimate, y: Scale) -> Dot:
    low, value, high = (y(v or 0.0) for v in (seen.low, seen.value, seen.high))
    return Dot(x, low, value, high)


def _episodes(year: Year, at: YearPlaces, subjects: Sequence[str]) -> list[Bar]:
    end = year.course.month(year.course.months)
    shades = {"explain": "INSUFFICIENT", "ticket": "INCONCLUSIVE", "page": "FAIL"}
    found = []
    for e in year.episodes:
        x, until = at.day(e.window), at.day(e.closed or end)
        y = ROW * subjects.index(e.subject)
        width = round(max(until - x, 3.0), 1)
        found.append(Bar(x, width, y, e.subject, e.words, shades[e.level]))
    return found


def _service(year: Year, at: YearPlaces) -> tuple[Bar, ...]:
    """One bar for each model while it was champion."""
    versions = list(dict.fromkeys(m.champion for m in year.months))
    found = []
    for i, version in enumerate(versions):
        mine = [m.first for m in year.months if m.champion == version]
        x, until = at.day(mine[0]), at.day(year.course.after(mine[-1]))
        found.append(Bar(x, round(until - x, 1), 0.0, version, "service", COLOURS[i % 8]))
    return tuple(found)


def _heights(values: Sequence[float]) -> tuple[Scale, tuple[tuple[float, float], ...]]:
    ticks = ticks_between(0.0, max([*values, 0.05]))
    y = scale(ticks[0], ticks[-1], HEIGHT, 0.0, ratio=False)
    return y, tuple((y(t), t) for t in ticks)


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
