"""SuperLender from its three raw tables, through the shipped contract and our own training.

    python bench/superlender.py [--quick]

The loans of three weeks are cut in time at 40, 60 and 80 % (the last one with ``--quick``). At each
cut a model learns from all loans before it and is judged on the next fifth of the loans, so that
the three tests share no loan. History is what was known when the loan was approved. Beside it
stands a model of the loan's terms alone (amount, term, price), trained the same way on the same
rows. Intervals are DeLong's, paired for the lift; those of the mean are of three independent tests.

Bars: mean area under the ROC curve 0.685 or more; lift over the terms alone 0.06 or more.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from data.contract_loading import load_contract
from data.loading import LoadedApplications, load_applications
from scoring.intervals import Z95, Estimate, delong, delong_difference
from scoring.preparing import prepare
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, train

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "superlender"
CUTS, NEXT = (0.4, 0.6, 0.8), 0.2
TERMS = frozenset({"loan_amount", "term_days", "cost_ratio"})
LEAST_AUC, LEAST_LIFT = 0.685, 0.06

Floats = NDArray[np.float64]


def main() -> None:
    """Print a line for each cut, and the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the last cut alone")
    cuts = CUTS[-1:] if parser.parse_args().quick else CUTS
    if not DATA.is_dir():
        print("superlender: the data is not here; skipped")
        return
    contract = load_contract("superlender")
    loaded = load_applications(contract, DATA, labelled=True)
    print(
        f"{len(loaded)} loans\n cut  test   bad   AUC [95 %]              terms alone   lift [95 %]"
    )
    areas, lifts = [], []
    for cut in cuts:
        whole, y = _judged(contract, loaded, cut)
        terms, _ = _judged(_narrowed(contract, TERMS), loaded, cut)
        areas.append(delong(y, whole))
        lifts.append(delong_difference(y, whole, terms))
        alone = delong(y, terms).value
        print(
            f"{cut:4.0%} {len(y):5d} {int(y.sum()):5d}   {_told(areas[-1])}   {alone:.4f}"
            f"        {_told(lifts[-1])}",
            flush=True,
        )
    area, lift = _mean(areas), _mean(lifts)
    print(f"mean AUC  {_told(area)} {_bar(area, LEAST_AUC)}")
    print(f"mean lift {_told(lift)} {_bar(lift, LEAST_LIFT)}")


def _judged(contract: Contract, loaded: LoadedApplications, cut: float) -> tuple[Floats, Floats]:
    """Log-odds and outcomes of the loans after the cut, by a model of those before it."""
    a, y = loaded.applications, loaded.y
    assert y is not None
    assert a.as_of is not None
    until = round((cut + NEXT) * len(y))
    rows = np.sort(np.argsort(a.as_of.to_numpy(), kind="stable")[:until])
    share = contract.split.model_copy(update={"test": NEXT / (cut + NEXT)})
    contract = contract.model_copy(update={"split": share})
    columns, keys, as_of = a.inputs.iloc[rows], a.keys.iloc[rows], a.as_of.iloc[rows]
    bundle = train(contract, columns, keys, as_of, y[rows], TrainingOptions(seed=1), {}).bundle
    made = prepare(contract, columns, keys, as_of, y[rows], 1)
    test = made.sample("test")
    return Scorer(bundle, "m").score_matrix(test.matrix, explain=False).log_odds, test.y


def _narrowed(contract: Contract, names: frozenset[str]) -> Contract:
    """The contract with a model of ``names`` alone."""
    features = {
        name: feature.model_copy(update={"in_model": name in names})
        for name, feature in contract.features.items()
    }
    reasons = {
        code: group.model_copy(update={"features": tuple(names & set(group.features))})
        for code, group in contract.reasons.items()
        if names & set(group.features)
    }
    return contract.model_copy(update={"features": features, "reasons": reasons})


def _mean(found: Sequence[Estimate]) -> Estimate:
    """Mean of independent estimates, with the interval that follows from theirs."""
    values = [float(e.value or 0.0) for e in found]
    errors = [(float(e.high or 0.0) - float(e.low or 0.0)) / (2 * Z95) for e in found]
    mean, error = float(np.mean(values)), float(np.sqrt(np.sum(np.square(errors))) / len(found))
    return Estimate(mean, mean - Z95 * error, mean + Z95 * error)


def _told(estimate: Estimate) -> str:
    return f"{estimate.value:.4f} [{estimate.low:.4f}, {estimate.high:.4f}]"


def _bar(estimate: Estimate, least: float) -> str:
    return f"bar {least} {'ok' if (estimate.value or 0.0) >= least else 'SHORT'}"


if __name__ == "__main__":
    main()
