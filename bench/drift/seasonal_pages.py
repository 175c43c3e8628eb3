"""False pages a model-year on a stream that has seasons and otherwise never changes.

    python bench/drift/seasonal_pages.py [--quick] [--years N] [--nannyml PYTHON]

Every week 500 applications are drawn from the cards with weights that follow the year: around
harvest the large limits come, half a year later the small ones, and young people come in spring.
Each year is as the year before. The reference is a sample of a whole year, the same season 500
applications of the same week a year before. Checks, episodes and the budget of pages are those
of the scheduled job. Beside it: pages if the same season were not known, and weeks in which the
tools of today call any column drifted (``beside.py``).
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from bench.drift.beside import TOOLS, Beside
from bench.drift.cards import Frame, cards
from data.store.monitoring import Alert, Episode
from drift.episodes import Turn, advance, alert_of
from drift.null import Nulls
from drift.record import Cohort, DriftCheck, Seen, Yardstick, whole_check
from drift.reference import Reference
from drift.window import Window

ROWS, REFERENCE_ROWS, WEEKS = 500, 10_000, 52
SWING = 0.8
"""How far the weights of the farthest rows go up and down, in logarithms."""
BAR = 1.0
MONDAY = date(2026, 1, 5)


class Stream:
    """Applications by week of the year, drawn anew from the same people each time."""

    def __init__(self) -> None:
        scorer, self._frame, self._rows = cards()
        self.scorer = scorer
        self._large = _rank(self._frame["LIMIT_BAL"])
        self._young = -_rank(self._frame["AGE"])

    def week(self, week: int, n: int, rng: np.random.Generator) -> Frame:
        """``n`` applications of a week of the year."""
        turn = 2 * np.pi * week / WEEKS
        weight = np.exp(SWING * (np.cos(turn) * self._large + np.sin(turn) * self._young))
        return self._taken(rng.choice(self._rows, n, p=weight / weight.sum()))

    def year(self, n: int, rng: np.random.Generator) -> Frame:
        """``n`` applications of all weeks alike."""
        parts = [self.week(w, -(-n // WEEKS), rng) for w in range(WEEKS)]
        return {name: np.concatenate([p[name] for p in parts])[:n] for name in parts[0]}

    def reference(self, frame: Frame) -> Reference:
        """A reference of these applications."""
        rows = len(frame["AGE"])
        return Reference.of_matrix(self.scorer, self.scorer.vectorizer.matrix(frame, rows))

    def _taken(self, rows: np.ndarray) -> Frame:
        return {name: values[rows] for name, values in self._frame.items()}


class Series:
    """The episodes and alerts of one model, as the store keeps them."""

    def __init__(self) -> None:
        self.open: list[Episode] = []
        self.alerts: list[Alert] = []

    def take(self, check: DriftCheck, week: int) -> None:
        """Move the episodes by one check."""
        day = MONDAY + timedelta(weeks=week)
        now = datetime(day.year, day.month, day.day, tzinfo=UTC)
        pages = [a for a in self.alerts if a.level == "page"]
        turn = Turn(check.model, day, check.check_id, now)
        moved = advance(self.open, check.findings, pages[-1] if pages else None, turn)
        self.alerts += [alert_of(m.episode, m.tell, now) for m in moved if m.tell]
        kept = [replace(m.episode, episode_id=i + 1) for i, m in enumerate(moved)]
        self.open = [e for e in kept if e.closed_at is None]

    def count(self, level: str) -> int:
        """Alerts at a level."""
        return sum(a.level == level for a in self.alerts)


def _rank(values: np.ndarray) -> np.ndarray:
    """Ranks from -1 to 1."""
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(2 * order / (len(values) - 1) - 1)


def run(stream: Stream, year: int, weeks: int, beside: Beside) -> tuple[Series, Series]:
    """One model-year: with the same season and without it."""
    rng = np.random.default_rng([13, year])
    sample = stream.year(REFERENCE_ROWS, rng)
    reference, nulls = stream.reference(sample), Nulls()
    ours, blind = Series(), Series()
    for week in np.linspace(0, WEEKS, weeks, endpoint=False).astype(int):
        frame, before = stream.week(week, ROWS, rng), stream.week(week, ROWS, rng)
        day = MONDAY + timedelta(weeks=int(week))
        who = np.arange(ROWS).astype(object)
        found = Cohort(Window(frame), Seen(start=day, end=day), who)
        alone = Yardstick(reference, nulls=nulls)
        both = replace(alone, same_season=stream.reference(before))
        check = whole_check(found, both, "scheduled")
        ours.take(check, int(week))
        blind.take(whole_check(found, alone, "scheduled"), int(week))
        beside.report("weeks", check.report)
        beside.window("weeks", reference, sample, frame)
    return ours, blind


def main() -> None:
    """Print figure | bar | without the season | tools of today."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--nannyml", metavar="PYTHON")
    asked = parser.parse_args()
    years, weeks = (1, 4) if asked.quick else (asked.years, WEEKS)
    stream, pages, tickets, blind = Stream(), 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        beside = Beside(asked.nannyml, Path(folder))
        for year in range(years):
            ours, alone = run(stream, year, weeks, beside)
            pages, tickets = pages + ours.count("page"), tickets + ours.count("ticket")
            blind += alone.count("page") + alone.count("ticket")
            told = f"{ours.count('page')} pages, {ours.count('ticket')} tickets"
            print(f"year {year + 1}: {told}", flush=True)
        theirs = {tool: beside.count("weeks", tool) / years for tool in TOOLS}
    if asked.nannyml is None:
        del theirs["NannyML"]
    print(f"{years} model-years of {weeks} weeks, {ROWS} applications a week")
    print(f"pages a model-year: {pages / years:.2f} (bar {BAR:.0f}); tickets {tickets / years:.2f}")
    print(f"alerts a model-year without the same season: {blind / years:.2f}")
    told = ", ".join(f"{tool} {count:.1f}" for tool, count in theirs.items())
    print(f"weeks a model-year with a drifted column: {told}")
    if pages / years > BAR and not asked.quick:
        raise SystemExit("more false pages than the bar")


if __name__ == "__main__":
    main()
