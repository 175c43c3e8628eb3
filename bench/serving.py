"""Requests a second of POST /score over an empty FastAPI endpoint, and over peers.

    python bench/serving.py [--quick] [--logged] [--no-kernel] [--peers FOLDER] [--soak SECONDS]

Every server runs alone on one core, the load generator (wrk) on another. Ours does all of its
work: authentication, strict validation against the contract, probability, reasons, encryption,
the hash chain, and a row that is durable (SQLite, synchronous=FULL) before the reply. The empty
endpoint validates the same body with the same pydantic types and answers one word. Neither it
nor MLServer, the fastest of the peers, writes a line of log for a good request, and so ours does
not; with ``--logged`` it does, as by default. Runs take turns, so that noise meets both; a figure
is the median of the ratios of neighbouring runs.

What the ratio leaves out: a POST /score without a query or an Idempotency-Key is answered by the
outermost layer (``api/edge.py``), before the framework's own layers, the routing and the solving
of dependencies that the empty endpoint pays for, and its reply leaves in one piece
(``api/connection.py``); ``--routed`` asks with a query and so pays for all of it, too. wrk must
be on the PATH.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.api_keys import MOST, Narrowing, Pepper, create_key
from bench.servers.load import Run, Stream, missing_tools, most
from bench.servers.peers import PEERS, peer_running
from bench.servers.portfolio import applications, bundle, matrix
from bench.servers.running import Server, Start, free_port, running
from bench.servers.soak import soak
from data.store import open_store
from scoring.kernel.build import library_path
from tests.web.world import home_settings, promote

CONNECTIONS = (8, 32)
BARS = {8: 0.35, 32: 0.45}
BAR_WITHOUT_KERNEL = 0.07
BAR_PEERS = 2.0
BAR_P99_MS = 25.0
_WITHOUT_KERNEL = (
    "import scoring.kernel.library as k; k._library = lambda: None; "
    "from api.cli import main; main()"
)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="short runs: noisy figures")
    parser.add_argument("--no-kernel", action="store_true", help="measure that one as well")
    parser.add_argument("--logged", action="store_true", help="ours with a line of log a request")
    parser.add_argument("--routed", action="store_true", help="through FastAPI's own routing")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="install and measure peers")
    parser.add_argument("--soak", type=float, metavar="SECONDS", help="half load for so long")
    return parser.parse_args()


def _home(folder: Path) -> str:
    """Make a home with the model as champion; return a key without limits."""
    settings = home_settings(folder)
    promote(settings, bundle())
    store = open_store(settings.database_url)
    pepper = Pepper.load_or_create(settings.keys_folder)
    expires = datetime.now(UTC) + timedelta(days=1)
    unlimited = Narrowing(scores_per_day=MOST, requests_per_minute=MOST)
    key = create_key(store, pepper, "officer", None, "benchmark", expires, unlimited)[0]
    store.close()
    return key


@contextmanager
def _ours(
    folder: Path, bodies: Path, *, kernel: bool = True, logged: bool = False
) -> Iterator[Server]:
    home, port = folder / ("with" if kernel else "without"), free_port()
    key = _home(home)
    start = ["-m", "api.cli"] if kernel else ["-c", _WITHOUT_KERNEL]
    command = [sys.executable, *start, "serve", "--port", str(port)]
    name = "microscore" if kernel else "microscore without kernel"
    settings = {"MICROSCORE_HOME": str(home), "MICROSCORE_DISK_FLOOR_MB": "0"}
    settings["MICROSCORE_REQUEST_LOG"] = "all" if logged else "problems"
    with running(Start(name, command, bodies, "/score", port, key, settings)) as server:
        yield server


@contextmanager
def _empty(bodies: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "bench.servers.empty", str(port)]
    with running(Start("empty", command, bodies, "/score", port)) as server:
        yield server


def _compare(empty: Server, other: Server, rounds: int, seconds: float) -> dict[int, float]:
    """Print what ``other`` does beside ``empty``; the ratio by the number of connections."""
    ratios = {}
    for connections in CONNECTIONS:
        pairs = []
        for _ in range(rounds):
            first = most(empty, connections, seconds)
            pairs.append((first, most(other, connections, seconds)))
        ratios[connections] = statistics.median(b.rate / a.rate for a, b in pairs)
        cpu = statistics.median(a.cpu / b.cpu for a, b in pairs)
        pairs.sort(key=lambda pair: pair[1].rate / pair[0].rate)
        base, run = pairs[len(pairs) // 2]
        _print(other.name, connections, run, f"{ratios[connections]:.3f} of {base.rate:.0f}/s")
        print(f"{'':34}CPU of a request: {run.cpu:.0f} us, the empty one's is {cpu:.3f} of it")
    return ratios


def _print(name: str, connections: int, run: Run, note: str) -> None:
    errors = f", {run.errors} ERRORS" if run.errors else ""
    print(
        f"{name:26} {connections:3d} conn. {run.rate:7.0f}/s  p50 {run.p50:6.2f} ms  "
        f"p99 {run.p99:6.2f} ms  {note}{errors}",
        flush=True,
    )


def _half_load(server: Server, seconds: float) -> float:
    """Print the times of replies at half of the most; return that rate."""
    rate = most(server, CONNECTIONS[-1], seconds).rate / 2
    run = Stream(server).run(rate, seconds)
    _print("at half of the most", 64, run, f"bar: p99 <= {BAR_P99_MS:.0f} ms")
    return rate


def _peers(empty: Server, folder: Path, environments: Path, options: tuple[int, float]) -> float:
    best = 0.0
    for peer in PEERS:
        try:
            with peer_running(peer, folder, environments) as server:
                best = max(best, *_compare(empty, server, *options).values())
        except (RuntimeError, OSError) as error:
            print(f"{peer.name:26} not measured: {error}", flush=True)
    return best


def main() -> None:
    """Print all figures and bars."""
    options = _options()
    if missing := missing_tools():
        raise SystemExit(f"not on the PATH: {', '.join(missing)}")
    how = (1, 2.0) if options.quick else (5, 4.0)
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    built = "built" if library_path().exists() else "NOT built: python -m scoring.kernel"
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load}; kernel {built}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bodies = folder / "bodies.jsonl"
        bodies.write_text("".join(json.dumps(a) + "\n" for a in applications(matrix(256, 7))))
        with _empty(bodies) as empty:
            with _ours(folder, bodies, logged=options.logged) as ours:
                asked = replace(ours, path="/score?lang=en") if options.routed else ours
                ratios = _compare(empty, asked, *how)
                print(f"{'':34}bars: {', '.join(f'{b} at {c}' for c, b in BARS.items())}")
                rate = _half_load(ours, 5 * how[1])
                if options.soak:
                    soak(ours, rate, options.soak)
            if options.no_kernel:
                with _ours(folder, bodies, kernel=False) as ours:
                    _compare(empty, ours, *how)
                    print(f"{'':34}bar: {BAR_WITHOUT_KERNEL}")
            if options.peers:
                best = _peers(empty, folder, options.peers.resolve(), how)
                if best:
                    over = max(ratios.values()) / best
                    print(f"microscore over the best peer: {over:.1f} (bar {BAR_PEERS:.0f})")


if __name__ == "__main__":
    main()
