"""Drift checks that were kept, the episodes of alarm, and their alerts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, func, insert, select, update

from data.errors import RegistryError
from data.store.attested import DRIFT_ALERTS, DRIFT_CHECKS
from data.store.engine import Store
from data.store.ledger import record
from data.store.tables_monitoring import (
    drift_alerts,
    drift_checks,
    drift_episodes,
)

EPISODE = "drift_episode"
"""Kind of the chain's events about episodes: that one opened, and that it closed."""
SHORTEST_PREFIX = 6

Source = Literal["scheduled", "asked", "file"]
Level = Literal["explain", "ticket", "page"]


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """One check of the applications of ``first_day`` to ``last_day``: ``result`` is its JSON.

    ``level``: ``ok``, or the highest level of what was found; ``layers``: layer to verdict.
    """

    check_id: str
    model_version: str
    source: Source
    first_day: date
    last_day: date
    rows: int
    level: str
    layers: Mapping[str, str]
    made_at: datetime
    result: bytes


@dataclass(frozen=True, slots=True)
class Episode:
    """One alarm that opened and, with ``closed_at``, ended; ``episode_id`` 0: not stored yet."""

    episode_id: int
    model_version: str
    subject: str
    layer: int
    level: Level
    words: str
    severity: float
    first_window: date
    last_window: date
    windows: int
    quiet: int
    check_id: str
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """What somebody was told: an episode opened at a level, or rose to it."""

    alert_id: int
    episode_id: int
    model_version: str
    level: Level
    layer: int
    subject: str
    words: str
    severity: float
    check_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DriftState:
    """How things stand: model to the time of its newest scheduled check, and what is open.

    ``opened``: (model, level) to the number of open episodes.
    """

    checked_at: Mapping[str, datetime]
    opened: Mapping[tuple[str, str], int]


CHECK_ROWS = select(*(drift_checks.c[f.name] for f in fields(CheckEntry)))
_EPISODE = select(*(drift_episodes.c[f.name] for f in fields(Episode)))
_ALERT = select(*(drift_alerts.c[f.name] for f in fields(Alert)))


def add_check(connection: Connection, entry: CheckEntry) -> bool:
    """Keep a check, on the audit chain too, in the caller's transaction; False when it is there."""
    here = select(drift_checks.c.check_id).where(drift_checks.c.check_id == entry.check_id)
    if connection.execute(here).first() is not None:
        return False
    row = asdict(entry)
    told = {"model": entry.model_version, "source": entry.source, "level": entry.level}
    record(connection, DRIFT_CHECKS.kind, entry.check_id, told | DRIFT_CHECKS.entry([row]))
    connection.execute(insert(drift_checks), row)
    return True


def newest_window(connection: Connection, version: str) -> date | None:
    """The last day of the newest scheduled check of ``version``."""
    c = drift_checks.c
    mine = (c.model_version == version) & (c.source == "scheduled")
    found: date | None = connection.execute(select(func.max(c.last_day)).where(mine)).scalar()
    return found


def find_check(store: Store, ref: str) -> CheckEntry:
    """The check with this id, or the only one whose id begins so.

    Raises RegistryError when there is none or several, StoreError.
    """
    if len(ref) < SHORTEST_PREFIX or not set(ref) <= set("0123456789abcdef"):
        raise RegistryError(f"a check is named by {SHORTEST_PREFIX} or more figures of its id")
    query = CHECK_ROWS.where(drift_checks.c.check_id.startswith(ref)).limit(2)
    with store.read() as connection:
        rows = connection.execute(query).all()
    if len(rows) != 1:
        found = "several checks have an id" if rows else "no check has an id"
        raise RegistryError(f"{found} that begins like this; see microscore drift history")
    return CheckEntry(*rows[0])


def checks_of(store: Store, version: str | None = None, limit: int = 100) -> list[CheckEntry]:
    """Checks of the newest windows first, of one model version or of all. Raises StoreError."""
    c = drift_checks.c
    query = CHECK_ROWS.order_by(c.last_day.desc(), c.made_at.desc(), c.check_id).limit(limit)
    if version is not None:
        query = query.where(c.model_version == version)
    with store.read() as connection:
        return [CheckEntry(*row) for row in connection.execute(query)]


