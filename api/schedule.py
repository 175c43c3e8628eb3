"""What the worker does of itself, and when: one row of KINDS is one kind of job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from api.audits import AuditSettings
from data.store import Store

PROBE_MINUTES = 5
"""Minutes between two looks at whether the server answers."""
FIRST_MONDAY = date(2024, 1, 1)
"""Where the first block of weeks begins."""


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


def blocks(settings: AuditSettings, now: datetime) -> Slot:
    """The last whole block of ``audit_weeks`` ISO weeks (UTC), due from the Monday after it.

    Blocks do not overlap: two reports about some of the same weeks give the weeks between away, so
    that ever more counts would have to be withheld, and finding out which takes ever longer.
    """
    days = 7 * settings.audit_weeks
    today = now.astimezone(UTC).date()
    end = FIRST_MONDAY + timedelta(days=(today - FIRST_MONDAY).days // days * days)
    first, last = end - timedelta(days=days), end - timedelta(days=1)
    due = datetime.combine(end, time(tzinfo=UTC))
    return Slot(f"{first}..{last}", due, {"start": f"{first}", "end": f"{last}"})


def daily(_settings: AuditSettings, now: datetime) -> Slot:
    """The day of ``now`` (UTC), due from its beginning."""
    day = now.astimezone(UTC).date()
    return Slot(f"{day}", datetime.combine(day, time(tzinfo=UTC)), {})


def hourly(_settings: AuditSettings, now: datetime) -> Slot:
    """The hour of ``now`` (UTC), due from its beginning."""
    begun = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return Slot(f"{begun:%Y-%m-%dT%H}", begun, {})


def probes(settings: AuditSettings, now: datetime) -> Slot | None:
    """Every few minutes (UTC), where the settings say whom to ask; those missed are missed."""
    if settings.probe_url is None:
        return None
    utc = now.astimezone(UTC)
    begun = utc.replace(minute=utc.minute // PROBE_MINUTES * PROBE_MINUTES, second=0, microsecond=0)
    return Slot(f"{begun:%Y-%m-%dT%H:%M}", begun, {})


def last_days(settings: AuditSettings, now: datetime) -> Slot:
    """The last days that are over (UTC), as many as a drift check looks at, due each day."""
    today = now.astimezone(UTC).date()
    first, last = today - timedelta(days=settings.drift.days), today - timedelta(days=1)
    due = datetime.combine(today, time(tzinfo=UTC))
    return Slot(f"{first}..{last}", due, {"start": f"{first}", "end": f"{last}"})


def on_demand(_settings: AuditSettings, _now: datetime) -> None:
    """Never by itself: others enter such jobs."""


def period(arguments: Mapping[str, Any]) -> tuple[date, date]:
    """The first and the last day that the job of a block is about."""
    return date.fromisoformat(arguments["start"]), date.fromisoformat(arguments["end"])


def _fairness(work: Work) -> Mapping[str, Any]:
    from api.scheduled_fairness import run

    return run(work)


def _retention(work: Work) -> Mapping[str, Any]:
    from api.retaining import run

    return run(work)


def _drift(work: Work) -> Mapping[str, Any]:
    from api.drifting_job import run

    return run(work)


def _drift_alert(work: Work) -> Mapping[str, Any]:
    from api.drifting_alerts import run

    return run(work)


def _shadow(work: Work) -> Mapping[str, Any]:
    from api.shadowing_job import follow

    return follow(work)


def _shadow_report(work: Work) -> Mapping[str, Any]:
    from api.shadowing_job import report

    return report(work)


def _retrain(work: Work) -> Mapping[str, Any]:
    from api.retraining_job import run

    return run(work)


def _retrain_data(work: Work) -> Mapping[str, Any]:
    from api.retraining import check_data

    return check_data(work)


def _retrain_train(work: Work) -> Mapping[str, Any]:
    from api.retraining import train_model

    return train_model(work)


def _retrain_audit(work: Work) -> Mapping[str, Any]:
    from api.retraining import audit_fairness

    return audit_fairness(work)


def _retrain_shadow(work: Work) -> Mapping[str, Any]:
    from api.retraining import start_challenger

    return start_challenger(work)


def _data_quality(work: Work) -> Mapping[str, Any]:
    from api.data_quality import summarise

    return summarise(work.store, work.now)


def _outcomes(work: Work) -> Mapping[str, Any]:
    from api.outcomes_job import run

    return run(work)


def _probe(work: Work) -> Mapping[str, Any]:
    from api.management_today import probe

    return probe(work)


def _today(work: Work) -> Mapping[str, Any]:
    from api.management_today import run

    return run(work)


def _management(work: Work) -> Mapping[str, Any]:
    from api.management import run

    return run(work)


def _portfolio(work: Work) -> Mapping[str, Any]:
    from api.portfolio_making import run

    return run(work)


def _follow_ups(work: Work) -> Mapping[str, Any]:
    from api.follow_ups_job import run

    return run(work)


KINDS = (
    Kind("fairness", blocks, _fairness),
    Kind("retention", daily, _retention),
    Kind("outcomes", daily, _outcomes),
    Kind("portfolio", daily, _portfolio),
    Kind("data-quality", daily, _data_quality),
    Kind("drift", last_days, _drift),
    Kind("drift-alert", on_demand, _drift_alert),
    Kind("shadow", hourly, _shadow),
    Kind("shadow-report", daily, _shadow_report),
    Kind("retrain", daily, _retrain),
    Kind("retrain-data", on_demand, _retrain_data),
    Kind("retrain-train", on_demand, _retrain_train),
    Kind("retrain-audit", on_demand, _retrain_audit),
    Kind("retrain-shadow", on_demand, _retrain_shadow),
    Kind("probe", probes, _probe),
    Kind("today", hourly, _today),
    Kind("management", daily, _management),
    Kind("follow-ups", daily, _follow_ups),
)
