"""People and approvals of every group, in the form in which an audit may publish them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.contract import Contract, band_names
from data.features.protected import NOT_STATED, OTHER
from fairness.disparity import Approvals
from fairness.groups import Grouping
from fairness.published import Dimension
from fairness.publishing import Known, Outcomes, Publisher, Where
from fairness.sample import Sample


@dataclass(frozen=True)
class Counts:
    """What may be known of one group under one rule."""

    people: Known
    approved: Known
    declined: Known

    @property
    def exact(self) -> bool:
        """Whether people and approved are published as they are."""
        return self.people.exact is not None and self.approved.exact is not None

    @property
    def basis(self) -> tuple[int, int] | None:
        """People and approved as estimates may use them; None where too little is known."""
        people, approved, declined = (k.count for k in (self.people, self.approved, self.declined))
        if people is None or (approved is None and declined is None):
            return None
        found = people - (declined or 0) if approved is None else approved
        return people, int(np.clip(found, 0, people))


Counted = Mapping[tuple[str, str], Sequence[Counts]]
"""Counts of each group (in the order of the grouping), by attribute and rule."""


def dimension(contract: Contract, grouping: Grouping) -> Dimension:
    """All groups of one attribute. Those of codes may grow; bands of ages must stay."""
    attribute = contract.protected[grouping.title]
    names = band_names(attribute.bands) if attribute.bands else attribute.groups.values()
    rest = () if attribute.bands else (OTHER, *grouping.names)
    levels = tuple(dict.fromkeys([*names, NOT_STATED, *rest]))
    return Dimension(grouping.title, levels, grows=not attribute.bands)


def count_approvals(
    publisher: Publisher,
    sample: Sample,
    rules: Sequence[Approvals],
    contract: Contract,
    decided: str,
) -> Counted:
    """Publish people of each group, then approvals by the first rule, then by the others.

    The first rule is ``decided`` (the policy of a version, or the lender's own decisions), of
    which other audits may tell as well; approvals at the other rules are of this audit alone.
    """
    policy, rest = rules[0], rules[1:]
    first = Outcomes.of(decided, [policy])
    start, end = publisher.period
    name = f"{decided}, in steps, {start} to {end}"
    both = (first.dimension, policy.rule)
    steps = Outcomes.of(name, rules, both) if _nested(policy, rest) else Outcomes.of(name, rest)
    attributes = [dimension(contract, g) for g in sample.groupings]
    outcomes = [first.dimension, steps.dimension]
    everyone = [({}, len(sample)), (first.approved(policy.rule), int(policy.approved.sum()))]
    everyone += [(steps.approved(r), n) for r, n in _totals(rules, steps)]
    publisher.note([*attributes, *outcomes], everyone)
    groups = [{g.title: [name]} for g in sample.groupings for name in g.names]
    people = [(at, int(n)) for at, n in zip(groups, sample.people, strict=True)]
    chosen = _chosen(sample.groupings, [policy], first)
    known = publisher.publish([*attributes, first.dimension], [*people, *chosen])
    heads, own = known[: len(people)], known[len(people) :]
    others = publisher.publish(
        [*attributes, steps.dimension], _chosen(sample.groupings, rest, steps)
    )
    return _sorted(sample.groupings, rules, heads, [*own, *others])


def _nested(policy: Approvals, rest: Sequence[Approvals]) -> bool:
    """Whether the policy and every other rule approve all that the stricter one does."""
    return all(
        (r.approved <= policy.approved).all() or (policy.approved <= r.approved).all() for r in rest
    )


def _totals(rules: Sequence[Approvals], steps: Outcomes) -> list[tuple[str, int]]:
    return [(r.rule, int(r.approved.sum())) for r in rules if r.rule in steps.order]


def _chosen(
    groupings: Sequence[Grouping], rules: Sequence[Approvals], outcomes: Outcomes
) -> list[tuple[Where, int]]:
    """Approved, then declined, of each group of each attribute, rule by rule."""
    return [
        ({g.title: [name], **at}, int(n))
        for rule in rules
        for at, rows in (
            (outcomes.approved(rule.rule), rule.approved),
            (outcomes.declined(rule.rule), ~rule.approved),
        )
        for g in groupings
        for name, n in zip(g.names, g.count(rows), strict=True)
    ]


def _sorted(
    groupings: Sequence[Grouping],
    rules: Sequence[Approvals],
    people: Sequence[Known],
    chosen: Sequence[Known],
) -> Counted:
    """The known counts in the order of ``_chosen``, by attribute and rule."""
    width = len(people)
    found: dict[tuple[str, str], list[Counts]] = {}
    for i, rule in enumerate(rules):
        both = chosen[2 * width * i : 2 * width * (i + 1)]
        parts = zip(people, both[:width], both[width:], strict=True)
        all_counts = iter([Counts(*part) for part in parts])
        for g in groupings:
            found[g.title, rule.rule] = [next(all_counts) for _ in g.names]
    return found
