"""Candidates of a search for a less discriminatory model, and how the finalists are chosen.

The rule is fixed before anything is looked at and uses the validation part alone. The order of
preference is that of KINDS: the less a way meddles with the model, the earlier it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from fairness.groups import BoolArray
from scoring.boosting import Shape

Kind = Literal["incumbent", "proxy", "tuned", "penalised", "reduced"]
KINDS: tuple[Kind, ...] = ("proxy", "tuned", "penalised", "reduced")
"""A proxy taken away or coarsened; other settings; the fairness penalty; fairlearn's reduction."""

AUC_MARGIN = 0.005
LOSS_MARGIN = 0.01
APPROVALS_MARGIN = 0.02
"""How much the area may be lower, the bad rate of approved loans be higher (as a ratio), and the
approved share differ where equal scores stand at the cut-off."""
NOISE = 1.0
"""Standard errors of the paired difference by which a finalist must gain on validation."""


@dataclass(frozen=True)
class Recipe:
    """How a candidate is made; the same recipe, rows and seed give the same trees.

    ``way``: how few bads are handled (a key of ``imbalance.WAYS``). ``strength``: of the penalty
    (0: none). ``tolerance``: of fairlearn's reduction over ``attribute`` (None: no reduction).
    """

    kind: Kind
    shape: Shape
    rounds: int
    way: str = "none"
    left_out: tuple[str, ...] = ()
    coarse: tuple[str, ...] = ()
    strength: float = 0.0
    tolerance: float | None = None
    attribute: str = ""


@dataclass(frozen=True)
class Measured:
    """A recipe on the validation part, the means of its refits with different seeds.

    ``log_loss``: of the first refit, calibrated on the other half of the rows.
    ``loss``: bad rate of the loans that the policy would approve; ``agreement``: share of
    applicants whom two refits decide alike; ``air``: adverse impact ratio by (attribute, group);
    ``gain_error``: standard error of the paired change of the target group's log ratio.
    ``hidden``: groups of which too few are approved or declined for their ratio to be shown.
    ``approvals``: the decisions (n) of each refit, which are never written anywhere.
    """

    auc: float
    log_loss: float
    loss: float
    approved_share: float
    agreement: float
    air: Mapping[tuple[str, str], float]
    gain_error: float
    hidden: frozenset[tuple[str, str]]
    approvals: tuple[BoolArray, ...]

    @property
    def worst(self) -> float:
        """The ratio farthest from 1 of all groups, its inverse where it is above 1."""
        return min(symmetric(ratio) for ratio in self.air.values())

    @property
    def objectives(self) -> tuple[float, float, float]:
        """What the search raises: ranking, the worst group's ratio, stability."""
        return self.auc, self.worst, self.agreement


@dataclass(frozen=True)
class Candidate:
    """One trial, in the order of the log; number 0 is the incumbent's own recipe."""

    number: int
    recipe: Recipe
    measured: Measured


def symmetric(ratio: float) -> float:
    """The lower rate over the higher one: 1 is parity whichever group is ahead."""
    return min(ratio, 1 / ratio) if ratio > 0 else 0.0


def target(baseline: Measured) -> tuple[str, str]:
    """The group farthest from parity under the incumbent, which the claim will be about."""
    return min(baseline.air, key=lambda g: (symmetric(baseline.air[g]), g))


def within_margins(one: Measured, baseline: Measured) -> bool:
    """Whether ranking, loss and number of approvals stay as the margins ask for."""
    return (
        one.auc >= baseline.auc - AUC_MARGIN
        and one.loss <= baseline.loss * (1 + LOSS_MARGIN)
        and abs(one.approved_share - baseline.approved_share) <= APPROVALS_MARGIN
    )


def gain(one: Measured, baseline: Measured) -> float:
    """How much nearer to parity: the change of the log of the worst ratio."""
    return float(np.log(max(one.worst, 1e-9)) - np.log(max(baseline.worst, 1e-9)))


def front(candidates: Sequence[Candidate]) -> set[int]:
    """Numbers of those that no other beats in one objective without losing in another."""
    values = np.array([c.measured.objectives for c in candidates])
    found = set()
    for own, candidate in zip(values, candidates, strict=True):
        beaten = np.all(values >= own, axis=1) & np.any(values > own, axis=1)
        if not beaten.any():
            found.add(candidate.number)
    return found


def finalists(candidates: Sequence[Candidate]) -> list[Candidate]:
    """At most one of each kind, in the order of KINDS: whom the later data will judge.

    Of those on the front, within the margins and with a gain of more than NOISE standard errors,
    the one whose gain less its standard error is largest. The first candidate is the incumbent.
    """
    baseline = candidates[0].measured
    on_front = front(candidates)
    chosen = []
    for kind in KINDS:
        fit = [
            c
            for c in candidates[1:]
            if c.recipe.kind == kind
            and c.number in on_front
            and within_margins(c.measured, baseline)
            and gain(c.measured, baseline) > NOISE * c.measured.gain_error
        ]
        if fit:
            chosen.append(max(fit, key=lambda c: _sure_gain(c.measured, baseline)))
    return chosen


def described(recipe: Recipe) -> dict[str, Any]:
    """The parameters of a recipe as they are logged."""
    shape = recipe.shape
    return {
        "num_leaves": shape.num_leaves,
        "min_data_in_leaf": shape.min_data_in_leaf,
        "lambda_l2": round(shape.lambda_l2, 6),
        "feature_fraction": round(shape.feature_fraction, 6),
        "rounds": recipe.rounds,
        "imbalance": recipe.way,
        "strength": round(recipe.strength, 6),
        "tolerance": recipe.tolerance,
    }


def _sure_gain(one: Measured, baseline: Measured) -> float:
    return gain(one, baseline) - one.gain_error
