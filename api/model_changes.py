"""What people do to the champion, as routes and pages do it: in a thread, in a person's name."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from api.auth import Principal
from api.problems import Problem
from api.promoting import Person, Promotion, person_of, promote
from api.promoting_words import NONE_YET
from api.service import Service
from data.errors import AccessError, BundleError, RegistryError
from data.sentences import said
from data.store.jobs import ask
from data.store.models import find_version
from scoring import switching
from scoring.registry import CHAMPION, Registry

REASON_CHARACTERS = 1_000
"""The longest reason."""
RETRAIN = "retrain"
"""The kind of job that begins a retraining."""
Answer = TypeVar("Answer")


async def promoted(service: Service, asker: Principal, version: str, reason: str) -> Promotion:
    """Propose ``version`` or agree to it; see ``api.promoting``.

    Raises Problem: 404 for a version that is not registered, 409 with what stands against it.
    """

    def change(registry: Registry, who: Person, now: datetime) -> Promotion:
        if find_version(registry.store, version) is None:
            raise Problem("not-found")
        done = promote(registry, version, who, reason, service.settings, now)
        service.champion.watcher.refresh()
        return done

    return await _changed(service, asker, change)


async def rolled_back(service: Service, asker: Principal, reason: str) -> tuple[str, bool]:
    """Go back one version; give it, and whether people decide instead. Raises Problem 409."""

    def change(registry: Registry, who: Person, _now: datetime) -> tuple[str, bool]:
        version = registry.rollback(CHAMPION, who.actor, reason)
        service.champion.watcher.refresh()
        return version, switching.suspension(registry.store) is not None

    return await _changed(service, asker, change)


async def suspended(service: Service, asker: Principal, reason: str) -> str:
    """Let people decide from now on; give the champion. Raises Problem 409."""

    def change(registry: Registry, who: Person, now: datetime) -> str:
        version = switching.suspend(registry.store, who.actor, reason, now)
        service.champion.watcher.look()
        return version

    return await _changed(service, asker, change)


async def resumed(service: Service, asker: Principal, reason: str) -> str:
    """Let the champion decide again; give it. Raises Problem 409."""

    def change(registry: Registry, who: Person, now: datetime) -> str:
        version = switching.resume(registry.store, who.actor, reason, now)
        service.champion.watcher.look()
        return version

    return await _changed(service, asker, change)


async def retrained(service: Service, asker: Principal, reason: str) -> str:
    """Enter a retraining of the champion for the worker, and on the chain; give the run's name.

    Raises Problem 409 when there is no champion.
    """

    def change(registry: Registry, who: Person, now: datetime) -> str:
        champion = registry.champion()
        if champion is None:
            raise RegistryError(NONE_YET.of())
        run = f"{champion[-12:]}-asked-{now:%Y%m%dT%H%M%S}"
        arguments = {"run": run, "why": reason, "by": who.actor}
        ask(registry.store, RETRAIN, run, arguments, who.actor, now)
        return run

    return await _changed(service, asker, change)


async def _changed(
    service: Service, asker: Principal, change: Callable[[Registry, Person, datetime], Answer]
) -> Answer:
    """Make ``change`` in the name of ``asker``. Raises Problem 409, StoreError."""
    registry = service.champion.watcher.registry

    def work() -> Answer:
        return change(registry, person_of(registry.store, asker.key_id), datetime.now(UTC))

    try:
        return await asyncio.to_thread(work)
    except (RegistryError, BundleError, AccessError) as error:
        raise Problem("model-change-refused", said(error)) from None
