"""How stable the first adverse reason is: another training seed, another background sample.

    python bench/explanation/stability.py [--quick]

On the made-up lender. For each pair of seeds two models are trained on the same loans; of the
applications that both decline, the share whose first reason is the same. For the background, two
disjoint halves of the approved, performing applications that the model did not learn from stand
against each other, which is harder than two samples that overlap. Beside it: the same with
path-dependent TreeSHAP, and with single features instead of the contract's groups.

Bars: the same first reason in 95 % under another seed and in 98 % under another background.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from bench.explanation.portfolios import Portfolio, fitted, synthetic
from scoring.adverse import AdverseReasons
from scoring.background import choose
from scoring.bundle import Bundle
from scoring.intervals import wilson
from scoring.scorer import Scorer

BARS = {"another seed": 0.95, "another background": 0.98}
APART = 0.5
"""Rank correlation beyond which two features belong into one reason."""


def main() -> None:
    """Print a line for each comparison, then the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small portfolio, two seeds")
    quick = parser.parse_args().quick
    portfolio = synthetic(20_000 if quick else 100_000)
    seeds, most = (range(1, 3), 150) if quick else (range(1, 6), 1_000)
    bundles = [fitted(portfolio, seed) for seed in seeds]
    _correlated(portfolio)
    shares: dict[str, list[float]] = {name: [] for name in BARS}
    for a, b in combinations(range(len(bundles)), 2):
        both = [Scorer(bundles[a], "a"), Scorer(bundles[b], "b")]
        people = _declined_by_all(both, portfolio, most)
        told = [_first(scorer, portfolio, people) for scorer in both]
        shares["another seed"].append(_tell(f"seeds {seeds[a]} and {seeds[b]}", told))
        _tell("  path-dependent", [_first_path(s, portfolio, people) for s in both])
        _tell("  single features", [_first_feature(s, portfolio, people) for s in both])
    for seed, bundle in zip(seeds, bundles, strict=True):
        halves = [Scorer(half, "half") for half in _halves(bundle, portfolio, seed)]
        people = _declined_by_all(halves[:1], portfolio, most)
        told = [_first(scorer, portfolio, people) for scorer in halves]
        shares["another background"].append(_tell(f"disjoint backgrounds, seed {seed}", told))
    for name, bar in BARS.items():
        found = np.array(shares[name])
        verdict = "holds" if found.mean() >= bar else "missed"
        spread = f"mean {found.mean():.3f}, worst {found.min():.3f} of {len(found)}"
        print(f"{name}: {spread}; bar {bar:.2f}: {verdict}")


def _tell(name: str, told: Sequence[Sequence[str | None]]) -> float:
    same = sum(x == y for x, y in zip(*told, strict=True))
    share = wilson(same, len(told[0]))
    print(f"{name}: {share.value:.3f} [{share.low:.3f}, {share.high:.3f}] of {len(told[0])}")
    return float(share.value or 0.0)


def _declined_by_all(
    scorers: Sequence[Scorer], portfolio: Portfolio, most: int
) -> NDArray[np.intp]:
    """Up to ``most`` applications that every scorer declines."""
    columns, n = portfolio.loaded.columns(), len(portfolio.loaded)
    declined = [s.score(columns, n, explain=False).recommendation == 2 for s in scorers]
    found = np.flatnonzero(np.logical_and.reduce(declined)).astype(np.intp)
    return found[:: max(1, len(found) // most)][:most]


def _first(scorer: Scorer, portfolio: Portfolio, people: NDArray[np.intp]) -> list[str | None]:
    adverse = AdverseReasons(scorer)
    reasons = [adverse.of(portfolio.values(i)).reasons for i in people]
    return [given[0]["code"] if given else None for given in reasons]


def _first_path(scorer: Scorer, portfolio: Portfolio, people: NDArray[np.intp]) -> list[str | None]:
    reasons = scorer.reasons(scorer.score_each([portfolio.values(i) for i in people]))
    return [given[0]["code"] if given else None for given in reasons]


def _first_feature(
    scorer: Scorer, portfolio: Portfolio, people: NDArray[np.intp]
) -> list[str | None]:
    adverse = AdverseReasons(scorer)
    rows = [adverse.of(portfolio.values(i)).contributions[:-1] for i in people]
    return [scorer.contract.model_features[int(row.argmax())] for row in rows]


def _halves(bundle: Bundle, portfolio: Portfolio, seed: int) -> list[Bundle]:
    """The model with backgrounds from two disjoint halves of who may be in one."""
    later = portfolio.prepared(seed).sample("later")
    pd = Scorer(bundle, "whole").score_matrix(later.matrix, explain=False).pd
    order = np.random.default_rng(seed).permutation(len(pd))
    made = []
    for half in (order[::2], order[1::2]):
        approved = pd[half] < bundle.rules.approve_below
        matrix, y = later.matrix[half], later.y[half]
        background = choose(bundle.contract, matrix, y, approved, seed)
        made.append(replace(bundle, background=background))
    return made


def _correlated(portfolio: Portfolio) -> None:
    """Name features that are told apart although they go together."""
    contract, matrix = portfolio.contract, portfolio.prepared(1).matrix
    group = {name: code for code, g in contract.reasons.items() for name in g.features}
    for i, j in combinations(range(matrix.shape[1]), 2):
        names = contract.model_features[i], contract.model_features[j]
        numbers = not any(contract.spec(name).categories for name in names)
        known = ~np.isnan(matrix[:, [i, j]]).any(axis=1)
        if not numbers or known.sum() < 1_000 or group[names[0]] == group[names[1]]:
            continue
        rho = float(spearmanr(matrix[known, i], matrix[known, j]).statistic)
        if abs(rho) > APART:
            print(f"told apart, though rho = {rho:.2f}: {names[0]} and {names[1]}")


if __name__ == "__main__":
    main()
