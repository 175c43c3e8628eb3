"""Rows a second of batch scoring over LightGBM's own, with reasons and without.

    python bench/batch.py [--quick] [--rows N]

1,000,000 rows (50,000 with ``--quick``) of the model of ``bench/servers/portfolio.py``, two
threads each.

Without reasons: columns of inputs to matrix, probability, points, band and recommendation, in
chunks as ``score-file`` makes them, over ``predict`` on the same matrix; nothing is read or
written. With reasons: the whole of ``microscore score`` but the reading of files (contributions,
reasons, Parquet as well), over ``pred_contrib`` on the matrix alone, on as many rows as it does in
a while (its rate does not depend on how many). Last a folder of parts as ``score-file`` does it,
in a process of its own, with reading and writing timed apart and the highest memory it held: that
of two parts as of many, as CHUNK rows are held at a time.

Bars: 0.8 of ``predict``; 10 times ``pred_contrib`` with the kernel.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd

from bench.servers.portfolio import CATEGORICAL, CATEGORIES, bundle, contract, feature_names, matrix
from data.features.applications import Applications
from data.features.parts import part_paths, read_chunks, write_parts
from scoring.batch import CHUNK, score_parts, score_to_parquet
from scoring.bundle import Bundle
from scoring.kernel.build import library_path
from scoring.scorer import Scorer

THREADS = 2
BAR, BAR_WITH_REASONS = 0.8, 10.0
THEIRS = 10_000
TURNS = 3
MEGABYTE = 1024


def main() -> None:
    """Print rates and ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="50,000 rows")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--parts", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.parts is not None:
        _parts(options.parts)
        return
    count = 50_000 if options.quick else options.rows
    built = "built" if library_path().exists() else "NOT built: python -m scoring.kernel"
    print(f"{count:,} rows, {THREADS} threads, load {os.getloadavg()[0]:.1f}; kernel {built}")
    rows = matrix(count, 3)
    keys, inputs = _inputs(rows)
    booster = lgb.Booster(model_str=bundle().model_text)
    scorer = Scorer(bundle(), "bench", threads=THREADS)
    _without_reasons(booster, scorer, rows, inputs)
    _with_reasons(booster, scorer, rows, keys, inputs)
    with tempfile.TemporaryDirectory() as folder:
        for parts in sorted({2, max(2, count // CHUNK)}):
            _folder(Path(folder) / str(parts), keys, inputs, parts)


def _without_reasons(
    booster: lgb.Booster, scorer: Scorer, rows: np.ndarray, inputs: pd.DataFrame
) -> None:
    columns = {str(name): inputs[name].to_numpy() for name in inputs}

    def ours() -> None:
        for start in range(0, len(rows), CHUNK):
            chunk = {name: values[start : start + CHUNK] for name, values in columns.items()}
            scorer.score(chunk, min(CHUNK, len(rows) - start), explain=False)

    theirs, own = [], []
    for _ in range(TURNS):  # in turn, so that a busy moment hits both
        theirs.append(_seconds(lambda: booster.predict(rows, num_threads=THREADS)))
        own.append(_seconds(ours))
    ratio = float(np.median(np.array(theirs) / np.array(own)))
    rates = [len(rows) / float(np.median(each)) for each in (theirs, own)]
    print(f"predict {rates[0]:,.0f} rows/s; microscore {rates[1]:,.0f} rows/s without reasons")
    print(f"ratio {ratio:.2f} (bar {BAR}) {'ok' if ratio >= BAR else 'SHORT'}", flush=True)


def _with_reasons(
    booster: lgb.Booster,
    scorer: Scorer,
    rows: np.ndarray,
    keys: pd.DataFrame,
    inputs: pd.DataFrame,
) -> None:
    part = rows[: min(THEIRS, len(rows) // 25)]

    def theirs() -> float:
        return _seconds(lambda: booster.predict(part, pred_contrib=True, num_threads=THREADS))

    with tempfile.TemporaryDirectory() as folder:
        before = theirs()
        own = _seconds(
            lambda: score_to_parquet(scorer, keys, inputs, Path(folder) / "scored.parquet")
        )
    rate, ours = 2 * len(part) / (before + theirs()), len(rows) / own
    ratio = ours / rate
    print(f"pred_contrib {rate:,.0f} rows/s; microscore {ours:,.0f} rows/s with reasons, written")
    held = "ok" if ratio >= BAR_WITH_REASONS else "SHORT"
    print(f"ratio {ratio:.1f} (bar {BAR_WITH_REASONS:.0f}) {held}", flush=True)


def _folder(folder: Path, keys: pd.DataFrame, inputs: pd.DataFrame, parts: int) -> None:
    """Write ``parts`` parts of CHUNK rows (or fewer) and score them in a process of its own."""
    size = min(CHUNK, len(keys) // parts)
    some = size * parts
    every = keys.assign(branch=None, officer=None)
    made = Applications(contract(), every.iloc[:some], None, inputs.iloc[:some])
    write_parts(made, None, folder, size)
    model = folder / "model"
    model.mkdir()
    for name, content in bundle().to_files().items():
        (model / name).write_bytes(content)
    command = [sys.executable, str(Path(__file__)), "--parts", str(folder)]
    root = str(Path(__file__).resolve().parents[1])
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": root})


def _parts(folder: Path) -> None:
    files = {file.name: file.read_bytes() for file in (folder / "model").iterdir()}
    scorer = Scorer(Bundle.from_files(files), "bench", threads=THREADS)
    paths, count = part_paths(contract(), folder), 0
    loaded = _peak()
    start = time.perf_counter()
    for path in paths:
        count += sum(len(part.keys) for part in read_chunks(contract(), path, CHUNK))
    reading = time.perf_counter() - start
    whole = _seconds(lambda: score_parts(scorer, folder, folder / "scored"))
    print(
        f"{len(paths)} parts, {count:,} rows: read in {reading:.1f} s, read, scored with reasons "
        f"and written in {whole:.1f} s; memory at most {_peak():.0f} MB ({loaded:.0f} MB before)",
        flush=True,
    )


def _inputs(rows: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keys and inputs of applications, as they come from files."""
    names = feature_names()
    words = np.array([*CATEGORIES, None], dtype=object)
    columns: dict[str, np.ndarray] = {}
    for j, name in enumerate(names):
        codes = np.where(np.isnan(rows[:, j]), len(CATEGORIES), rows[:, j])
        columns[name] = words[codes.astype(int)] if j < CATEGORICAL else rows[:, j]
    ids = [f"A-{i}" for i in range(len(rows))]
    return pd.DataFrame({"application": ids, "applicant": ids}), pd.DataFrame(columns)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


if __name__ == "__main__":
    main()
