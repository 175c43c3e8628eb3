"""Retraining, step by step: each step is a job of its own, done once and taken up when killed.

``retrain-data`` looks at the data, ``retrain-train`` makes the model and registers it,
``retrain-audit`` audits it for fairness beside the champion, ``retrain-shadow`` lets it run in
shadow. A step enters the next one when it is done; none promotes anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.audit_subjects import Reading, decided_between
from api.auditing import keep, own_folder, write
from api.retraining_data import Experience, experience
from api.schedule import Work
from api.shadowing import Shop, start_shadow
from data.errors import NotEnoughDataError, ProtectedError, RegistryError
from data.store.jobs import enqueue
from data.store.shadow import assignments_of
from fairness.profiles import load_profile
from scoring.readiness import readiness, require_ready, told
from scoring.sealing import write_bundle
from scoring.signing import SigningKey
from scoring.training import TrainingOptions, train

DATA, TRAIN, AUDIT, SHADOW = "retrain-data", "retrain-train", "retrain-audit", "retrain-shadow"
STEPS = (DATA, TRAIN, AUDIT, SHADOW)
ACTOR = "retrain"
CHALLENGER = "challenger"


def begin(work: Work, run: str, champion: str, why: str, history: Path | None) -> bool:
    """Enter the first step of ``run``; False when there was such a run already.

    What the run learns from is fixed now: all that is known at the end of yesterday. Raises
    StoreError.
    """
    until = work.now.astimezone(dt.UTC).date() - dt.timedelta(days=1)
    arguments = {
        "run": run,
        "champion": champion,
        "why": why,
        "until": f"{until}",
        "history": None if history is None else str(history.absolute()),
    }
    return enqueue(work.store, DATA, run, arguments, work.now)


def check_data(work: Work) -> Mapping[str, Any]:
    """Whether the data can carry a model. Raises NotReadyError, DataFileError, StoreError."""
    found = _experience(work)
    applications = found.applications
    checks = readiness(applications.contract, applications.keys, applications.as_of, found.y)
    require_ready(checks)
    _enter(work, TRAIN)
    return {"counts": found.counts, "readiness": told(checks)}


def train_model(work: Work) -> Mapping[str, Any]:
    """Train, calibrate, evaluate and register; the same data give the same version again.

    Raises NotEnoughDataError, StoreError.
    """
    found, shop = _experience(work), Shop.of(work.settings, work.store)
    applications, run = found.applications, work.arguments
    result = train(
        applications.contract,
        applications.inputs,
        applications.keys,
        applications.as_of,
        found.y,
        TrainingOptions(),
        {"data": dict(found.sha256), "retrained": {"run": run["run"], "why": run["why"]}},
    )
    key = SigningKey.load_or_create(work.settings.keys_folder)
    sealed = write_bundle(result.bundle, shop.registry.models_folder, key)
    shop.registry.register(sealed, ACTOR, f"{run['why']} (run {run['run']})", work.now)
    _enter(work, AUDIT, version=sealed.version)
    test = {name: result.report["test"][name] for name in ("auc", "brier")}
    return {"version": sealed.version, "counts": found.counts, "test": test}


def audit_fairness(work: Work) -> Mapping[str, Any]:
    """Audit the new version beside the champion, on what the champion decided lately.

    Where that cannot be done the result says why; no version is promoted without an audit.
    """
    try:
        audits = _audits(work)
    except (NotEnoughDataError, ProtectedError) as error:
        audits = {"audits": [], "why": str(error)}
    _enter(work, SHADOW)
    return audits


def start_challenger(work: Work) -> Mapping[str, Any]:
    """Let the new version run in shadow, as the challenger. Raises RegistryError, BundleError."""
    shop, version = Shop.of(work.settings, work.store), work.arguments["version"]
    if version == shop.registry.champion():
        raise RegistryError(f"{version} is what the data give, and it is champion already")
    if shop.registry.aliases().get(CHALLENGER) != version:
        reason = str(work.arguments["why"])
        shop.registry.promote(version, [], ACTOR, CHALLENGER, reason, work.now)
    if all(a.stopped_at is not None for a in assignments_of(work.store, version)):
        start_shadow(shop, version, 1.0, ACTOR, work.now)
    return {"version": version, "shadow": "runs"}


def _experience(work: Work) -> Experience:
    shop, run = Shop.of(work.settings, work.store), work.arguments
    contract = shop.registry.open(run["champion"])[1].contract
    history = Path(run["history"]) if run["history"] else None
    until = dt.date.fromisoformat(run["until"])
    return experience(work.store, shop.vault, contract, until, history)


def _audits(work: Work) -> Mapping[str, Any]:
    settings, run = work.settings, work.arguments
    if not settings.audit_profiles:
        return {"audits": [], "why": "no profile is named in MICROSCORE_AUDIT_PROFILES"}
    shop = Shop.of(settings, work.store)
    last = dt.date.fromisoformat(run["until"])
    days = last - dt.timedelta(weeks=settings.audit_weeks) + dt.timedelta(days=1), last
    reading = Reading(ACTOR, stored=True)
    sources = shop.registry, shop.ledger
    (champion,) = decided_between(days, run["champion"], reading, settings, sources).subjects
    challenger = champion.by(shop.registry.load(run["version"], threads=2))
    made = []
    for name in settings.audit_profiles:
        kept = keep(work.store, champion, load_profile(name), work.now, challenger)
        for one in kept:
            write(one, own_folder(settings.home, one))
        verdict = kept[-1].record.verdict.value
        made.append({"profile": name, "audit": kept[-1].audit_id, "verdict": verdict})
    return {"audits": made}


def _enter(work: Work, step: str, **more: Any) -> None:
    enqueue(work.store, step, work.arguments["run"], {**work.arguments, **more}, work.now)
