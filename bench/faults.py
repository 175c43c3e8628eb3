"""How the real server stands up to faults, in figures.

    python bench/faults.py [--rounds N] [--swaps N] [--only NAME ...]

``kill-...``: kill -9 under load at moments drawn from a fixed seed, on SQLite and on PostgreSQL.
``down``: the database away in every way, and the times until the server says so and heals.
``disk``: a full disk: a small tmpfs where one can be mounted, else a limit on the size of files.
``swaps``: new champions under load. ``stop``: SIGTERM under load.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.cli.output import progress_bar
from tests.fault.disk import filled, limited_files, small_file_system
from tests.fault.killing import Figures, kill_rounds
from tests.fault.outage import Faults, Outage, away, locked, serve_through
from tests.fault.servers import own_server
from tests.fault.stopping import stop_under_load
from tests.fault.swapping import Swaps, swap_under_load
from tests.web.world import home_settings

_DRAIN_SECONDS = 3.0
_MEGABYTES = 24


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def kill_sqlite(asked: argparse.Namespace) -> None:
    """Kill the server on SQLite."""
    with _folder() as folder:
        _kill("SQLite", folder, None, asked.rounds)


def kill_postgresql(asked: argparse.Namespace) -> None:
    """Kill the server on PostgreSQL."""
    with own_server() as server, _folder() as folder:
        _kill("PostgreSQL", folder, server.url, asked.rounds)


def _kill(name: str, folder: Path, url: str | None, rounds: int) -> None:
    with progress_bar() as report:

        def told(figures: Figures) -> None:
            report(f"kill -9, {name}", figures.rounds / rounds)

        figures = kill_rounds(folder / "home", url, rounds, told=told)
    _print(f"kill -9, {name}", vars(figures), figures.faults)


def down(_: argparse.Namespace) -> None:
    """Take the database away."""
    with _folder() as folder:
        file = folder / "database" / "store.db"
        file.parent.mkdir()
        settings = home_settings(folder / "home", f"sqlite:///{file}")
        _print_outages("SQLite", serve_through(settings, lambda _: locked(file) | away(file)))
    with own_server() as database, _folder() as folder:
        settings = home_settings(folder / "home", database.url)
        faults: Faults = {
            "stopped": (database.stop, database.start),
            "frozen": (database.freeze, database.thaw),
        }
        _print_outages("PostgreSQL", serve_through(settings, lambda _: faults))


def disk(_: argparse.Namespace) -> None:
    """Fill the disk."""
    with _folder() as folder, small_file_system(folder / "small", _MEGABYTES) as mounted:
        home = folder / "small" / "home"
        settings = home_settings(home)
        seen = serve_through(
            settings,
            lambda server: filled(home) if mounted else limited_files(server.process.pid, home),
        )
    _print_outages(f"disk ({'tmpfs' if mounted else 'RLIMIT_FSIZE'})", seen)


def _print_outages(what: str, outages: dict[str, Outage]) -> None:
    for name, seen in outages.items():
        print(
            f"{what} {name}: /readyz 503 after {seen.noticed:.2f} s (bar 5), /livez 200, "
            f"{len(seen.refused)} of {len(seen.refused)} /score 503 with Retry-After, the slowest "
            f"after {seen.slowest:.2f} s (bar 2), ready again after {seen.healed:.2f} s"
        )


def swaps(asked: argparse.Namespace) -> None:
    """Promote new champions."""
    with progress_bar() as report, _folder() as folder:

        def told(seen: Swaps) -> None:
            report("swaps", seen.swaps / asked.swaps)

        seen = swap_under_load(folder / "home", asked.swaps, told)
    failures = dict(vars(seen).pop("failures"))
    _print("swaps", vars(seen), seen.failed + seen.mixed)
    if failures:
        print(f"  failed: {failures}")


def stop(_: argparse.Namespace) -> None:
    """Stop in order."""
    with _folder() as folder:
        seen = stop_under_load(folder / "home", _DRAIN_SECONDS)
    _print("SIGTERM", vars(seen), seen.sent - seen.answered_well + seen.exit_code)


def _print(what: str, figures: dict[str, float], faults: int) -> None:
    told = ", ".join(f"{name} {value:g}" for name, value in figures.items())
    print(f"{what}: {told}: {faults} faults (bar 0)", flush=True)


PARTS = {
    "kill-sqlite": kill_sqlite,
    "kill-postgresql": kill_postgresql,
    "down": down,
    "disk": disk,
    "swaps": swaps,
    "stop": stop,
}


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--swaps", type=int, default=50)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    asked = parser.parse_args()
    for name in asked.only:
        PARTS[name](asked)


if __name__ == "__main__":
    main()
