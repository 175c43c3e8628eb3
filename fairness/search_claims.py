"""The one look at the later data: is a finalist as good and fairer by more than noise?

FOUND needs all of CHECKS for one finalist. The area under the ROC curve is held by the lower
limit of its paired interval: on the same rows two models differ with a standard error of some
0.001 to 0.002, so the margin can be proven and not only observed. The expected loss is held as
the specification has it, by its value: a paired interval of a bad rate is several times wider
than 1 % on thousands of loans, so that no model at all could prove it. It is shown all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from fairness.candidates import APPROVALS_MARGIN, AUC_MARGIN, LOSS_MARGIN, symmetric
from fairness.disparity import approve_at
from fairness.groups import BoolArray
from fairness.multiplicity import holm
from fairness.search_paired import (
    Change,
    Contrast,
    area_change,
    loss_change,
    nearer_parity,
    ratio_change,
)
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer
from scoring.vector import FloatArray

ERROR = 0.05
"""Chance of any false claim of a search; that of one one-sided test without correction."""
Z_ONE_SIDED = float(norm.isf(ERROR))

Check = Literal["fairer", "others", "auc", "loss", "approvals"]
CHECKS: tuple[Check, ...] = get_args(Check)


class SearchVerdict(StrEnum):
    """What a search may say of its budget."""

    FOUND = "FOUND"
    NOT_FOUND = "NOT_FOUND"
    REFUTED = "REFUTED"


@dataclass(frozen=True)
class LaterData:
    """The test period: everyone who applied (n), and the loans (m) among them with an outcome.

    ``loans``: positions of the loans in ``matrix``; ``y`` (m): 1 bad, 0 good; ``contrasts``:
    over n; ``goal``: the group that was named on validation.
    """

    matrix: FloatArray
    loans: NDArray[np.intp]
    y: FloatArray
    contrasts: tuple[Contrast, ...]
    goal: tuple[str, str]


@dataclass(frozen=True)
class Decided:
    """A model on the later data: log-odds of default (n) and who is approved (n)."""

    log_odds: FloatArray
    approved: BoolArray

    @classmethod
    def incumbent(cls, scorer: Scorer, later: LaterData) -> Decided:
        """Everyone scored and decided as the policy in force does it."""
        scores = scorer.score_matrix(later.matrix, explain=False)
        approve = RECOMMENDATIONS.index("approve")
        return cls(scores.log_odds, np.equal(scores.recommendation, approve))

    @classmethod
    def finalist(cls, scorer: Scorer, later: LaterData, incumbent: Decided) -> Decided:
        """Everyone scored, and as many approved as by the incumbent (or as near as ties let).

        A cut-off that lets more through would move ratio and losses by itself, whatever the
        model is.
        """
        log_odds = scorer.score_matrix(later.matrix, explain=False).log_odds
        return cls(log_odds, approve_at(log_odds, float(incumbent.approved.mean())).approved)


@dataclass(frozen=True)
class Judged:
    """A finalist against the incumbent on the later data.

    ``area``: change of the AUC; ``loss``: log of the ratio of bad rates of approved loans;
    ``shares``: approved by finalist and incumbent; ``changes``: change of each group's log ratio;
    ``worst``: farthest ratio from parity of finalist and incumbent; ``p``: one-sided, that the
    named group is nearer to parity; ``harmed``: groups proven (each by itself) farther from it.
    """

    number: int
    area: Change
    loss: Change
    shares: tuple[float, float]
    changes: Mapping[tuple[str, str], Change]
    worst: tuple[float, float]
    p: float
    harmed: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Conclusion:
    """The verdict, the number of the model that was found, and what each finalist met.

    ``p`` are corrected for the finalists (Holm 1979); ``met`` has the checks each one passed.
    """

    verdict: SearchVerdict
    chosen: int | None
    p: tuple[float, ...]
    met: tuple[frozenset[Check], ...]


def judged(number: int, new: Decided, old: Decided, later: LaterData) -> Judged:
    """Hold a finalist against the incumbent."""
    goal = next(c for c in later.contrasts if c.key == later.goal)
    others = [c for c in later.contrasts if c.key != later.goal]
    at = later.loans
    return Judged(
        number=number,
        area=area_change(later.y, new.log_odds[at], old.log_odds[at]),
        loss=loss_change(later.y, new.approved[at], old.approved[at]),
        shares=(float(new.approved.mean()), float(old.approved.mean())),
        changes={c.key: ratio_change(c, new.approved, old.approved, -1.0) for c in later.contrasts},
        worst=(_worst(later, new), _worst(later, old)),
        p=nearer_parity(goal, new.approved, old.approved),
        harmed=tuple(
            c.key for c in others if nearer_parity(c, old.approved, new.approved) <= ERROR
        ),
    )


def conclude(finalists: Sequence[Judged]) -> Conclusion:
    """FOUND for the first finalist that meets all CHECKS; REFUTED without; NOT FOUND for none.

    They come in the order of preference. The group is one, named beforehand, so that the family
    that is corrected for are the finalists; other groups can only speak against a finalist.
    """
    if not finalists:
        return Conclusion(SearchVerdict.NOT_FOUND, None, (), ())
    p = holm(np.array([f.p for f in finalists]))
    met = tuple(_met(f, float(own)) for f, own in zip(finalists, p, strict=True))
    passed = [f.number for f, m in zip(finalists, met, strict=True) if m == set(CHECKS)]
    return Conclusion(
        verdict=SearchVerdict.FOUND if passed else SearchVerdict.REFUTED,
        chosen=passed[0] if passed else None,
        p=tuple(float(own) for own in p),
        met=met,
    )


def _met(one: Judged, p: float) -> frozenset[Check]:
    held: dict[Check, bool] = {
        "fairer": p <= ERROR,
        "others": not one.harmed and one.worst[0] >= one.worst[1],
        "auc": one.area.value - Z_ONE_SIDED * one.area.error >= -AUC_MARGIN,
        "loss": one.loss.value <= np.log1p(LOSS_MARGIN),
        "approvals": abs(one.shares[0] - one.shares[1]) <= APPROVALS_MARGIN,
    }
    return frozenset(check for check, holds in held.items() if holds)


def _worst(later: LaterData, decided: Decided) -> float:
    return min(symmetric(float(np.exp(c.log_ratio(decided.approved)))) for c in later.contrasts)
