"""The whole story: a world is made, lived through, and held against its truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np

from api.living.arriving import Arrivals, Outcomes
from api.living.judging import Judged, Raised, judge, raised_of
from api.living.lender import Lender, Tell, settings_of_story
from api.living.months import Life, Month
from api.outcomes_matured import lent_by
from api.wiring import open_home_store
from data.contract import Contract
from data.store import Store
from data.store.estimates import estimates_of
from data.store.monitoring import checks_of, episodes_of
from data.store.outcomes_book import read_rows
from data.synthetic.due import Alarm, read_due
from data.synthetic.living import Course, Size, generate_life
from scoring.intervals import Estimate, wilson

WORLD, HOME = "world", "home"
"""Folders of the story: what the world is, and what the lender has."""
MOST = 10_000


@dataclass(frozen=True)
class Vintage:
    """Matured loans of one month of decisions: the share that was expected bad and that was."""

    month: date
    loans: int
    expected: float
    observed: Estimate


@dataclass(frozen=True)
class Estimated:
    """What layer 4 estimated of the approved of a window, before anybody had repaid."""

    month: date
    bad_rate: Estimate


@dataclass(frozen=True)
class Year:
    """All that was lived through."""

    course: Course
    size: Size
    seed: int
    first: str
    months: tuple[Month, ...]
    episodes: tuple[Raised, ...]
    judged: Judged
    vintages: tuple[Vintage, ...]
    estimated: tuple[Estimated, ...]

    @property
    def promoted(self) -> tuple[tuple[date, str], ...]:
        """Challengers that became champion, with the month at whose end they did."""
        return tuple((m.first, m.promoted) for m in self.months if m.promoted is not None)

    @property
    def right(self) -> bool:
        """Whether all alarms and no others came, and a challenger was promoted."""
        return self.judged.right and bool(self.promoted)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "seed": self.seed,
            "size": asdict(self.size),
            "course": asdict(self.course),
            "first_champion": self.first,
            "right": self.right,
            "promoted": [{"month": m, "version": v} for m, v in self.promoted],
            "alarms": self.judged.plain(),
            "months": [month.plain() for month in self.months],
            "episodes": [asdict(episode) for episode in self.episodes],
            "vintages": [_plain(asdict(v)) for v in self.vintages],
            "estimated": [_plain(asdict(e)) for e in self.estimated],
        }


def live(
    folder: Path,
    course: Course,
    size: Size,
    seed: int,
    tell: Tell,
    each: Callable[[Month, tuple[Alarm, ...]], None] = lambda _month, _alarms: None,
) -> Year:
    """Make the world of ``seed`` in ``folder``, which must be empty, and live through it.

    ``tell`` hears stage and share done, ``each`` every month as it is over, with all alarms of the
    truth. Raises what stops the story: DataFileError, NotEnoughDataError, StoreError and others.
    """
    world = generate_life(course, size, seed, folder / WORLD, lambda s: tell("making the world", s))
    alarms, settings = read_due(world.truth), settings_of_story(folder / HOME, world)
    end = datetime.combine(course.month(course.months), time(tzinfo=UTC))
    with open_home_store(settings) as store:
        lender = Lender.opened(settings, store, course)
        first = lender.first_champion(world, tell)
        tell("reading what will happen", 0.0)
        arrivals = Arrivals.of(lender.contract, world.everybody)
        outcomes = Outcomes.of(lender.contract, world.everybody, end)
        tell("reading what will happen", 1.0)
        months = []
        for month in Life(lender, arrivals, outcomes).months():
            months.append(month)
            tell("living through two years", len(months) / course.months)
            each(month, alarms)
        episodes = _episodes(store)
        return Year(
            course=course,
            size=size,
            seed=seed,
            first=first,
            months=tuple(months),
            episodes=episodes,
            judged=judge(alarms, episodes, first),
            vintages=_vintages(store, lender.contract, end.date()),
            estimated=_estimated(store),
        )


def _episodes(store: Store) -> tuple[Raised, ...]:
    found = episodes_of(store, limit=MOST)
    return tuple(map(raised_of, sorted(found, key=lambda e: e.episode_id)))


def _vintages(store: Store, contract: Contract, day: date) -> tuple[Vintage, ...]:
    """Months all of whose loans have matured by ``day``."""
    rows = read_rows(store, contract, day)
    lent = lent_by(store, contract, None, rows)
    months = lent.decided_on.astype("datetime64[M]")
    found = []
    for month in np.unique(months):
        mine = months == month
        bad = lent.bad[mine]
        if not np.isnan(bad).any():
            share = wilson(int(bad.sum()), len(bad))
            first = date.fromisoformat(f"{month}-01")
            found.append(Vintage(first, len(bad), float(lent.pd[mine].mean()), Estimate(*share)))
    return tuple(found)


def _estimated(store: Store) -> tuple[Estimated, ...]:
    found = []
    for check in reversed(checks_of(store, limit=MOST)):
        for one in estimates_of(store, check.check_id):
            if one.measure == "bad_rate" and check.source == "scheduled":
                rate = Estimate(one.value, one.low, one.high)
                found.append(Estimated(check.last_day.replace(day=1), rate))
    return tuple(found)


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Estimates as value, low and high."""
    return {n: v._asdict() if isinstance(v, Estimate) else v for n, v in found.items()}
