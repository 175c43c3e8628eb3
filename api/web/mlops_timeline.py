"""Checks and episodes on one line of days: where each bar of the timeline stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.store.monitoring import CheckEntry, Episode

_THINNEST = 1.2
"""Percent of the width that the shortest bar has, so that it can be seen."""


@dataclass(frozen=True)
class Tick:
    """A check at ``at`` percent of the width."""

    at: float
    level: str


@dataclass(frozen=True)
class Span:
    """An episode as a bar, from ``start``, ``width`` wide, in percent."""

    episode: Episode
    start: float
    width: float


@dataclass(frozen=True)
class Timeline:
    """From ``first`` to ``last``, the last days of the oldest and the newest window."""

    first: date
    last: date
    ticks: tuple[Tick, ...]
    spans: tuple[Span, ...]


def timeline(checks: Sequence[CheckEntry], episodes: Sequence[Episode]) -> Timeline | None:
    """Scheduled ``checks`` and the ``episodes`` that touch their days; None without a check.

    A bar goes from the window that the alarm opened in to the last one that showed it; while it is
    open, to the end.
    """
    ends = sorted((c.last_day, c.level) for c in checks if c.source == "scheduled")
    if not ends:
        return None
    first, last = ends[0][0], ends[-1][0]
    days = max((last - first).days, 1)

    def at(day: date) -> float:
        inside = min(max((day - first).days / days, 0.0), 1.0)
        return round(1 + 98 * inside, 2)

    spans = []
    for e in sorted(episodes, key=lambda e: (e.first_window, e.episode_id)):
        end = last if e.closed_at is None else e.last_window
        if end >= first:
            start = min(at(e.first_window), 99 - _THINNEST)
            spans.append(Span(e, start, max(round(at(end) - start, 2), _THINNEST)))
    return Timeline(first, last, tuple(Tick(at(day), level) for day, level in ends), tuple(spans))
