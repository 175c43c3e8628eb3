"""Making candidates from recipes, and measuring them on the validation part.

Nothing here touches the outcomes of the calibration or test part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from data.errors import NotEnoughDataError
from fairness.candidates import Measured, Recipe, target
from fairness.disparity import approve_at
from fairness.groups import BoolArray, Grouping
from fairness.objective import Penalty, penalised_text
from fairness.search_paired import Contrast, ratio_change
from scoring import imbalance
from scoring.boosting import Learner, Sample, Shape
from scoring.crossing import HeldOut
from scoring.intervals import delong
from scoring.model import Model
from scoring.preparing import Rows
from scoring.training import Fitted
from scoring.vector import FloatArray

Positions = NDArray[np.intp]

FEWEST_PEOPLE = 100
"""People of a group and of its reference, in the validation and in the test part, from which it
is optimised, judged and reported."""
REFITS = 2
"""Fits of each recipe with other seeds, so that a lucky draw of rows and features counts less."""
REDUCTION_STEPS = 8
WITHOUT_MEMBERS = ("none", "weights")
"""Ways that keep the rows as they are, so that everyone's group is known while fitting."""


@dataclass(frozen=True)
class Bench:
    """What candidates are made from and judged on.

    ``groupings`` are over the rows of ``rows`` (N); ``contrasts`` the groups that are large
    enough, also over N.
    """

    contract: Contract
    rows: Rows
    groupings: tuple[Grouping, ...]
    contrasts: tuple[Contrast, ...]
    seed: int

    @property
    def validation(self) -> list[Contrast]:
        """The contrasts among the validation rows."""
        return [c.at(self.rows.parts.validation) for c in self.contrasts]

    def learner(self, recipe: Recipe, refit: int = 0) -> Learner:
        """Fits the recipe; one thread."""
        seed = self.seed + 1000 * refit
        return Learner(self.contract, seed, 1, recipe.left_out, recipe.coarse)


def set_up(
    contract: Contract, rows: Rows, groupings: Sequence[Grouping], seed: int, test: NDArray[np.intp]
) -> Bench:
    """A bench with the groups of at least FEWEST_PEOPLE in validation and in ``test`` (rows).

    Raises NotEnoughDataError when there is none.
    """
    parts = [rows.parts.validation, test]

    def large(members: BoolArray) -> bool:
        return min(int(members[part].sum()) for part in parts) >= FEWEST_PEOPLE

    contrasts = tuple(
        Contrast(g.title, g.names[i], g.names[g.reference], g.members(i), g.members(g.reference))
        for g in groupings
        for i in g.others
        if large(g.members(i)) and large(g.members(g.reference))
    )
    if not contrasts:
        raise NotEnoughDataError(
            f"no group and its reference have {FEWEST_PEOPLE} applicants in the validation and in "
            "the test part: a search needs a longer period or coarser groups in the contract"
        )
    return Bench(contract, rows, tuple(groupings), contrasts, seed)


def incumbent_recipe(lineage: Mapping[str, Any]) -> Recipe:
    """How the incumbent itself was made, from its lineage (``train`` or an earlier search)."""
    parameters, searched = lineage["parameters"], lineage.get("search", {})
    return Recipe(
        kind="incumbent",
        shape=Shape(**{name: parameters[name] for name in Shape.__dataclass_fields__}),
        rounds=int(lineage["rounds"]),
        way=str(lineage["imbalance"]),
        left_out=tuple(searched.get("left_out", ())),
        coarse=tuple(searched.get("coarse", ())),
        strength=float(searched.get("strength", 0.0)),
    )


def finalist(bench: Bench, recipe: Recipe) -> Fitted:
    """``recipe`` fitted on all known rows and calibrated across folds, as any model is.

    fairlearn's reduction is the exception: it is chosen on the calibration rows, so it learns
    from the training rows alone.
    """
    parts = bench.rows.parts
    if recipe.tolerance is not None:
        return fit(bench, recipe, parts.train)
    whole = fit(bench, recipe, parts.known)

    def again(at: Positions) -> tuple[Model, float]:
        one = fit(bench, recipe, at)
        return Model(one.text), one.prior_shift

    held_out = HeldOut.crossed(Model(whole.text), whole.prior_shift, again, bench.rows)
    return replace(whole, held_out=held_out)


