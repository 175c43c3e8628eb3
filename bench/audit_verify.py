"""How long ``microscore audit verify`` takes over a long chain; bar: a million rows in 60 s.

    python -m bench.audit_verify [--quick] [--rows N] [--bytes B] [--url URL]

Decisions are made in bulk, as large as those of a contract with 60 features; the chain, the
sealed content and every index are as the server makes them. The database is in a temporary
folder unless ``--url`` says otherwise, and not larger than memory, so what is measured is the
processor's work.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data.store import open_store
from data.store.decisions import Decision
from data.store.ledger import Ledger
from data.store.verify import verify
from data.vault import Vault

GROUP = 1_000
QUICK = 20_000


def decisions(rows: int, size: int) -> Iterator[list[Decision]]:
    rng = random.Random(1)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for first in range(0, rows, GROUP):
        yield [
            Decision(
                decision_id=f"{rng.getrandbits(128):032x}",
                created_at=start + timedelta(milliseconds=n),
                key_id="benchkey",
                branch=f"B-{n % 40}",
                officer=None,
                application_id=f"A-{n}",
                applicant_id=f"P-{rng.randrange(rows)}",
                model_version="small-0123456789ab",
                contract_hash="0" * 64,
                policy_version="1",
                pd=rng.random(),
                log_odds=rng.random(),
                points=600,
                band="A",
                recommendation="approve",
                request=rng.randbytes(size // 3),
                record=rng.randbytes(size - size // 3),
            )
            for n in range(first, min(first + GROUP, rows))
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--bytes", type=int, default=3_000)
    parser.add_argument("--url")
    asked = parser.parse_args()
    rows = QUICK if asked.quick else asked.rows
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(asked.url or f"sqlite:///{folder}/store.db")
        store.migrate()
        vault = Vault.open(Path(folder) / "vault")
        ledger = Ledger(store, vault)
        begun = time.perf_counter()
        for group in decisions(rows, asked.bytes):
            with store.write() as connection:
                ledger.append(connection, group)
        built = time.perf_counter() - begun
        begun, worked = time.perf_counter(), time.process_time()
        verdict = verify(store, vault, [])
        seconds, worked = time.perf_counter() - begun, time.process_time() - worked
        store.close()
    assert not verdict.faults
    assert verdict.rows == rows
    print(f"built {rows} rows of {asked.bytes} bytes in {built:.1f} s")
    print(
        f"verified in {seconds:.1f} s ({worked:.1f} s of processor): {rows / seconds:,.0f} rows/s"
    )
    print(f"a million rows: {seconds / rows * 1e6:.0f} s (bar: 60 s)")


if __name__ == "__main__":
    main()
