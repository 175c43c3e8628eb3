"""Applications of the small contract with outcomes from a known risk."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.contract import Contract, Split
from scoring.calibration import probability
from scoring.vector import FloatArray
from tests.bundles import small_columns, small_contract


@dataclass(frozen=True)
class Simulated:
    """What training takes, and the truth behind it."""

    columns: pd.DataFrame
    keys: pd.DataFrame
    as_of: "pd.Series[Any]"
    y: FloatArray
    true_pd: FloatArray

    def shuffled(self, seed: int = 9) -> "Simulated":
        """Give the same rows in another order, with a fresh index."""
        order = np.random.default_rng(seed).permutation(len(self.y))
        return Simulated(
            self.columns.iloc[order].reset_index(drop=True),
            self.keys.iloc[order].reset_index(drop=True),
            self.as_of.iloc[order].reset_index(drop=True),
            self.y[order],
            self.true_pd[order],
        )


def simulate(n: int = 3000, seed: int = 3, *, applicants: int | None = None) -> Simulated:
    """``n`` applications over a year; repeat borrowers when there are fewer ``applicants``."""
    rng = np.random.default_rng(seed + 100)
    raw = small_columns(n, seed)
    late = np.array(raw["late_days"], dtype=np.float64)
    farming = np.array([trade == "farming" for trade in raw["trade"]])
    size = np.log(np.array(raw["amount"], dtype=np.float64)) - 9
    pd_true = probability(-4.0 + 0.3 * late + 1.0 * farming + 0.5 * size)
    person = np.arange(n) if applicants is None else rng.integers(0, applicants, n)
    keys = {
        "application": [f"loan-{i:06d}" for i in range(n)],
        "applicant": [f"client-{i:06d}" for i in person],
        "branch": None,
        "officer": None,
    }
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 365, n)), "D")
    return Simulated(
        columns=pd.DataFrame({name: _typed(values) for name, values in raw.items()}),
        keys=pd.DataFrame(keys, dtype=object),
        as_of=pd.Series(days, name="as_of", dtype="datetime64[us]"),
        y=(rng.random(n) < pd_true).astype(np.float64),
        true_pd=pd_true,
    )


def timed_contract() -> Contract:
    """The small contract, split by time."""
    plan = Split(method="time", test=0.25, calibration=0.15)
    return small_contract().model_copy(update={"split": plan})


def _typed(values: list[Any]) -> "pd.Series[Any]":
    if any(isinstance(value, str) for value in values):
        return pd.Series(values, dtype=object)
    return pd.Series(values, dtype=np.float64)