def fit(bench: Bench, recipe: Recipe, at: Positions, refit: int = 0) -> Fitted:
    """Trees of ``recipe`` from the rows ``at`` (those to fit on, or all that a finalist may)."""
    learner = bench.learner(recipe, refit)
    rows = Sample(bench.rows.learned[at], bench.rows.y[at])
    way = recipe.way if recipe.kind == "incumbent" or recipe.way in WITHOUT_MEMBERS else "none"
    sample = imbalance.resample(way, rows, learner.categorical, learner.seed)
    told = {
        "imbalance": way,
        "rounds": recipe.rounds,
        "parameters": learner.parameters(recipe.shape, sample),
        "shape": "searched",
    }
    if recipe.tolerance is not None:
        text = _reduced(bench, learner, recipe, at)
        return Fitted(text, 0.0, told | {"imbalance": "none"})
    if recipe.strength > 0 and len(sample.y) == len(rows.y):
        penalty = Penalty(_members(bench, at), recipe.strength)
        text = penalised_text(learner, recipe.shape, sample, penalty, max(recipe.rounds, 2))
    else:
        text = learner.text(recipe.shape, sample, recipe.rounds)
    return Fitted(text, sample.prior_shift, told)


def measure(bench: Bench, recipe: Recipe, baseline: Measured | None) -> Measured:
    """REFITS of ``recipe`` from the fit part, on the validation part.

    ``baseline``: the incumbent's recipe; None while that is measured itself.
    """
    check, learned = bench.rows.sample("validation"), bench.rows.parts.fit
    share = bench.contract.policy.approve_share
    margins = [
        Model(fit(bench, recipe, learned, i).text).margins(check.matrix) for i in range(REFITS)
    ]
    approvals = tuple(approve_at(margin, share).approved for margin in margins)
    contrasts = bench.validation
    air = {
        c.key: float(np.exp(np.mean([c.log_ratio(one) for one in approvals]))) for c in contrasts
    }
    losses = [float(check.y[one].mean()) for one in approvals]
    measured = Measured(
        auc=float(np.mean([delong(check.y, m).value or 0.0 for m in margins])),
        log_loss=float(imbalance.cross_calibrated(margins[0], check.y)[0].mean()),
        loss=float(np.mean(losses)),
        approved_share=float(np.mean(approvals)),
        agreement=float(np.mean(approvals[0] == approvals[-1])),
        air=air,
        gain_error=0.0,
        hidden=frozenset(c.key for c in contrasts if not all(c.enough(a) for a in approvals)),
        approvals=approvals,
    )
    return measured if baseline is None else _with_error(measured, baseline, contrasts)


def _with_error(one: Measured, baseline: Measured, contrasts: Sequence[Contrast]) -> Measured:
    """The standard error of the target's change; that of one refit, which is the larger one."""
    goal = next(c for c in contrasts if c.key == target(baseline))
    change = ratio_change(goal, one.approvals[0], baseline.approvals[0], -1.0)
    return replace(one, gain_error=change.error)


def _members(bench: Bench, at: Positions) -> FloatArray:
    return np.column_stack([c.members[at] for c in bench.contrasts]).astype(np.float64)


def _reduced(bench: Bench, learner: Learner, recipe: Recipe, at: Positions) -> str:
    """One inner model of fairlearn's reduction over the recipe's attribute.

    It is chosen on the rows that follow those it learned from: the part to fit on, or all that
    is trained on.
    """
    from fairness.fairlearn_adapter import Held, reduce_unfairness

    whole = next(g for g in bench.groupings if g.title == recipe.attribute)

    rows, parts = bench.rows, bench.rows.parts
    judged = parts.validation if at is parts.fit else parts.calibration

    def held(rows_of: Positions, matrix: FloatArray) -> Held:
        return Held(Sample(matrix[rows_of], rows.y[rows_of]), whole.at(rows_of))

    best, _ = reduce_unfairness(
        learner,
        recipe.shape,
        recipe.rounds,
        held(at, rows.learned),
        held(judged, rows.matrix),
        approve_share=bench.contract.policy.approve_share,
        cut_off=float(rows.y[at].mean()),
        tolerance=recipe.tolerance or 0.0,
        steps=REDUCTION_STEPS,
    )
    return best.text
