"""What the worker does of itself, and when: one row of KINDS is one kind of job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from api.audits import AuditSettings
from data.store import Store


@dataclass(frozen=True)
class Work:
    """What a job works with: ``arguments`` of the job, and the time ``now`` (UTC)."""

    settings: AuditSettings
    store: Store
    arguments: Mapping[str, Any]
    now: datetime


@dataclass(frozen=True)
class Slot:
    """One time that a job is for: due once, from ``due_at``, with ``arguments`` (JSON)."""

    name: str
    due_at: datetime
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of job.

    ``slot``: the latest time that is due, or None for jobs that others enter; ``run``: does the
    work and gives its result as JSON, without anything personal. Whatever ``run`` does must be
    harmless a second time: a killed job is done again.
    """

    name: str
    slot: Callable[[AuditSettings, datetime], Slot | None]
    run: Callable[[Work], Mapping[str, Any]]


def weekly(settings: AuditSettings, now: datetime) -> Slot:
    """The ISO week of ``now``, due from its Monday; about the whole weeks before it."""
    monday = now.astimezone(UTC).date() - timedelta(days=now.astimezone(UTC).weekday())
    year, week, _ = monday.isocalendar()
    first = monday - timedelta(weeks=settings.audit_weeks)
    last = monday - timedelta(days=1)
    due = datetime.combine(monday, time(tzinfo=UTC))
    return Slot(f"{year}-W{week:02}", due, {"start": f"{first}", "end": f"{last}"})


def period(arguments: Mapping[str, Any]) -> tuple[date, date]:
    """The first and the last day that a weekly job is about."""
    return date.fromisoformat(arguments["start"]), date.fromisoformat(arguments["end"])


def _fairness(work: Work) -> Mapping[str, Any]:
    from api.weekly_fairness import run

    return run(work)


KINDS = (Kind("fairness", weekly, _fairness),)
