"""A portfolio of the small contract whose women are scored lower, as much as a test asks for."""

import numpy as np
import pandas as pd
from scipy.special import expit

from data.features.applications import Applications
from fairness.sample import Sample, draw
from scoring.scorer import Scorer
from scoring.vector import FloatArray
from tests.bundles import small_bundle, small_columns, small_contract

VERSION = "small-0123456789ab"


def scorer() -> Scorer:
    """The small model."""
    return Scorer(small_bundle(), VERSION)


def portfolio(
    n: int = 3000, *, later: int = 0, not_stated: int = 5, seed: int = 3
) -> tuple[Applications, FloatArray, pd.DataFrame]:
    """Applications, outcomes and groups; women are ``later`` days later than they were.

    ``not_stated`` applicants stated no sex; a third have no outcome.
    """
    rng = np.random.default_rng([seed, n])
    contract = small_contract()
    inputs = pd.DataFrame(small_columns(n, seed))[list(contract.inputs)]
    women = rng.random(n) < 0.45
    inputs["late_days"] = inputs["late_days"] + later * women
    sex = np.where(women, "F", "M").astype(object)
    sex[:not_stated] = "not stated"
    keys = pd.DataFrame(
        {
            "application": [f"L{i:05}" for i in range(n)],
            "applicant": [f"C{i:05}" for i in range(n)],
            "branch": rng.choice(["north", "south"], n),
            "officer": None,
        },
        dtype=object,
    )
    y = (rng.random(n) < expit(-2 + 0.2 * inputs["late_days"].to_numpy())).astype(np.float64)
    y[rng.random(n) < 1 / 3] = np.nan
    return Applications(contract, keys, None, inputs), y, pd.DataFrame({"sex": sex})


def sample(**options: int) -> Sample:
    """All applicants of such a portfolio, by sex and branch."""
    applications, y, groups = portfolio(**options)
    branch = applications.keys["branch"].to_numpy(dtype=object)
    return draw(scorer(), applications, y, groups, {"branch": branch})
