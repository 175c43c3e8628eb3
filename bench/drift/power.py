"""Power at 1 % a run for six faults, and how often the feature at fault stands first.

    python bench/drift/power.py [--quick] [--replicates N] [--nannyml PYTHON]

The reference is split anew in every replicate. Beside it the tools of today (``beside.py``), any
column; at small n they alarm without a fault as well, see false_alarms.py. ``--nannyml`` names
the Python of an environment that has NannyML.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

from bench.drift.beside import TOOLS, Beside
from bench.drift.cards import Frame, is_alarm, ours, reference_of, resplit
from bench.drift.faults import FAULTS, YOUNG, younger
from drift.null import Nulls

POOL = 3000
POWER, FIRST = 0.95, 0.90


def windows(pool: Frame, rng: np.random.Generator) -> dict[str, tuple[str, Frame]]:
    """Fault to the column at fault and a window that has it."""
    out = {YOUNG: ("AGE", younger(pool, 500, rng))}
    for fault in FAULTS:
        rows = rng.choice(POOL, fault.n, replace=False)
        window = {name: values[rows] for name, values in pool.items()}
        window[fault.column] = fault.change(window[fault.column], rng)
        out[f"{fault.name}, {fault.column}, n = {fault.n}"] = fault.column, window
    return out


def run(replicates: int, others: int, beside: Beside) -> dict[str, list[tuple[bool, bool]]]:
    """Fault to whether we alarmed and whether the column at fault stood first, a replicate each."""
    seen: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for i in range(replicates):
        rng = np.random.default_rng([7, i])
        frame, pool = resplit(rng, POOL)
        reference, nulls = reference_of(frame), Nulls()
        for name, (column, window) in windows(pool, rng).items():
            report = ours(reference, window, nulls)
            seen[name].append((is_alarm(report), report.at_fault[:1] == (column,)))
            beside.report(name, report)
            if i < others:
                beside.window(name, reference, frame, window)
    return seen


def main() -> None:
    """Print fault | power | first | tools of today."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--others", type=int, default=10)
    parser.add_argument("--nannyml", metavar="PYTHON")
    asked = parser.parse_args()
    replicates, others = (1, 1) if asked.quick else (asked.replicates, asked.others)
    short = []
    with tempfile.TemporaryDirectory() as folder:
        beside = Beside(asked.nannyml, Path(folder))
        seen = run(replicates, others, beside)
        print(f"{replicates} replicates ({others} for Evidently and NannyML)")
        print(f"{'fault':<46} | power (>= .95) | first (>= .90) | {' | '.join(TOOLS)}")
        for name, found in seen.items():
            power, first = np.mean(found, axis=0)
            theirs = zip(TOOLS, beside.shares(name), strict=True)
            told = " | ".join(share.ljust(len(tool)) for tool, share in theirs)
            print(f"{name:<46} | {power:<14.3f} | {first:<14.3f} | {told}")
            if power < POWER or first < FIRST:
                short.append(name)
    if short and not asked.quick:
        raise SystemExit(f"below the bar: {'; '.join(short)}")


if __name__ == "__main__":
    main()
