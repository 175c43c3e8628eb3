"""The champion's replies with shadow off, on, crashing and hanging: the same bytes, and as fast.

    python bench/shadow/replies.py [--quick]

A real server on loopback is asked for one score after the other, in blocks with and without
``microscore shadow run`` in another process; blocks take turns, so that the machine's moods fall on
all alike. Printed is the difference of the 99th percentiles, in milliseconds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from api.shadowing import Shop, start_shadow
from data.store import open_store
from scoring.sealing import write_bundle
from scoring.signing import SigningKey
from tests.bundles import small_bundle
from tests.fault.load import Client, request
from tests.shadow.broken import BROKEN, broken
from tests.shadow.test_replies import WORKER
from tests.web.process import running
from tests.web.world import home_settings, make_key, promote

BAR_MS = 2.0
STATES = ("off", "on", *BROKEN)
BLOCKS, REQUESTS = 12, 400
_ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def worker(home: Path, state: str) -> Iterator[None]:
    """``microscore shadow run`` whose challengers work, die or hang; nothing when off."""
    if state == "off":
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        code = str(broken(Path(folder) / "broken", state)) if state in BROKEN else ""
        command = [sys.executable, "-c", WORKER, code]
        environment = os.environ | {"MICROSCORE_HOME": str(home)}
        process = subprocess.Popen(command, cwd=_ROOT, env=environment, stderr=subprocess.DEVNULL)
        time.sleep(3.0)
        try:
            yield
        finally:
            process.kill()
            process.wait()


def block(client: Client, key: str, requests: int) -> tuple[list[float], list[bytes]]:
    """Milliseconds and replies (without id and time) of the same requests."""
    took, replies = [], []
    for i in range(requests):
        sent = request(f"B{i}", key, keyed=False)
        client.send(sent)
        if sent.status != 200:
            raise SystemExit(f"a reply was {sent.status}")
        took.append(sent.seconds * 1000)
        told = {k: v for k, v in sent.reply.items() if k not in {"decision_id", "created_at"}}
        replies.append(repr(told).encode())
    return took, replies


def main() -> None:
    """Print state | p50 | p99 | p99 less that of off | same bytes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="2 blocks of 100 requests")
    quick = parser.parse_args().quick
    blocks, requests = (2, 100) if quick else (BLOCKS, REQUESTS)
    took: dict[str, list[float]] = {state: [] for state in STATES}
    seen: dict[str, list[bytes]] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = home_settings(Path(folder))
        promote(settings, small_bundle())
        _start(Shop.of(settings, open_store(settings.database_url)))
        key = make_key(settings, "admin")[0]
        with running(Path(folder)) as server:
            client = Client(server.url)
            block(client, key, 200)
            for _ in range(blocks):
                for state in STATES:
                    with worker(Path(folder), state):
                        times, replies = block(client, key, requests)
                    took[state] += times
                    if seen.setdefault("off", replies) != replies:
                        raise SystemExit(f"replies differ with shadow {state}")
            client.close()
    base = float(np.quantile(took["off"], 0.99))
    print(f"{blocks * requests} requests a state; load {os.getloadavg()[0]:.1f}; bytes the same")
    print("shadow    | p50 ms | p99 ms | p99 less off (bar +2)")
    worst = 0.0
    for state, times in took.items():
        half, most = np.quantile(times, [0.5, 0.99])
        worst = max(worst, float(most) - base)
        print(f"{state:<9} | {half:6.2f} | {most:6.2f} | {most - base:+.2f}")
    if worst > BAR_MS and not quick:
        raise SystemExit("above the bar")


def _start(shop: Shop) -> None:
    key = SigningKey.load_or_create(shop.settings.keys_folder)
    sealed = write_bundle(small_bundle(1), shop.registry.models_folder, key)
    shop.registry.register(sealed, "bench")
    start_shadow(shop, sealed.version, 1.0, "bench", datetime.now(UTC))
    shop.store.close()


if __name__ == "__main__":
    main()
