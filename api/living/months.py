"""One month after the other: people apply, are scored and lent to, repay; then the jobs run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from api.living.arriving import Arrival, Arrivals, Outcomes
from api.living.judging import Raised, raised_of
from api.living.lender import Lender
from api.log import Event, Log
from api.promoting import GOOD_ENOUGH, promote
from api.worker import Done, Worker
from data.errors import RegistryError
from data.store.monitoring import episodes_of
from data.store.shadow import assignments_of, stop
from data.store.shadow_reports import latest_report
from scoring.scorer import Scorer
from scoring.service import decide
from scoring.shadow.replaying import Past, replay

LENT = {"approve": 0.97, "review": 0.5, "refer": 0.5, "decline": 0.02}
"""Share of applicants that officers lend to, by what the model recommends."""
EARLY = timedelta(hours=2)
"""After midnight of the first day of a month the worker looks."""
OPEN = timedelta(days=250)
"""Decisions of so many days are replayed: those whose outcomes a new challenger cannot know."""
REASON = "Its shadow report and its audits were looked at (demonstration)."


class Quiet(Log):
    """Says nothing: the story tells what happened."""

    def info(self, event: Event, **fields: Any) -> None:
        """Nothing."""

    def error(self, event: Event, error: BaseException | None = None, **fields: Any) -> None:
        """Nothing."""


class Counts(NamedTuple):
    """Applications, those that the model approved, and those that were lent to."""

    applications: int = 0
    approved: int = 0
    lent: int = 0

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


class Standing(NamedTuple):
    """A challenger in shadow, and what its newest report says of it."""

    challenger: str
    state: str | None


@dataclass(frozen=True)
class Month:
    """What happened in one month, and what the jobs did on the first day of the next one.

    ``refused``: why a challenger that was wanted did not become champion.
    """

    first: date
    champion: str
    counts: Counts
    raised: tuple[Raised, ...]
    jobs: tuple[Done, ...]
    standing: Standing | None = None
    promoted: str | None = None
    refused: str | None = None

    @property
    def retraining(self) -> tuple[Done, ...]:
        """The steps of retraining that ran."""
        return tuple(d for d in self.jobs if d.kind.startswith("retrain-"))

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "month": self.first,
            "champion": self.champion,
            **self.counts._asdict(),
            "raised": [asdict(raised) for raised in self.raised],
            "retraining": [asdict(done) for done in self.retraining],
            "failed_jobs": [asdict(d) for d in self.jobs if d.error and d not in self.retraining],
            "shadow": None if self.standing is None else self.standing._asdict(),
            "promoted": self.promoted,
            "refused": self.refused,
        }


@dataclass
class Life:
    """The two years of a lender; to be lived through once."""

    lender: Lender
    arrivals: Arrivals
    outcomes: Outcomes
    lent: set[str] = field(default_factory=set)
    _seen: set[int] = field(default_factory=set)

    def months(self) -> Iterator[Month]:
        """Live through them all; raises what stops the jobs altogether."""
        for number in range(self.lender.course.months):
            yield self._month(number)

    def _month(self, number: int) -> Month:
        course, lender = self.lender.course, self.lender
        first, last = course.month(number), course.month(number + 1)
        start, end = (datetime.combine(d, time(tzinfo=UTC)) for d in (first, last))
        champion = lender.shop.registry.champion()
        if champion is None:
            raise RegistryError("the story needs a champion; train one first")
        scorer, counts = lender.load(champion), Counts()
        for day in self.arrivals.days(start, end):
            counts = counts.plus(self._day(scorer, day))
        self.outcomes.known(lender.store, lender.shop.ledger, self.lent, start, end)
        now = end + EARLY
        jobs = Worker(lender.store, lender.settings, Quiet(), clock=lambda: now).once()
        self._replay(now, jobs)
        month = Month(first, champion, counts, self._raised(), tuple(jobs), self._best(champion))
        return self._promoted(month, now)

    def _day(self, scorer: Scorer, day: Sequence[Arrival]) -> Counts:
        """Score and store the applications of one day, and lend."""
        lender, key = self.lender, self.lender.keys[0]
        made = [one for a in day for one in decide(scorer, [a.application], key, a.at)]
        with lender.store.write() as connection:
            lender.shop.ledger.append(connection, made)
        lent = {d.application_id for d in made if _lends(d.application_id, d.recommendation)}
        self.lent |= lent
        return Counts(len(made), sum(d.recommendation == "approve" for d in made), len(lent))

    def _raised(self) -> tuple[Raised, ...]:
        """Episodes that were opened since the month before."""
        found = reversed(episodes_of(self.lender.store, limit=1_000))
        new = [e for e in found if e.episode_id not in self._seen]
        self._seen |= {e.episode_id for e in new}
        return tuple(map(raised_of, new))

    def _replay(self, now: datetime, jobs: Sequence[Done]) -> None:
        """Let a new challenger score what was decided since the last loan it learned from."""
        shop = self.lender.shop
        for done in jobs:
            if done.kind == "retrain-shadow" and done.result is not None:
                version = str(done.result["version"])
                replay(shop.registry, shop.vault, version, Past(now - OPEN), now)

    def _best(self, champion: str) -> Standing | None:
        """The newest challenger that may replace the champion, else the newest one.

        Where only the champion's own loans have outcomes the most that a report can say is
        NOT WORSE.
        """
        store = self.lender.store
        running = [a.challenger for a in assignments_of(store) if a.stopped_at is None]
        reports = [(one, latest_report(store, champion, one)) for one in running]
        found = [Standing(one, None if made is None else made.state) for one, made in reports]
        ready = [one for one in found if one.state in GOOD_ENOUGH]
        return next(iter(ready or found), None)

    def _promoted(self, month: Month, now: datetime) -> Month:
        """Two people want a challenger that its shadow report lets pass; the gates decide."""
        if month.standing is None or month.standing.state not in GOOD_ENOUGH:
            return month
        lender, version = self.lender, month.standing.challenger
        lender.audit(version, now)
        registry = lender.shop.registry
        try:
            for number in (0, 1):
                who = lender.person(number)
                promote(registry, version, who, REASON, lender.settings, now)
        except RegistryError as error:
            return replace(month, refused=str(error))
        for other in (a.challenger for a in assignments_of(lender.store) if a.stopped_at is None):
            stop(lender.store, lender.shop.ledger, other, lender.person(0).actor, now)
        return replace(month, promoted=version)


def _lends(application: str, recommendation: str) -> bool:
    """Whether officers lend; the same application always gives the same answer."""
    drawn = int.from_bytes(hashlib.sha256(application.encode()).digest()[:4], "big") / 2**32
    return drawn < LENT[recommendation]
