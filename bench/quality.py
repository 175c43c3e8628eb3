"""Our models beside what a competent team gets from a tuned library, on four public data sets.

    python bench/quality.py [--quick] [--only NAME] [--trials N]

Each data set is split five times by our hash of applicants (also SuperLender, whose own split by
time has one answer only). All see the same matrix and the same test rows, and learn from all
others. The tuned LightGBM is tuned by Optuna on five folds of the first split (--trials, 30) and
fitted anew on each; ours is trained as shipped (three shapes on five folds), or with as many
trials of its own on each split (--tune-ours). CatBoost joins where it is installed (``pip install
catboost`` into the environment; it is no dependency of ours).

Differences are paired; their intervals are those of Nadeau and Bengio (2003), who count that the
splits share rows. The binned calibration error (ECE) of perfect probabilities is not zero: "by
chance" is what each model's would be if its own probabilities were the truth, the mean over
outcomes drawn from them. Beside it stands the debiased root mean square error of Kumar, Liang and
Ma (2019) in the same bins, which is about zero for them (negative: below chance).

Peers learn by log-loss, which is nearly calibrated where nothing is weighted; the weighted
LightGBM is what the usual advice for few bads makes of it (``is_unbalance``). The bar is measured
against the best of all that are not calibrated afterwards; the share of the weighted one's is
told beside it.

Bars: AUC not below the best peer by more than 0.003 and log-loss by 1 % on any set; ahead of
every peer on at least two; calibration error at most half of the best uncalibrated.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
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
TEST_OVER_TRAIN = 0.25 / 0.75
WEIGHTED = "weighted lightgbm"
UNCALIBRATED = ("lightgbm", WEIGHTED, "tuned lightgbm", "hist gradient boosting", "catboost")
DRAWS = 200

Floats = NDArray[np.float64]


class Judged(NamedTuple):
    """How good one model is on one test.

    ``square_error`` is the debiased one of calibration, ``chance`` the ECE were all PDs true.
    """

    auc: float
    loss: float
    ece: float
    square_error: float
    chance: float


def main() -> None:
    """Print a table for each data set, then the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two splits and few trials")
    parser.add_argument("--only", choices=SETS)
    parser.add_argument("--trials", type=int, default=30, help="of the tuned peer")
    parser.add_argument("--tune-ours", action="store_true", help="give ours as many trials")
    options = parser.parse_args()
    names = [options.only] if options.only else list(SETS)
    seeds, trials = (SEEDS[:2], 4) if options.quick else (SEEDS, options.trials)
    own = trials if options.tune_ours else 0
    ahead = []
    for name in names:
        if not (DATA / name).is_dir():
            print(f"{name}: the data is not here; skipped")
            continue
        ahead.append(_tell(name, _measure(name, seeds, trials, own)))
    print(f"ahead of every peer in AUC on {sum(ahead)} of {len(ahead)} sets (bar: 2 of 4)")


def _measure(name: str, seeds: tuple[int, ...], trials: int, own: int) -> dict[str, list[Judged]]:
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
        ours = _ours(contract, loaded, TrainingOptions(seed=seed, trials=own), rows)
        judged.setdefault("ours", []).append(_judge(ours, task.y_test))
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


def _ours(
    contract: Contract, loaded: LoadedApplications, options: TrainingOptions, rows: Rows
) -> Floats:
    a = loaded.applications
    assert loaded.y is not None
    bundle = train(contract, a.inputs, a.keys, a.as_of, loaded.y, options, {}).bundle
    test = rows.matrix[rows.parts.test]
    return Scorer(bundle, "ours").score_matrix(test, explain=False).log_odds


def _judge(log_odds: Floats, y: Floats) -> Judged:
    sample = RankedSample(log_odds, y)
    p = np.clip(probability(log_odds), 1e-12, 1 - 1e-12)
    loss = -float(np.mean(np.where(y == 1, np.log(p), np.log1p(-p))))
    area = float(delong(y, log_odds).value or 0.0)
    return Judged(area, loss, sample.value("ece"), _debiased(sample), _by_chance(sample))


