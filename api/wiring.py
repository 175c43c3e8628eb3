"""Puts the parts together from the settings, for the commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.settings import Settings
from data.store import Store, open_store
from data.store.heads import HeadBook
from data.store.ledger import Ledger
from data.vault import KeyRing, Vault
from scoring.registry import Registry
from scoring.signing import TrustedKeys


@contextmanager
def open_home_store(settings: Settings | None = None) -> Iterator[Store]:
    """The store of the settings, migrated; closed at the end."""
    settings = settings or Settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_url)
    try:
        store.migrate()
        yield store
    finally:
        store.close()


@contextmanager
def open_ledger(settings: Settings | None = None) -> Iterator[tuple[Store, Ledger]]:
    """The store of the settings and the ledger of its decisions; closed at the end."""
    settings = settings or Settings()
    with open_home_store(settings) as store:
        vault = Vault.open(settings.vault_folder, settings.vault_command)
        yield store, Ledger(store, vault)


@dataclass(frozen=True)
class Audit:
    """The chain over all decisions, what is outside the database of it, and the vault's keys."""

    store: Store
    ledger: Ledger
    vault: Vault
    ring: KeyRing
    book: HeadBook


@contextmanager
def open_audit(settings: Settings | None = None) -> Iterator[Audit]:
    """The parts that audits of the chain need; the store is closed at the end."""
    settings = settings or Settings()
    ring = KeyRing(settings.vault_folder, settings.vault_command)
    vault = Vault(ring)
    book = HeadBook(settings.heads_folder, settings.keys_folder)
    with open_home_store(settings) as store:
        yield Audit(store, Ledger(store, vault), vault, ring, book)


@contextmanager
def open_registry(settings: Settings | None = None) -> Iterator[Registry]:
    """The registry of the settings; its store is closed at the end."""
    settings = settings or Settings()
    with open_home_store(settings) as store:
        yield Registry(store, settings.home, TrustedKeys(settings.keys_folder))
