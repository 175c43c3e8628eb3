"""The sections of an audit about two attributes at once, and about any of their combinations."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from data.contract import Contract
from fairness.audit_counts import Counts, dimension
from fairness.disparity import Approvals, disparities
from fairness.groups import FEWEST_EACH, BoolArray, Grouping, intersection
from fairness.intersections import shrink
from fairness.intervals import wilson_limits
from fairness.profiles import Profile
from fairness.publishing import Outcomes, Publisher, Where, about, probability, published
from fairness.sample import Sample
from fairness.schema_sections import Crossing, Range, Subgroup, WorstSubgroup
from fairness.subgroups import Subgroup as Leaf
from fairness.subgroups import search_subgroups
from scoring.intervals import Estimate

ERROR = 0.05
"""At which the worst subgroup is called proven, after Holm's correction over all leaves."""


def crossings(
    publisher: Publisher,
    sample: Sample,
    policy: Approvals,
    profile: Profile,
    contract: Contract,
    decided: str,
) -> list[Crossing]:
    """Every two-way intersection at the policy in force, with shrunk rates.

    The rate of an intersection whose counts are withheld comes from its two attributes alone:
    its own people lend it nothing, so nothing about them can be solved for.
    """
    pairs = [(a, b, intersection(a, b)) for a, b in combinations(sample.groupings, 2)]
    known = _counted(publisher, pairs, policy, contract, decided)
    both = [g for _, _, g in pairs if g.people[g.reference] > 0]
    judging = profile.judging("adverse_impact_ratio", intersections=True)
    judged = {
        (d.compared.attribute, d.compared.group): d.verdict
        for d in (disparities(both, [policy], judging) if both else [])
    }
    found = []
    for (a, b, g), counts in zip(pairs, known, strict=True):
        basis = np.array([c.basis or (0, 0) for c in counts], dtype=np.float64)
        rates, pull = shrink(basis[:, 1], basis[:, 0], (len(a.names), len(b.names)))
        found += [
            Crossing(
                attribute=g.title,
                group=name,
                people=counts[i].people.about,
                rate=published(rates[i], rounded=True),
                pull=round(float(pull[i]), 2),
                verdict=judged.get((g.title, name)),
            )
            for i, name in enumerate(g.names)
            if g.people[i] > 0
        ]
    return found


def _counted(
    publisher: Publisher,
    pairs: Sequence[tuple[Grouping, Grouping, Grouping]],
    policy: Approvals,
    contract: Contract,
    decided: str,
) -> list[list[Counts]]:
    """People, approved and declined of every intersection, in the form that may be known."""
    if not pairs:
        return []
    outcomes = Outcomes.of(decided, [policy])
    attributes = {g.title: dimension(contract, g) for a, b, _ in pairs for g in (a, b)}
    wheres: list[Where] = [
        {a.title: [one], b.title: [other]}
        for a, b, _ in pairs
        for one in a.names
        for other in b.names
    ]
    parts: tuple[tuple[Where, BoolArray], ...] = (
        ({}, np.ones(len(policy.approved), dtype=np.bool_)),
        (outcomes.approved(policy.rule), policy.approved),
        (outcomes.declined(policy.rule), ~policy.approved),
    )
    counts = [
        ({**at, **extra}, int(n))
        for extra, rows in parts
        for at, n in zip(wheres, np.concatenate([g.count(rows) for *_, g in pairs]), strict=True)
    ]
    known = publisher.publish([*attributes.values(), outcomes.dimension], counts)
    width = len(wheres)
    thirds = zip(known[:width], known[width : 2 * width], known[2 * width :], strict=True)
    rows = iter([Counts(*third) for third in thirds])
    return [[next(rows) for _ in g.names] for *_, g in pairs]


def worst_subgroup(sample: Sample, policy: Approvals, seed: int) -> WorstSubgroup:
    """The search over all combinations of groups, within products where they are known."""
    found = search_subgroups(
        policy.approved, sample.groupings, strata=sample.strata.get("product"), seed=seed
    )
    leaves = [_subgroup(leaf) for leaf in found.subgroups]
    return WorstSubgroup(
        searched=about(found.rows[0]),
        tested=about(found.rows[1]),
        within="product" if "product" in sample.strata else None,
        subgroups=tuple(leaves),
    )


def _subgroup(leaf: Leaf) -> Subgroup:
    """A leaf as it is published; a rate only with enough people of each outcome."""
    low, high = wilson_limits(np.array(float(leaf.approved)), np.array(float(leaf.rows)))
    few = min(leaf.approved, leaf.rows - leaf.approved) < FEWEST_EACH
    estimate = Estimate(leaf.rate, float(low), float(high))
    return Subgroup(
        conditions=leaf.rule,
        people=about(leaf.rows),
        rate=Range() if few else published(estimate, rounded=True),
        expected=None if few else round(leaf.expected, 2),
        shortfall=None if few else 10 * round(leaf.shortfall / 10),
        p=probability(leaf.p_value),
        p_corrected=probability(leaf.adjusted),
        proven=leaf.adjusted <= ERROR,
    )
