"""Layer 4: what a window is estimated to cost, before anybody has repaid.

Confidence-based performance estimation: with calibrated probabilities the expected bad rate, loss,
Brier score and area under the ROC curve follow from the probabilities alone. It is blind to
concept drift: when people with the same data repay otherwise than before, nothing here moves.
Each measure is compared with the same estimate on the reference, so that what the method does
wrong on both sides cancels, and pages when the whole interval is beyond a tolerance that was fixed
beforehand, against the training reference and against the same season a year before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from data.contract import Frozen
from drift.reference import Reference
from drift.support import Support, sampled
from drift.tolerances import Tolerances
from scoring.calibration import probability
from scoring.policy import RECOMMENDATIONS
from scoring.vector import FloatArray

MOST_ROWS = 20_000
RESAMPLES = 400
SEED = 1
LIMITS = (0.025, 0.975)
FEWEST_APPROVED = 30
APPROVE = RECOMMENDATIONS.index("approve")

MeasureName = Literal[
    "auc", "bad_rate", "expected_loss", "brier", "applicants_bad_rate", "outside_support"
]
ESTIMATED: tuple[MeasureName, ...] = (
    *("auc", "bad_rate", "expected_loss", "brier"),
    "applicants_bad_rate",
)
"""Measures that are estimates of outcomes; all but the last will be known one day."""


class HarmMeasure(Frozen):
    """One estimate with its 95 % interval, the reference's, and how much worse it is.

    ``worse``: the fall (auc), the ratio (rates, loss, Brier) or the rise (support) against the
    reference; ``season_worse_low``: the lower limit of the same against the same season, null
    without one; ``passed``: both lower limits are beyond ``tolerance``.
    """

    measure: MeasureName
    value: float
    low: float
    high: float
    reference: float
    worse: float
    worse_low: float
    worse_high: float
    season_worse_low: float | None
    tolerance: float
    passed: bool


class Harm(Frozen):
    """Estimates on ``rows`` applications of ``applicants`` people, ``approved`` of the rows.

    ``auc``, ``bad_rate``, ``brier`` and ``expected_loss`` (share of the money asked for that goes
    to bad loans, before recoveries) are of the approved, whose outcomes will be known one day;
    ``applicants_bad_rate`` and ``outside_support`` of everyone. ``blind_to``: always what no
    estimate without outcomes can see.
    """

    rows: int
    applicants: int
    approved: int
    measures: tuple[HarmMeasure, ...]
    blind_to: Literal["concept-drift"] = "concept-drift"

    @property
    def passed(self) -> tuple[HarmMeasure, ...]:
        """Measures beyond their tolerance."""
        return tuple(m for m in self.measures if m.passed)


@dataclass(frozen=True)
class Side:
    """Rows of one side: ``log_odds``, ``approved``, ``amount`` (n; None: not known) and who.

    ``person``: number of the applicant (n) from 0; ``outside``: of some rows (j) at ``looked``.
    """

    log_odds: FloatArray
    approved: NDArray[np.bool_]
    amount: FloatArray | None
    person: NDArray[np.intp]
    outside: NDArray[np.bool_]
    looked: NDArray[np.intp]


def estimate(
    reference: Reference,
    matrix: FloatArray,
    applicants: NDArray[Any] | None,
    tolerances: Tolerances,
    season: Reference | None = None,
) -> Harm | None:
    """Harm of a window's ``matrix`` (n, k) whose ``applicants`` (n) may come more than once.

    The interval is of a bootstrap that draws whole applicants of the window, and rows of the
    reference. None without a model.
    """
    if reference.scorer is None:
        return None
    rows = _kept(len(matrix))
    part, people = matrix[rows], None if applicants is None else applicants[rows]
    now, found = _compared(reference, part, people, tolerances)
    again = {} if season is None else _compared(season, part, people, tolerances)[1]
    return Harm(
        rows=len(matrix),
        applicants=int(now.person.max()) + 1,
        approved=int(np.count_nonzero(now.approved)),
        measures=tuple(_in_season(m, again.get(name)) for name, m in found.items()),
    )


def _in_season(measure: HarmMeasure, again: HarmMeasure | None) -> HarmMeasure:
    """A measure that must be as much worse than in the same season."""
    if again is None:
        return measure
    both = measure.passed and again.passed
    return measure.model_copy(update={"season_worse_low": again.worse_low, "passed": both})


def _side(
    reference: Reference,
    matrix: FloatArray,
    applicants: NDArray[Any] | None,
    outside: NDArray[np.bool_],
    looked: NDArray[np.intp],
) -> Side:
    if reference.scorer is None:
        raise AssertionError("harm needs a model")
    scores = reference.scorer.score_matrix(matrix, explain=False)
    name = reference.scorer.contract.terms.amount
    amount = matrix[:, reference.features.index(name)] if name in reference.features else None
    person = np.arange(len(matrix))
    if applicants is not None:
        person = np.unique(applicants.astype(str), return_inverse=True)[1]
    return Side(scores.log_odds, scores.recommendation == APPROVE, amount, person, outside, looked)


def _kept(n: int) -> NDArray[np.intp]:
    if n <= MOST_ROWS:
        return np.arange(n)
    return np.sort(np.random.default_rng(SEED).choice(n, MOST_ROWS, replace=False))


def _compared(
    reference: Reference,
    matrix: FloatArray,
    applicants: NDArray[Any] | None,
    tolerances: Tolerances,
) -> tuple[Side, dict[str, HarmMeasure]]:
    """The window's side, and each of its measures against one reference."""
    rng, support, seen = np.random.default_rng(SEED), Support(reference), sampled(len(matrix))
    before = _side(reference, reference.rows.matrix, None, support.own, support.rows)
    now = _side(reference, matrix, applicants, support.outside(matrix[seen]), seen)
    values, drawn = _resampled(now, rng)
    known, redrawn = _resampled(before, rng)
    out = {}
    for name, value in values.items():
        if name not in known or np.isnan(value) or np.isnan(known[name]):
            continue
        tolerance = float(getattr(tolerances, name))
        low, high = np.nanquantile(drawn[name], LIMITS)
        worse_low, worse_high = np.nanquantile(_worse(name, drawn[name], redrawn[name]), LIMITS)
        out[str(name)] = HarmMeasure(
            measure=name,
            value=value,
            low=float(low),
            high=float(high),
            reference=known[name],
            worse=float(_worse(name, value, known[name])),
            worse_low=float(worse_low),
            worse_high=float(worse_high),
            season_worse_low=None,
            tolerance=tolerance,
            passed=bool(worse_low > tolerance),
        )
    return now, out


