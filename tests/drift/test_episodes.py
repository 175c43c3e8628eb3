"""Episodes: one telling when something begins, none while it goes on, one page a month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from data.store.monitoring import Alert, Episode
from drift.episodes import QUIET, Moved, Turn, advance, alert_of, retraining
from drift.findings import Finding, Level

START = datetime(2026, 1, 5, 3, tzinfo=UTC)


def finding(subject: str, layer: int, level: Level, severity: float = 1.0) -> Finding:
    return Finding(subject=subject, layer=layer, level=level, severity=severity, words="risk-up")


PAGE = finding("decision:score", 3, "page")
TICKET = finding("together:inputs", 2, "ticket")
EXPLAIN = finding("feature:income", 1, "explain")
HARM = finding("harm:bad_rate", 4, "page")


class Series:
    """Days of checks, one after the other, as the store would keep them."""

    def __init__(self) -> None:
        self.day = 0
        self.open: list[Episode] = []
        self.closed: list[Episode] = []
        self.alerts: list[Alert] = []
        self._ids = count(1)

    def next(self, *found: Finding, days: int = 1) -> list[Moved]:
        self.day += days
        now = START + timedelta(days=self.day)
        pages = [a for a in self.alerts if a.level == "page"]
        turn = Turn("small", now.date(), f"check-{self.day}", now)
        moved = advance(self.open, found, pages[-1] if pages else None, turn)
        kept: Sequence[Episode] = [
            replace(m.episode, episode_id=m.episode.episode_id or next(self._ids)) for m in moved
        ]
        for m, e in zip(moved, kept, strict=True):
            if m.tell:
                self.alerts.append(alert_of(e, m.tell, now))
        self.open = [e for e in kept if e.closed_at is None]
        self.closed += [e for e in kept if e.closed_at is not None]
        return moved

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(a.subject, a.level) for a in self.alerts]


def test_an_episode_is_told_once_and_closes_when_it_is_quiet() -> None:
    series = Series()
    for _ in range(4):
        series.next(TICKET)
    for _ in range(QUIET - 1):
        series.next()
    series.next(TICKET)
    assert series.told == [("together:inputs", "ticket")]
    assert series.open[0].windows == 5
    assert series.open[0].first_window == date(2026, 1, 6)
    for _ in range(QUIET):
        series.next()
    assert series.open == []
    assert [e.windows for e in series.closed] == [5]
    series.next(TICKET)
    assert series.told == [("together:inputs", "ticket")] * 2, "a new episode"


def test_a_feature_explains_and_nobody_is_told() -> None:
    series = Series()
    series.next(EXPLAIN)
    assert series.told == []
    assert series.open[0].level == "explain"


def test_who_rises_is_told_again() -> None:
    series = Series()
    series.next(finding("decision:score", 3, "ticket"))
    series.next(PAGE)
    series.next(finding("decision:score", 3, "ticket"))
    assert series.told == [("decision:score", "ticket"), ("decision:score", "page")]
    assert series.open[0].level == "page", "it does not fall"


def test_one_cause_in_many_places_is_one_page_and_one_ticket() -> None:
    series = Series()
    series.next(HARM, PAGE, finding("decision:reason", 3, "ticket"), TICKET, EXPLAIN)
    assert series.told == [("harm:bad_rate", "page"), ("decision:score", "ticket")]
    assert len(series.open) == 5


def test_at_most_one_page_a_month_unless_a_higher_layer_says_so() -> None:
    series = Series()
    for i in range(58):
        series.next(finding(f"decision:{i}", 3, "page", severity=i + 1.0))
    days = [a.at for a in series.alerts if a.level == "page"]
    assert len(days) == 2
    assert days[1] - days[0] >= timedelta(days=30)
    series.next(HARM)
    series.next(finding("harm:auc", 4, "page"))
    assert series.told[-2:] == [("harm:bad_rate", "page"), ("harm:auc", "ticket")]


def test_retraining_is_called_for_by_outcomes_or_by_harm_twice() -> None:
    series = Series()
    series.next(HARM, PAGE, TICKET)
    assert retraining(series.open) == ()
    series.next(HARM, PAGE, TICKET)
    assert retraining(series.open) == ("harm:bad_rate",)
    series.next(finding("realised:bad_rate", 5, "page"))
    assert retraining(series.open) == ("realised:bad_rate", "harm:bad_rate")
