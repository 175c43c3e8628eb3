"""Opening and closing the service's parts with the app."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api.auth import Authenticator, Pepper
from api.key_lookup import KeyLookup
from api.log import Event, Log
from api.metrics import Metrics
from api.openapi import Description
from api.readiness import Readiness
from api.service import Service
from api.serving import Champion
from api.settings import Settings
from api.store_reader import StoreReader
from data.errors import StoreError
from data.inbox import Inbox
from data.store import Store, open_store
from data.store.writer import DecisionWriter
from scoring.champion import ChampionWatcher
from scoring.registry import Registry
from scoring.signing import TrustedKeys

RETRY_SECONDS = 1.0


@asynccontextmanager
async def opened(
    app: FastAPI, settings: Settings, metrics: Metrics, log: Log
) -> AsyncIterator[Service]:
    """The parts, open; a database that is down now is waited for in the background."""
    settings.home.mkdir(parents=True, exist_ok=True)
    pepper = Pepper.load_or_create(settings.keys_folder)
    store = open_store(settings.database_url)
    registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
    watcher = ChampionWatcher(registry)
    reader, writer = StoreReader(store), DecisionWriter(store)
    champion = Champion(watcher, metrics, log)
    service = Service(
        settings=settings,
        authenticator=Authenticator(KeyLookup(reader), pepper),
        champion=champion,
        reader=reader,
        writer=writer,
        readiness=Readiness(reader, settings.home, settings.disk_floor_mb),
        metrics=metrics,
        description=Description(app, champion),
        batches=ThreadPoolExecutor(settings.batch_threads, "batch"),
        inbox=Inbox(settings.inbox_folder),
    )
    starting = await _start(store, watcher, log)
    log.info(Event.STARTED)
    try:
        yield service
    finally:
        starting.cancel()
        await asyncio.to_thread(_close, service, watcher, store)
        log.info(Event.STOPPED)


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


def _close(service: Service, watcher: ChampionWatcher, store: Store) -> None:
    service.batches.shutdown(wait=False, cancel_futures=True)
    watcher.stop()
    service.writer.stop()
    service.reader.close()
    store.close()
