"""What was raised against what the truth says is due: nothing missing, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from data.store.monitoring import Episode
from data.synthetic.due import Alarm


@dataclass(frozen=True)
class Raised:
    """An episode as it was opened. ``window``: last day of the window that opened it.

    ``words``: key of its text; ``closed``: the day on which it was closed, None while it is open.
    """

    model: str
    subject: str
    layer: int
    level: str
    window: date
    words: str
    closed: date | None = None


@dataclass(frozen=True)
class Judged:
    """The alarms that are due with what answered each (None: nothing), and those that are false."""

    answered: tuple[tuple[Alarm, Raised | None], ...]
    false: tuple[Raised, ...]

    @property
    def missing(self) -> tuple[Alarm, ...]:
        """Alarms that were due and did not come."""
        return tuple(alarm for alarm, raised in self.answered if raised is None)

    @property
    def right(self) -> bool:
        """All that were due and no others."""
        return not self.missing and not self.false

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "due": [
                {"alarm": alarm.plain(), "raised": None if raised is None else asdict(raised)}
                for alarm, raised in self.answered
            ],
            "missing": [alarm.subject for alarm in self.missing],
            "false": [asdict(raised) for raised in self.false],
        }


def judge(alarms: Sequence[Alarm], raised: Sequence[Raised], first: str) -> Judged:
    """Compare; ``first``: the model that learned from the past alone, which the alarms are about.

    Another model has learned from what it then sees; what it may raise is the same, but that
    nothing of layer 5 is wrong with it.
    """
    answered = tuple(
        (alarm, next((r for r in raised if r.model == first and _answers(alarm, r)), None))
        for alarm in alarms
        if alarm.latest is not None
    )
    false = tuple(r for r in raised if not any(_allows(a, r, first) for a in alarms))
    return Judged(answered, false)


def due_by(alarms: Sequence[Alarm], start: date, end: date) -> tuple[Alarm, ...]:
    """Alarms that become due from ``start`` until before ``end``: the earliest that they can be."""
    return tuple(a for a in alarms if a.latest is not None and start <= a.earliest < end)


def _answers(alarm: Alarm, raised: Raised) -> bool:
    """Whether ``raised`` is the alarm that is due, in its layer and in time."""
    on_time = alarm.latest is not None and alarm.earliest <= raised.window <= alarm.latest
    return on_time and raised.subject == alarm.subject and raised.layer == alarm.layer


def _allows(alarm: Alarm, raised: Raised, first: str) -> bool:
    """Whether the truth has a reason for ``raised``."""
    whole = alarm.subject.endswith(":")
    about = raised.subject.startswith(alarm.subject) if whole else raised.subject == alarm.subject
    realised = alarm.layer == 5 and raised.model != first
    return about and not realised and alarm.earliest <= raised.window <= alarm.until


def raised_of(episode: Episode) -> Raised:
    """What an episode of the store says here."""
    return Raised(
        model=episode.model_version,
        subject=episode.subject,
        layer=episode.layer,
        level=episode.level,
        window=episode.first_window,
        words=episode.words,
        closed=None if episode.closed_at is None else episode.closed_at.date(),
    )
