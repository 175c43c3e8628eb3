"""Puts the parts together from the settings, for the commands."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.settings import Settings
from data.store import Store, open_store
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
def open_registry(settings: Settings | None = None) -> Iterator[Registry]:
    """The registry of the settings; its store is closed at the end."""
    settings = settings or Settings()
    with open_home_store(settings) as store:
        yield Registry(store, settings.home, TrustedKeys(settings.keys_folder))
