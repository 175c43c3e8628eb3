"""Retention as the worker and the command line do it: with the contracts of all versions."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from api.schedule import Work
from api.settings import Settings
from data.contract import Contract
from data.errors import BundleError, RegistryError
from data.store import Store
from data.store.features import retain_features
from data.store.ledger import Ledger
from data.store.outcomes_held import retain_loans
from data.store.retention import Retained, retain
from data.vault import Vault
from scoring.registry import Registry
from scoring.signing import TrustedKeys

ACTOR = "worker"


def contracts_of(registry: Registry) -> dict[str, Contract]:
    """Version to contract of every registered model whose bundle can be proved."""
    found: dict[str, Contract] = {}
    for version in registry.versions():
        with suppress(BundleError, RegistryError):
            found[version.version] = registry.open(version.version)[1].contract
    return found


def retain_stored(
    settings: Settings,
    store: Store,
    now: datetime,
    actor: str,
    *,
    dry_run: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Retained:
    """Empty what is past its period in ``store``; see ``data.store.retention``."""
    registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
    ledger = Ledger(store, Vault.open(settings.vault_folder, settings.vault_command))
    contracts = contracts_of(registry)
    told = retain(store, ledger, contracts, now, actor, dry_run=dry_run, progress=progress)
    told.loans = retain_loans(store, ledger, now, actor, dry_run=dry_run)
    told.features = retain_features(store, ledger, now, actor, dry_run=dry_run)
    return told


def run(work: Work) -> Mapping[str, Any]:
    """The daily job. Raises StoreError, VaultError."""
    return asdict(retain_stored(work.settings, work.store, work.now, ACTOR))
