"""How the numbers of an audit are published: counts that are safe, estimates that fit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairness.disparity import Approvals
from fairness.groups import BoolArray, Grouping
from fairness.published import Dimension, Register, Total, total
from fairness.schema import Range
from fairness.suppression import FEWEST, suppress
from scoring.intervals import Estimate

DECIMALS = 2
"""Decimals of an estimate whose counts are withheld: too few to get the counts back."""
_PERIOD = (0, 1)
_STEPS = "approved from"


@dataclass(frozen=True)
class Shown:
    """Which counts of one attribute are published: ``people`` (G), ``approved`` by rule (G)."""

    people: BoolArray
    approved: dict[str, BoolArray]


def shown(grouping: Grouping, rules: Sequence[Approvals]) -> Shown:
    """Which counts of a grouping may be published.

    The rules decide by one risk, so they part the applicants into steps, and the difference of
    two rules is a count as well. All attributes have the number of applicants and of approvals
    in common, which are public. The first rule's counts go before those of the others.
    """
    steps = _Steps.of(rules)
    parts = Dimension(grouping.title, grouping.names), Dimension(_STEPS, steps.names, outcome=True)
    everyone = [total(_PERIOD, len(grouping.codes), {})]
    everyone += [total(_PERIOD, int(r.approved.sum()), {_STEPS: steps.of_rule(r)}) for r in rules]
    register = Register().joined(parts, everyone)
    people = [
        total(_PERIOD, int(n), {grouping.title: [name]})
        for name, n in zip(grouping.names, grouping.people, strict=True)
    ]
    first = suppress(register, parts, [*people, *_totals(grouping, rules[0], steps)])
    rest = [t for rule in rules[1:] for t in _totals(grouping, rule, steps)]
    second = suppress(first.register, parts, rest) if rest else first
    groups = len(grouping.names)
    pairs = np.concatenate([first.published[groups:], second.published if rest else []])
    both: BoolArray = np.all(pairs.astype(np.bool_).reshape(len(rules), 2, groups), axis=1)
    return Shown(
        people=first.published[:groups],
        approved={rule.rule: both[i] for i, rule in enumerate(rules)},
    )


@dataclass(frozen=True)
class _Steps:
    """The applicants between neighbouring rules, the strictest rule's own first."""

    names: tuple[str, ...]
    order: tuple[str, ...]

    @classmethod
    def of(cls, rules: Sequence[Approvals]) -> _Steps:
        order = tuple(r.rule for r in sorted(rules, key=lambda r: int(r.approved.sum())))
        return cls((*order, "never"), order)

    def of_rule(self, rule: Approvals) -> tuple[str, ...]:
        """The steps that a rule approves."""
        return self.names[: self.order.index(rule.rule) + 1]

    def beyond(self, rule: Approvals) -> tuple[str, ...]:
        """The steps that it declines."""
        return self.names[self.order.index(rule.rule) + 1 :]


def _totals(grouping: Grouping, rule: Approvals, steps: _Steps) -> list[Total]:
    """Approved of each group, then declined of each."""
    chosen = ((steps.of_rule(rule), rule.approved), (steps.beyond(rule), ~rule.approved))
    return [
        total(_PERIOD, int(n), {grouping.title: [name], _STEPS: at})
        for at, rows in chosen
        for name, n in zip(grouping.names, grouping.count(rows), strict=True)
    ]


def published(estimate: Estimate, *, rounded: bool = False) -> Range:
    """The estimate as it is printed, rounded where its counts are withheld."""
    digits = DECIMALS if rounded else 6
    value, low, high = (None if v is None else round(v, digits) for v in estimate)
    return Range(value=value, low=low, high=high)


def about(people: int) -> int | None:
    """A count rounded to tens, so that sums tell nothing of a small one; None below FEWEST."""
    return None if people < FEWEST else 10 * round(people / 10)