def _worse(name: str, now: Any, before: Any) -> Any:
    if name == "auc":
        return before - now
    return now - before if name == "outside_support" else now / np.maximum(before, 1e-12)


def _resampled(
    side: Side, rng: np.random.Generator
) -> tuple[dict[MeasureName, float], dict[MeasureName, FloatArray]]:
    """Each measure, and its value in RESAMPLES bootstrap samples of whole people."""
    measured = _Measured(side)
    people = int(side.person.max()) + 1
    whole = measured.of(np.ones(len(side.person)))
    draws = []
    for _ in range(RESAMPLES):
        times = np.bincount(rng.integers(0, people, people), minlength=people)
        draws.append(measured.of(times[side.person].astype(np.float64)))
    return whole, {name: np.array([d[name] for d in draws]) for name in whole}


class _Measured:
    """Measures of one side as functions of how often each row counts."""

    def __init__(self, side: Side) -> None:
        self._side, self._p = side, probability(side.log_odds)
        self._approved = np.flatnonzero(side.approved)
        order = np.argsort(side.log_odds[self._approved], kind="stable")
        self._order = self._approved[order]
        ordered = side.log_odds[self._order]
        self._starts = np.flatnonzero(np.append(True, np.diff(ordered) > 0))

    def of(self, weight: FloatArray) -> dict[MeasureName, float]:
        """Every measure where row i counts ``weight[i]`` times (n)."""
        side, p = self._side, self._p
        out: dict[MeasureName, float] = {}
        if len(self._approved) >= FEWEST_APPROVED:
            taken = weight * side.approved
            out["auc"] = expected_auc(p[self._order], weight[self._order], self._starts)
            out["bad_rate"] = _mean(p, taken)
            out["brier"] = _mean(p * (1 - p), taken)
            if side.amount is not None:
                lent = np.where(np.isnan(side.amount), 0.0, side.amount) * taken
                out["expected_loss"] = _mean(p, lent)
        out["applicants_bad_rate"] = _mean(p, weight)
        out["outside_support"] = _mean(side.outside.astype(np.float64), weight[side.looked])
        return out


def expected_auc(p: FloatArray, weight: FloatArray, starts: NDArray[np.intp]) -> float:
    """The chance that a bad row scores above a good one, ties counting half.

    Over all pairs of two rows, one bad with p and the other good with 1 - p, independently. ``p``
    and ``weight`` (n) in the order of the score, ``starts``: where each new score begins. NaN
    where there is no pair.
    """
    bad, good = weight * p, weight * (1 - p)
    own = float((weight * weight * p * (1 - p)).sum())
    bad_at, good_at = np.add.reduceat(bad, starts), np.add.reduceat(good, starts)
    below = np.cumsum(good_at) - good_at
    won = float((bad_at * (below + good_at / 2)).sum()) - own / 2
    pairs = float(bad.sum() * good.sum()) - own
    return won / pairs if pairs > 0 else float("nan")


def _mean(values: FloatArray, weight: FloatArray) -> float:
    total = float(weight.sum())
    return float((values * weight).sum()) / total if total > 0 else float("nan")
