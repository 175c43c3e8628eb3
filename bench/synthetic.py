"""Our model on the synthetic world, whose truth is known: how far from the best that can be.

    python bench/synthetic.py [--quick] [--applications N]

Five worlds (one with ``--quick``), each trained as ever and judged on its own test applicants.
The area under the ROC curve is the expected one over all outcomes that the true probabilities
allow, so that no luck of a draw is in it; the limit is that of the expected probability given all
that records show (``attainable_pd``). The slope is that of calibration (Cox 1958) with the true
probability in place of an outcome: b in ``logit P = a + b·log-odds``, by maximum likelihood.
Intervals are Student's over the worlds.

The calibration error is the mean distance between predicted and true probability over tenths of
the test rows by prediction: with outcomes in place of the truth it would be some 0.01 to 0.016 for
a perfect model of as many rows, by chance alone. It is told with all sources and without each one.

Bars: within 0.015 of the limit; slope 0.95 to 1.05; calibration error without any one source 0.02.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.stats import t as student

from data.contract import Contract
from data.contract_loading import load_contract
from data.loading import LoadedApplications, load_applications
from data.synthetic.portfolio import generate_portfolio
from data.synthetic.truth import auc
from scoring.calibration import probability
from scoring.curves import fit_rising
from scoring.preparing import prepare
from scoring.scorer import Scorer
from scoring.sources import optional_sources
from scoring.training import TrainingOptions, train

SEEDS = (1, 2, 3, 4, 5)
MOST_BEHIND = 0.015
LOWEST, HIGHEST = 0.95, 1.05
MOST_ERROR, TENTHS = 0.02, 10
WHOLE = "all sources"

Floats = NDArray[np.float64]


class Judged(NamedTuple):
    """One world: expected AUC of the model and at the limit, calibration against the truth.

    ``errors``: calibration error with all sources, and without each one.
    """

    rows: int
    auc: float
    limit: float
    slope: float
    intercept: float
    errors: dict[str, float]


def main() -> None:
    """Print a line for each world, and the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one world of 6,000 applications")
    parser.add_argument("--applications", type=int, default=40_000)
    options = parser.parse_args()
    seeds, size = (SEEDS[:1], 6_000) if options.quick else (SEEDS, options.applications)
    print("seed  test rows     AUC   limit   behind   slope  intercept   error   seconds")
    worlds = []
    for seed in seeds:
        start = time.perf_counter()
        one = _measure(size, seed)
        worlds.append(one)
        print(
            f"{seed:4d} {one.rows:10,d}  {one.auc:.4f}  {one.limit:.4f}  {one.limit - one.auc:7.4f}"
            f"  {one.slope:6.3f} {one.intercept:10.3f}  {one.errors[WHOLE]:.4f}"
            f" {time.perf_counter() - start:9.0f}",
            flush=True,
        )
    behind = np.array([one.limit - one.auc for one in worlds])
    slope = np.array([one.slope for one in worlds])
    print(f"behind the limit {_told(behind)}", _bar(behind.mean() <= MOST_BEHIND))
    print(f"slope {_told(slope)}", _bar(LOWEST <= slope.mean() <= HIGHEST))
    print("calibration error against the truth, mean and worst of the worlds:")
    for name in worlds[0].errors:
        each = np.array([one.errors[name] for one in worlds])
        without = name if name == WHOLE else f"without {name}"
        print(f"  {without:24s} {each.mean():.4f} {each.max():.4f}", _bar(each.max() <= MOST_ERROR))


def _measure(size: int, seed: int) -> Judged:
    contract = load_contract("microloan")
    with tempfile.TemporaryDirectory() as folder:
        generate_portfolio(size, seed, Path(folder))
        loaded = load_applications(contract, Path(folder), labelled=True)
        truth = pq.read_table(Path(folder) / "truth" / "truth.parquet").to_pandas()
    truth = truth.set_index("application_id").loc[loaded.applications.keys["application"]]
    test, scored = _scored(contract, loaded, seed)
    true, attainable = (truth[name].to_numpy()[test] for name in ("true_pd", "attainable_pd"))
    log_odds = scored[WHOLE]
    design = np.column_stack([log_odds, np.ones(len(log_odds))])
    slope, intercept = fit_rising(design, true, [1.0, 0.0])
    errors = {name: _error(probability(one), true) for name, one in scored.items()}
    areas = auc(log_odds, true), auc(attainable, true)
    return Judged(len(test), *areas, slope, intercept, errors)


def _scored(
    contract: Contract, loaded: LoadedApplications, seed: int
) -> tuple[NDArray[np.intp], dict[str, Floats]]:
    """Positions of the test rows, as they were loaded; log-odds with all sources, without each."""
    a, y = loaded.applications, loaded.y
    assert y is not None
    options = TrainingOptions(seed=seed)
    bundle = train(contract, a.inputs, a.keys, a.as_of, y, options, {}).bundle
    rows = prepare(contract, a.inputs, a.keys, a.as_of, y, seed)
    scorer, test = Scorer(bundle, "m"), rows.parts.test
    seen = {WHOLE: rows.matrix[test]}
    seen |= {source: rows.without(source, test) for source in optional_sources(contract)}
    scored = {n: scorer.score_matrix(m, explain=False).log_odds for n, m in seen.items()}
    return rows.order[test], scored


def _error(pd: Floats, true: Floats) -> float:
    """Mean distance of the mean prediction from the mean truth over TENTHS by prediction."""
    tenths = np.array_split(np.argsort(pd, kind="stable"), TENTHS)
    return float(sum(len(t) * abs(pd[t].mean() - true[t].mean()) for t in tenths) / len(pd))


def _told(values: Floats) -> str:
    n = len(values)
    half = student.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
    return f"{values.mean():.4f} +- {half:.4f}"


def _bar(held: bool) -> str:
    return "ok" if held else "SHORT"


if __name__ == "__main__":
    main()
