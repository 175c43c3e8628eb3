"""Alarms as episodes: what a check found opens one, keeps one open, or lets one close.

Somebody is told when an episode opens, and again when it rises to a higher level; never while it
only goes on. Of several at one level in one check the first is told, which has the highest layer
and severity: one cause shows in many places. An episode ends after QUIET checks without it. In
steady state at most one page goes
out for a model in PAGE_DAYS: further ones become tickets, unless they come from a higher layer
than the last page did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from data.store.monitoring import Alert, Episode
from drift.findings import LEVELS, Finding, Level

QUIET = 3
PAGE_DAYS = timedelta(days=30)
TWICE = 2
REALISED_LAYER, HARM_LAYER = 5, 4


@dataclass(frozen=True)
class Turn:
    """The check that an episode is moved by: its model, its window's last day, its id, and when."""

    model: str
    window: date
    check_id: str
    now: datetime


@dataclass(frozen=True)
class Moved:
    """An episode as it is now, and the level that somebody is to be told of, if any."""

    episode: Episode
    tell: Level | None


def advance(
    opened: Sequence[Episode], found: Sequence[Finding], page: Alert | None, turn: Turn
) -> list[Moved]:
    """Move the ``opened`` episodes of a model by what a check ``found``; ``page``: the last one."""
    known = {e.subject: e for e in opened}
    moved: list[Moved] = []
    for finding in found:
        level = _allowed(finding, known.get(finding.subject), page, turn.now)
        one = _seen(known.pop(finding.subject, None), finding, level, turn)
        if one.tell in {m.tell for m in moved}:
            one = replace(one, tell=None)
        moved.append(one)
        if one.tell == "page":
            page = alert_of(one.episode, "page", turn.now)
    return [*moved, *(Moved(_unseen(e, turn), None) for e in known.values())]


def retraining(opened: Sequence[Episode]) -> tuple[str, ...]:
    """Subjects of open episodes that call for retraining: layer 5, or layer 4 in two windows."""
    return tuple(
        e.subject
        for e in opened
        if e.closed_at is None
        and (e.layer == REALISED_LAYER or (e.layer == HARM_LAYER and e.windows >= TWICE))
    )


def _allowed(finding: Finding, before: Episode | None, page: Alert | None, now: datetime) -> Level:
    """The level, less what the budget of pages does not allow."""
    if finding.level != "page" or page is None:
        return finding.level
    if before is not None and before.level == "page":
        return "page"
    spent = now - page.at < PAGE_DAYS and finding.layer <= page.layer
    return "ticket" if spent else "page"


def _seen(before: Episode | None, finding: Finding, level: Level, turn: Turn) -> Moved:
    if before is None:
        return Moved(_new(finding, level, turn), None if level == "explain" else level)
    rises = LEVELS.index(level) > LEVELS.index(before.level)
    episode = replace(
        before,
        level=level if rises else before.level,
        words=finding.words,
        severity=finding.severity,
        last_window=turn.window,
        windows=before.windows + 1,
        quiet=0,
        check_id=turn.check_id,
    )
    return Moved(episode, level if rises else None)


def _new(finding: Finding, level: Level, turn: Turn) -> Episode:
    return Episode(
        episode_id=0,
        model_version=turn.model,
        subject=finding.subject,
        layer=finding.layer,
        level=level,
        words=finding.words,
        severity=finding.severity,
        first_window=turn.window,
        last_window=turn.window,
        windows=1,
        quiet=0,
        check_id=turn.check_id,
        opened_at=turn.now,
    )


def _unseen(episode: Episode, turn: Turn) -> Episode:
    quiet = episode.quiet + 1
    return replace(episode, quiet=quiet, closed_at=turn.now if quiet >= QUIET else None)


def alert_of(episode: Episode, level: Level, now: datetime) -> Alert:
    """What somebody is told of ``episode``; not stored yet."""
    return Alert(
        alert_id=0,
        episode_id=episode.episode_id,
        model_version=episode.model_version,
        level=level,
        layer=episode.layer,
        subject=episode.subject,
        words=episode.words,
        severity=episode.severity,
        check_id=episode.check_id,
        at=now,
    )
