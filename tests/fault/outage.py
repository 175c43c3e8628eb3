"""Taking away what a running server needs, and what it answers meanwhile and afterwards."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fault.load import Client, Sent, load, request
from tests.web.process import Server

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


def outage(server: Server, key: str, begin: Callable[[], None], end: Callable[[], None]) -> Outage:
    """Score, ``begin`` an outage, score through it, ``end`` it and wait until all is well."""
    seen = Outage()
    with load(server.url, key, "before", clients=2) as clients:
        clients.wait_for(_BEFORE)
    assert all(sent.status == 200 for sent in clients.sent)
    begin()
    try:
        seen.noticed = _wait_for(server.url, 503)
        seen.alive = status(f"{server.url}/livez") == 200
        for number in range(REQUESTS):
            _score(server.url, request(f"out-{number}", key), seen)
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


def _score(url: str, sent: Sent, seen: Outage) -> None:
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
