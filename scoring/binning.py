"""Optimal bins of one feature (optbinning): the only file that imports that library."""

from __future__ import annotations

import contextlib
import io
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scoring.vector import FloatArray

Monotone = Literal["increasing", "decreasing", None]
MOST_BINS = 6
SMALLEST_BIN = 0.05
_TREND = {"increasing": "ascending", "decreasing": "descending", None: "auto_asc_desc"}
_SECONDS = 20


def cuts(column: FloatArray, y: FloatArray, monotone: Monotone) -> tuple[float, ...]:
    """Upper limits of all bins but the last, so that bad rates rise or fall from bin to bin.

    ``column`` (n) may hold NaN, which takes no part; ``y`` (n) is 1 bad, 0 good. ``monotone``
    fixes the direction of the bad rate. Navas-Palencia, "Optimal binning: mathematical
    programming formulation" (2020), by constraint programming.
    """
    known = ~np.isnan(column)
    if len(np.unique(column[known])) < 2:
        return ()
    binning = _optbinning()(
        dtype="numerical",
        solver="cp",
        monotonic_trend=_TREND[monotone],
        max_n_bins=MOST_BINS,
        min_bin_size=SMALLEST_BIN,
        time_limit=_SECONDS,
    )
    binning.fit(column[known], y[known].astype(np.intp))
    return tuple(float(cut) for cut in binning.splits)


def groups(codes: FloatArray, y: FloatArray) -> tuple[tuple[int, ...], ...]:
    """Categories (their codes) that share a bin, from the safest bin to the riskiest."""
    known = ~np.isnan(codes)
    present: NDArray[Any] = np.unique(codes[known])
    if len(present) < 2:
        return (tuple(int(c) for c in present),) if len(present) else ()
    binning = _optbinning()(
        dtype="categorical",
        solver="cp",
        max_n_bins=MOST_BINS,
        min_bin_size=SMALLEST_BIN,
        time_limit=_SECONDS,
    )
    binning.fit(codes[known], y[known].astype(np.intp))
    found = [tuple(sorted(int(c) for c in part)) for part in binning.splits]
    rate = {part: float(y[np.isin(codes, part)].mean()) for part in found}
    return tuple(sorted(found, key=lambda part: (rate[part], part)))


def _optbinning() -> Any:
    """The class; a solver that it does not need says on import that it is not there."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from optbinning import OptimalBinning
    return OptimalBinning
