"""Power at 1 % a run for six faults, and how often the feature at fault stands first.

    python bench/drift/power.py [--quick] [--replicates N]

The reference is split anew in every replicate. Beside it PSI above 0.1 in any column, and
Evidently's default (any column; all columns alarm at small n without a fault, see
false_alarms.py).
"""

from __future__ import annotations

import argparse
from collections import defaultdict

import numpy as np

from bench.drift.cards import Frame, is_alarm, ours, reference_of, resplit
from bench.drift.faults import FAULTS, YOUNG, younger
from drift.evidently_adapter import drifted, evidently_values
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


def main() -> None:
    """Print fault | power | first | tools of today."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--others", type=int, default=10)
    asked = parser.parse_args()
    replicates, others = (1, 0) if asked.quick else (asked.replicates, asked.others)
    seen: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    theirs: dict[str, list[bool]] = defaultdict(list)
    for i in range(replicates):
        rng = np.random.default_rng([7, i])
        frame, pool = resplit(rng, POOL)
        reference, nulls = reference_of(frame), Nulls()
        for name, (column, window) in windows(pool, rng).items():
            report = ours(reference, window, nulls)
            psi = max(f.psi for f in report.against[0].features)
            seen[name].append((is_alarm(report), report.at_fault[:1] == (column,), psi > 0.1))
            if i < others:
                matrix = reference.matrix(window, len(window[column]))
                theirs[name].append(bool(drifted(evidently_values(reference, matrix))))
    print(f"{replicates} replicates ({others} for Evidently)")
    print(f"{'fault':<46} | power (>= .95) | first (>= .90) | PSI 0.1 | Evidently")
    short = []
    for name, found in seen.items():
        power, first, psi = np.mean(found, axis=0)
        other = f"{np.mean(theirs[name]):.2f}" if others else "-"
        print(f"{name:<46} | {power:<14.3f} | {first:<14.3f} | {psi:<7.2f} | {other}")
        if power < POWER or first < FIRST:
            short.append(name)
    if short and not asked.quick:
        raise SystemExit(f"below the bar: {'; '.join(short)}")


if __name__ == "__main__":
    main()
