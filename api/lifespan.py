"""Opening and closing the service's parts with the app."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from api.api_keys import Pepper
from api.auth import Authenticator, Limits
from api.budgets import Budgets
from api.collector import settled
from api.completing import Completing
from api.consenting import Consents
from api.drifting_state import DriftWatch
from api.explainers import Explainers
from api.exploring import Exploring
from api.heads import keep_heads
from api.idempotency import Idempotency
from api.issuer_keys import IssuerKeys, fetch_keys
from api.keeper import Keeper
from api.key_lookup import KeyLookup
from api.limits import Failures
from api.log import Event, Log
from api.metrics import Metrics
from api.oidc import OidcTokens
from api.oidc_code import CodeFlow
from api.openapi import Description
from api.probing import Alarm, Probing
from api.readiness import Readiness, Stopping
from api.service import Service
from api.serving import Champion
from api.sessions import Sessions
from api.settings import Settings
from api.store_reader import StoreReader
from api.together import Together
from data.errors import StoreError
from data.inbox import Inbox
from data.store import Store, open_store
from data.store.consents import QuickConsents
from data.store.features import FeatureStore
from data.store.heads import HeadBook
from data.store.keys import QuickKeys
from data.store.ledger import Ledger
from data.store.quick import QuickReader
from data.store.writer import DecisionWriter
from data.vault import Vault
from scoring.champion import ChampionWatcher
from scoring.registry import Registry
from scoring.signing import TrustedKeys

RETRY_SECONDS = 1.0


@asynccontextmanager
async def opened(
    app: FastAPI, settings: Settings, metrics: Metrics, log: Log, stopping: Stopping
) -> AsyncIterator[Service]:
    """The parts, open; a database that is down now is waited for in the background."""
    settings.home.mkdir(parents=True, exist_ok=True)
    pepper = Pepper.load_or_create(settings.keys_folder)
    store = open_store(settings.database_url)
    registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
    watcher = ChampionWatcher(registry)
    vault = Vault.open(settings.vault_folder, settings.vault_command)
    ledger = Ledger(store, vault)
    reader, writer = StoreReader(store), DecisionWriter(store, ledger)
    keys = KeyLookup(reader, QuickKeys(store) if store.is_local else None)
    consents = Consents(vault, reader, QuickConsents(store) if store.is_local else None)
    kept = FeatureStore(store, ledger)
    completing = Completing(kept, vault, reader, QuickReader(store) if store.is_local else None)
    champion = Champion(watcher, metrics, log)
    keeper = Keeper(writer)
    limits = Limits(settings.requests_per_minute, settings.scores_per_day)
    failures = Failures(settings.failures_per_minute)
    alarm = Alarm(vault, ledger, reader, metrics, log)
    tokens = _tokens(settings, limits, log)
    service = Service(
        settings=settings,
        authenticator=Authenticator(keys, pepper, limits, failures, tokens),
        sessions=Sessions(reader, pepper, limits, failures),
        code_flow=CodeFlow(settings.oidc, tokens, pepper, log)
        if tokens is not None and settings.oidc.client_id is not None
        else None,
        budgets=Budgets(reader),
        probing=Probing(settings.probing_variants, settings.probing_stop, alarm),
        completing=completing,
        consents=consents,
        idempotency=Idempotency(reader, pepper),
        champion=champion,
        drift=DriftWatch(reader, metrics),
        explainers=Explainers(registry),
        together=Together(keeper),
        reader=reader,
        ledger=ledger,
        keeper=keeper,
        readiness=Readiness(
            reader,
            {settings.home, store.folder or settings.home},
            settings.disk_floor_mb,
            stopping,
        ),
        metrics=metrics,
        description=Description(app, champion, settings.oidc.issuer),
        batches=ThreadPoolExecutor(settings.batch_threads, "batch"),
        exploring=Exploring(settings.quota, ledger, reader) if settings.quota.share else None,
        inbox=Inbox(settings.inbox_folder),
    )
    starting = await _start(store, watcher, log)
    book = HeadBook(settings.heads_folder, settings.keys_folder)
    heads = asyncio.create_task(keep_heads(ledger, book, reader, log))
    log.info(Event.STARTED)
    if champion.find() is None:
        log.error(Event.NO_CHAMPION)
    try:
        with settled():
            yield service
    finally:
        starting.cancel()
        heads.cancel()
        await alarm.told()
        keys.close()
        consents.close()
        completing.close()
        await asyncio.to_thread(_close, service, watcher, writer, store)
        log.info(Event.STOPPED)


def _tokens(settings: Settings, limits: Limits, log: Log) -> OidcTokens | None:
    oidc = settings.oidc
    if oidc.issuer is None:
        return None
    fetch = partial(fetch_keys, oidc.issuer, oidc.jwks_url, oidc.algorithms)
    return OidcTokens(oidc, IssuerKeys(fetch, log), limits)


async def _start(store: Store, watcher: ChampionWatcher, log: Log) -> asyncio.Task[None]:
    """Start what needs the database; the first try is over when this returns."""
    tried = asyncio.Event()

    async def keep_trying() -> None:
        while True:
            try:
                await asyncio.to_thread(store.migrate)
                await asyncio.to_thread(watcher.start)
                return
            except StoreError as error:
                log.error(Event.WAITING, error)
            finally:
                tried.set()
            await asyncio.sleep(RETRY_SECONDS)

    starting = asyncio.create_task(keep_trying())
    await tried.wait()
    return starting


def _close(
    service: Service, watcher: ChampionWatcher, writer: DecisionWriter, store: Store
) -> None:
    service.batches.shutdown(wait=False, cancel_futures=True)
    watcher.stop()
    writer.stop()
    service.budgets.close(store)
    service.reader.close()
    store.close()
