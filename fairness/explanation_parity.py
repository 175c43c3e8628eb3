"""Do people who are declined get reasons of the same quality in every group?

Three things that contributions alone can tell: whether the first reason stays the same when the
application changes by next to nothing (stability), how much of what raised the risk the told
reasons cover (fidelity), and how many reasons are told. What it would cost to be approved needs
a search for counterfactuals: ``recourse``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fairness.gaps import difference, mean
from fairness.groups import Grouping
from scoring.intervals import UNDEFINED, Estimate
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer, Scores
from scoring.vector import FloatArray

Measure = Literal["stability", "fidelity", "reasons"]
MEASURES: tuple[Measure, ...] = ("stability", "fidelity", "reasons")
FEWEST_DECLINES = 30
NUDGE = 0.01
"""Standard deviation of the change of a number, as a share of the number; 0 stays 0."""
COPIES = 5
"""Changed copies of each declined application."""
DECLINE = RECOMMENDATIONS.index("decline")

Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class DeclineReasons:
    """Quality of the reasons of the declined applications, whose positions are ``rows``.

    ``stability``: share of COPIES changed copies that keep the first reason; ``fidelity``: share
    of the log-odds that raised the risk which the told reasons carry (1 where nothing did);
    ``reasons``: how many are told.
    """

    rows: NDArray[np.intp]
    stability: FloatArray
    fidelity: FloatArray
    reasons: FloatArray


@dataclass(frozen=True)
class ExplanationGap:
    """Mean of one measure over the declines of a group and the reference, and the difference.

    Normal intervals, the difference by MOVER. With fewer than FEWEST_DECLINES declines on a side
    it is not ``sufficient`` and the estimates are undefined.
    """

    measure: Measure
    group: str
    reference: str
    sufficient: bool
    declines: tuple[int, int]
    value: Estimate = UNDEFINED
    reference_value: Estimate = UNDEFINED
    difference: Estimate = UNDEFINED


def decline_reasons(scorer: Scorer, columns: Columns, n: int, *, seed: int) -> DeclineReasons:
    """Score ``n`` applications (``columns``: inputs by name) and judge the reasons of declines.

    A decline is one by the score: what the capacity rule declines has that rule as its reason.
    Only numbers are changed in the copies, each by NUDGE of itself; ``seed`` draws the changes.
    """
    recommendation = scorer.score(columns, n, explain=False).by_score
    rows = np.flatnonzero(recommendation == DECLINE).astype(np.intp)
    declined = {name: values[rows] for name, values in columns.items()}
    scores = scorer.score(declined, len(rows))
    totals, told = _told(scorer, scores)
    raising = np.maximum(totals, 0.0)
    covered = np.where(told >= 0, np.take_along_axis(raising, np.maximum(told, 0), axis=1), 0.0)
    whole = raising.sum(axis=1)
    kept = np.zeros(len(rows))
    rng = np.random.default_rng(seed)
    for _ in range(COPIES):
        copy = {name: _nudged(scorer, name, values, rng) for name, values in declined.items()}
        kept += _told(scorer, scorer.score(copy, len(rows)))[1][:, 0] == told[:, 0]
    return DeclineReasons(
        rows,
        stability=kept / COPIES,
        fidelity=np.where(whole > 0, covered.sum(axis=1) / np.where(whole > 0, whole, 1.0), 1.0),
        reasons=(told >= 0).sum(axis=1).astype(np.float64),
    )


def explanation_gaps(
    quality: DeclineReasons, grouping: Grouping, error: float = 0.05
) -> list[ExplanationGap]:
    """Every measure of each group but the reference, in the order of names.

    ``grouping`` parts all n applications that ``quality`` was computed from.
    """
    codes, reference = grouping.codes[quality.rows], grouping.names[grouping.reference]
    found = []
    for i in grouping.others:
        sides, name = (codes == i, codes == grouping.reference), grouping.names[i]
        declines = (int(sides[0].sum()), int(sides[1].sum()))
        for measure in MEASURES:
            if min(declines) < FEWEST_DECLINES:
                found.append(ExplanationGap(measure, name, reference, False, declines))
                continue
            values: FloatArray = getattr(quality, measure)
            group, base = (mean(values[side], error) for side in sides)
            found.append(
                ExplanationGap(
                    measure, name, reference, True, declines, group, base, difference(group, base)
                )
            )
    return found


def _told(scorer: Scorer, scores: Scores) -> tuple[FloatArray, NDArray[np.intp]]:
    """Log-odds by reason group, and the numbers of the groups that a decline would be told."""
    if scores.contributions is None:
        raise ValueError("reasons need contributions")
    totals = scorer.reason_writer.totals(scores.contributions)
    declined = np.full(len(totals), DECLINE, dtype=np.intp)
    known = scorer.reason_writer.known(scores.matrix)
    told = scorer.reason_writer.pick(totals, declined, known)
    return totals, told


def _nudged(
    scorer: Scorer, name: str, values: NDArray[Any], rng: np.random.Generator
) -> NDArray[Any]:
    if scorer.contract.spec(name).type not in {"number", "integer"}:
        return values
    noise = rng.normal(0.0, NUDGE, len(values))
    return np.asarray(values, dtype=np.float64) * (1 + noise)
