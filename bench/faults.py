"""How the real server stands up to faults.

    python -m bench.faults [--rounds N] [--swaps N] [--only NAME ...]

``kill``: kill -9 under load at moments drawn from a fixed seed, on SQLite and on PostgreSQL.
``down``: the database away in every way, and the times until the server says so and heals.
``disk``: a full disk (a small tmpfs where one can be mounted, a limit on file sizes elsewhere).
``swaps``: new champions under load. ``stop``: SIGTERM under load.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from api.cli.output import progress_bar
from tests.fault.killing import Figures, kill_rounds
from tests.fault.servers import own_server


def kill(asked: argparse.Namespace) -> None:
    """Kill on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        _kill("SQLite", Path(folder), None, asked.rounds)
    with own_server() as server, tempfile.TemporaryDirectory() as folder:
        _kill("PostgreSQL", Path(folder), server.url, asked.rounds)


def _kill(name: str, folder: Path, url: str | None, rounds: int) -> None:
    with progress_bar() as report:
        told: Callable[[Figures], None] = lambda f: report(f"kill {name}", f.rounds / rounds)  # noqa: E731
        figures = kill_rounds(folder / "home", url, rounds, told=told)
    print(f"kill -9, {name}: " + ", ".join(f"{k} {v}" for k, v in vars(figures).items()))
    print(f"  {'0 faults' if not figures.faults else 'FAULTS'} (bar: 0)")


PARTS = {"kill": kill}


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
