"""What the drift benchmarks share: cards of Taiwan, a model on them, re-splits and tools of today.

22 columns as they stand in the file (all but sex), AGE among them: a drift benchmark asks what is
seen, not what may be used. The model learns from rows that no reference and no window has.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from data.contract_loading import contract_from_json, load_contract
from data.loading import load_applications
from drift.check import check
from drift.null import Nulls
from drift.reference import Reference
from drift.verdicts import DriftReport
from drift.window import Window
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, train

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "taiwan_cards"
REFERENCE_ROWS = 10_000
TRAINING_ROWS = 3000
PARTS = (
    *("contract", "version", "title", "currency", "timezone"),
    *("tables", "label", "sources", "policy", "split"),
)
"""Parts of the shipped contract that stay as they are."""

Frame = dict[str, NDArray[Any]]


@cache
def contract() -> Contract:
    """The shipped contract with the 22 columns as features, without formulas and ranges."""
    whole = json.loads(load_contract("taiwan_cards").model_dump_json())
    shipped = {part: whole[part] for part in PARTS}
    table = shipped["tables"]["applications"]["columns"]
    names = [n for n in table if n not in {"ID", "SEX", "default payment next month"}]
    for name in names:
        table[name]["range"] = None
    title = shipped["title"]
    reason = next(iter(whole["reasons"].values()))
    shipped["features"] = {
        n: {"source": "statements", "column": f"applications.{n}", "title": title} for n in names
    }
    shipped["reasons"] = {n: {**reason, "features": [n]} for n in names}
    shipped["protected"] = {"sex": whole["protected"]["sex"]}
    shipped["sources"]["statements"]["required"] = True
    del shipped["sources"]["account"]
    return contract_from_json(json.dumps(shipped).encode(), "cards")


@cache
def cards() -> tuple[Scorer, Frame, int]:
    """A model and the rows that it did not learn from, in an order without meaning."""
    loaded = load_applications(contract(), FOLDER, labelled=True)
    if loaded.y is None:
        raise SystemExit("the benchmark's data have no outcomes")
    a, y = loaded.applications, loaded.y
    order = np.random.default_rng(1).permutation(len(y))
    first, rest = order[:TRAINING_ROWS], order[TRAINING_ROWS:]
    made = train(
        contract(), a.inputs.iloc[first], a.keys.iloc[first], None, y[first], TrainingOptions(), {}
    )
    frame = {name: values[rest] for name, values in loaded.columns().items()}
    return Scorer(made.bundle, "cards"), frame, len(rest)


def resplit(rng: np.random.Generator, n: int) -> tuple[Frame, Frame]:
    """A reference of 10,000 rows and a window of ``n`` others, drawn anew."""
    _, frame, rows = cards()
    drawn = rng.permutation(rows)[: REFERENCE_ROWS + n]
    split = drawn[:REFERENCE_ROWS], drawn[REFERENCE_ROWS:]
    reference, window = ({c: v[at] for c, v in frame.items()} for at in split)
    return reference, window


def reference_of(frame: Frame) -> Reference:
    """Our reference of a frame."""
    scorer = cards()[0]
    return Reference.of_matrix(scorer, scorer.vectorizer.matrix(frame, REFERENCE_ROWS))


def ours(reference: Reference, window: Frame, nulls: Nulls | None = None) -> DriftReport:
    """Our check."""
    return check(reference, Window(window), nulls=nulls)


def is_alarm(report: DriftReport) -> bool:
    """Anything that a person would be told of."""
    return report.alarm or report.quarantined
