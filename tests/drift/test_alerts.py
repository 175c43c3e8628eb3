"""The webhook: signed, tried again until it arrives, never anywhere else."""

import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from api.drifting_alerts import ALERT, MOST_TRIES, SIGNATURE, body_of
from api.drifting_keeping import keep
from api.drifting_settings import DriftSettings
from api.log import Log
from api.schedule import KINDS
from api.worker import Done, Worker
from data.store import Store, open_store
from data.store.monitoring import alerts_of
from drift.record import DriftCheck
from tests.drift.stored import DAYS, decisions, later, settings_of, watching

SECRET = "not-a-secret-of-anybody"
NOW = datetime(2026, 11, 9, 1, tzinfo=UTC)


@dataclass
class Receiver:
    """Answers with ``statuses`` one after the other, then with 204; keeps what came."""

    statuses: list[int] = field(default_factory=list)
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@contextmanager
def receiving(*statuses: int) -> Iterator[Receiver]:
    receiver = Receiver(list(statuses))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.came.append((self.path, dict(self.headers), body))
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/alerts"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> DriftCheck:
    """A changed week."""
    home = tmp_path_factory.mktemp("alerts")
    with watching(settings_of(home), decisions(300, change=later)) as watch:
        return watch.decisions(DAYS, "scheduled")


@pytest.fixture
def store(store_url: str, check: DriftCheck) -> Iterator[Store]:
    """A store in which it has raised alerts."""
    opened = open_store(store_url)
    opened.migrate()
    keep(opened, check, NOW, webhook=True)
    yield opened
    opened.close()


def work(store: Store, url: str | None, at: datetime) -> list[Done]:
    secret = {} if url is None else {"webhook_url": url, "webhook_secret": SECRET}
    kinds = [kind for kind in KINDS if kind.name == "drift-alert"]
    settings = settings_of(Path("nowhere"), **secret)
    return Worker(store, settings, Log(), kinds, clock=lambda: at, name="a").once()


def test_each_alert_arrives_once_and_is_signed(store: Store) -> None:
    alerts = {f"{a.alert_id}": a for a in alerts_of(store)}
    with receiving() as receiver:
        done = work(store, receiver.url, NOW)
        assert work(store, receiver.url, NOW + timedelta(days=1)) == []
    assert [d.result for d in done] == [{"delivered": True, "tries": 1}] * len(alerts)
    assert {headers[ALERT] for _, headers, _ in receiver.came} == set(alerts)
    for path, headers, body in receiver.came:
        stamp, signature = (part.partition("=")[2] for part in headers[SIGNATURE].split(","))
        wanted = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, sha256).hexdigest()
        assert hmac.compare_digest(signature, wanted)
        assert (path, int(stamp)) == ("/alerts", int(NOW.timestamp()))
        assert body == body_of(alerts[headers[ALERT]])
        assert set(json.loads(body)["text"]) == {"en", "fr", "sw"}


def test_a_receiver_that_fails_is_tried_again_later(store: Store) -> None:
    alerts = len(alerts_of(store))
    with receiving(*[500] * alerts, *[302] * alerts) as receiver:
        refused = work(store, receiver.url, NOW)
        assert [d.result and d.result["why"] for d in refused] == ["HTTPError"] * alerts
        assert work(store, receiver.url, NOW + timedelta(seconds=59)) == []
        moved = work(store, receiver.url, NOW + timedelta(seconds=60))
        assert [d.result and d.result["delivered"] for d in moved] == [False] * alerts
        last = work(store, receiver.url, NOW + timedelta(seconds=181))
        assert [d.result and d.result["tries"] for d in last] == [3] * alerts
    assert {path for path, _, _ in receiver.came} == {"/alerts"}, "no redirect is followed"
    assert len(receiver.came) == 3 * alerts


def test_nobody_there_is_given_up_in_the_end(
    store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    with receiving() as receiver:
        pass
    tries = 0
    for hour in range(24):
        tries += len(work(store, receiver.url, NOW + timedelta(hours=hour)))
    assert tries == MOST_TRIES * len(alerts_of(store))
    events = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert sum(e["event"] == "drift.webhook_failure" for e in events) == tries


def test_without_a_webhook_the_row_is_enough(store: Store) -> None:
    done = work(store, None, NOW)
    assert {d.result and d.result["why"] for d in done} == {"no webhook is set"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook_url": "http://example.org/x", "webhook_secret": SECRET},
        {"webhook_url": "https://user:pass@example.org/x", "webhook_secret": SECRET},
        {"webhook_url": "https://example.org/x"},
        {"webhook_secret": SECRET},
        {"webhook_url": "https://example.org/x", "webhook_secret": "short"},
    ],
)
def test_unsafe_webhooks_are_refused(wrong: dict[str, Any]) -> None:
    assert DriftSettings(webhook_url="https://example.org/x", webhook_secret=SECRET)
    with pytest.raises(ValidationError):
        DriftSettings(**wrong)