def check_of_window(store: Store, version: str, first: date, last: date) -> CheckEntry | None:
    """The newest check of the decisions of these days, if there is one. Raises StoreError."""
    c = drift_checks.c
    days = (c.first_day == first) & (c.last_day == last) & (c.source != "file")
    query = CHECK_ROWS.where(c.model_version == version, days).order_by(c.made_at.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(query).first()
    return CheckEntry(*row) if row else None


def open_episodes(connection: Connection, version: str) -> list[Episode]:
    """The open episodes of a model version, in the caller's transaction."""
    c = drift_episodes.c
    query = _EPISODE.where(c.model_version == version, c.closed_at.is_(None))
    return [Episode(*row) for row in connection.execute(query.order_by(c.episode_id))]


def episodes_of(
    store: Store, version: str | None = None, *, open_only: bool = False, limit: int = 100
) -> list[Episode]:
    """The newest episodes first, of one model version or of all. Raises StoreError."""
    c = drift_episodes.c
    query = _EPISODE.order_by(c.opened_at.desc(), c.episode_id.desc()).limit(limit)
    if version is not None:
        query = query.where(c.model_version == version)
    if open_only:
        query = query.where(c.closed_at.is_(None))
    with store.read() as connection:
        return [Episode(*row) for row in connection.execute(query)]


def keep_episode(connection: Connection, episode: Episode) -> int:
    """Insert an episode, or change the one with its id; return the id.

    That it opened or closed stands on the audit chain.
    """
    row = asdict(episode)
    known = row.pop("episode_id")
    if not known or episode.closed_at is not None:
        _tell(connection, episode)
    if known:
        here = drift_episodes.c.episode_id == known
        connection.execute(update(drift_episodes).where(here).values(**row))
        return int(known)
    made = insert(drift_episodes).returning(drift_episodes.c.episode_id)
    return int(connection.execute(made, row).scalar_one())


def _tell(connection: Connection, episode: Episode) -> None:
    told = {name: getattr(episode, name) for name in ("subject", "layer", "level", "check_id")}
    told["state"] = "opened" if episode.closed_at is None else "closed"
    record(connection, EPISODE, episode.model_version, told)


def add_alert(connection: Connection, alert: Alert) -> int:
    """Keep an alert, on the audit chain too; return its id."""
    row = asdict(alert)
    del row["alert_id"]
    told = {"model": alert.model_version, "subject": alert.subject, "level": alert.level}
    record(connection, DRIFT_ALERTS.kind, alert.check_id, told | DRIFT_ALERTS.entry([row]))
    made = insert(drift_alerts).returning(drift_alerts.c.alert_id)
    return int(connection.execute(made, row).scalar_one())


def last_page(connection: Connection, version: str) -> Alert | None:
    """The newest page about a model version."""
    c = drift_alerts.c
    query = _ALERT.where(c.model_version == version, c.level == "page")
    row = connection.execute(query.order_by(c.alert_id.desc()).limit(1)).first()
    return Alert(*row) if row else None


def find_alert(store: Store, alert_id: int) -> Alert | None:
    """The alert with this id. Raises StoreError."""
    with store.read() as connection:
        row = connection.execute(_ALERT.where(drift_alerts.c.alert_id == alert_id)).first()
    return Alert(*row) if row else None


def alerts_of(store: Store, version: str | None = None, limit: int = 100) -> list[Alert]:
    """The newest alerts first, of one model version or of all. Raises StoreError."""
    c = drift_alerts.c
    query = _ALERT.order_by(c.alert_id.desc()).limit(limit)
    if version is not None:
        query = query.where(c.model_version == version)
    with store.read() as connection:
        return [Alert(*row) for row in connection.execute(query)]


def drift_state(store: Store) -> DriftState:
    """How all models stand, in two small queries. Raises StoreError."""
    c, e = drift_checks.c, drift_episodes.c
    newest = select(c.model_version, func.max(c.made_at)).where(c.source == "scheduled")
    count = select(e.model_version, e.level, func.count()).where(e.closed_at.is_(None))
    with store.read() as connection:
        checked = connection.execute(newest.group_by(c.model_version)).all()
        opened = connection.execute(count.group_by(e.model_version, e.level)).all()
    return DriftState(dict(map(tuple, checked)), {(model, level): n for model, level, n in opened})


def close_others(store: Store, version: str, now: datetime) -> int:
    """Close the open episodes of all other models than ``version``; return how many.

    Raises StoreError.
    """
    c = drift_episodes.c
    others = (c.model_version != version) & c.closed_at.is_(None)
    with store.write() as connection:
        opened = [Episode(*row) for row in connection.execute(_EPISODE.where(others))]
        for episode in opened:
            keep_episode(connection, replace(episode, closed_at=now))
    return len(opened)
