"""The canary: a child process loads the model first and scores the golden rows.

LightGBM can abort the process on a text it does not like, and no ``try`` catches that. So a
child that may die, with limits on time and memory and without our environment, is asked first.
The text travels through a pipe: what the child saw is what the server loads.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import BundleError
from data.processes import stand_back
from scoring.bundle import Bundle
from scoring.vector import FloatArray

TIMEOUT = 30.0
MEMORY_BYTES = 4_000_000_000
ADDITIVITY = 1e-6
"""Largest gap between the sum of a row's contributions and its log-odds."""

_UNUSED = ("sklearn", "pandas", "pyarrow", "dask", "matplotlib", "graphviz")
_ROOT = Path(__file__).resolve().parents[1]


def prove(bundle: Bundle, timeout: float = TIMEOUT) -> None:
    """Score the golden rows of ``bundle`` in a child process of at most ``timeout`` seconds.

    Raises BundleError when the child dies, is too slow, or gives other log-odds than
    ``golden.json`` (to the last bit), or contributions that do not add up to them.
    """
    rows = bundle.golden.rows
    margin, contributions = _ask(json.dumps([bundle.model_text, rows]).encode(), timeout)
    if margin.shape != (len(rows),) or contributions.shape != (len(rows), len(rows[0]) + 1):
        raise BundleError("model.txt: gives scores of a wrong shape")
    check_golden(
        bundle,
        bundle.calibration.log_odds(margin),
        bundle.calibration.contributions(contributions),
    )


def check_golden(bundle: Bundle, log_odds: FloatArray, contributions: FloatArray) -> None:
    """Hold scores of the golden rows against ``golden.json``. Raises BundleError."""
    if log_odds.tolist() != list(bundle.golden.log_odds):
        raise BundleError("model.txt: does not give the log-odds of golden.json")
    gap = np.abs(contributions.sum(axis=1) - log_odds).max()
    if not gap <= ADDITIVITY:
        raise BundleError("model.txt: contributions do not add up to the log-odds")


def _ask(question: bytes, timeout: float) -> tuple[FloatArray, FloatArray]:
    try:
        child = subprocess.run(
            [sys.executable, "-m", "scoring.canary"],
            input=question,
            capture_output=True,
            cwd=_ROOT,
            env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            timeout=timeout,
            check=False,
        )
    except OSError:
        raise BundleError("model.txt: no child process could be started to prove it") from None
    except subprocess.TimeoutExpired:
        raise BundleError(f"model.txt: was not proved within {timeout:g} s") from None
    if child.returncode != 0:
        raise BundleError("model.txt: LightGBM refuses it or died of it in a child process")
    try:
        margin, contributions = json.loads(child.stdout)
        return np.array(margin, np.float64), np.array(contributions, np.float64)
    except ValueError:
        raise BundleError("model.txt: the child process gave no scores") from None


def _answer(question: Any) -> bytes:
    """Margins (n) and raw contributions (n, k + 1) of ``[model text, rows]`` as JSON."""
    import lightgbm as lgb

    text, rows = question
    matrix = np.array(rows, dtype=np.float64)
    booster = lgb.Booster(model_str=text)
    margin = booster.predict(matrix, raw_score=True, num_threads=1)
    contributions = booster.predict(matrix, pred_contrib=True, num_threads=1)
    return json.dumps([np.asarray(margin).tolist(), np.asarray(contributions).tolist()]).encode()


def _limit() -> None:
    """No more memory than MEMORY_BYTES (where the system can limit it), no core dump.

    And last in the queue for the processor: whoever waits for a score goes first.
    """
    stand_back()
    resource.setrlimit(resource.RLIMIT_CPU, (int(TIMEOUT) + 1,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _main() -> None:
    """Answer the question on standard input; whatever libraries print goes to standard error."""
    answers = os.dup(1)
    os.dup2(2, 1)
    _limit()
    sys.modules.update(dict.fromkeys(_UNUSED))  # type: ignore[arg-type]  # None: not importable
    with os.fdopen(answers, "wb") as file:
        file.write(_answer(json.loads(sys.stdin.buffer.read())))


if __name__ == "__main__":
    _main()
