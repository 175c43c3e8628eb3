"""A portfolio whose model discriminates through a feature, and a search over it."""

import json
from functools import cache

import numpy as np
import pandas as pd
from scipy.special import expit

from data.contract import Contract
from data.contract_loading import canonical_json, contract_from_json
from data.features.applications import Applications
from fairness.search import Found, SearchOptions, search
from scoring.boosting import SHAPES, Learner
from scoring.bundle import Bundle
from scoring.preparing import prepare
from scoring.scorer import Scorer
from scoring.training import Fitted, assemble
from scoring.vector import FloatArray
from tests.bundles import small_columns, small_contract

N = 4000
VERSION = "small-0123456789ab"
OLD = 0.48
"""Share of the loans that stand before the validation part."""


@cache
def dated_contract() -> Contract:
    """The small contract with a time of application, split by it."""
    described = json.loads(canonical_json(small_contract()))
    described["tables"]["loans"]["columns"]["at"] = {"type": "datetime", "required": True}
    described |= {"as_of": "at", "split": {"method": "time"}}
    return contract_from_json(json.dumps(described).encode(), "small")


def portfolio(seed: int = 5) -> tuple[Applications, FloatArray, pd.DataFrame]:
    """Being in a group stands for women, whose older loans were judged more strictly."""
    rng = np.random.default_rng([seed, 77])
    women = rng.random(N) < 0.5
    contract = dated_contract()
    inputs = pd.DataFrame(small_columns(N, seed))[list(contract.inputs)]
    inputs["has_group"] = np.where(rng.random(N) < 0.9, women, ~women).astype(np.float64)
    old = np.arange(N) < OLD * N
    log_odds = -3.4 + 0.4 * inputs["late_days"].to_numpy(dtype=np.float64) + 2.5 * old * women
    y = (rng.random(N) < expit(log_odds)).astype(np.float64)
    names = [f"L{i:05}" for i in range(N)]
    keys = pd.DataFrame({"application": names, "applicant": names}, dtype=object)
    keys[["branch", "officer"]] = None
    at = pd.Series(pd.date_range("2024-01-01", periods=N, freq="h"))
    sex = np.where(women, "F", "M").astype(object)
    sex[::500] = "not stated"
    return Applications(contract, keys, at, inputs), y, pd.DataFrame({"sex": sex})


def incumbent(applications: Applications, y: FloatArray, rounds: int = 30) -> Bundle:
    """Small trees, as training would make them, without its report."""
    contract, shape = applications.contract, SHAPES["medium"]
    rows = prepare(contract, applications.inputs, applications.keys, applications.as_of, y, 1)
    learner = Learner(contract, 1, 1)
    parameters = learner.parameters(shape, rows.sample("train"))
    told = {"imbalance": "none", "rounds": rounds, "parameters": parameters}
    fitted = Fitted(learner.text(shape, rows.sample("train"), rounds), 0.0, told)
    return assemble(learner, fitted, rows, {"data": {}})


def searched(y: FloatArray | None = None, *, trials: int = 6, reductions: bool = False) -> Found:
    """A search over the portfolio; ``y`` for other outcomes than its own (of the test part)."""
    applications, own, groups = portfolio()
    scorer = Scorer(incumbent(applications, own), VERSION)
    options = SearchOptions(trials, seed=1, reductions=reductions)
    outcomes = own if y is None else y
    return search(
        scorer, applications, outcomes, groups, options, data={}, progress=lambda *_: None
    )
