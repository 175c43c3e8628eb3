"""What a bundle keeps of its data: golden rows, a reference sample and where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from io import BytesIO

import numpy as np

from scoring.bundle import Golden
from scoring.scorer import Scorer
from scoring.vector import FloatArray

GOLDEN_ROWS = 32
REFERENCE_ROWS = 5000
PD_COLUMN, BAD_COLUMN = "_pd", "_bad"
"""Columns of the reference sample beside the features, whose names begin with a letter."""


def golden(scorer: Scorer, matrix: FloatArray) -> Golden:
    """GOLDEN_ROWS rows of ``matrix``, from the most complete to the emptiest, and an empty one."""
    by_gaps = np.argsort(np.isnan(matrix).sum(axis=1), kind="stable")
    count = min(GOLDEN_ROWS - 1, len(matrix))
    rows = matrix[by_gaps[np.linspace(0, len(matrix) - 1, count).astype(np.intp)]]
    rows = np.vstack([rows, np.full(matrix.shape[1], np.nan)])
    log_odds = scorer.score_matrix(rows, explain=False).log_odds
    values = tuple(tuple(None if np.isnan(v) else float(v) for v in row) for row in rows)
    return Golden(rows=values, log_odds=tuple(map(float, log_odds)))


def reference(
    features: Sequence[str], matrix: FloatArray, pd: FloatArray, y: FloatArray, seed: int
) -> bytes:
    """Parquet of at most REFERENCE_ROWS random rows: features, PD and outcome (NaN: none)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = np.arange(len(matrix))
    if len(rows) > REFERENCE_ROWS:
        drawn = np.random.default_rng(seed).choice(len(rows), REFERENCE_ROWS, replace=False)
        rows = np.sort(drawn)
    columns = {name: pa.array(matrix[rows, j]) for j, name in enumerate(features)}
    columns |= {PD_COLUMN: pa.array(pd[rows]), BAD_COLUMN: pa.array(y[rows])}
    buffer = BytesIO()
    pq.write_table(pa.table(columns), buffer, compression="zstd")
    return buffer.getvalue()


def versions() -> dict[str, str]:
    """Versions of what decides the numbers."""
    names = ("microscore", "lightgbm", "numpy", "scipy", "imbalanced-learn", "scikit-learn")
    return {name: version(name) for name in names}
