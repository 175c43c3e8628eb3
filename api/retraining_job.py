"""When a retraining is due: realised harm, estimated harm twice, or the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from api.audits import AuditSettings
from api.retraining import begin
from api.schedule import Work
from data.store import Store
from data.store.models import find_version
from data.store.monitoring import Episode, episodes_of
from drift.episodes import retraining
from scoring.registry import Registry
from scoring.signing import TrustedKeys

AGAIN = dt.timedelta(days=90)
"""Between two runs for a cause that goes on."""


class Trigger(NamedTuple):
    """Why a retraining is due; ``run`` names it, so that one cause begins one run."""

    run: str
    why: str


def run(work: Work) -> Mapping[str, Any]:
    """The daily job: begin a run when one is due; or one that a person asked for, with ``run`` and
    ``why`` among the arguments. Raises StoreError.
    """
    settings = work.settings
    registry = Registry(work.store, settings.home, TrustedKeys(settings.keys_folder))
    champion = registry.champion()
    if champion is None:
        return {"begun": False, "why": "no version is champion"}
    asked = {name: str(work.arguments[name]) for name in Trigger._fields if name in work.arguments}
    trigger = Trigger(**asked) if asked else due(work.store, champion, settings, work.now)
    if trigger is None:
        return {"begun": False, "why": "nothing calls for it"}
    begun = begin(work, trigger.run, champion, trigger.why, settings.retrain_history)
    return {"begun": begun, "run": trigger.run, "why": trigger.why}


def due(store: Store, champion: str, settings: AuditSettings, now: dt.datetime) -> Trigger | None:
    """What calls for retraining ``champion``, if anything does. Raises StoreError.

    Open episodes of layer 5, or of layer 4 in two windows, never drift alone; else its age. What
    goes on calls again every ``AGAIN``, as outcomes that were open then are known by now; and
    layer 5 calls for a run of its own after one of layer 4, which had no outcome of the harm.
    """
    short = champion[-12:]
    opened = episodes_of(store, champion, open_only=True, limit=1_000)
    if subjects := retraining(opened):
        return Trigger(f"{short}-{_cause(opened, subjects, now)}", _why(subjects))
    found, days = find_version(store, champion), settings.retrain_days
    if found is None or days is None:
        return None
    times = (now - found.created_at) // dt.timedelta(days=days)
    if times < 1:
        return None
    return Trigger(f"{short}-calendar-{times}", f"calendar: every {days} days")


def _cause(opened: Sequence[Episode], subjects: Sequence[str], now: dt.datetime) -> str:
    causes = [e for e in opened if e.subject in subjects]
    layer = max(e.layer for e in causes)
    first = min((e for e in causes if e.layer == layer), key=lambda e: e.episode_id)
    times = (now - first.opened_at) // AGAIN
    return f"episode-{first.episode_id}" + (f"-{times}" if times else "")


def _why(subjects: Sequence[str]) -> str:
    return f"monitoring: {', '.join(subjects)}"
