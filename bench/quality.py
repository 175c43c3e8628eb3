"""Our models beside what a competent team gets from a tuned library, on four public data sets.

    python bench/quality.py [--quick] [--only NAME]

Each data set is split five times by our hash of applicants (also SuperLender, whose own split by
time has one answer only). All see the same matrix and the same test rows. A peer learns from all
rows that are not test rows; ours keeps its calibration rows apart. The tuned LightGBM is tuned by
Optuna on five folds of the first split and fitted anew on each. CatBoost joins where it is
installed (``pip install catboost`` into the environment; it is no dependency of ours).

Bars: AUC not below the best peer of the five by more than 0.003 and log-loss by 1 % on any set;
ahead of every peer on at least two; calibration error at most half of the best uncalibrated.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from bench.quality_peers import PEERS, Task, tuned
from data.contract import Contract
from data.contract_loading import load_contract
from data.loading import LoadedApplications, load_applications
from scoring.calibration import probability
from scoring.intervals import delong
from scoring.preparing import Rows, prepare
from scoring.ranking import RankedSample
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, train
from scoring.vector import Vectorizer

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SETS = ("superlender", "home_credit", "taiwan_cards", "give_me_some_credit")
SEEDS = (1, 2, 3, 4, 5)
MOST_BEHIND_AUC, MOST_BEHIND_LOSS = 0.003, 0.01
MOST_SHARE_OF_ECE = 0.5
UNCALIBRATED = ("lightgbm", "tuned lightgbm", "hist gradient boosting", "catboost")

Floats = NDArray[np.float64]


class Judged(NamedTuple):
    """How good one model is on one test."""

    auc: float
    loss: float
    ece: float


def main() -> None:
    """Print a table for each data set, then the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two splits and few trials")
    parser.add_argument("--only", choices=SETS)
    options = parser.parse_args()
    names = [options.only] if options.only else list(SETS)
    seeds, trials = (SEEDS[:2], 4) if options.quick else (SEEDS, 30)
    ahead = []
    for name in names:
        if not (DATA / name).is_dir():
            print(f"{name}: the data is not here; skipped")
            continue
        ahead.append(_tell(name, _measure(name, seeds, trials)))
    print(f"ahead of every peer in AUC on {sum(ahead)} of {len(ahead)} sets (bar: 2 of 4)")


def _measure(name: str, seeds: tuple[int, ...], trials: int) -> dict[str, list[Judged]]:
    contract = load_contract(name)
    by_hash = contract.split.model_copy(update={"method": "hash"})
    contract = contract.model_copy(update={"split": by_hash})
    loaded = load_applications(contract, DATA / name, labelled=True)
    judged: dict[str, list[Judged]] = {}
    best = None
    for seed in seeds:
        rows = _prepared(contract, loaded, seed)
        task = _task(contract, rows, seed)
        best = best or tuned(task, trials)
        judged.setdefault("ours", []).append(
            _judge(_ours(contract, loaded, seed, rows), task.y_test)
        )
        for name_of_peer, predict in PEERS.items():
            judged.setdefault(name_of_peer, []).append(_judge(predict(task, best), task.y_test))
    return judged


def _prepared(contract: Contract, loaded: LoadedApplications, seed: int) -> Rows:
    a = loaded.applications
    assert loaded.y is not None
    return prepare(contract, a.inputs, a.keys, a.as_of, loaded.y, seed)


def _task(contract: Contract, rows: Rows, seed: int) -> Task:
    parts = rows.parts
    known = np.sort(np.concatenate([parts.train, parts.calibration]))
    return Task(
        rows.matrix[known],
        rows.y[known],
        rows.matrix[parts.test],
        rows.y[parts.test],
        Vectorizer(contract).categorical,
        seed,
    )


def _ours(contract: Contract, loaded: LoadedApplications, seed: int, rows: Rows) -> Floats:
    a = loaded.applications
    assert loaded.y is not None
    options = TrainingOptions(seed=seed)
    bundle = train(contract, a.inputs, a.keys, a.as_of, loaded.y, options, {}).bundle
    test = rows.matrix[rows.parts.test]
    return Scorer(bundle, "ours").score_matrix(test, explain=False).log_odds


def _judge(log_odds: Floats, y: Floats) -> Judged:
    sample = RankedSample(log_odds, y)
    p = np.clip(probability(log_odds), 1e-12, 1 - 1e-12)
    loss = -float(np.mean(np.where(y == 1, np.log(p), np.log1p(-p))))
    return Judged(float(delong(y, log_odds).value or 0.0), loss, sample.value("ece"))


def _tell(name: str, judged: dict[str, list[Judged]]) -> bool:
    """Print the table of a set; return whether ours has the highest mean AUC."""
    table = {model: np.array(each) for model, each in judged.items()}
    means = pd.DataFrame(
        {m: v.mean(axis=0) for m, v in table.items()}, index=["AUC", "loss", "ECE"]
    )
    ours = table.pop("ours")
    print(f"\n{name}: {len(ours)} splits\n{means.T.round(4).to_string()}")
    best_auc = max(table, key=lambda m: float(table[m][:, 0].mean()))
    best_loss = min(table, key=lambda m: float(table[m][:, 1].mean()))
    auc = ours[:, 0] - table[best_auc][:, 0]
    loss = ours[:, 1] / table[best_loss][:, 1] - 1
    raw = min(float(v[:, 2].mean()) for m, v in table.items() if m in UNCALIBRATED)
    share = float(ours[:, 2].mean()) / raw
    print(
        f"  AUC less the best peer's ({best_auc}): {_paired(auc)}",
        _bar(auc.mean() >= -MOST_BEHIND_AUC),
    )
    print(
        f"  log-loss over the best peer's ({best_loss}): {_paired(loss)}",
        _bar(loss.mean() <= MOST_BEHIND_LOSS),
    )
    print(
        f"  ECE over the best uncalibrated peer's: {share:.2f}",
        _bar(share <= MOST_SHARE_OF_ECE),
        flush=True,
    )
    return bool(auc.mean() > 0)


def _paired(differences: Floats) -> str:
    n = len(differences)
    half = student.ppf(0.975, n - 1) * differences.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
    return f"{differences.mean():+.4f} +- {half:.4f}"


def _bar(held: bool) -> str:
    return "ok" if held else "SHORT"


if __name__ == "__main__":
    main()
