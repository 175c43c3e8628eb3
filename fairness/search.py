"""A search for a less discriminatory alternative to a model, from its data to a verdict.

The parts of the model's own training are kept: candidates learn from ``fit``, are measured on
``validation``, and at most one finalist of a kind is fitted again on both, calibrated, and judged
once, as a bundle that could serve, on the test period. The incumbent's recipe is fitted like any
candidate, because the incumbent itself has seen the validation rows.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.features.applications import Applications
from fairness.candidates import Candidate, Recipe, finalists, target
from fairness.groups import grouping
from fairness.search_claims import Conclusion, Decided, Judged, LaterData, conclude, judged
from fairness.search_fitting import Bench, finalist, incumbent_recipe, measure, set_up
from fairness.search_trials import Proposer, planned
from scoring.bundle import Bundle
from scoring.judging import evaluated
from scoring.preparing import prepare
from scoring.scorer import Scorer
from scoring.selection import Progress
from scoring.training import assemble
from scoring.vector import FloatArray


@dataclass(frozen=True)
class SearchOptions:
    """``seed`` decides what is proposed; ``seconds`` (None: any) ends the trials early."""

    trials: int
    seed: int = 1
    seconds: float | None = None
    reductions: bool = False


@dataclass(frozen=True)
class Found:
    """Everything that a search came to.

    ``proxies``: features with the largest share of the gap; ``bundles`` and ``decided`` are those
    of the finalists, without a report, in the order of ``finalists``.
    """

    bench: Bench
    candidates: tuple[Candidate, ...]
    proxies: tuple[str, ...]
    ended: Literal["trials", "time", "interrupted"]
    finalists: tuple[Candidate, ...]
    later: LaterData
    incumbent: Decided
    decided: tuple[Decided, ...]
    judged: tuple[Judged, ...]
    conclusion: Conclusion
    bundles: tuple[Bundle, ...]


def search(
    scorer: Scorer,
    applications: Applications,
    y: FloatArray,
    groups: pd.DataFrame,
    options: SearchOptions,
    *,
    data: Mapping[str, str],
    progress: Progress,
) -> Found:
    """Search for an alternative to ``scorer`` on the rows that it was trained from.

    ``groups`` (N) has the group name of each protected attribute to look at; ``data`` the hashes
    of the files, for the lineage. ``progress`` hears each stage and its share. An interrupt
    (Ctrl-C) ends the trials; what was done is judged. Raises NotEnoughDataError when no group is
    large enough.
    """
    bench, later_rows = _bench(scorer, applications, y, groups)
    recipe = incumbent_recipe(scorer.bundle.lineage)
    first = Candidate(0, recipe, measure(bench, recipe, None))
    goal = target(first.measured)
    later = _later(bench, later_rows, goal)
    found, names, ended = _trials(bench, first, goal, options, progress)
    chosen = finalists(found)
    progress("judging the finalists on later data", 0.0)
    lineage = {"data": dict(data)}
    bundles = tuple(_bundle(bench, c, scorer, lineage, options.seed) for c in chosen)
    incumbent = Decided.incumbent(scorer, later)
    decided = tuple(Decided.finalist(Scorer(b, "new"), later, incumbent) for b in bundles)
    results = tuple(
        judged(c.number, own, incumbent, later) for c, own in zip(chosen, decided, strict=True)
    )
    progress("judging the finalists on later data", 1.0)
    return Found(
        bench=bench,
        candidates=tuple(found),
        proxies=tuple(names),
        ended=ended,
        finalists=tuple(chosen),
        later=later,
        incumbent=incumbent,
        decided=decided,
        judged=results,
        conclusion=conclude(results),
        bundles=bundles,
    )


def found_bundle(found: Found) -> Bundle | None:
    """The bundle of a FOUND model with its report, ready to be sealed; None without one."""
    numbers = [c.number for c in found.finalists]
    chosen = found.conclusion.chosen
    if chosen is None:
        return None
    return evaluated(found.bundles[numbers.index(chosen)], found.bench.rows, 1, {})


def _bench(
    scorer: Scorer, applications: Applications, y: FloatArray, groups: pd.DataFrame
) -> tuple[Bench, NDArray[np.intp]]:
    """The bench, and the positions of everyone who applied in the test period."""
    contract, seed = scorer.contract, int(scorer.bundle.lineage["seed"])
    keys, as_of = applications.keys, applications.as_of
    rows = prepare(contract, applications.inputs, keys, as_of, y, seed)
    later = np.setdiff1d(rows.parts.later, rows.parts.recent)
    parted = [
        grouping(str(n), groups[n].to_numpy()[rows.order], contract.protected[str(n)].reference)
        for n in groups
    ]
    return set_up(contract, rows, parted, seed, later), later


def _later(bench: Bench, rows: NDArray[np.intp], goal: tuple[str, str]) -> LaterData:
    test = bench.rows.parts.test
    return LaterData(
        matrix=bench.rows.matrix[rows],
        loans=np.searchsorted(rows, test).astype(np.intp),
        y=bench.rows.y[test],
        contrasts=tuple(c.at(rows) for c in bench.contrasts),
        goal=goal,
    )


def _trials(
    bench: Bench,
    first: Candidate,
    goal: tuple[str, str],
    options: SearchOptions,
    progress: Progress,
) -> tuple[list[Candidate], Sequence[str], Literal["trials", "time", "interrupted"]]:
    """All candidates in order, the proxies, and why the trials ended."""
    found, names = [first], list[str]()
    end = np.inf if options.seconds is None else time.monotonic() + options.seconds
    try:
        first_ones, names = planned(
            bench, first.recipe, goal, options.trials, reductions=options.reductions
        )
        proposer = Proposer(bench, first.recipe, names, options.seed)
        for number in range(1, options.trials + 1):
            if time.monotonic() >= end:
                return found, names, "time"
            progress("trying candidates", (number - 1) / options.trials)
            fixed = first_ones[number - 1] if number <= len(first_ones) else None
            recipe = fixed or proposer.ask()
            measured = measure(bench, recipe, first.measured)
            if fixed is None:
                proposer.tell(measured)
            found.append(Candidate(number, recipe, measured))
        progress("trying candidates", 1.0)
    except KeyboardInterrupt:
        return found, names, "interrupted"
    return found, names, "trials"


def _bundle(
    bench: Bench, candidate: Candidate, scorer: Scorer, lineage: Mapping[str, Any], seed: int
) -> Bundle:
    """The finalist fitted on all known rows: an ordinary bundle without metrics."""
    recipe: Recipe = candidate.recipe
    own = {
        "parent": scorer.version,
        "kind": recipe.kind,
        "candidate": candidate.number,
        "seed": seed,
        "left_out": list(recipe.left_out),
        "coarse": list(recipe.coarse),
        "strength": recipe.strength,
        "tolerance": recipe.tolerance,
    }
    return assemble(
        bench.learner(recipe), finalist(bench, recipe), bench.rows, {**lineage, "search": own}
    )
