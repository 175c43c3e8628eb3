"""Signing where the chain stands: once a day by the server, or by command."""

import asyncio
from datetime import UTC, date, datetime
from functools import partial

from api.log import Event, Log
from api.store_reader import StoreReader
from data.errors import MicroscoreError
from data.store import Store
from data.store.heads import Head, HeadBook
from data.store.ledger import Ledger

LOOK_SECONDS = 60.0


def sign_head(ledger: Ledger, book: HeadBook, day: date) -> Head | None:
    """The head of ``day``: written now if it is the first, as it stands otherwise.

    None while the chain is empty. Raises StoreError, AccessError.
    """
    if not book.has(day):
        tail = ledger.tail()
        if not tail.position:
            return None
        book.write(Head(day, tail.position, tail.link))
    return next((head for head in book.read()[0] if head.day == day), None)


async def keep_heads(ledger: Ledger, book: HeadBook, reader: StoreReader, log: Log) -> None:
    """Write the head of each day soon after its first look; runs until it is cancelled."""
    while True:
        day = datetime.now(UTC).date()
        if not book.has(day):
            try:
                await reader.ask(partial(_sign, ledger, book, day))
            except (MicroscoreError, OSError) as error:
                log.error(Event.HEAD_FAILURE, error)
        await asyncio.sleep(LOOK_SECONDS)


def _sign(ledger: Ledger, book: HeadBook, day: date, _store: Store) -> None:
    sign_head(ledger, book, day)
