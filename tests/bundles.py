"""A small contract and a small trained bundle, for tests of everything after training."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.contract import Contract
from data.contract_loading import contract_from_json, contract_hash
from scoring.background import choose
from scoring.bundle import Bundle, Golden
from scoring.calibration import Calibration, probability
from scoring.policy import DecisionRules
from scoring.vector import FloatArray, Vectorizer

_TEXT = {"en": "A", "fr": "B", "sw": "C"}
_SIGN = {None: 0, "increasing": 1, "decreasing": -1}


def _column(kind: str, low_high: tuple[float, float] | None = None, **more: Any) -> dict[str, Any]:
    return {"type": kind, **({"range": low_high} if low_high else {}), **more}


def _source(basis: str, **more: Any) -> dict[str, Any]:
    return {"title": _TEXT, "purpose": _TEXT, "legal_basis": basis, **more}


def _feature(source: str = "application", **more: Any) -> dict[str, Any]:
    return {"source": source, "title": _TEXT, **more}


def _reason(*features: str) -> dict[str, Any]:
    return {"features": features, "raises": _TEXT, "lowers": _TEXT}


_TRADES = ["farming", "retail", "transport", "services"]
_CONTRACT = {
    "contract": "small",
    "version": "1.0",
    "title": _TEXT,
    "currency": "KES",
    "tables": {
        "loans": {
            "kind": "applications",
            "keys": {
                "application": "loan_id",
                "applicant": "client_id",
                "branch": "branch",
                "officer": "officer",
            },
            "columns": {
                "loan_id": _column("string", required=True),
                "client_id": _column("string", required=True),
                "branch": _column("string"),
                "officer": _column("string"),
                "amount": _column("number", (100, 1e6), unit="KES", required=True),
                "income": _column("number", (0, 1e7), unit="KES"),
                "late_days": _column("integer", (0, 1000), unit="days"),
                "wallet_inflow": _column("number", (0, 1e7), unit="KES"),
                "trade": _column("category", categories=_TRADES),
                "has_group": _column("boolean"),
                "outcome": _column("category", categories=["paid", "bad"]),
                "sex": _column("category", categories=["F", "M"]),
            },
        }
    },
    "label": {
        "kind": "column",
        "column": "outcome",
        "bad": ["bad"],
        "good": ["paid"],
        "definition": {},
    },
    "sources": {
        "application": _source("contract", required=True),
        "wallet": _source("consent"),
    },
    "features": {
        "amount": _feature(
            column="loans.amount", monotone="increasing", actionable="down", step=500
        ),
        "income": _feature(column="loans.income", in_model=False),
        "late_days": _feature(column="loans.late_days", monotone="increasing"),
        "burden": _feature(formula={"ratio": ["amount", "income"]}),
        "wallet_inflow": _feature(
            "wallet",
            column="loans.wallet_inflow",
            monotone="decreasing",
            actionable="up",
            with_time=True,
        ),
        "trade": _feature(column="loans.trade"),
        "has_group": _feature(column="loans.has_group"),
    },
    "reasons": {
        "LOAN": _reason("amount", "burden"),
        "LATE": _reason("late_days"),
        "WALLET": _reason("wallet_inflow"),
        "WORK": _reason("trade", "has_group"),
    },
    "protected": {"sex": {"column": "loans.sex", "title": _TEXT, "reference": "M"}},
    "terms": {"amount": "amount"},
    "split": {"method": "hash"},
}


@cache
def small_contract() -> Contract:
    """Six model features (one formula, one category, one boolean) from two sources."""
    return contract_from_json(json.dumps(_CONTRACT).encode(), "small")


def small_columns(n: int, seed: int = 0) -> dict[str, list[Any]]:
    """Inputs of ``n`` applications, column by column, with missing values (None)."""
    rng = np.random.default_rng(seed)
    holes = {name: rng.random(n) < 0.2 for name in ("income", "wallet_inflow", "trade")}
    values: dict[str, NDArray[Any]] = {
        "amount": rng.lognormal(9, 1, n).clip(100, 1e6).round(),
        "income": rng.lognormal(10, 1, n).clip(0, 1e7).round(),
        "late_days": rng.poisson(4, n),
        "wallet_inflow": rng.lognormal(9, 2, n).clip(0, 1e7).round(2),
        "trade": rng.choice(_TRADES, n),
        "has_group": rng.random(n) < 0.5,
    }
    return {
        name: [None if hole else v for v, hole in zip(column.tolist(), mask, strict=True)]
        for name, column in values.items()
        for mask in [holes.get(name, np.zeros(n, dtype=bool))]
    }


def small_application(seed: int = 0) -> dict[str, Any]:
    """Inputs of one application, by name; a missing one is None."""
    return {name: column[0] for name, column in small_columns(1, seed).items()}


@cache
def small_bundle(seed: int = 0, trees: int = 20) -> Bundle:
    """A bundle of ``trees`` trees with seven leaves, trained in a fraction of a second."""
    contract = small_contract()
    vectorizer = Vectorizer(contract)
    columns = small_columns(1500, seed)
    matrix = vectorizer.matrix(columns, 1500)
    y = _outcomes(columns, seed)
    booster = _fit(contract, vectorizer, matrix, y, trees)
    text = booster.model_to_string()
    margin = np.asarray(lgb.Booster(model_str=text).predict(matrix, raw_score=True))
    calibration = Calibration(prior_shift=-0.25, slope=0.9, intercept=0.1)
    log_odds = calibration.log_odds(margin)
    rules = DecisionRules.from_sample(contract.policy, probability(log_odds))
    approved = probability(log_odds) < rules.approve_below
    return Bundle(
        contract=contract,
        model_text=text,
        calibration=calibration,
        rules=rules,
        golden=_golden(matrix[:32], log_odds[:32]),
        metrics={"test": {"auc": {"value": 0.7, "low": 0.6, "high": 0.8}}},
        lineage={"seed": seed, "contract_hash": contract_hash(contract)},
        reference=_parquet(dict(zip(contract.model_features, matrix[:100].T, strict=True))),
        background=choose(contract, matrix[:400], y[:400], approved[:400], seed),
    )


def _outcomes(columns: Mapping[str, list[Any]], seed: int) -> FloatArray:
    late = np.array(columns["late_days"], dtype=np.float64)
    farming = np.array([t == "farming" for t in columns["trade"]])
    size = np.log(np.array(columns["amount"], dtype=np.float64))
    pd = probability(-3.0 + 0.25 * late + 0.8 * farming + 0.3 * (size - 9))
    return (np.random.default_rng(seed + 1).random(len(late)) < pd).astype(np.float64)


def _fit(
    contract: Contract, vectorizer: Vectorizer, matrix: FloatArray, y: FloatArray, trees: int
) -> lgb.Booster:
    parameters = {
        "objective": "binary",
        "num_leaves": 7,
        "min_data_in_leaf": 20,
        "min_data_per_group": 10,
        "monotone_constraints": [_SIGN[contract.features[n].monotone] for n in vectorizer.features],
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
    return lgb.train(parameters, data, num_boost_round=trees)


def _golden(matrix: FloatArray, log_odds: FloatArray) -> Golden:
    rows = tuple(tuple(None if np.isnan(v) else float(v) for v in row) for row in matrix)
    return Golden(rows=rows, log_odds=tuple(float(v) for v in log_odds))


def _parquet(columns: Mapping[str, FloatArray]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(dict(columns)), sink)
    return bytes(sink.getvalue().to_pybytes())
