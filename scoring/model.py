"""The trees at work: margins and exact TreeSHAP contributions of matrix rows."""

from concurrent.futures import ThreadPoolExecutor

import lightgbm as lgb
import numpy as np

from scoring import tree_text
from scoring.kernel import load_kernel
from scoring.vector import FloatArray

ROWS_A_TASK = 256


class Model:
    """A LightGBM text model; explained by the native kernel where it was built.

    ``threads``: 1 in the server (one row is fastest so), more for batches.
    """

    def __init__(self, text: str, threads: int = 1) -> None:
        self._booster = lgb.Booster(model_str=text)
        self._kernel = load_kernel(tree_text.check(text))
        self._threads = threads

    def margins(self, matrix: FloatArray) -> FloatArray:
        """Raw scores (n) of a matrix (n, k); the same bits with the kernel and without."""
        if self._kernel is not None and len(matrix) < ROWS_A_TASK:
            return self._kernel.margins(matrix)
        return self._predict(matrix, raw_score=True)

    def explain(self, matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Raw scores (n) and contributions (n, k + 1) with the base last; rows add up to the score.

        Path-dependent TreeSHAP (Lundberg et al. 2020). Kernel and LightGBM agree to 1e-9.
        """
        if self._kernel is None:
            contributions = self._predict(matrix, pred_contrib=True)
            return self._predict(matrix, raw_score=True), contributions
        if self._threads == 1 or len(matrix) <= ROWS_A_TASK:
            return self._kernel.explain(matrix)
        parts = [matrix[i : i + ROWS_A_TASK] for i in range(0, len(matrix), ROWS_A_TASK)]
        with ThreadPoolExecutor(self._threads) as pool:
            done = list(pool.map(self._kernel.explain, parts))
        return np.concatenate([m for m, _ in done]), np.concatenate([c for _, c in done])

    def _predict(self, matrix: FloatArray, **kind: bool) -> FloatArray:
        out = self._booster.predict(matrix, num_threads=self._threads, **kind)
        return np.asarray(out, dtype=np.float64)
