"""Cost of recourse: how much the people of each group would have to change to be approved.

Two groups that are declined equally often are not treated alike when one of them needs twice the
effort, or has no way at all (Gupta et al. 2019; von Kuegelgen et al. 2022). The costs come from
verified options (``scoring.counterfactuals``): the effort of each declined person's easiest one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairness.gaps import difference, mean, share
from fairness.groups import FEWEST_PEOPLE, Grouping
from scoring.intervals import UNDEFINED, Estimate
from scoring.vector import FloatArray


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
