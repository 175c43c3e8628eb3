"""Small populations with known ways to drift: four numbers that hang together and a category."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from drift.reference import Reference

Columns = dict[str, NDArray[Any]]
TRADES = {"trade": ("farming", "retail", "transport", "fishing")}


def people(n: int, seed: int) -> Columns:
    """``n`` rows: income and loan (correlated .8), late months (counts), phone (10 % missing)."""
    rng = np.random.default_rng(seed)
    income = rng.standard_normal(n)
    loan = 0.8 * income + 0.6 * rng.standard_normal(n)
    phone = np.where(rng.random(n) < 0.1, np.nan, rng.standard_normal(n) + 0.5 * income)
    trade = rng.choice(np.array(TRADES["trade"], dtype=object), n, p=[0.5, 0.3, 0.18, 0.02])
    return {
        "income": np.exp(10 + income),
        "loan": np.round(np.exp(8 + loan)),
        "late": rng.poisson(1.5, n).astype(np.float64),
        "phone": phone,
        "trade": trade,
    }


def reference(n: int = 2000, seed: int = 0) -> Reference:
    """A reference without a model."""
    return Reference.of_columns(people(n, seed), TRADES)
