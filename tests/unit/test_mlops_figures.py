"""What the pages of MLOps work out: quantiles of histograms, the timeline, sums of the data job."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from sqlalchemy import func, select

from api.data_quality import data_quality, newest, summarise
from api.metrics import Metrics
from api.web.mlops_service import latencies, quantile
from api.web.mlops_timeline import timeline
from api.web.mlops_words import (
    EVENTS,
    GATES,
    JOB_STATES,
    JOB_TONES,
    LEVEL_TONES,
    OUTCOMES,
    STATE_TONES,
)
from data.store import open_store
from data.store.features import FeatureStore
from data.store.jobs import State
from data.store.models import Action
from data.store.monitoring import CheckEntry, Episode, Level
from data.store.outcome_events import EventKind
from data.store.tables_summaries import summaries
from scoring.gates import CHAMPION_NEEDS
from scoring.states import State as Compared
from tests.bundles import small_contract
from tests.decisions import ledger_of

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAY = date(2026, 11, 1)


def asked(*seconds: float, status: int = 200) -> Metrics:
    metrics = Metrics()
    for one in seconds:
        metrics.request("/score", "POST", status, one)
    return metrics


def test_quantiles_are_within_the_bucket_of_the_true_ones() -> None:
    drawn = np.random.default_rng(3).lognormal(-4, 1, 2_000).clip(0, 2.4)
    (found,) = latencies(asked(*drawn).traffic())
    limits = [0.0, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5]
    for share, told in zip((0.5, 0.95, 0.99), found.quantiles, strict=True):
        true = float(np.quantile(drawn, share, method="inverted_cdf"))
        place = int(np.searchsorted(limits, true))
        assert told is not None
        assert limits[place - 1] <= told <= limits[place], share


def test_what_is_slower_than_the_last_limit_is_not_guessed() -> None:
    (found,) = latencies(asked(0.01, 3.0, 4.0).traffic())
    assert found.quantiles == (None, None, None)
    assert quantile((), 0.5) is None
    assert quantile(((0.1, 0), (float("inf"), 0)), 0.5) is None


def test_replies_are_counted_by_kind() -> None:
    metrics = asked(0.01)
    for status in (404, 409, 500):
        metrics.request("/score", "POST", status, 0.01)
    metrics.request("/livez", "GET", 200, 0.01)
    first, second = latencies(metrics.traffic())
    assert (first.route, first.replies, first.refused, first.errors) == ("/score", 4, 2, 1)
    assert (second.route, second.replies) == ("/livez", 1)


def check(last: date, level: str = "ok", source: str = "scheduled") -> CheckEntry:
    return CheckEntry("c", "m", source, last - timedelta(27), last, 900, level, {}, NOW, b"{}")  # type: ignore[arg-type]


EPISODE = Episode(
    *(1, "m", "feature:income", 1, "ticket", "values-up", 1.0),
    *(DAY, DAY + timedelta(10), 2, 0, "c", NOW),
)


def test_bars_stand_where_their_days_are() -> None:
    checks = [check(DAY + timedelta(n), "page" if n == 20 else "ok") for n in (0, 10, 20)]
    ended = replace(EPISODE, closed_at=NOW)
    late = replace(EPISODE, episode_id=2, first_window=DAY + timedelta(20))
    gone = replace(
        ended, episode_id=3, first_window=DAY - timedelta(40), last_window=DAY - timedelta(9)
    )
    line = timeline([*checks, check(DAY + timedelta(90), source="file")], [late, ended, gone])
    assert line is not None
    assert (line.first, line.last) == (DAY, DAY + timedelta(20))
    assert [t.at for t in line.ticks] == [1, 50, 99]
    assert [t.level for t in line.ticks] == ["ok", "ok", "page"]
    first, second = line.spans
    assert (first.start, first.width) == (1, 49), "until the last window that showed it"
    assert second.start + second.width == pytest.approx(99), "an open one goes on to the end"
    assert second.width > 0
    assert timeline([], [EPISODE]) is None
    assert timeline([check(DAY)], [replace(EPISODE, closed_at=None)]) is not None, "one window"


def test_the_job_sums_up_what_the_page_shows(store_url: str, tmp_path: Path) -> None:
    store = open_store(store_url)
    store.migrate()
    with store.read() as connection:
        assert newest(connection) is None
    assert summarise(store, NOW - timedelta(days=1)) == {"sources": 0, "loans": 0}
    ledger = ledger_of(store, tmp_path)
    contract = small_contract()
    for person, day in (("C-1", DAY - timedelta(7)), ("C-2", DAY)):
        wallet = {person: {"wallet": {"wallet_inflow": 4.0}}}
        FeatureStore(store, ledger).keep(contract, day, wallet.items(), {}, "test")
    assert summarise(store, NOW)["sources"] == 1
    with store.read() as connection:
        found = newest(connection)
        assert connection.execute(select(func.count()).select_from(summaries)).scalar_one() == 1
    assert found == (NOW, data_quality(store))
    (age,) = found[1].features
    assert (age.source, age.applicants) == ("wallet", 2)
    assert (age.oldest, age.newest) == (DAY - timedelta(7), DAY)
    store.close()


def test_everything_that_can_be_shown_has_words() -> None:
    assert set(EVENTS) == set(get_args(Action))
    assert set(GATES) == set(CHAMPION_NEEDS)
    assert set(OUTCOMES) == set(get_args(EventKind))
    assert set(JOB_STATES) == set(JOB_TONES) == set(get_args(State))
    assert set(STATE_TONES) == {state.value for state in Compared}
    assert set(LEVEL_TONES) == {"ok", *get_args(Level)}
