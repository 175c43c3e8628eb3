"""What is tried: proxies first, then Optuna's proposals, then fairlearn's reductions if asked for.

Optuna's sampler is seeded and hears every result in order, so that the same seed proposes the
same candidates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import optuna

from data.contract import Contract
from fairness.candidates import Kind, Measured, Recipe
from fairness.proxies import GapDecomposition, decompose_gap
from fairness.search_fitting import WITHOUT_MEMBERS, Bench, fit
from scoring.boosting import Shape
from scoring.model import Model

PROXIES = 4
"""Features with the largest share of the disparity that are taken away or coarsened."""
STRENGTHS = (0.1, 30.0)
FIRST_STRENGTHS = (1.0, 3.0, 10.0)
"""Tried with the incumbent's own settings before anything is drawn."""
TOLERANCES = (0.05, 0.02)
FEATURES_AT_LEAST = 2
"""Features that every candidate keeps."""


def proxies(bench: Bench, incumbent: Recipe, goal: tuple[str, str]) -> list[str]:
    """Features that put the group ``goal`` at a disadvantage under the incumbent's recipe.

    Those with the largest share of the gap of mean log-odds, in the direction of the gap
    (``decompose_gap`` on the validation part), at most PROXIES.
    """
    at = bench.rows.parts.validation
    grouping = next(g for g in bench.groupings if g.title == goal[0]).at(at)
    text = fit(bench, incumbent, bench.rows.parts.fit).text
    _, contributions = Model(text).explain(bench.rows.matrix[at])
    found = decompose_gap(contributions, bench.contract.model_features, grouping)
    shares = next((f for f in found if f.group == goal[1]), None)
    return _carrying(shares)[:PROXIES] if shares else []


def _carrying(shares: GapDecomposition) -> list[str]:
    """Features whose part of the gap has its sign, the largest first."""
    side = np.sign(shares.gap.value or 0.0)
    return [s.feature for s in shares.features if side * (s.gap.value or 0.0) > 0]


def proxy_recipes(bench: Bench, incumbent: Recipe, names: Sequence[str]) -> Iterator[Recipe]:
    """Each proxy taken away; each coarsened; the first two, three... taken away together."""
    start = replace(incumbent, kind="proxy", way=_way(incumbent))
    sets = [(n,) for n in names]
    together = [tuple(names[: i + 1]) for i in range(1, len(names))]
    for left_out in (*sets, *together):
        everything = tuple(sorted({*incumbent.left_out, *left_out}))
        if len(bench.contract.model_features) - len(everything) >= FEATURES_AT_LEAST:
            yield replace(start, left_out=everything)
    for name in (n for n in names if _has_steps(bench.contract, n)):
        yield replace(start, coarse=tuple(sorted({*incumbent.coarse, name})))


def reduction_recipes(incumbent: Recipe, attribute: str) -> list[Recipe]:
    """fairlearn's reduction at TOLERANCES with the incumbent's settings."""
    start = replace(incumbent, kind="reduced", way="none", strength=0.0, attribute=attribute)
    return [replace(start, tolerance=tolerance) for tolerance in TOLERANCES]


