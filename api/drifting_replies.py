"""Kept checks, episodes, alerts and estimates as they are told, by the commands and the routes."""

from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import Field

from api.replies import Reply
from data.store.estimates import Estimate
from data.store.monitoring import Alert, CheckEntry, Episode, Level, Source


class CheckReply(Reply):
    """A kept check in short."""

    check: str
    model: str
    source: Source
    first_day: date
    last_day: date
    rows: int
    level: Level | Literal["ok"]
    layers: dict[str, str] = Field(description="Layer 0 to 5: ok, found or not_checked.")
    made_at: datetime

    @classmethod
    def of(cls, entry: CheckEntry) -> Self:
        """Of a stored check."""
        return cls(
            check=entry.check_id,
            model=entry.model_version,
            source=entry.source,
            first_day=entry.first_day,
            last_day=entry.last_day,
            rows=entry.rows,
            level=entry.level,
            layers=dict(entry.layers),
            made_at=entry.made_at,
        )


class EstimateReply(Reply):
    """An estimate made without outcomes beside what came of it among ``matured`` loans."""

    measure: str
    value: float
    low: float
    high: float
    realised: float | None
    realised_low: float | None
    realised_high: float | None
    matured: int | None
    realised_at: datetime | None

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        """Of a stored estimate."""
        return cls(**{name: getattr(estimate, name) for name in cls.model_fields})


class EpisodeReply(Reply):
    """An alarm that opened and, with ``closed_at``, ended."""

    episode: int
    model: str
    subject: str
    layer: int
    level: Level
    words: str = Field(description="Key of the text for people.")
    text: str
    severity: float
    first_window: date = Field(description="Last day of the window that it opened in.")
    last_window: date
    windows: int
    check: str
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, episode: Episode, text: str) -> Self:
        """Of a stored episode and its text."""
        same = cls.model_fields.keys() - {"episode", "model", "check", "text"}
        return cls(
            episode=episode.episode_id,
            model=episode.model_version,
            check=episode.check_id,
            text=text,
            **{name: getattr(episode, name) for name in same},
        )


class AlertReply(Reply):
    """What somebody was told."""

    alert: int
    episode: int
    model: str
    level: Level
    layer: int
    subject: str
    words: str
    text: str
    severity: float
    check: str
    at: datetime

    @classmethod
    def of(cls, alert: Alert, text: str) -> Self:
        """Of a stored alert and its text."""
        same = cls.model_fields.keys() - {"alert", "episode", "model", "check", "text"}
        return cls(
            alert=alert.alert_id,
            episode=alert.episode_id,
            model=alert.model_version,
            check=alert.check_id,
            text=text,
            **{name: getattr(alert, name) for name in same},
        )


class ChecksReply(Reply):
    """Checks of the newest windows first."""

    checks: list[CheckReply]


class WholeCheckReply(Reply):
    """A kept check, whole."""

    check: CheckReply
    estimates: list[EstimateReply]
    record: dict[str, Any] = Field(description="As `microscore drift schema` describes it.")


class EpisodesReply(Reply):
    """The newest episodes first."""

    episodes: list[EpisodeReply]


class AlertsReply(Reply):
    """The newest alerts first."""

    alerts: list[AlertReply]
