"""The scheduled job: the champion's decisions of the last days, checked once a day."""

from collections.abc import Mapping
from typing import Any

from api.drifting import Days, Watch
from api.drifting_keeping import keep, write
from api.drifting_realised import reconcile
from api.schedule import Work, period
from data.errors import NotEnoughDataError
from data.store.ledger import Ledger
from data.store.monitoring import close_others
from data.vault import Vault
from drift.record import DriftCheck
from scoring.registry import Registry
from scoring.signing import TrustedKeys


def run(work: Work) -> Mapping[str, Any]:
    """Check the window of the job, keep it, move episodes, write its files.

    Before that episodes of models that are champion no more are closed, and outcomes put beside
    old estimates. Harmless a second time: the same window gives the same check, which is there
    already. Raises StoreError, VaultError, BundleError.
    """
    settings, days = work.settings, period(work.arguments)
    registry = Registry(work.store, settings.home, TrustedKeys(settings.keys_folder))
    champion = registry.champion()
    if champion is None:
        return {"check": None, "why": "no version is champion"}
    retired = close_others(work.store, champion, work.now)
    told = {"retired": retired, "reconciled": _reconciled(work, registry)}
    ledger = Ledger(work.store, Vault.open(settings.vault_folder, settings.vault_command))
    watch = Watch(settings, work.store, ledger, registry.load(champion, threads=2))
    try:
        check = watch.decisions(days, "scheduled")
    except NotEnoughDataError as error:
        return {"check": None, "why": str(error), **told}
    webhook = settings.drift.webhook_url is not None
    kept = keep(work.store, check, work.now, webhook=webhook)
    html = _html(watch, check, days)
    folder = write(work.store, check, watch.scorer.contract, settings.home, html)
    return {
        "check": kept.check_id,
        "model": check.model,
        "level": check.level,
        "alerts": [a.alert_id for a in kept.alerts],
        "retraining": list(kept.retraining),
        "folder": str(folder),
        **told,
    }


def _reconciled(work: Work, registry: Registry) -> int:
    """Checks that outcomes were put beside."""
    return reconcile(work.store, lambda version: registry.open(version)[1].contract, work.now)


def _html(watch: Watch, check: DriftCheck, days: Days) -> str | None:
    """Evidently's page, when the settings ask for one of such a check."""
    wanted = watch.settings.drift.html
    if wanted == "never" or (wanted == "alarms" and check.level in {"ok", "explain"}):
        return None
    return watch.page(days)