def planned(
    bench: Bench, incumbent: Recipe, goal: tuple[str, str], trials: int, *, reductions: bool
) -> tuple[list[Recipe], list[str]]:
    """Recipes that need no sampler, and the proxies; at most a third of ``trials`` are proxies."""
    names = proxies(bench, incumbent, goal)
    first = list(islice(proxy_recipes(bench, incumbent, names), max(trials // 3, 1)))
    last = reduction_recipes(incumbent, goal[0]) if reductions else []
    return [*first, *last][:trials], names


class Proposer:
    """Optuna's multi-objective sampler over settings, sources, proxies and the penalty.

    ``ask`` proposes a recipe and ``tell`` says how it did: ranking, worst ratio and stability,
    all to be raised (tree-structured Parzen estimator; Ozaki et al. 2022).
    """

    def __init__(self, bench: Bench, incumbent: Recipe, names: Sequence[str], seed: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._bench, self._incumbent, self._proxies = bench, incumbent, list(names)
        self._study = optuna.create_study(
            directions=["maximize"] * 3, sampler=optuna.samplers.TPESampler(seed=seed)
        )
        self._most_rounds = max(400, incumbent.rounds)
        for strength in FIRST_STRENGTHS:
            self._study.enqueue_trial(self._start(strength))

    def ask(self) -> Recipe:
        """The next recipe; ``tell`` must follow before the next one."""
        self._trial = trial = self._study.ask()
        shape = Shape(
            num_leaves=trial.suggest_int("num_leaves", 4, 24),
            min_data_in_leaf=trial.suggest_int("min_data_in_leaf", 20, 300, log=True),
            lambda_l2=trial.suggest_float("lambda_l2", 1.0, 50.0, log=True),
            feature_fraction=trial.suggest_float("feature_fraction", 0.3, 1.0),
        )
        rounds = trial.suggest_int("rounds", 20, self._most_rounds, log=True)
        strength = 0.0
        if trial.suggest_categorical("penalty", [True, False]):
            strength = trial.suggest_float("strength", *STRENGTHS, log=True)
        left_out, coarse = self._features(trial)
        kind: Kind = "penalised" if strength else "tuned"
        way = _way(self._incumbent)
        return Recipe(kind, shape, rounds, way, left_out, coarse, strength)

    def tell(self, measured: Measured) -> None:
        """How the recipe of the last ``ask`` did."""
        self._study.tell(self._trial, list(measured.objectives))

    def _features(self, trial: optuna.Trial) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What is left out and coarsened: whole sources, and single proxies."""
        contract, left_out, coarse = self._bench.contract, set[str](), set[str]()
        for source in self._sources():
            if not trial.suggest_categorical(f"source {source}", [True, False]):
                left_out |= set(self._features_of(source))
        for name in self._proxies:
            ways = ["whole", "coarse", "out"] if _has_steps(contract, name) else ["whole", "out"]
            chosen = trial.suggest_categorical(f"proxy {name}", ways)
            left_out |= {name} if chosen == "out" else set()
            coarse |= {name} if chosen == "coarse" else set()
        if len(contract.model_features) - len(left_out) < FEATURES_AT_LEAST:
            left_out = set(self._incumbent.left_out)
        return tuple(sorted(left_out)), tuple(sorted(coarse - left_out))

    def _start(self, strength: float) -> dict[str, Any]:
        """The incumbent's settings with a penalty."""
        shape = self._incumbent.shape
        return {
            "num_leaves": min(max(shape.num_leaves, 4), 24),
            "min_data_in_leaf": min(max(shape.min_data_in_leaf, 20), 300),
            "lambda_l2": min(max(shape.lambda_l2, 1.0), 50.0),
            "feature_fraction": min(max(shape.feature_fraction, 0.3), 1.0),
            "rounds": max(self._incumbent.rounds, 20),
            "penalty": True,
            "strength": strength,
            **{f"source {source}": True for source in self._sources()},
            **{f"proxy {name}": "whole" for name in self._proxies},
        }

    def _sources(self) -> list[str]:
        """Sources that can be missed: all but the one with most features of the model."""
        used = [s for s in self._bench.contract.sources if self._features_of(s)]
        largest = max(used, key=lambda s: len(self._features_of(s)))
        return [s for s in used if s != largest]

    def _features_of(self, source: str) -> list[str]:
        features = self._bench.contract.features
        return [n for n in self._bench.contract.model_features if features[n].source == source]


def _way(incumbent: Recipe) -> str:
    return incumbent.way if incumbent.way in WITHOUT_MEMBERS else "none"


def _has_steps(contract: Contract, name: str) -> bool:
    """Whether a feature is a number that can be coarsened."""
    spec = contract.spec(name)
    return spec.categories is None and spec.type in {"number", "integer"}
