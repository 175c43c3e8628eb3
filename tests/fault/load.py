"""Load on a real server: clients that note what they sent and what became of it."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.web.world import application

PATIENCE = 60.0
_TIMEOUT = 30.0


@dataclass
class Sent:
    """One request, and its answer; status 0 when there was none."""

    body: bytes
    headers: dict[str, str]
    status: int = 0
    seconds: float = 0.0
    reply: dict[str, Any] = field(default_factory=dict)

    @property
    def application_id(self) -> str:
        """The application it is about."""
        return str(json.loads(self.body)["application_id"])


def request(label: str, key: str, *, keyed: bool = True) -> Sent:
    """A request to /score about an application of its own, with an Idempotency-Key or without."""
    body = json.dumps(application(application_id=label, applicant_id=f"P-{label}")).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return Sent(body, headers | ({"Idempotency-Key": label} if keyed else {}))


class Client:
    """One kept-alive connection to the server at ``url``."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=_TIMEOUT)

    def send(self, sent: Sent) -> bool:
        """Send it and note the answer; whether the server lets the connection open."""
        begun = time.monotonic()
        self._connection.request("POST", "/score", sent.body, sent.headers)
        answer = self._connection.getresponse()
        content = answer.read()
        sent.seconds = time.monotonic() - begun
        sent.status, sent.reply = answer.status, json.loads(content)
        self.retry_after = answer.getheader("retry-after")
        return answer.getheader("connection", "") != "close"

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Load:
    """Clients, each in a thread; every fourth request has no Idempotency-Key.

    A client ends when the server does not answer it or, as one behind a balancer would, when the
    server closes its connection.
    """

    def __init__(self, url: str, key: str, label: str, pause: float) -> None:
        self._url, self._key, self._label, self._pause = url, key, label, pause
        self._numbers = count()
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self.sent: list[Sent] = []

    @property
    def answered(self) -> list[Sent]:
        """The requests that got an answer."""
        with self._changed:
            return [sent for sent in self.sent if sent.status]

    @property
    def acknowledged(self) -> list[Sent]:
        """The requests that got a decision."""
        return [sent for sent in self.answered if sent.status == 200]

    def wait_for(self, answers: int) -> None:
        """Return when so many requests got an answer."""
        with self._changed:
            enough = self._changed.wait_for(
                lambda: sum(s.status > 0 for s in self.sent) >= answers, PATIENCE
            )
        assert enough, f"no {answers} answers in {PATIENCE:g} s"

    def stop(self) -> None:
        """Begin no more requests."""
        self._stop.set()

    def run(self) -> None:
        """Send requests, one after the other, until stopped or left alone."""
        client = Client(self._url)
        try:
            while not self._stop.is_set() and self._once(client):
                time.sleep(self._pause)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            client.close()

    def _once(self, client: Client) -> bool:
        number = next(self._numbers)
        sent = request(f"{self._label}-{number}", self._key, keyed=number % 4 != 0)
        with self._changed:
            self.sent.append(sent)
        goes_on = client.send(sent)
        with self._changed:
            self._changed.notify_all()
        return goes_on


@contextmanager
def load(
    url: str, key: str, label: str = "A", clients: int = 8, pause: float = 0.0
) -> Iterator[Load]:
    """Load during the block; at its end every client has its last answer or lost its server.

    Clients wait for ``pause`` seconds between an answer and the next request.
    """
    made = Load(url, key, label, pause)
    threads = [threading.Thread(target=made.run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.stop()
        for thread in threads:
            thread.join()
