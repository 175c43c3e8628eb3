"""Kept checks: once each, only the schedule moves episodes, estimates meet their outcomes."""

import html
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from api.drifting_keeping import ALERT_JOB, keep, write
from api.drifting_words import BLIND
from api.reports.drift_words import DRIFT_WORDS
from data.contract import LANGUAGES
from data.errors import RegistryError
from data.store import RowRefusedError, Store, open_store
from data.store.attested import find_faults
from data.store.estimates import Estimate, estimates_of, realise, unrealised
from data.store.jobs import all_jobs
from data.store.monitoring import (
    alerts_of,
    check_of_window,
    checks_of,
    close_others,
    drift_state,
    episodes_of,
    find_check,
    keep_episode,
)
from data.store.tables import audit_chain
from data.store.tables_monitoring import drift_alerts, drift_checks
from drift.episodes import QUIET
from drift.harm import ESTIMATED
from drift.record import DriftCheck
from tests.drift.stored import AT, DAYS, MODEL, decisions, later, scorer, settings_of, watching

NOW = datetime(2026, 11, 9, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> tuple[DriftCheck, DriftCheck]:
    """A changed week and a clean one after it."""
    home = tmp_path_factory.mktemp("checks")
    week = timedelta(weeks=1)
    batches = [decisions(300, change=later), decisions(300, 2, at=AT + week)]
    with watching(settings_of(home), *batches) as watch:
        after = (DAYS[0] + week, DAYS[1] + week)
        return watch.decisions(DAYS, "scheduled"), watch.decisions(after, "scheduled")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


def asked(check: DriftCheck) -> DriftCheck:
    return check.model_copy(update={"source": "asked"})


def test_a_window_moves_episodes_once(store: Store, checks: tuple[DriftCheck, DriftCheck]) -> None:
    changed, clean = checks
    first = keep(store, changed, NOW, webhook=True)
    assert first.new
    assert first.alerts[0].level == "page"
    again = keep(store, changed, NOW + timedelta(hours=1), webhook=True)
    assert (again.new, again.alerts) == (False, ())
    jobs = all_jobs(store, ALERT_JOB)
    assert {j.arguments["alert"] for j in jobs} == {a.alert_id for a in first.alerts}
    keep(store, asked(changed), NOW)
    assert {e.windows for e in episodes_of(store)} == {1}, "only the schedule moves them"
    keep(store, clean, NOW + timedelta(days=7))
    assert {e.quiet for e in episodes_of(store, MODEL, open_only=True)} == {1}
    keep(store, changed.model_copy(update={"level": "ticket"}), NOW)
    assert {e.quiet for e in episodes_of(store)} == {1}, "an older window comes too late"
    assert alerts_of(store, MODEL) == list(reversed(first.alerts))
    state = drift_state(store)
    assert state.checked_at[MODEL] == NOW + timedelta(days=7)
    assert sum(state.opened.values()) == len(first.episodes)


def test_checks_are_found_by_window_and_by_the_start_of_their_id(
    store: Store, checks: tuple[DriftCheck, DriftCheck]
) -> None:
    changed, clean = checks
    keep(store, changed, NOW)
    keep(store, asked(changed), NOW + timedelta(hours=1))
    keep(store, clean, NOW)
    assert [c.last_day for c in checks_of(store)] == [clean.window.end, DAYS[1], DAYS[1]]
    assert checks_of(store, "other") == []
    found = find_check(store, changed.check_id[:12])
    assert (found.result, found.layers) == (changed.content(), changed.layers)
    newest = check_of_window(store, MODEL, *DAYS)
    assert newest is not None
    assert newest.source == "asked"
    for ref in ("", "xyzxyz", "0" * 12):
        with pytest.raises(RegistryError):
            find_check(store, ref)


def test_the_realised_value_stands_beside_the_estimate(
    store: Store, checks: tuple[DriftCheck, DriftCheck]
) -> None:
    _, clean = checks
    kept = keep(store, clean, NOW)
    estimates = estimates_of(store, kept.check_id)
    assert {e.measure for e in estimates} == set(ESTIMATED)
    (waiting,) = unrealised(store, clean.window.end)[MODEL]
    assert waiting.check_id == kept.check_id
    assert unrealised(store, DAYS[0]) == {}
    came = [Estimate(kept.check_id, e.measure, 0, 0, 0, 0.2, 0.1, 0.3, 211, NOW) for e in estimates]
    with store.write() as connection:
        assert all(realise(connection, done) for done in came)
        assert not realise(connection, Estimate("0" * 64, "auc", 0, 0, 0))
    for before, after in zip(estimates, estimates_of(store, kept.check_id), strict=True):
        assert (after.value, after.low, after.high) == (before.value, before.low, before.high)
        assert (after.realised, after.matured, after.realised_at) == (0.2, 211, NOW)
    assert unrealised(store, clean.window.end) == {}


def test_episodes_of_a_model_that_left_are_closed(
    store: Store, checks: tuple[DriftCheck, DriftCheck]
) -> None:
    opened = keep(store, checks[0], NOW).episodes
    assert close_others(store, MODEL, NOW) == 0
    assert close_others(store, "another-0123456789ab", NOW) == len(opened)
    assert episodes_of(store, open_only=True) == []


def test_the_database_holds_one_open_episode_of_a_subject(
    store: Store, checks: tuple[DriftCheck, DriftCheck]
) -> None:
    from dataclasses import replace

    (episode, *_) = keep(store, checks[0], NOW).episodes
    with pytest.raises(RowRefusedError), store.write() as connection:
        keep_episode(connection, replace(episode, episode_id=0))


def test_files_of_a_check_stand_by_model_and_window(
    store: Store, tmp_path: Path, checks: tuple[DriftCheck, DriftCheck]
) -> None:
    for check in checks:
        keep(store, check, NOW)
    contract = scorer().contract
    folder = write(store, checks[0], contract, tmp_path, "<html></html>")
    assert folder == tmp_path / "drift" / MODEL / f"{DAYS[0]}..{DAYS[1]}"
    assert (folder / "drift.json").read_bytes() == checks[0].content()
    assert (folder / "report.html").read_text() == "<html></html>"
    assert write(store, checks[0], contract, tmp_path) == folder, "again"
    written = write(store, checks[1], contract, tmp_path) / "index.html"
    page = html.unescape(written.read_text("utf-8"))
    for language in LANGUAGES:
        assert getattr(BLIND, language) in page
        assert DRIFT_WORDS[language]["title"] in page
    assert page.count("<circle class=") == 2 * len(LANGUAGES), "both windows are drawn"
    assert "<script" not in page
    assert "<svg" in page


def test_checks_alerts_and_episodes_stand_on_the_chain(
    store: Store, checks: tuple[DriftCheck, DriftCheck]
) -> None:
    changed, clean = checks
    kept = keep(store, changed, NOW)
    keep(store, changed, NOW)
    for week in range(QUIET):
        later_on = clean.window.model_copy(update={"end": DAYS[1] + timedelta(weeks=1 + week)})
        keep(store, clean.model_copy(update={"window": later_on}), NOW + timedelta(weeks=week))
    told: dict[str, list[dict[str, Any]]] = {}
    with store.read() as connection:
        for kind, entry in connection.execute(select(audit_chain.c.kind, audit_chain.c.entry)):
            told.setdefault(kind, []).append(json.loads(entry))
    assert len(told["drift_check"]) == 1 + QUIET
    assert len(told["drift_alert"]) == len(kept.alerts)
    states = [(e["subject"], e["state"]) for e in told["drift_episode"]]
    subjects = {e.subject for e in kept.episodes}
    assert set(states) == {(s, state) for s in subjects for state in ("opened", "closed")}
    assert find_faults(store) == []
    for table, change in (
        (drift_checks, {"level": "ok"}),
        (drift_alerts, {"subject": "feature:other"}),
    ):
        with store.write() as connection:
            connection.execute(update(table).where(table.c.level == "page").values(**change))
        assert {f.ref for f in find_faults(store)} == {changed.check_id}
