"""A drift check becomes durable: the check, its estimates, episodes and alerts in one transaction.

Only scheduled checks move episodes, and each window moves them once: the same window checked
again changes nothing, so a job that was killed is simply done again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from api.drifting import folder_of
from api.drifting_folders import EVIDENTLY, RECORD, REPORT
from api.log import Event, Log
from api.reports.drift import MOST_POINTS, Point, Series, render
from data.contract import Contract
from data.durable import replace as write_whole
from data.store import Store
from data.store.estimates import Estimate, add_estimates, estimates_of
from data.store.jobs import enqueue
from data.store.monitoring import (
    Alert,
    CheckEntry,
    Episode,
    add_alert,
    add_check,
    checks_of,
    keep_episode,
    last_page,
    newest_window,
    open_episodes,
)
from drift.episodes import Moved, Turn, advance, alert_of, retraining
from drift.harm import ESTIMATED
from drift.record import DriftCheck

ALERT_JOB = "drift-alert"


@dataclass(frozen=True)
class Kept:
    """A check in the store. ``episodes``: all open ones, and those that it closed.

    ``new``: whether it was not there before; ``retraining``: open episodes that call for it.
    """

    check_id: str
    check: DriftCheck
    new: bool
    episodes: tuple[Episode, ...]
    alerts: tuple[Alert, ...]

    @property
    def retraining(self) -> tuple[str, ...]:
        """Subjects of open episodes that call for retraining."""
        return retraining(self.episodes)


def keep(store: Store, check: DriftCheck, now: datetime, *, webhook: bool = False) -> Kept:
    """Keep ``check``; a scheduled one moves the episodes of its model.

    ``webhook``: alerts are entered as jobs that send them. Raises StoreError.
    """
    content = check.content()
    entry = _entry(check, now, content)
    with store.write() as connection:
        newest = newest_window(connection, check.model)
        moves = check.source == "scheduled" and (newest is None or entry.last_day > newest)
        new = add_check(connection, entry)
        add_estimates(connection, _estimates(check) if new else [])
        if new and moves:
            episodes, alerts = _moved(connection, check, now)
        else:
            episodes, alerts = open_episodes(connection, check.model), []
    for alert in alerts if webhook else ():
        enqueue(store, ALERT_JOB, f"{alert.alert_id}", {"alert": alert.alert_id}, now)
    _log(episodes, alerts)
    return Kept(entry.check_id, check, new, tuple(episodes), tuple(alerts))


def write(
    store: Store, check: DriftCheck, contract: Contract, home: Path, html: str | None = None
) -> Path:
    """Write drift.json and index.html, and Evidently's page as report.html; return the folder.

    Raises StoreError.
    """
    folder = folder_of(home, check)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / RECORD, check.content())
    page = render(check, contract, series_of(store, check))
    write_whole(folder / REPORT, page.encode())
    if html is not None:
        write_whole(folder / EVIDENTLY, html.encode())
    return folder


def series_of(store: Store, check: DriftCheck) -> Series:
    """The estimates of scheduled windows up to that of ``check``."""
    points: dict[str, dict[date, Point]] = {}
    for entry in reversed(checks_of(store, check.model, MOST_POINTS)):
        wanted = entry.source == "scheduled" or entry.check_id == check.check_id
        if not wanted or entry.last_day > check.window.end:
            continue
        for e in estimates_of(store, entry.check_id):
            day = entry.last_day
            made = Point(day, entry.level, e.value, e.low, e.high, e.realised)
            points.setdefault(e.measure, {})[day] = made
    return {name: [by_day[d] for d in sorted(by_day)] for name, by_day in points.items()}


def _entry(check: DriftCheck, now: datetime, content: bytes) -> CheckEntry:
    return CheckEntry(
        check_id=check.check_id,
        model_version=check.model,
        source=check.source,
        first_day=check.window.start,
        last_day=check.window.end,
        rows=check.report.rows,
        level=check.level,
        layers=dict(check.layers),
        made_at=now,
        result=content,
    )


def _estimates(check: DriftCheck) -> list[Estimate]:
    return [
        Estimate(check.check_id, m.measure, m.value, m.low, m.high)
        for m in (check.harm.measures if check.harm else ())
        if m.measure in ESTIMATED
    ]


def _moved(
    connection: Connection, check: DriftCheck, now: datetime
) -> tuple[list[Episode], list[Alert]]:
    opened = open_episodes(connection, check.model)
    turn = Turn(check.model, check.window.end, check.check_id, now)
    moved = advance(opened, check.findings, last_page(connection, check.model), turn)
    kept = [_kept(connection, one, now) for one in moved]
    return [e for e, _ in kept], [alert for _, alert in kept if alert is not None]


def _kept(connection: Connection, moved: Moved, now: datetime) -> tuple[Episode, Alert | None]:
    episode = replace(moved.episode, episode_id=keep_episode(connection, moved.episode))
    if moved.tell is None:
        return episode, None
    alert = alert_of(episode, moved.tell, now)
    return episode, replace(alert, alert_id=add_alert(connection, alert))


def _log(episodes: Sequence[Episode], alerts: Sequence[Alert]) -> None:
    log = Log()
    for a in alerts:
        log.error(
            Event.DRIFT_ALERT,
            model=a.model_version,
            alert_id=a.alert_id,
            subject=a.subject,
            alert_level=a.level,
            layer=a.layer,
        )
    for e in episodes:
        if e.closed_at is not None:
            log.info(Event.DRIFT_CLOSED, model=e.model_version, subject=e.subject)
