"""How good the chosen settings are on later applications and in branches never seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from scipy.special import expit

from scoring import crossing
from scoring.applicants import keyed_hash
from scoring.boosting import Learner, Sample
from scoring.folds import FOLDS, Fold, by_people, windows
from scoring.intervals import calibration_line, delong, delong_difference, wilson
from scoring.model import Model
from scoring.preparing import Rows
from scoring.selection import Selection
from scoring.vector import FloatArray

FEWEST_EACH = 20
"""Bad and good rows that a figure needs."""


def generalisation(learner: Learner, chosen: Selection, rows: Rows) -> dict[str, Any]:
    """Figures of refits on the known rows, judged on rows that are unlike those learned from.

    ``random``: other applicants, the yardstick; ``out_of_time``: later applications of new
    applicants (see ``folds.windows``); ``out_of_branch``: branches left out, FOLDS groups of
    them. Each has ``rows``, ``auc`` (DeLong), ``calibration_slope`` (Wald), ``mean_pd`` and
    ``observed_rate`` (Wilson), before calibration; ``less_random`` is the area less that of
    ``random`` on the same rows, with the paired interval. Empty where the data has neither
    times nor branches.
    """
    ways = dict(_ways(rows))
    if not ways:
        return {}
    random = _margins(learner, chosen, rows, by_people(rows, rows.parts.known))
    found = {"random": _figures(random, rows.y, random)}
    for name, folds in ways.items():
        margin = _margins(learner, chosen, rows, folds(rows))
        y = rows.y[~np.isnan(margin)]
        if min(y.sum(), (1 - y).sum()) >= FEWEST_EACH:
            found[name] = _figures(margin, rows.y, random)
    return found


def _ways(rows: Rows) -> Iterator[tuple[str, Callable[[Rows], Iterable[Fold]]]]:
    if rows.as_of is not None and not rows.as_of.isna().any():
        yield "out_of_time", lambda r: windows(r, r.parts.known)
    if "branch" in rows.keys and rows.keys["branch"].iloc[rows.parts.known].nunique() >= FOLDS:
        yield "out_of_branch", by_branch


def by_branch(rows: Rows) -> Iterator[Fold]:
    """FOLDS of the known rows by a hash of their branches, whose people are not learned from."""
    at = rows.parts.known
    given = rows.keys["branch"].iloc[at]
    names = np.unique(given.dropna().to_numpy(dtype=np.str_))
    order = sorted(names.tolist(), key=lambda name: int(keyed_hash(name, FOLDS)))
    part = given.map({name: i % FOLDS for i, name in enumerate(order)}).to_numpy(dtype=np.float64)
    people = rows.applicants[at]
    for k in range(FOLDS):
        judged = part == k
        learned = ~judged & ~np.isin(people, people[judged])
        yield Fold(at[learned], at[judged])


def _margins(learner: Learner, chosen: Selection, rows: Rows, folds: Iterable[Fold]) -> FloatArray:
    """Margins (n) of single fits, NaN for rows that no fold judges."""
    margin = np.full(len(rows.y), np.nan)
    for fold in folds:
        sample = Sample(rows.learned[fold.fit], rows.y[fold.fit])
        sample = crossing.resampled(learner, chosen, sample)
        model = Model(learner.text(chosen.settings, sample, chosen.rounds), learner.threads)
        margin[fold.check] = model.margins(rows.matrix[fold.check]) + sample.prior_shift
    return margin


def _figures(margin: FloatArray, y: FloatArray, random: FloatArray) -> dict[str, Any]:
    at = np.flatnonzero(~np.isnan(margin))
    own, outcome = margin[at], y[at]
    return {
        "rows": len(at),
        "auc": delong(outcome, own).plain(),
        "calibration_slope": calibration_line(own, outcome)[0].plain(),
        "mean_pd": float(expit(own).mean()),
        "observed_rate": wilson(float(outcome.sum()), len(at)).plain(),
        "less_random": delong_difference(outcome, own, random[at]).plain(),
    }
