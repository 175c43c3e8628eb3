"""False alarms a run, nominal 1 %: nothing happened, and the reference is split anew each time.

    python bench/drift/false_alarms.py [--quick] [--replicates N] [--nannyml PYTHON]

A run is alarmed when anything would be told to anybody: for us any layer, for the tools of today
any column. NannyML runs where the Python of an environment of its own is named; its default is
Jensen-Shannon distance with thresholds from chunks of the reference.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from bench.drift.cards import Frame, is_alarm, ours, reference_of, resplit
from drift.evidently_adapter import drifted, evidently_values

SIZES = (200, 500, 1000, 3000)
BAR = 0.02


def run(n: int, replicates: int, others: int, folder: Path | None) -> list[float]:
    """Shares of alarmed runs: ours, PSI 0.1, PSI 0.25 and Evidently's (``others`` replicates)."""
    alarmed: list[list[float]] = [[], [], [], []]
    for i in range(replicates):
        frame, window = resplit(np.random.default_rng([n, i]), n)
        reference = reference_of(frame)
        report = ours(reference, window)
        psi = max(f.psi for f in report.against[0].features)
        for column, alarm in zip(alarmed, (is_alarm(report), psi > 0.1, psi > 0.25), strict=False):
            column.append(float(alarm))
        if i < others:
            values = evidently_values(reference, reference.matrix(window, n))
            alarmed[3].append(float(bool(drifted(values))))
            if folder is not None:
                _keep(folder / f"{n}-{i}", frame, window)
    return [float(np.mean(a)) for a in alarmed]


def _keep(folder: Path, reference: Frame, window: Frame) -> None:
    folder.mkdir()
    for name, frame in (("reference", reference), ("window", window)):
        pd.DataFrame(frame).to_csv(folder / f"{name}.csv", index=False)


def nannyml(python: str, folder: Path, n: int) -> float:
    """Share of the kept runs that NannyML alarms in."""
    script = Path(__file__).with_name("nannyml_alarms.py")
    pairs = sorted(map(str, folder.glob(f"{n}-*")))
    command = [python, "-W", "ignore", str(script), str(n), *pairs]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(np.mean(json.loads(done.stdout.splitlines()[-1])))


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
    print("n    | ours  | bar     | PSI 0.1 | PSI 0.25 | Evidently | NannyML")
    worst = 0.0
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) if asked.nannyml else None
        for n in sizes:
            found, psi_01, psi_025, evidently = run(n, replicates, others, folder)
            theirs = f"{nannyml(asked.nannyml, folder, n):.2f}" if folder else "not installed"
            worst = max(worst, found)
            print(
                f"{n:<4} | {found:.3f} | <= {BAR:.2f} | {psi_01:<7.2f} | {psi_025:<8.2f} | "
                f"{evidently:<9.2f} | {theirs}",
                flush=True,
            )
    if worst > BAR and not asked.quick:
        raise SystemExit("more false alarms than the bar")


if __name__ == "__main__":
    main()
