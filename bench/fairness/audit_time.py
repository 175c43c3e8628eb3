"""Seconds of computing that a full audit of public data takes.

    python bench/fairness/audit_time.py [--quick]

taiwan_cards by sex, home_credit by sex and age: a model is trained, then the scores, the flip test,
all sections of the audit with what may be published of it, and the report are timed (CPU time of
this process). --quick trains on a quarter of the rows and audits those. Without the public data
beside the project it says so and does nothing.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from api.reports.fairness import render
from data.contract import Contract
from data.contract_loading import load_contract
from data.features.applications import Applications, build_applications
from data.features.protected import protected_groups
from data.labels import outcomes
from data.reading import read_portfolio
from fairness.audit import audit
from fairness.flip_test import flip_test
from fairness.profiles import load_profile
from fairness.sample import draw, held_out, strata_of
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, train

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
ASKED = {"taiwan_cards": ("sex",), "home_credit": ("sex", "age")}
BAR = 10.0
DAY = dt.date(2026, 11, 20)


def narrowed(name: str) -> Contract:
    """The shipped contract with the audited attributes alone."""
    contract = load_contract(name)
    kept = {n: contract.protected[n] for n in ASKED[name]}
    return contract.model_copy(update={"protected": kept})


def measure(name: str, *, quick: bool) -> tuple[float, int]:
    """Seconds of one audit, and the applications that it is about."""
    contract = narrowed(name)
    tables: Mapping[str, pa.Table] = read_portfolio(contract, DATA / name, need_label=True).tables
    if quick:
        main = contract.applications
        tables = {**tables, main: tables[main].slice(0, tables[main].num_rows // 4)}
    applications: Applications = build_applications(contract, tables)
    y = outcomes(contract, tables, applications)
    a = applications
    trained = train(contract, a.inputs, a.keys, a.as_of, y, TrainingOptions(seed=1), {"seed": 1})
    scorer = Scorer(trained.bundle, f"{name}-bench", threads=2)
    start = time.process_time()
    groups = protected_groups(contract, tables, a.keys, a.as_of)
    rows = held_out(scorer, a, y)
    sample = draw(scorer, a, y, groups, strata_of(a), rows)
    moved = flip_test(scorer, tables)
    made = audit(scorer, sample, load_profile("eu"), data={}, on=DAY, flips=moved)
    render(made.audit)
    return time.process_time() - start, len(rows)


def main(*, quick: bool) -> int:
    """Print seconds | bar for each data set; 1 when one takes longer."""
    if not all((DATA / name).is_dir() for name in ASKED):
        print("skipped: the public data sets do not stand beside the project")
        return 0
    slow = False
    print(f"{'full audit':<28} | applications | seconds | bar")
    for name, attributes in ASKED.items():
        seconds, people = measure(name, quick=quick)
        slow |= seconds > BAR
        title = f"{name} by {' and '.join(attributes)}"
        print(f"{title:<28} | {people:>12,} | {seconds:7.1f} | {BAR:.0f}")
    return int(slow)


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main(quick="--quick" in sys.argv))
