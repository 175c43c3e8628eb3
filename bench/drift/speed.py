"""How long a check takes, beside Evidently: a window of 1,000 x 22 cards, and 1 million x 100.

    python bench/drift/speed.py [--quick] [--nannyml PYTHON]

The small window: layers 0 to 3 with a known null, as every run but the first of a reference has
it. The large one: everything (reference, null, check) in a process of its own, as its peak of
memory is measured too; ``--quick`` leaves it at 100,000 rows.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.drift.beside import Beside
from bench.drift.cards import cards, ours, reference_of, resplit
from drift.check import check
from drift.evidently_adapter import evidently_report
from drift.null import Nulls
from drift.reference import Reference
from drift.window import Window

SMALL, LARGE, MEMORY = 0.1, 60.0, 2.0


def small(nannyml: str | None, *, quick: bool) -> float:
    """Print and return the seconds of one small window."""
    frame, window = resplit(np.random.default_rng(1), 1000)
    reference, nulls = reference_of(frame), Nulls()
    start = time.perf_counter()
    ours(reference, window, nulls)
    first = time.perf_counter() - start
    times, processor = [], time.process_time()
    for _ in range(5 if quick else 30):
        start = time.perf_counter()
        ours(reference, window, nulls)
        times.append(time.perf_counter() - start)
    processor = (time.process_time() - processor) / len(times)
    median = float(np.median(times))
    print(
        f"1,000 x 22: {median:.3f} s, of the processor {processor:.3f} s (bar {SMALL} s); "
        f"the first, with its null, {first:.1f} s"
    )
    if nannyml is not None:
        with tempfile.TemporaryDirectory() as folder:
            beside = Beside(nannyml, Path(folder))
            beside.window("window", reference, frame, window)
            beside.shares("window")
        print(f"  NannyML, the window alone: {beside.seconds[0]:.1f} s")
    if not quick:
        matrix = cards()[0].vectorizer.matrix(window, 1000)
        evidently_report(reference, matrix)
        start = time.perf_counter()
        evidently_report(reference, matrix)
        print(f"  Evidently's report (imported before): {time.perf_counter() - start:.1f} s")
    return median


def large(rows: int) -> None:
    """Print seconds and peak memory (GB) of a whole check of ``rows`` x 100."""
    rng = np.random.default_rng(1)
    columns = {f"x{j:02}": _column(rng, j, 10_000) for j in range(100)}
    window = {name: _column(rng, j, rows) for j, name in enumerate(columns)}
    start = time.perf_counter()
    reference = Reference.of_columns(columns, {})
    check(reference, Window(window))
    seconds = time.perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)


def _column(rng: np.random.Generator, j: int, n: int) -> np.ndarray:
    """Normal, log-normal or counts by turns, every fourth with missing values."""
    values = rng.standard_normal(n)
    if j % 3 == 1:
        np.exp(values, out=values)
    elif j % 3 == 2:
        np.rint(values * 2, out=values)
    if j % 4 == 0:
        values[rng.random(n) < 0.1] = np.nan
    return values


def main() -> None:
    """Print figure, bar and tool of today."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--nannyml", metavar="PYTHON")
    parser.add_argument("--large", type=int, metavar="ROWS", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.large:
        large(asked.large)
        return
    quick = asked.quick
    seconds = small(asked.nannyml, quick=quick)
    rows = 100_000 if quick else 1_000_000
    command = [sys.executable, __file__, "--large", str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    taken, memory = map(float, done.stdout.split())
    print(
        f"{rows:,} x 100: {taken:.1f} s (bar {LARGE:.0f} s), {memory:.2f} GB (bar {MEMORY:.0f} GB)"
    )
    if not quick and (seconds > SMALL or taken > LARGE or memory >= MEMORY):
        raise SystemExit("slower or larger than the bar")


if __name__ == "__main__":
    main()
