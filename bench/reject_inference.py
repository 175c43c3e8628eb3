"""Selective outcomes on the synthetic world: what a model of granted loans says of the declined.

    python bench/reject_inference.py [--applications N] [--seed N]

The truth is known here. For the model of granted loans alone, and with declined applications
learned from under each assumed factor: mean predicted and true probability of default among
granted and declined applications of the test period, and the mean absolute error of single
probabilities. The factor that is best here says nothing about another lender.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from data.contract_loading import load_contract
from data.labels import declined
from data.loading import load_applications
from data.synthetic.portfolio import generate_portfolio
from scoring.reject_inference import FACTORS, fitting
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, train


def main() -> None:
    """Print one line a model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--applications", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    contract = load_contract("microloan")
    with tempfile.TemporaryDirectory() as folder:
        generate_portfolio(options.applications, options.seed, Path(folder))
        loaded = load_applications(contract, Path(folder), labelled=True)
        truth = pq.read_table(Path(folder) / "truth" / "truth.parquet").to_pandas()
    a, y = loaded.applications, loaded.y
    assert y is not None
    assert a.as_of is not None
    refused = declined(contract, loaded.portfolio.tables)
    true = truth.set_index("application_id").loc[a.keys["application"], "true_pd"].to_numpy()
    at = a.as_of.to_numpy().astype("datetime64[s]").astype(np.int64)
    late = at >= np.quantile(at, 0.75)
    print("factor   granted: predicted / true   declined: predicted / true   error")
    for factor in (None, *FACTORS):
        fit = None if factor is None else fitting(refused, factor)
        made = train(contract, a.inputs, a.keys, a.as_of, y, TrainingOptions(seed=1), {}, None, fit)
        pd = Scorer(made.bundle, "m").score(loaded.columns(), len(y), explain=False).pd
        groups = (late & ~refused, late & refused)
        cells = [f"{pd[g].mean():.4f} / {true[g].mean():.4f}" for g in groups]
        errors = [np.abs(pd - true)[g].mean() for g in groups]
        told = "none" if factor is None else f"{factor:g}"
        spread = " ".join(f"{e:.4f}" for e in errors)
        print(f"{told:6s}   {cells[0]:26s}   {cells[1]:27s}   {spread}", flush=True)


if __name__ == "__main__":
    main()
