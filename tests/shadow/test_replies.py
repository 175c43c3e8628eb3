"""The champion's replies are the same bytes whatever the challengers do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from api.shadowing import Shop, start_shadow
from data.processes import NICE
from data.store import open_store
from data.store.shadow import assignments_of
from data.store.shadow_pairs import pairs_between
from scoring.sealing import write_bundle
from scoring.signing import SigningKey
from tests.bundles import small_bundle
from tests.fairness.stored import FIRST
from tests.shadow.broken import BROKEN, broken
from tests.web.world import World, application, home_settings, served

REQUESTS = 12
WORKER = """
import sys
from pathlib import Path
import scoring.shadow.challenger as challenger
import scoring.shadow.following as following
if sys.argv[1]:
    challenger._ROOT = Path(sys.argv[1])
    following.Follower.timeout = following.TIMEOUT = 1.0
from api.cli import main
main(["shadow", "run"])
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A server whose champion has a challenger."""
    settings = home_settings(tmp_path / "home")
    with served(settings) as made:
        store = open_store(settings.database_url)
        shop = Shop.of(settings, store)
        key = SigningKey.load_or_create(settings.keys_folder)
        sealed = write_bundle(small_bundle(1), shop.registry.models_folder, key)
        shop.registry.register(sealed, "test")
        start_shadow(shop, sealed.version, 1.0, "ana", FIRST)
        store.close()
        yield made


@contextmanager
def worker(world: World, root: Path, code: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """``microscore shadow run`` in a process of its own."""
    environment = {"MICROSCORE_HOME": str(world.settings.home), "PATH": ""}
    command = [sys.executable, "-c", WORKER, code]
    process = subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def replies(world: World) -> list[bytes]:
    """Replies to the same requests, but for the id and the time that each decision has."""
    out = []
    for i in range(REQUESTS):
        reply = world.score(application(application_id=f"A{i}", applicant_id=f"C{i}"))
        assert reply.status_code == 200
        told = orjson.loads(reply.content)
        own = (told["decision_id"], told["created_at"])
        out.append(reply.content.replace(own[0].encode(), b"ID").replace(own[1].encode(), b"AT"))
    return out


def pairs(world: World) -> list[str | None]:
    """The errors of all pairs so far; None for a score."""
    store = open_store(world.settings.database_url)
    (assignment,) = assignments_of(store)
    champion = world.score().json()["versions"]["model"]
    found = [pair.error for pair, _ in pairs_between(store, champion, assignment.challenger)]
    store.close()
    return found


def wait_for(world: World, number: int) -> None:
    until = time.monotonic() + 90
    while len(pairs(world)) < number and time.monotonic() < until:
        time.sleep(0.3)


def test_replies_are_the_same_with_shadow_off_on_and_killed(world: World, root: Path) -> None:
    off = replies(world)
    with worker(world, root) as process:
        on = replies(world)
        wait_for(world, 1)
        during = replies(world)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) >= NICE, "the server goes first"
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed = replies(world)
    assert off == on == during == killed
    assert None in pairs(world), "the challenger was at work"


@pytest.mark.parametrize("fault", BROKEN)
def test_replies_are_the_same_while_a_challenger_dies_or_hangs(
    world: World, root: Path, tmp_path: Path, fault: str
) -> None:
    off = replies(world)
    with worker(world, root, str(broken(tmp_path / "broken", fault))):
        during = replies(world)
        wait_for(world, 1)
        after = replies(world)
    assert off == during == after
    assert set(pairs(world)) == {fault}
