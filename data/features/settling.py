"""From the raw result of an aggregate to the value of its feature."""

import numpy as np
from numpy.typing import NDArray

from data.contract import Feature


def settle(feature: Feature, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standardise, flag and clip ``values`` (n) as ``feature`` says; NaN stays missing."""
    a = feature.aggregate
    if a is not None and a.standardise is not None:
        values = (values - a.standardise.mean) / a.standardise.sd
    if a is not None and a.flag is not None:
        bound, limit = next(iter(a.flag.items()))
        kept = values >= limit if bound == "at_least" else values <= limit
        values = np.where(np.isnan(values), np.nan, kept.astype(np.float64))
    low, high = feature.range or (-np.inf, np.inf)
    return np.clip(values, low, high) + 0.0  # -0.0 becomes 0.0


def settled(feature: Feature, value: float) -> float:
    """``settle`` of one value."""
    return float(settle(feature, np.array([value]))[0])
