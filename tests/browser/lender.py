"""A lender to look at in a browser: the shipped contract, a quick model, people and a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from math import log
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from api.accounts import create_person, new_person
from api.wiring import open_ledger
from data.contract import Contract
from data.contract_loading import contract_hash, load_contract
from scoring.bundle import Bundle, Golden
from scoring.calibration import Calibration, probability
from scoring.policy import DecisionRules
from scoring.vector import FloatArray, Vectorizer
from tests.web.process import Server, running
from tests.web.world import home_settings, promote

PASSWORD = "seven tall baobab trees"
ROWS = 1500
_SIGN = {None: 0, "increasing": 1, "decreasing": -1}


@dataclass(frozen=True)
class Lender:
    """A running server with people who may sign in; ``linguist`` may change the own language."""

    server: Server
    home: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.server.url


@contextmanager
def lending(home: Path) -> Iterator[Lender]:
    """The real server of a lender in its own process."""
    settings = home_settings(home)
    promote(settings, quick_bundle())
    with open_ledger(settings) as (store, ledger):
        now = datetime.now(UTC)
        for login, role, branch in (
            ("officer", "officer", "Kisumu"),
            ("linguist", "officer", "Kisumu"),
            ("neighbour", "officer", "Mombasa"),
            ("risk", "risk", None),
            ("admin", "admin", None),
        ):
            person = new_person(login, role, branch, now)
            create_person(store, ledger, person, PASSWORD, "test")
    with running(home) as server:
        yield Lender(server, home)


@cache
def quick_bundle(seed: int = 6) -> Bundle:
    """A model of the shipped contract, trained on numbers without meaning in a second."""
    contract = load_contract("microloan")
    vectorizer = Vectorizer(contract)
    columns = _columns(contract)
    matrix = vectorizer.matrix(columns, ROWS)
    booster = _booster(contract, vectorizer, matrix, seed)
    margins = np.asarray(booster.predict(matrix, raw_score=True))
    calibration = Calibration(prior_shift=0.0, slope=1.0, intercept=0.0)
    log_odds = calibration.log_odds(margins)
    golden = tuple(tuple(None if np.isnan(v) else float(v) for v in row) for row in matrix[:32])
    sink = pa.BufferOutputStream()
    reference = dict(zip(contract.model_features, matrix[:100].T, strict=True))
    pq.write_table(pa.table(reference), sink)
    return Bundle(
        contract=contract,
        model_text=booster.model_to_string(),
        calibration=calibration,
        rules=DecisionRules.from_sample(contract.policy, probability(log_odds)),
        golden=Golden(rows=golden, log_odds=tuple(float(v) for v in log_odds[:32])),
        metrics={"test": {"auc": {"value": 0.7, "low": 0.6, "high": 0.8}}},
        lineage={"seed": 1, "contract_hash": contract_hash(contract)},
        reference=bytes(sink.getvalue().to_pybytes()),
    )


def _columns(contract: Contract) -> dict[str, list[Any]]:
    """Inputs spread over the lower part of their ranges, some of them missing."""
    rng = np.random.default_rng(5)
    made: dict[str, list[Any]] = {}
    for name in contract.inputs:
        spec = contract.spec(name)
        holes = rng.random(ROWS) < 0.15
        values: list[Any]
        if spec.categories:
            values = rng.choice(spec.categories, ROWS).tolist()
        elif spec.type == "boolean":
            values = (rng.random(ROWS) < 0.5).tolist()
        else:
            low, high = spec.range or (0.0, 100.0)
            if low >= 0 and high > 1000:
                ends = log(max(low, 1.0) * 4), log(high / 20)
                drawn = np.exp(rng.uniform(*ends, ROWS))
            else:
                drawn = rng.uniform(low, min(high, low + 60), ROWS)
            values = (drawn.round() if spec.type == "integer" else drawn).tolist()
        made[name] = [None if hole else v for v, hole in zip(values, holes, strict=True)]
    return made


def _booster(
    contract: Contract, vectorizer: Vectorizer, matrix: FloatArray, seed: int
) -> lgb.Booster:
    rng = np.random.default_rng(seed)
    signs = [_SIGN[contract.features[n].monotone] for n in vectorizer.features]
    filled = np.nan_to_num((matrix - np.nanmean(matrix, axis=0)) / np.nanstd(matrix, axis=0))
    weights = [0.35 * (sign or rng.choice([-0.6, 0.6])) for sign in signs]
    y = (rng.random(ROWS) < probability(-2.1 + filled @ np.array(weights))).astype(float)
    parameters = {
        "objective": "binary",
        "num_leaves": 7,
        "min_data_in_leaf": 20,
        "monotone_constraints": signs,
        "seed": 1,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    data = lgb.Dataset(
        matrix,
        label=y,
        feature_name=list(vectorizer.features),
        categorical_feature=vectorizer.categorical,
    )
    return lgb.train(parameters, data, num_boost_round=40)
