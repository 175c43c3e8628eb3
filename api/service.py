"""What the routes work with, opened and closed with the app."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from api.auth import Authenticator
from api.metrics import Metrics
from api.openapi import Description
from api.readiness import Readiness
from api.serving import Champion
from api.settings import Settings
from api.store_reader import StoreReader
from data.errors import StoreError
from data.inbox import Inbox
from data.store.decisions import Decision
from data.store.writer import DecisionWriter

PATIENCE = 1.5
"""Seconds that a reply waits for its row to be durable."""


@dataclass(frozen=True)
class Service:
    """The parts that a route may use."""

    settings: Settings
    authenticator: Authenticator
    champion: Champion
    reader: StoreReader
    writer: DecisionWriter
    readiness: Readiness
    metrics: Metrics
    description: Description
    batches: ThreadPoolExecutor
    inbox: Inbox

    async def keep(self, decisions: Sequence[Decision]) -> None:
        """Return when all ``decisions`` are durable; else none is. Raises StoreError."""
        written = asyncio.wrap_future(self.writer.submit(decisions))
        try:
            await asyncio.wait_for(written, PATIENCE)
        except TimeoutError:
            raise StoreError("the database does not answer") from None
        self.metrics.decided(decisions)


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


AskedService = Annotated[Service, Depends(_service)]
"""The app's parts, in a route's signature."""
