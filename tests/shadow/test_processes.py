"""Challengers in processes of their own: they die, hang and are killed, and nobody else is."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.shadowing import Shop, start_shadow
from data.store.shadow import take
from data.store.shadow_pairs import Pair, pairs_between
from scoring.shadow.following import LEASE
from tests.shadow.broken import BROKEN, broken
from tests.shadow.homes import decide_on, followed, registered, shop_in

NOW = datetime(2026, 8, 10, tzinfo=UTC)
N = 30


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with shop_in(tmp_path / "home") as made:
        yield made


def pairs(shop: Shop, champion: str, challenger: str) -> list[Pair]:
    return [pair for pair, _ in pairs_between(shop.store, champion, challenger)]


@pytest.mark.parametrize("fault", BROKEN)
def test_a_challenger_that_dies_or_hangs_has_no_score_and_the_next_batch_goes_on(
    shop: Shop, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    champion, challenger = registered(shop, 0, 1)
    start_shadow(shop, challenger, 1.0, "ana", NOW)
    decide_on(shop, champion, 0, 5)
    root = broken(tmp_path / "broken", fault)
    with monkeypatch.context() as patch:
        patch.setattr("scoring.shadow.challenger._ROOT", root)
        (step,) = followed(shop, timeout=1.0 if fault == "timed-out" else 60.0)
    assert (step.paired, step.errors) == (5, 5)
    assert {p.error for p in pairs(shop, champion, challenger)} == {fault}
    assert all(p.challenger_pd is None for p in pairs(shop, champion, challenger))
    decide_on(shop, champion, 5, 10)
    (step,) = followed(shop)
    assert (step.paired, step.errors) == (5, 0)


def test_a_bundle_that_cannot_be_opened_stops_nobody(shop: Shop) -> None:
    champion, challenger, other = registered(shop, 0, 1, 2)
    for version in (challenger, other):
        start_shadow(shop, version, 1.0, "ana", NOW)
    decide_on(shop, champion, 0, 5)
    (shop.registry.models_folder / challenger / "model.txt").write_text("damaged")
    followed(shop)
    assert {p.error for p in pairs(shop, champion, challenger)} == {"not-loaded"}
    assert {p.error for p in pairs(shop, champion, other)} == {None}


FOLLOW = """
import sys
from pathlib import Path
from tests.shadow.broken import BROKEN, broken
from tests.shadow.homes import shop_in, followed
with shop_in(Path(sys.argv[1])) as shop:
    print("following", flush=True)
    while True:
        followed(shop, "killed")
"""


def test_a_killed_follower_leaves_no_pair_twice_and_none_out(
    shop: Shop, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    champion, challenger = registered(shop, 0, 1)
    start_shadow(shop, challenger, 1.0, "ana", NOW)
    decide_on(shop, champion, 0, N)
    command = [sys.executable, "-c", FOLLOW, str(shop.settings.home)]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "following\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    decide_on(shop, champion, N, N + 10)
    monkeypatch.setattr("scoring.shadow.following.LEASE", timedelta(0))
    later = datetime.now(UTC) + 2 * LEASE
    assert take(shop.store, "test", later, LEASE) is not None
    followed(shop)
    assert len(pairs(shop, champion, challenger)) == N + 10