def _debiased(sample: RankedSample) -> float:
    """Square error of calibration: sum of n_b/n·((mean pd - rate)² - rate·(1 - rate)/(n_b - 1))."""
    n = np.diff(sample.bins, append=len(sample.y))
    mean, rate = (np.add.reduceat(v, sample.bins) / n for v in (sample.pd, sample.y))
    noise = rate * (1 - rate) / np.maximum(n - 1, 1)
    return float(np.sum(n * ((mean - rate) ** 2 - noise)) / n.sum())


def _by_chance(sample: RankedSample) -> float:
    """Mean ECE over DRAWS of outcomes that follow the probabilities."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(DRAWS):
        gap = sample.pd - (rng.random(len(sample.pd)) < sample.pd)
        found.append(np.abs(np.add.reduceat(gap, sample.bins)).sum() / len(gap))
    return float(np.mean(found))


def _root(mean_square: float) -> float:
    return float(np.sign(mean_square) * np.sqrt(abs(mean_square)))


def _tell(name: str, judged: dict[str, list[Judged]]) -> bool:
    """Print the table of a set; return whether ours has the highest mean AUC."""
    table = {model: np.array(each) for model, each in judged.items()}
    ours = table["ours"]
    print(f"\n{name}: {len(ours)} splits")
    heads = ("AUC", "loss", "ECE", "chance", "debiased", "our AUC less its", "our loss over its")
    print(
        f"{'':24}"
        + "".join(f"{head:>9}" if i < 5 else f"{head:>20}" for i, head in enumerate(heads))
    )
    for model, values in table.items():
        auc, loss, ece, square, chance = values.mean(axis=0)
        against = "" if model == "ours" else f"{_paired(ours[:, 0] - values[:, 0]):>20}"
        against += "" if model == "ours" else f"{_paired(ours[:, 1] / values[:, 1] - 1):>20}"
        told = f"{auc:9.4f}{loss:9.4f}{ece:9.4f}{chance:9.4f}{_root(square):9.4f}"
        print(f"{model:24}{told}{against}")
    del table["ours"]
    behind_auc = min(float((ours[:, 0] - v[:, 0]).mean()) for v in table.values())
    behind_loss = max(float((ours[:, 1] / v[:, 1] - 1).mean()) for v in table.values())
    print(f"  AUC less the best peer's: {behind_auc:+.4f}", _bar(behind_auc >= -MOST_BEHIND_AUC))
    print(
        f"  log-loss over the best peer's: {behind_loss:+.4f}",
        _bar(behind_loss <= MOST_BEHIND_LOSS),
    )
    raw = {m: v.mean(axis=0) for m, v in table.items() if m in UNCALIBRATED}
    share = float(ours[:, 2].mean()) / min(float(v[2]) for v in raw.values())
    print(f"  ECE over the best uncalibrated peer's: {share:.2f}", _bar(share <= MOST_SHARE_OF_ECE))
    weighted = float(ours[:, 2].mean() / raw[WEIGHTED][2])
    print(f"  ECE over the class-weighted LightGBM's, no bar: {weighted:.2f}")
    own, least = _root(float(ours[:, 3].mean())), min(_root(float(v[3])) for v in raw.values())
    held = own <= max(MOST_SHARE_OF_ECE * least, 0.0)
    print(f"  the same debiased: {own:.4f} and {least:.4f}", _bar(held), flush=True)
    return behind_auc > 0


def _paired(differences: Floats) -> str:
    """Mean and half-width of its interval, whose variance counts that splits share rows."""
    k = len(differences)
    if k < 2:
        return f"{differences.mean():+.4f}"
    error = np.sqrt((1 / k + TEST_OVER_TRAIN) * differences.var(ddof=1))
    return f"{differences.mean():+.4f} +- {student.ppf(0.975, k - 1) * error:.4f}"


def _bar(held: bool) -> str:
    return "ok" if held else "SHORT"


if __name__ == "__main__":
    main()
