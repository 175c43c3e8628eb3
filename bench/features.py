"""Seconds and memory for the features of millions of mobile-money transactions.

    python bench/features.py [--quick] [--engine spark] [--transactions N]

100,000 applications, 1 and 10 million transactions (1 million with ``--quick`` and on Spark),
every kind of feature of the contract ``microloan`` and of ``EXTRA``. Each size runs in a child
process that reads the transactions from Parquet, so that its peak memory is its own; reading is
not counted in the time but is in the memory. Prints the growth from the smaller to the larger.
On Spark, memory and processor time are those of Python alone: Java has ``spark.driver.memory``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.contract import Contract, Feature
from data.contract_loading import load_contract
from data.features.applications import build_applications
from data.features.engine import EngineName

APPLICATIONS = 100_000
SIZES = (1_000_000, 10_000_000)
MOST_SECONDS, MOST_GB = 60.0, 4.0
THREADS = 2
KINDS = ("cash_in", "transfer_in", "cash_out", "transfer_out", "bill", "airtime", "merchant")
DAY = 86_400
EXTRA = {
    "week_slope": {"function": "slope", "value": "amount", "per": {"days": 7}},
    "week_std": {"function": "std", "value": "amount", "per": {"days": 7}},
    "parties": {"function": "count", "per": {"column": "counterparty"}},
    "parties_kept": {"function": "kept", "per": {"column": "counterparty"}},
}


def _contract() -> Contract:
    """The mobile-money features of ``microloan`` and ``EXTRA``, one pass for each kind."""
    contract = load_contract("microloan")
    wanted = {
        name: f for name, f in contract.features.items() if f.aggregate is not None
        and f.aggregate.table == "mobile_money"
    }  # fmt: skip
    for name, extra in EXTRA.items():
        given = {"table": "mobile_money", "window_days": 84, **extra}
        title = next(iter(wanted.values())).title.model_dump()
        feature = {"source": "mobile_money", "title": title, "aggregate": given}
        wanted[name] = Feature.model_validate_json(json.dumps(feature), strict=True)
    return contract.model_copy(update={"features": wanted})


def _tables(transactions: int) -> dict[str, pa.Table]:
    r = np.random.default_rng(1)
    n, start = transactions, np.datetime64("2024-06-01", "s")
    clients = pa.array(np.char.add("C", np.arange(APPLICATIONS).astype(str)))
    asked = start + r.integers(0, 180 * DAY, APPLICATIONS).astype("m8[s]")
    owner = r.integers(0, APPLICATIONS, n)
    at = asked[owner] - r.integers(-10 * DAY, 110 * DAY, n).astype("m8[s]")
    kind = r.integers(0, len(KINDS), n)
    parties = pa.array([f"{i:012x}" for i in range(4000)])
    loans = pa.table({"application_id": clients, "applicant_id": clients, "applied_at": asked})
    wallet = pa.table(
        {
            "applicant_id": clients.take(pa.array(owner)),
            "transaction_id": np.arange(n),
            "at": at,
            "posted_at": at + r.integers(1, 3 * DAY, n).astype("m8[s]"),
            "direction": pa.array(["in", "out"]).take(pa.array((kind >= 2).astype(np.int64))),
            "kind": pa.array(KINDS).take(pa.array(kind)),
            "amount": np.round(r.lognormal(8, 1, n)),
            "balance_after": np.round(r.lognormal(9, 1, n)),
            "counterparty": parties.take(pa.array((r.random(n) ** 2.5 * 4000).astype(np.int64))),
        }
    )
    return {"applications": loans, "mobile_money": wallet}


def _make(transactions: int, folder: Path) -> None:
    for name, table in _tables(transactions).items():
        pq.write_table(table, folder / f"{name}.parquet")


def _child(folder: Path, engine: EngineName) -> None:
    """One size: print its seconds and peak memory as JSON."""
    contract = _contract()
    names = ("applications", "mobile_money")
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in names}
    start, before = time.perf_counter(), time.process_time()
    inputs = build_applications(contract, tables, engine=engine).inputs
    seconds, cpu = time.perf_counter() - start, time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    filled = float(inputs.notna().to_numpy().mean())
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": cpu,
                "gb": peak,
                "features": inputs.shape[1],
                "filled": filled,
            }
        )
    )


def _measured(size: int, engine: str) -> dict[str, float]:
    """Make ``size`` transactions in one process, and compute their features in another."""
    with tempfile.TemporaryDirectory(prefix="microscore-bench-") as folder:
        again = [sys.executable, __file__]
        subprocess.run([*again, "--make", folder, "--transactions", str(size)], check=True)
        command = [*again, "--child", folder, "--engine", engine]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def main() -> None:
    """Print seconds and memory of each size, and the growth."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="1 million transactions alone")
    parser.add_argument("--engine", choices=get_args(EngineName), default="duckdb")
    parser.add_argument("--transactions", type=int, help="this size alone")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        _make(options.transactions, options.make)
        return
    if options.child:
        _child(options.child, options.engine)
        return
    sizes = SIZES[: 1 if options.quick or options.engine == "spark" else 2]
    sizes = (options.transactions,) if options.transactions else sizes
    print(f"{APPLICATIONS:,} applications, {options.engine}, load {os.getloadavg()[0]:.1f}")
    found = []
    for size in sizes:
        found.append(_measured(size, options.engine))
        one = found[-1]
        print(
            f"{size:>12,} transactions, {one['features']} features: {one['seconds']:.1f} s "
            f"({one['cpu']:.1f} s of processor), peak {one['gb']:.2f} GB"
        )
    if len(found) > 1:
        seconds, memory = (found[1][k] / found[0][k] for k in ("seconds", "gb"))
        print(f"growth for 10 times as many: time x {seconds:.1f}, memory x {memory:.1f}")
        print(f"bars: {MOST_SECONDS:.0f} s and {MOST_GB:.0f} GB at 10 million")


if __name__ == "__main__":
    main()
