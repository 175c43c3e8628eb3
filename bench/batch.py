"""Rows a second of scores with reasons, over LightGBM's ``pred_contrib`` on the same matrix.

    python bench/batch.py [--quick]

1,000,000 rows (50,000 with ``--quick``) of the model of ``bench/servers/portfolio.py``, two
threads each. Ours is the whole of ``microscore score`` but the reading of files: matrix from
columns, probability, contributions, reasons, Parquet. ``pred_contrib`` is timed on the matrix
alone, on as many rows as it does in a while (its rate does not depend on how many).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd

from bench.servers.portfolio import CATEGORICAL, CATEGORIES, bundle, feature_names, matrix
from scoring.batch import score_to_parquet
from scoring.kernel.build import library_path
from scoring.scorer import Scorer

THREADS = 2
BAR = 10.0
THEIRS = 10_000


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


def main() -> None:
    """Print both rates and their ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="50,000 rows")
    count = 50_000 if parser.parse_args().quick else 1_000_000
    built = "built" if library_path().exists() else "NOT built: python -m scoring.kernel"
    print(f"{count} rows, {THREADS} threads, load {os.getloadavg()[0]:.1f}; kernel {built}")
    rows = matrix(count, 3)
    booster = lgb.Booster(model_str=bundle().model_text)
    theirs = _theirs(booster, rows)
    scorer = Scorer(bundle(), "bench", threads=THREADS)
    keys, inputs = _inputs(rows)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        score_to_parquet(scorer, keys, inputs, Path(folder) / "scored.parquet")
        ours = count / (time.perf_counter() - start)
    theirs = (theirs + _theirs(booster, rows)) / 2
    print(f"pred_contrib {theirs:,.0f} rows/s; microscore {ours:,.0f} rows/s with reasons")
    print(f"ratio {ours / theirs:.1f} (bar {BAR:.0f} with the kernel)")


def _theirs(booster: lgb.Booster, rows: np.ndarray) -> float:
    part = rows[:THEIRS]
    start = time.perf_counter()
    booster.predict(part, pred_contrib=True, num_threads=THREADS)
    return len(part) / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
