"""A served model for tests of the API: a home with a champion, keys, and a client."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.api_keys import NO_NARROWING, Narrowing, Pepper, create_key
from api.app import create_app
from api.audits import AuditSettings, open_protected
from api.examples import example_application
from api.settings import Settings
from api.wiring import open_ledger
from data.store import open_store
from data.store.decisions import Decision
from data.store.keys import ApiKey
from scoring.bundle import Bundle
from scoring.registry import Registry
from scoring.sealing import write_bundle
from scoring.signing import SigningKey, TrustedKeys
from tests.bundles import small_bundle, small_contract
from tests.gates import CLEARED


@dataclass
class World:
    """A home folder with its store; ``client`` talks to the app in this process."""

    settings: Settings
    client: TestClient
    keys: dict[tuple[str, str | None], str] = field(default_factory=dict)

    def key(self, role: str = "officer", branch: str | None = None) -> str:
        """A key of this role, made once."""
        if (role, branch) not in self.keys:
            self.keys[role, branch] = make_key(self.settings, role, branch)[0]
        return self.keys[role, branch]

    def auth(self, role: str = "officer", branch: str | None = None) -> dict[str, str]:
        """The header that carries such a key."""
        return {"Authorization": f"Bearer {self.key(role, branch)}"}

    def score(self, body: Any = None, role: str = "officer", **options: Any) -> Any:
        """POST /score; the default body is a complete example."""
        headers = self.auth(role) | options.pop("headers", {})
        return self.client.post("/score", json=body or application(), headers=headers, **options)


def application(**changes: Any) -> dict[str, Any]:
    """A complete valid application of the small contract, with top-level changes."""
    return example_application(small_contract()) | changes


def home_settings(home: Path, store_url: str | None = None, **changes: Any) -> Settings:
    """Settings of ``home``, which is made; whatever the environment says."""
    home.mkdir(parents=True, exist_ok=True)
    fixed: dict[str, Any] = {"language": "en", "disk_floor_mb": 0, "failures_per_minute": 10_000}
    return Settings(home=home, store_url=store_url, **(fixed | changes))


def make_key(
    settings: Settings,
    role: str,
    branch: str | None = None,
    lifetime: timedelta = timedelta(hours=1),
    narrowing: Narrowing = NO_NARROWING,
) -> tuple[str, ApiKey]:
    """Create a key as the command line does."""
    store = open_store(settings.database_url)
    store.migrate()
    pepper = Pepper.load_or_create(settings.keys_folder)
    made = create_key(store, pepper, role, branch, "test", datetime.now(UTC) + lifetime, narrowing)
    store.close()
    return made


def give_inbox_its_key(settings: Settings) -> None:
    """Let the server take protected attributes, as ``fairness protect-inbox`` does."""
    with open_protected(AuditSettings(home=settings.home, protected_url=None)):
        pass


def promote(settings: Settings, bundle: Bundle) -> str:
    """Seal, register and promote ``bundle``; return its version."""
    store = open_store(settings.database_url)
    store.migrate()
    key = SigningKey.load_or_create(settings.keys_folder)
    registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
    sealed = write_bundle(bundle, registry.models_folder, key)
    registry.register(sealed, "test")
    registry.promote(sealed.version, CLEARED, "test")
    store.close()
    return sealed.version


@contextmanager
def served(settings: Settings, *, champion: bool = True) -> Iterator[World]:
    """The app, started, with the small model as champion."""
    if champion:
        promote(settings, small_bundle())
        give_inbox_its_key(settings)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield World(settings, client)


def stored(world: World, decision_id: str) -> Decision:
    """The decision as the store has it."""
    with open_ledger(world.settings) as (_, ledger):
        decision = ledger.find(decision_id)
    assert decision is not None
    return decision
