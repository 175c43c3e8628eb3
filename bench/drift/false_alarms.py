"""False alarms a run, nominal 1 %: nothing happened, and the reference is split anew each time.

    python bench/drift/false_alarms.py [--quick] [--replicates N] [--nannyml PYTHON]

A run is alarmed when anything would be told to anybody: for us any layer, for the tools of today
any column (``beside.py``). ``--nannyml`` names the Python of an environment that has NannyML.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from bench.drift.beside import TOOLS, Beside
from bench.drift.cards import is_alarm, ours, reference_of, resplit

SIZES = (200, 500, 1000, 3000)
BAR = 0.02


def run(n: int, replicates: int, others: int, beside: Beside) -> float:
    """Share of runs that we alarm at; other tools see the first ``others``, PSI all."""
    alarmed = []
    for i in range(replicates):
        frame, window = resplit(np.random.default_rng([n, i]), n)
        reference = reference_of(frame)
        report = ours(reference, window)
        alarmed.append(is_alarm(report))
        beside.report(f"{n}", report)
        if i < others:
            beside.window(f"{n}", reference, frame, window)
    return float(np.mean(alarmed))


def main() -> None:
    """Print figure | bar | tools of today."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--replicates", type=int, default=300)
    parser.add_argument("--others", type=int, default=20)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--nannyml", metavar="PYTHON")
    asked = parser.parse_args()
    sizes, replicates, others = asked.sizes, asked.replicates, asked.others
    if asked.quick:
        sizes, replicates, others = (200,), 4, 1
    print(f"false alarms a run, nominal 1 %, {replicates} replicates ({others} for other tools)")
    print(f"n    | ours  | bar     | {' | '.join(TOOLS)}")
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        beside = Beside(asked.nannyml, Path(folder))
        for n in sizes:
            found = run(n, replicates, others, beside)
            worst = max(worst, found)
            theirs = zip(TOOLS, beside.shares(f"{n}"), strict=True)
            told = " | ".join(share.ljust(len(tool)) for tool, share in theirs)
            print(f"{n:<4} | {found:.3f} | <= {BAR:.2f} | {told}", flush=True)
    if worst > BAR and not asked.quick:
        raise SystemExit("more false alarms than the bar")


if __name__ == "__main__":
    main()
