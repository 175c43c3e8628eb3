"""Seconds to score 100,000 stored requests with a new challenger, every pair durable.

    python bench/shadow/replay.py [--quick]

The model of ``bench/servers/portfolio.py`` (300 trees x 31 leaves, 60 features) is champion and
challenger. The time is all of ``microscore shadow replay``: its process, proof of both bundles,
reading and opening the requests, matrix, score and first reason of the challenger, the champion
once more, both hashes, and the insert.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.settings import Settings
from api.wiring import open_ledger, open_registry
from bench.servers.portfolio import applications, bundle, matrix
from scoring.bundle import Bundle
from scoring.kernel.build import library_path
from scoring.scorer import Scorer
from scoring.sealing import write_bundle
from scoring.service import Application, decide
from scoring.signing import SigningKey
from tests.gates import CLEARED

BAR_SECONDS, ROWS = 30.0, 100_000
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
CHUNK = 2_000


def register(settings: Settings, made: Bundle) -> str:
    """Seal and register a bundle."""
    key = SigningKey.load_or_create(settings.keys_folder)
    with open_registry(settings) as registry:
        sealed = write_bundle(made, registry.models_folder, key)
        return registry.register(sealed, "bench").version


def fill(settings: Settings, version: str, rows: int) -> None:
    """Store ``rows`` decisions of the champion."""
    scorer = Scorer(bundle(), version)
    with open_ledger(settings) as (store, ledger):
        for start in range(0, rows, CHUNK):
            asked = [
                Application(
                    application_id=body["application_id"],
                    applicant_id=body["applicant_id"],
                    branch=None,
                    officer=None,
                    values={n: v for part in body["sources"].values() for n, v in part.items()},
                    masked={},
                    request=json.dumps(body).encode(),
                )
                for body in applications(matrix(CHUNK, start))
            ]
            made = decide(scorer, asked, "bench", START + timedelta(seconds=start))
            with store.write() as connection:
                ledger.append(connection, made)


def main() -> None:
    """Print seconds | bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="10,000 rows")
    rows = ROWS // 10 if parser.parse_args().quick else ROWS
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), store_url=None)
        champion = register(settings, bundle())
        later = replace(bundle(), lineage={**bundle().lineage, "seed": 1})
        challenger = register(settings, later)
        with open_registry(settings) as registry:
            registry.promote(champion, CLEARED, "bench")
        fill(settings, champion, rows)
        command = ["-m", "api.cli", "shadow", "replay", "--model", challenger]
        command += ["--since", "2026-01-01", "--json"]
        environment = os.environ | {"MICROSCORE_HOME": folder}
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *command], env=environment, capture_output=True, check=False
        )
        seconds = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    told = json.loads(done.stdout)
    built = "built" if library_path().exists() else "NOT built"
    print(f"{told['paired']} pairs, {told['errors']} errors; kernel {built}, "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
    bar = BAR_SECONDS * rows / ROWS
    print(f"{seconds:.1f} s for {rows} (bar {bar:.0f} s), {rows / seconds:,.0f} a second")
    if seconds > BAR_SECONDS:
        raise SystemExit("above the bar")


if __name__ == "__main__":
    main()
