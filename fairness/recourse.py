"""Cost of recourse: how much the people of each group would have to change to be approved.

Two groups that are declined equally often are not treated alike when one of them needs twice the
effort, or has no way at all (Gupta et al. 2019; von Kuegelgen et al. 2022). The costs come from
verified options (``scoring.counterfactuals``): the effort of each declined person's easiest one.
A search takes tens of milliseconds, so people are drawn from each group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairness.gaps import difference, mean, share
from fairness.groups import FEWEST_PEOPLE, BoolArray, Grouping
from fairness.sample import Rows, Sample
from scoring.counterfactuals import options
from scoring.intervals import UNDEFINED, Estimate
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer
from scoring.vector import FloatArray

MOST_SEARCHED = 40
"""Declined people of each group for whom options are searched."""
DECLINE = RECOMMENDATIONS.index("decline")


@dataclass(frozen=True)
class Costs:
    """``effort`` (n) of the easiest option of those who were drawn; NaN: none found, or not drawn.

    ``drawn``: attribute to the positions of the declined people who stand for its groups.
    """

    drawn: Mapping[str, Rows]
    effort: FloatArray


def search(scorer: Scorer, sample: Sample, *, seed: int = 1, most: int = MOST_SEARCHED) -> Costs:
    """Search options for up to ``most`` declined people of each group, drawn with ``seed``.

    A decline is one by the score; nobody is drawn from a ``sample`` without the inputs.
    """
    referred = np.zeros(len(sample), bool) if sample.referred is None else sample.referred
    declined = np.equal(sample.scores.by_score, DECLINE) & ~referred & bool(sample.columns)
    order = np.random.default_rng(seed).permutation(len(sample))
    order = order[declined[order]].astype(np.intp)
    drawn = {g.title: _first(g.at(order), order, most) for g in sample.groupings}
    effort = np.full(len(sample), np.nan)
    for i in np.unique(np.concatenate(list(drawn.values()))):
        found = options(scorer, _values(sample, int(i)))
        if found:
            effort[i] = min(option.effort for option in found)
    return Costs(drawn, effort)


def _first(grouping: Grouping, order: Rows, most: int) -> Rows:
    """The first ``most`` of each group in a random order, so that one person serves many groups."""
    chosen: BoolArray = np.zeros(len(order), dtype=np.bool_)
    for i in range(len(grouping.names)):
        chosen[np.flatnonzero(grouping.members(i))[:most]] = True
    return np.sort(order[chosen])


def _values(sample: Sample, i: int) -> dict[str, Any]:
    """Inputs of one person as a request has them: without what is missing."""
    given = {name: values[i] for name, values in sample.columns.items()}
    plain = {n: v.item() if isinstance(v, np.generic) else v for n, v in given.items()}
    return {n: v for n, v in plain.items() if v is not None and v == v}  # noqa: PLR0124 (NaN)


@dataclass(frozen=True)
class Recourse:
    """One group of people who were not approved, beside the reference.

    ``with_option``: share that has an option (Wilson); ``cost``: mean effort of those. The gaps
    are the group's less the reference's (MOVER), undefined for the reference itself. All are
    undefined below FEWEST_PEOPLE people, costs below FEWEST_PEOPLE with an option.
    """

    attribute: str
    group: str
    reference: bool
    people: int
    with_option: Estimate
    cost: Estimate
    option_gap: Estimate
    cost_gap: Estimate


def recourse(grouping: Grouping, costs: FloatArray) -> list[Recourse]:
    """Every group with people, in the grouping's order.

    ``costs`` (n): of each person who was not approved, NaN where no option was found. ``grouping``
    is of the same n people. Raises ValueError when their numbers differ.
    """
    if len(costs) != len(grouping.codes):
        raise ValueError("a cost is needed for each person of the grouping")
    options = [_with_option(costs[grouping.members(i)]) for i in range(len(grouping.names))]
    efforts = [_cost(costs[grouping.members(i)]) for i in range(len(grouping.names))]
    at = grouping.reference
    return [
        Recourse(
            attribute=grouping.title,
            group=name,
            reference=i == at,
            people=int(grouping.people[i]),
            with_option=options[i],
            cost=efforts[i],
            option_gap=UNDEFINED if i == at else difference(options[i], options[at]),
            cost_gap=UNDEFINED if i == at else difference(efforts[i], efforts[at]),
        )
        for i, name in enumerate(grouping.names)
        if grouping.people[i]
    ]


def _with_option(costs: FloatArray) -> Estimate:
    if len(costs) < FEWEST_PEOPLE:
        return UNDEFINED
    return share(float(np.mean(~np.isnan(costs))), len(costs))


def _cost(costs: FloatArray) -> Estimate:
    known = costs[~np.isnan(costs)]
    return mean(known) if len(known) >= FEWEST_PEOPLE else UNDEFINED
