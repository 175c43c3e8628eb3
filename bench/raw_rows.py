"""How long POST /score takes when a source comes as raw rows instead of feature values.

    python bench/raw_rows.py [--quick]

A model of the shipped contract is served in this process by the app's own code, with its store on
the disk. Each request is one application whose mobile-money statement has so many rows, of 90
days and thirty counterparties; feature values alone (no rows) are measured beside them. Counted is
all between the request and the durable reply: reading, strict checks of every row, features,
score, reasons, sealing, chain and commit; there is no network. The median and the 95th percentile
of requests one after the other are printed, with the bytes of the body.

Bar: 5,000 rows, the most that a request may have, in a second.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from api.examples import example_application
from api.raw_rows import MOST_ROWS
from data.contract_loading import load_contract
from tests.browser.lender import quick_bundle
from tests.web.world import World, home_settings, promote, served

SIZES = (0, 100, 1_000, MOST_ROWS)
REQUESTS, QUICK = 50, 8
DAYS, OTHERS = 90, 30
MOST_SECONDS = 1.0


def main() -> None:
    """Print a line for each number of rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few requests: noisy figures")
    count = QUICK if parser.parse_args().quick else REQUESTS
    print(f"{count} requests each, load {os.getloadavg()[0]:.1f}")
    print(" rows   body kB   median ms     95 % ms")
    with tempfile.TemporaryDirectory() as folder:
        settings = home_settings(Path(folder))
        promote(settings, quick_bundle())
        with served(settings, champion=False) as world:
            for rows in SIZES:
                size, spent = _measure(world, rows, count)
                median, high = np.quantile(spent, [0.5, 0.95])
                print(
                    f"{rows:5d} {size / 1e3:9.1f} {1e3 * median:11.1f} {1e3 * high:11.1f}",
                    flush=True,
                )
    held = "ok" if median <= MOST_SECONDS else "SHORT"
    print(f"{MOST_ROWS:,} rows in {median:.2f} s (bar {MOST_SECONDS:.0f} s) {held}")


def _measure(world: World, rows: int, count: int) -> tuple[int, list[float]]:
    """Bytes of a body, and the seconds of each of ``count`` requests after a first one."""
    headers = world.auth() | {"Content-Type": "application/json"}
    spent, size = [], 0
    for number in range(count + 1):
        body = json.dumps(_body(rows, number)).encode()
        start = time.perf_counter()
        reply = world.client.post("/score", content=body, headers=headers)
        spent.append(time.perf_counter() - start)
        if reply.status_code != 200:
            raise SystemExit(reply.text)
        size = len(body)
    return size, spent[1:]


def _body(rows: int, number: int) -> dict[str, Any]:
    """One application; with ``rows`` its statement comes as rows."""
    name = f"{rows}-{number}"
    body = example_application(load_contract("microloan"))
    body |= {"application_id": f"A-{name}", "applicant_id": f"C-{name}"}
    if rows:
        body["sources"]["mobile_money"] = {"rows": {"mobile_money": _statement(rows, number)}}
    return body


def _statement(rows: int, seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    days = np.sort(rng.uniform(0, DAYS, rows))[::-1]
    kinds = ("cash_in", "transfer_in", "cash_out", "transfer_out", "bill", "airtime", "merchant")
    made = []
    for i, ago in enumerate(days.tolist()):
        at = (end - timedelta(days=ago)).isoformat()
        kind = kinds[int(rng.integers(len(kinds)))]
        made.append(
            {
                "transaction_id": f"T-{i}",
                "at": at,
                "posted_at": at,
                "direction": "in" if kind.endswith("_in") else "out",
                "kind": kind,
                "amount": float(rng.integers(100, 50_000)),
                "balance_after": float(rng.integers(0, 200_000)),
                "counterparty": f"N-{int(rng.integers(OTHERS))}",
            }
        )
    return made


if __name__ == "__main__":
    main()
