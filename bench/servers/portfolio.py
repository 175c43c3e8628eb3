"""The model that every server of the benchmark serves, and the applications they are asked about.

300 trees x 31 leaves on 60 features of four sources: 10 categories, 50 numbers, one value in ten
missing; 20 reason groups.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from api.bodies import request_body
from data.contract import Contract
from data.contract_loading import contract_from_json, contract_hash
from scoring.bundle import Bundle, Golden
from scoring.calibration import Calibration, probability
from scoring.policy import DecisionRules
from scoring.vector import FloatArray, Vectorizer

TREES, LEAVES, FEATURES, CATEGORICAL = 300, 31, 60, 10
MISSING = 0.1
CATEGORIES = [f"c{i}" for i in range(12)]
_SOURCES = {
    "application": "contract",
    "history": "contract",
    "wallet": "consent",
    "phone": "consent",
}
_TEXT = {"en": "The amount is large.", "fr": "Le montant est grand.", "sw": "Kiasi ni kikubwa."}


def feature_names() -> list[str]:
    """``f00`` to ``f59``; the first ten are categories."""
    return [f"f{i:02d}" for i in range(FEATURES)]


@cache
def contract() -> Contract:
    """60 model features, 15 a source."""
    names = feature_names()
    sources = list(_SOURCES)
    columns: dict[str, Any] = {name: {"type": "string", "required": True} for name in ("id", "who")}
    for i, name in enumerate(names):
        category = {"type": "category", "categories": CATEGORIES}
        columns[name] = category if i < CATEGORICAL else {"type": "number", "range": [-1e6, 1e6]}
    columns["outcome"] = {"type": "category", "categories": ["paid", "bad"]}
    described = {
        "contract": "bench",
        "version": "1.0",
        "title": _TEXT,
        "currency": "KES",
        "tables": {
            "loans": {
                "kind": "applications",
                "keys": {"application": "id", "applicant": "who"},
                "columns": columns,
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
            name: {"title": _TEXT, "purpose": _TEXT, "legal_basis": basis}
            | ({"required": True} if name == "application" else {})
            for name, basis in _SOURCES.items()
        },
        "features": {
            name: {"source": sources[i % 4], "title": _TEXT, "column": f"loans.{name}"}
            for i, name in enumerate(names)
        },
        "reasons": {
            f"R{i:02d}": {"features": names[3 * i : 3 * i + 3], "raises": _TEXT, "lowers": _TEXT}
            for i in range(FEATURES // 3)
        },
        "split": {"method": "hash"},
    }
    return contract_from_json(json.dumps(described).encode(), "bench")


def matrix(n: int, seed: int) -> FloatArray:
    """``n`` rows of the model's matrix, with missing values."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, FEATURES)).round(4)
    rows[:, :CATEGORICAL] = rng.integers(0, len(CATEGORIES), (n, CATEGORICAL))
    rows[rng.random(rows.shape) < MISSING] = np.nan
    return rows


@cache
def bundle() -> Bundle:
    """The trained model; the same at every call."""
    rows = matrix(20_000, 0)
    rng = np.random.default_rng(1)
    signal = np.nansum(rows[:, CATEGORICAL : CATEGORICAL + 12], axis=1) + (rows[:, 0] % 3 == 1)
    y = (signal + 2 * rng.normal(size=len(rows)) > 0).astype(float)
    names = list(Vectorizer(contract()).features)
    data = lgb.Dataset(rows, y, feature_name=names, categorical_feature=list(range(CATEGORICAL)))
    settings = {
        "objective": "binary",
        "num_leaves": LEAVES,
        "num_threads": 2,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    text = lgb.train(settings, data, TREES).model_to_string()
    calibration = Calibration(prior_shift=-0.25, slope=0.9, intercept=0.1)
    margins = np.asarray(lgb.Booster(model_str=text).predict(rows[:5000], raw_score=True))
    log_odds = calibration.log_odds(margins)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(dict(zip(names, rows[:100].T, strict=True))), sink)
    golden = [tuple(None if np.isnan(v) else float(v) for v in row) for row in rows[:8]]
    return Bundle(
        contract=contract(),
        model_text=text,
        calibration=calibration,
        rules=DecisionRules.from_sample(contract().policy, probability(log_odds)),
        golden=Golden(rows=tuple(golden), log_odds=tuple(float(v) for v in log_odds[:8])),
        metrics={"test": {"auc": {"value": 0.7, "low": 0.6, "high": 0.8}}},
        lineage={"seed": 0, "contract_hash": contract_hash(contract())},
        reference=bytes(sink.getvalue().to_pybytes()),
    )


def applications(rows: FloatArray) -> list[dict[str, Any]]:
    """A body of POST /score for each row; a missing value is left out."""
    names = feature_names()
    bodies = []
    for i, row in enumerate(rows.tolist()):
        values = {
            name: value if j >= CATEGORICAL or value != value else CATEGORIES[int(value)]  # noqa: PLR0124
            for j, (name, value) in enumerate(zip(names, row, strict=True))
        }
        keys = {"application": f"A-2026-{i:06d}", "applicant": f"C-{i:05d}"}
        bodies.append(request_body(contract(), keys, values))
    return bodies
