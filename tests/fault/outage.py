"""Taking away what a running server needs, and what it answers meanwhile and afterwards."""

import sqlite3
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import select

from api.settings import Settings
from api.wiring import open_audit
from data.store.tables import decisions
from data.store.verify import verify
from tests.bundles import small_bundle
from tests.fault.load import Client, Sent, load, request
from tests.web.process import Server, running
from tests.web.world import make_key, promote

PATIENCE = 60.0
REQUESTS = 6
_BEFORE = 20


@dataclass
class Outage:
    """What was seen; times in seconds. ``refused`` are the requests to /score in it."""

    noticed: float = 0.0
    slowest: float = 0.0
    healed: float = 0.0
    alive: bool = False
    refused: list[Sent] = field(default_factory=list)
    retry_after: list[str | None] = field(default_factory=list)


def status(url: str) -> int:
    """The status of a GET."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def outage(
    server: Server, key: str, label: str, begin: Callable[[], object], end: Callable[[], object]
) -> Outage:
    """Score, ``begin`` an outage, score through it, ``end`` it and wait until all is well."""
    seen = Outage()
    with load(server.url, key, f"{label}-before", clients=2) as clients:
        clients.wait_for(_BEFORE)
    assert all(sent.status == 200 for sent in clients.sent)
    begin()
    try:
        seen.noticed = _wait_for(server.url, 503)
        seen.alive = status(f"{server.url}/livez") == 200
        with ThreadPoolExecutor(REQUESTS) as pool:
            requests = [request(f"{label}-{number}", key) for number in range(REQUESTS)]
            list(pool.map(partial(_score, server.url, seen), requests))
    finally:
        end()
    seen.healed = _wait_for(server.url, 200)
    return seen


def send_again(server: Server, sent: list[Sent]) -> list[str]:
    """Send each once more, under its own Idempotency-Key; the ids of the decisions."""
    client, ids = Client(server.url), []
    for before in sent:
        again = Sent(before.body, before.headers)
        client.send(again)
        assert again.status == 200, again.reply
        ids.append(again.reply["decision_id"])
    client.close()
    return ids


def _score(url: str, seen: Outage, sent: Sent) -> None:
    client, begun = Client(url), time.monotonic()
    client.send(sent)
    seen.slowest = max(seen.slowest, time.monotonic() - begun)
    seen.refused.append(sent)
    seen.retry_after.append(client.retry_after)
    client.close()


def _wait_for(url: str, wanted: int) -> float:
    begun = time.monotonic()
    while status(f"{url}/readyz") != wanted:
        assert time.monotonic() - begun < PATIENCE, f"/readyz is not {wanted}"
        time.sleep(0.05)
    return time.monotonic() - begun


Faults = dict[str, tuple[Callable[[], object], Callable[[], object]]]
"""How each fault begins and ends."""


def locked(file: Path) -> Faults:
    """Another process holds SQLite's write lock."""
    other = sqlite3.connect(file, isolation_level=None)

    def let_go() -> None:
        other.execute("ROLLBACK")
        other.close()

    return {"locked": (lambda: other.execute("BEGIN IMMEDIATE"), let_go)}


def away(file: Path) -> Faults:
    """The database's folder is away, and comes back as it was, or as a copy from a backup."""
    folder, elsewhere = file.parent, file.parent.with_name("away")

    def leave() -> None:
        folder.rename(elsewhere)

    def restore() -> None:
        folder.mkdir()
        old, new = sqlite3.connect(elsewhere / file.name), sqlite3.connect(file)
        old.backup(new)
        old.close()
        new.close()

    return {"moved": (leave, lambda: elsewhere.rename(folder)), "restored": (leave, restore)}


def serve_through(settings: Settings, faults: Callable[[Server], Faults]) -> dict[str, Outage]:
    """Serve ``settings`` through one fault after another, and look at all that came of it."""
    promote(settings, small_bundle())
    key, seen = make_key(settings, "officer")[0], {}
    with running(settings.home, settings.store_url) as server:
        for name, (begin, end) in faults(server).items():
            seen[name] = found = outage(server, key, name, begin, end)
            assert found.alive, name
            assert [sent.status for sent in found.refused] == [503] * len(found.refused), name
            assert all(found.retry_after), name
            kinds = {sent.reply["type"] for sent in found.refused}
            assert kinds == {"/problems/store-unavailable"}, name
            ids = send_again(server, found.refused)
            assert send_again(server, found.refused) == ids, name
    check_whole(settings)
    return seen


def check_whole(settings: Settings) -> None:
    """Nothing is stored by halves and nothing twice."""
    with open_audit(settings) as audit:
        assert verify(audit.store, audit.vault, audit.book.read()[0]).faults == []
        with audit.store.read() as connection:
            about = Counter(connection.execute(select(decisions.c.application)).scalars())
    assert set(about.values()) == {1}, "a retry made a second decision"
