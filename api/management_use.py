"""How decisions were used in the last weeks: by week, branch and officer; read row by row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from api.accounts import PERSON
from api.management_figures import (
    Helpfulness,
    OpenAlarm,
    Share,
    Use,
    Weeks,
    share,
)
from api.probing import KIND as PROBING
from data.store import Store
from data.store.feedback import ANSWERS
from data.store.people import Person, all_people
from data.store.tables import EVENT, audit_chain, decisions
from data.store.tables_monitoring import OPEN, drift_episodes
from data.store.tables_officers import appeals, feedback, human_decisions

WEEKS, LAST = 12, 4
"""Weeks that are told one by one, and those of them that are told as a whole."""
MOST_NAMES = 30
_BATCH = 5_000


class Decided(NamedTuple):
    """One decision, what a person decided on it and when (None: nobody did)."""

    at: datetime
    key_id: str
    branch: str | None
    officer: str | None
    recommendation: str
    scored: bool
    outcome: str | None
    outcome_at: datetime | None


def each_decision(store: Store, start: datetime, end: datetime) -> Iterator[Decided]:
    """The decisions from ``start`` until before ``end``. Raises StoreError."""
    d, h = decisions.c, human_decisions.c
    newest = select(func.max(h.id).label("id")).group_by(h.decision_id).subquery()
    last = select(human_decisions).join(newest, newest.c.id == h.id).subquery()
    scored = d.pd.is_not(None)
    query = (
        select(d.created_at, d.key_id, d.branch, d.officer, d.recommendation, scored)
        .add_columns(last.c.outcome, last.c.at)
        .outerjoin(last, last.c.decision_id == d.decision_id)
        .where(d.created_at >= start, d.created_at < end)
        .execution_options(yield_per=_BATCH)
    )
    with store.read() as connection:
        for row in connection.execute(query):
            yield Decided(*row)


@dataclass
class Tally:
    """Counts of some decisions."""

    decisions: int = 0
    decided: int = 0
    clear: int = 0
    overridden: int = 0
    days: set[date] = field(default_factory=set)
    officers: set[str] = field(default_factory=set)

    def take(self, made: Decided, day: date) -> None:
        """Count one decision of ``day``."""
        self.decisions += 1
        self.days.add(day)
        if made.officer is not None:
            self.officers.add(made.officer)
        if made.outcome is None:
            return
        self.decided += 1
        if made.recommendation in {"approve", "decline"}:
            self.clear += 1
            self.overridden += made.outcome != made.recommendation

    def use(self, name: str | None) -> Use:
        """The counts as figures."""
        return Use(
            name=name,
            decisions=self.decisions,
            decided=share(self.decided, self.decisions),
            overridden=share(self.overridden, self.clear),
            days=len(self.days),
            officers=len(self.officers),
        )


def weeks_until(store: Store, zone: ZoneInfo, today: date) -> Weeks:
    """The weeks that end with the day before ``today``, by the clock of ``zone``.

    Raises StoreError.
    """
    first = today - timedelta(days=7 * WEEKS)
    late = today - timedelta(days=7 * LAST)
    by_week = [Tally() for _ in range(WEEKS)]
    whole, branches, officers = Tally(), _tallies(), _tallies()
    keys: set[str] = set()
    for made in each_decision(store, _midnight(first, zone), _midnight(today, zone)):
        day = made.at.astimezone(zone).date()
        by_week[(day - first).days // 7].take(made, day)
        if day >= late:
            keys.add(made.key_id)
            for tally in (whole, branches[made.branch], officers[made.officer]):
                tally.take(made, day)
    since = _midnight(late, zone)
    named = _uses({name: tally for name, tally in officers.items() if name is not None})
    return Weeks(
        first_day=late,
        last_day=today - timedelta(days=1),
        by_week=[t.use(f"{first + timedelta(days=7 * i)}") for i, t in enumerate(by_week)],
        whole=whole.use(None),
        branches=_uses(branches)[:MOST_NAMES],
        officers=named[:MOST_NAMES],
        more_officers=max(0, len(named) - MOST_NAMES),
        accounts=_accounts(store, keys),
        helpfulness=_helpfulness(store, since, _midnight(today, zone), whole.decisions),
        drift=_drift(store),
        probing=_probing(store, since),
    )


def _tallies() -> defaultdict[str | None, Tally]:
    return defaultdict(Tally)


def _uses(tallies: Mapping[str | None, Tally]) -> list[Use]:
    """The busiest first."""
    found = [tally.use(name) for name, tally in tallies.items()]
    return sorted(found, key=lambda use: (-use.decisions, use.name or ""))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def officers_in_force(store: Store) -> list[Person]:
    """The accounts of officers that are open. Raises StoreError."""
    return [p for p in all_people(store) if p.role == "officer" and p.ended_at is None]


def _accounts(store: Store, keys: set[str]) -> Share:
    here = officers_in_force(store)
    return share(sum(f"{PERSON}{person.person_id}" in keys for person in here), len(here))


def _helpfulness(store: Store, start: datetime, end: datetime, total: int) -> Helpfulness:
    """What was said of results from ``start`` until ``end``, the newest answer of each person."""
    f, a = feedback.c, appeals.c
    within = (f.at >= start) & (f.at < end)
    newest = select(func.max(f.id)).where(within, f.theme.in_(ANSWERS))
    newest = newest.group_by(f.decision_id, f.key_id)
    said = select(f.theme, func.count()).where(f.id.in_(newest)).group_by(f.theme)
    told = select(f.theme, func.count()).where(within, f.theme.not_in(ANSWERS)).group_by(f.theme)
    troubled = select(func.count(f.decision_id.distinct()))
    troubled = troubled.where(within, f.theme.not_in(ANSWERS))
    appealed = select(func.count(a.decision_id.distinct())).where(a.at >= start, a.at < end)
    with store.read() as connection:
        answers = Counter({theme: int(n) for theme, n in connection.execute(said)})
        themes = {theme: int(n) for theme, n in connection.execute(told)}
        problems = int(connection.execute(troubled).scalar_one())
        against = int(connection.execute(appealed).scalar_one())
    return Helpfulness(
        helped=share(answers["helped_yes"], answers.total()),
        partly=answers["helped_partly"],
        not_helped=answers["helped_no"],
        problems=share(min(problems, total), total),
        themes=dict(sorted(themes.items(), key=lambda item: (-item[1], item[0]))),
        appealed=share(min(against, total), total),
    )


def _drift(store: Store) -> list[OpenAlarm]:
    c = drift_episodes.c
    query = select(c.subject, c.level, c.opened_at).where(OPEN).order_by(c.opened_at)
    with store.read() as connection:
        rows = connection.execute(query).all()
    return [OpenAlarm(subject=s, level=level, since=at) for s, level, at in rows]


def _probing(store: Store, since: datetime) -> int:
    c = audit_chain.c
    query = select(func.count()).where(EVENT, c.kind == PROBING, c.at >= since)
    with store.read() as connection:
        return int(connection.execute(query).scalar_one())
