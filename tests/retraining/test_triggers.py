"""What calls for a retraining: realised harm, estimated harm twice, age; never drift alone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from api.audits import AuditSettings
from api.retraining_job import AGAIN, due, run
from api.schedule import Work
from data.store import Store, open_store
from data.store.jobs import all_jobs
from data.store.models import AliasEvent, ModelVersion, add_version, move_alias
from data.store.monitoring import CheckEntry, Episode, add_check, keep_episode

MADE = datetime(2026, 1, 5, tzinfo=UTC)
NOW = MADE + timedelta(days=40)
CHAMPION = "small-0123456789ab"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    version = ModelVersion(CHAMPION, "small", "models/x", "0" * 64, MADE, {}, "ana", "")
    add_version(opened, version)
    day = date(2026, 2, 1)
    check = CheckEntry("c" * 64, CHAMPION, "scheduled", day, day, 9, "page", {}, NOW, b"{}")
    with opened.write() as connection:
        add_check(connection, check)
    yield opened
    opened.close()


def settings(**changes: object) -> AuditSettings:
    return AuditSettings(home=Path("nowhere"), **changes)  # type: ignore[arg-type]


def promote(store: Store) -> None:
    with store.write() as connection:
        event = AliasEvent("champion", "promote", None, CHAMPION, "ana", "", [], NOW)
        move_alias(connection, event)


def opened(store: Store, layer: int, *, windows: int = 1, closed: bool = False) -> int:
    episode = Episode(
        episode_id=0,
        model_version=CHAMPION,
        subject=f"layer {layer}",
        layer=layer,
        level="page",
        words="x",
        severity=1.0,
        first_window=date(2026, 2, 1),
        last_window=date(2026, 2, 1),
        windows=windows,
        quiet=0,
        check_id="c" * 64,
        opened_at=NOW,
        closed_at=NOW if closed else None,
    )
    with store.write() as connection:
        return keep_episode(connection, episode)


@pytest.mark.parametrize(
    ("layer", "windows", "closed", "calls"),
    [
        (5, 1, False, True),
        (5, 1, True, False),
        (4, 1, False, False),
        (4, 2, False, True),
        (3, 9, False, False),
        (1, 9, False, False),
    ],
)
def test_harm_calls_for_it_and_drift_does_not(
    layer: int, windows: int, closed: bool, calls: bool, store: Store
) -> None:
    number = opened(store, layer, windows=windows, closed=closed)
    found = due(store, CHAMPION, settings(), NOW)
    if calls:
        assert found == (f"{CHAMPION[-12:]}-episode-{number}", f"monitoring: layer {layer}")
    else:
        assert found is None


def test_the_calendar_counts_from_the_champions_making(store: Store) -> None:
    for days, calls in ((None, False), (41, False), (40, True), (13, True)):
        found = due(store, CHAMPION, settings(retrain_days=days), NOW)
        assert (found is not None) == calls, days
    runs = {due(store, CHAMPION, settings(retrain_days=13), NOW + timedelta(days=d))
            for d in range(13)}  # fmt: skip
    assert len(runs) == 2, "a new one every 13 days"


def test_one_cause_begins_one_run(store: Store) -> None:
    work = Work(settings(), store, {}, NOW)
    assert run(work) == {"begun": False, "why": "no version is champion"}
    promote(store)
    assert run(work)["begun"] is False
    opened(store, 5)
    assert run(work)["begun"] is True
    later = Work(settings(), store, {}, NOW + timedelta(days=1))
    assert run(later)["begun"] is False, "the same episode is still open"
    opened(store, 4, windows=2)
    assert run(later)["begun"] is False
    (job,) = all_jobs(store)
    assert (job.kind, job.state) == ("retrain-data", "waiting")
    assert job.arguments["until"] == f"{NOW.date() - timedelta(days=1)}"


def test_what_goes_on_calls_again_when_new_outcomes_are_known(store: Store) -> None:
    opened(store, 5)

    def runs(days: range) -> list[str]:
        found = [due(store, CHAMPION, settings(), NOW + timedelta(days=d)) for d in days]
        return list(dict.fromkeys(trigger.run for trigger in found if trigger is not None))

    (first,) = runs(range(AGAIN.days))
    assert runs(range(3 * AGAIN.days)) == [first, f"{first}-1", f"{first}-2"]


def test_outcomes_call_for_a_run_of_their_own(store: Store) -> None:
    estimated = opened(store, 4, windows=2)
    before = due(store, CHAMPION, settings(), NOW)
    realised = opened(store, 5)
    after = due(store, CHAMPION, settings(), NOW)
    short = CHAMPION[-12:]
    assert before is not None
    assert before.run == f"{short}-episode-{estimated}"
    assert after is not None
    assert after.run == f"{short}-episode-{realised}", "the first one had no outcome of the harm"
