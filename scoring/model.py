"""The trees at work: margins and exact TreeSHAP contributions of matrix rows."""

from concurrent.futures import ThreadPoolExecutor

import lightgbm as lgb
import numpy as np

from scoring import tree_text
from scoring.kernel import load_kernel, load_levels
from scoring.vector import FloatArray

ROWS_A_TASK = 256


class Model:
    """A LightGBM text model; explained by the native kernel, where it was built, or by numpy.

    A model outside the limits of both is explained by LightGBM. ``threads``: 1 in the server
    (one row is fastest so), more for batches.
    """

    def __init__(self, text: str, threads: int = 1) -> None:
        self._booster = lgb.Booster(model_str=text)
        trees = tree_text.check(text)
        self._kernel = load_kernel(trees)
        self._levels = None if self._kernel else load_levels(trees)
        self._threads = threads

    def margins(self, matrix: FloatArray) -> FloatArray:
        """Raw scores (n) of a matrix (n, k); the same bits with the kernel and without."""
        if self._kernel is not None and len(matrix) < ROWS_A_TASK:
            return self._kernel.margins(matrix)
        return self._predict(matrix, raw_score=True)

    def explain(self, matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Raw scores (n) and contributions (n, k + 1) with the base last; rows add up to the score.

        Path-dependent TreeSHAP (Lundberg et al. 2020). Kernel and numpy agree to the last bit,
        both agree with LightGBM to 1e-9.
        """
        if self._threads == 1 or len(matrix) <= ROWS_A_TASK:
            return self._explain(matrix)
        parts = [matrix[i : i + ROWS_A_TASK] for i in range(0, len(matrix), ROWS_A_TASK)]
        with ThreadPoolExecutor(self._threads) as pool:
            done = list(pool.map(self._explain, parts))
        return np.concatenate([m for m, _ in done]), np.concatenate([c for _, c in done])

    def _explain(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        if self._kernel is not None:
            return self._kernel.explain(rows)
        margins = self._predict(rows, raw_score=True)
        if self._levels is not None:
            return margins, self._levels.contributions(rows)
        return margins, self._predict(rows, pred_contrib=True)

    def _predict(self, matrix: FloatArray, **kind: bool) -> FloatArray:
        out = self._booster.predict(matrix, num_threads=self._threads, **kind)
        return np.asarray(out, dtype=np.float64)
