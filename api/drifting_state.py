"""What ``/metrics`` says of drift: the newest state of the store, asked for now and then."""

from contextlib import suppress
from time import monotonic

from api.metrics import Metrics
from api.store_reader import StoreReader
from data.errors import StoreError
from data.store.monitoring import drift_state

FRESH_SECONDS = 10.0
PATIENCE = 0.25
"""Seconds to wait for the store; then the state before is told."""


class DriftWatch:
    """Keeps the gauges of drift in ``metrics`` up to date."""

    def __init__(self, reader: StoreReader, metrics: Metrics) -> None:
        self._reader, self._metrics = reader, metrics
        self._until = 0.0

    async def refresh(self) -> None:
        """Ask the store again, unless it was asked a moment ago."""
        now = monotonic()
        if now < self._until:
            return
        self._until = now + FRESH_SECONDS
        with suppress(StoreError):
            self._metrics.drift(await self._reader.ask(drift_state, PATIENCE))
