"""The six faults of the power benchmark, as what they do to a clean window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.drift.cards import Frame

Values = NDArray[Any]
Change = Callable[[Values, np.random.Generator], Values]


class Fault(NamedTuple):
    """A fault of one column at ``n`` rows."""

    name: str
    column: str
    n: int
    change: Change


def missing(values: Values, rng: np.random.Generator) -> Values:
    """5 % of the values are lost."""
    out = values.copy()
    out[_some(len(values), 0.05, rng)] = np.nan
    return out


def shuffled(values: Values, rng: np.random.Generator) -> Values:
    """Right values at the wrong rows: every marginal is as it was."""
    return rng.permutation(values)


def inflated(values: Values, rng: np.random.Generator) -> Values:  # noqa: ARG001
    """Ten percent more."""
    return values * 1.10


def later(values: Values, rng: np.random.Generator) -> Values:
    """A month more in arrears for a quarter of the rows."""
    out = values.copy()
    out[_some(len(values), 0.25, rng)] += 1
    return out


def thousandfold(values: Values, rng: np.random.Generator) -> Values:
    """2 % of the rows in another unit."""
    out = values.copy()
    out[_some(len(values), 0.02, rng)] *= 1000
    return out


def younger(pool: Frame, n: int, rng: np.random.Generator) -> Frame:
    """``n`` rows of a pool, with twice as many under 30 for each of the others."""
    young = pool["AGE"] < 30
    share = 2 * young.mean() / (1 + young.mean())
    wanted = round(share * n), n - round(share * n)
    sides = zip((young, ~young), wanted, strict=True)
    rows = np.concatenate([rng.choice(np.flatnonzero(at), k, replace=False) for at, k in sides])
    return {name: values[rows] for name, values in pool.items()}


def _some(n: int, share: float, rng: np.random.Generator) -> NDArray[np.intp]:
    return rng.choice(n, round(share * n), replace=False)


FAULTS = (
    Fault("5 % missing", "PAY_AMT1", 200, missing),
    Fault("correlation break", "BILL_AMT1", 200, shuffled),
    Fault("x1.10", "LIMIT_BAL", 1000, inflated),
    Fault("arrears +1 for 25 %", "PAY_0", 500, later),
    Fault("thousandfold in 2 %", "BILL_AMT1", 1000, thousandfold),
)
YOUNG = "young applicants x2, AGE, n = 500"
