"""How the numbers of an audit are published: counts that are safe, and what is computed from them.

All counts of all sections go through one ``Publisher``, which knows those of earlier audits.
Estimates are computed from the counts in the form in which they are public, never from better
ones, so that no rate, ratio, interval or p-value can be solved for a withheld count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fairness.disparity import Approvals
from fairness.published import Dimension, Register, total
from fairness.schema_sections import Range
from fairness.suppression import FEWEST, suppress
from scoring.intervals import Estimate

DECIMALS = 2
"""Decimals of an estimate whose counts are not exact."""
STEP = 10

Where = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class Known:
    """What a reader may know of a count: ``count`` to ``within``; None where it is withheld."""

    count: int | None
    within: int

    @property
    def exact(self) -> int | None:
        """The count where it is published exactly."""
        return self.count if self.within == 0 else None

    @property
    def about(self) -> int | None:
        """The count to the nearest ten or exactly; None where it is known no better."""
        return None if self.count is None or 2 * self.within > STEP else STEP * _tens(self.count)


@dataclass
class Publisher:
    """Decides which counts of one report may be seen, section by section.

    ``register``: all that is public, with what this report has published so far; ``period``: days
    of the applications; ``fewest``: no smaller count is published.
    """

    register: Register
    period: tuple[int, int]
    fewest: int = FEWEST
    withheld: int = field(default=0, init=False)

    def publish(
        self,
        dimensions: Sequence[Dimension],
        counts: Sequence[tuple[Where, int]],
        *,
        rounded: bool = False,
    ) -> list[Known]:
        """What may be known of each of ``counts`` (levels of each dimension, people).

        ``rounded``: none is published exactly. Raises ProtectedError when the counts contradict
        those already published.
        """
        totals = [total(self.period, n, where) for where, n in counts]
        done = suppress(self.register, dimensions, totals, fewest=self.fewest, rounded=rounded)
        self.register = done.register
        known = [
            Known(t.count if t else None, max(int(within), 0))
            for t, within in zip(done.shown, done.within, strict=True)
        ]
        self.withheld += sum(k.count is None or 2 * k.within > STEP for k in known)
        return known

    def note(
        self, dimensions: Sequence[Dimension], counts: Sequence[tuple[Where, int | Known]]
    ) -> None:
        """Take down ``counts`` that are public anyway: of everyone, or published another way."""
        totals = []
        for where, n in counts:
            known = Known(n, 0) if isinstance(n, int) else n
            if known.count is not None:
                counted = total(self.period, known.count, where)
                totals.append(replace(counted, within=known.within))
        self.register = self.register.joined(dimensions, totals)


@dataclass(frozen=True)
class Outcomes:
    """What the rules of an audit decide, as one dimension of its counts.

    ``steps``: the applicants between neighbouring rules, the strictest rule's own first; the
    difference of two rules is a count as well.
    """

    dimension: Dimension
    order: tuple[str, ...]

    @classmethod
    def of(
        cls, name: str, rules: Sequence[Approvals], policy: tuple[Dimension, str] | None = None
    ) -> Outcomes:
        """Of ``rules`` that each approve all that a stricter one does.

        ``policy``: the dimension of one of them alone, and its name, where it is one of them.
        """
        order = tuple(r.rule for r in sorted(rules, key=lambda r: int(r.approved.sum())))
        refines = None
        if policy is not None:
            coarse, rule = policy
            at = order.index(rule) + 1
            approved, declined = coarse.levels
            refines = coarse.name, (approved,) * at + (declined,) * (len(order) + 1 - at)
        dimension = Dimension(name, (*order, "never"), outcome=True, refines=refines)
        return cls(dimension, order)

    def approved(self, rule: str) -> Where:
        """The steps that a rule approves."""
        return {self.dimension.name: self.dimension.levels[: self.order.index(rule) + 1]}

    def declined(self, rule: str) -> Where:
        """The steps that it declines."""
        return {self.dimension.name: self.dimension.levels[self.order.index(rule) + 1 :]}


def published(estimate: Estimate, *, rounded: bool = False) -> Range:
    """The estimate as it is printed, rounded where its counts are not exact."""
    digits = DECIMALS if rounded else 6
    value, low, high = (None if v is None else round(v, digits) for v in estimate)
    return Range(value=value, low=low, high=high)


def significant(estimate: Estimate, digits: int = 3) -> Range:
    """The estimate to some significant digits, for amounts in any currency."""
    value, low, high = (None if v is None else float(f"{v:.{digits}g}") for v in estimate)
    return Range(value=value, low=low, high=high)


def about(people: int) -> int | None:
    """A count of a random or marginal part, to the nearest ten; None below FEWEST."""
    return None if people < FEWEST else STEP * _tens(people)


def probability(p: float | None) -> float | None:
    """A p-value to two significant digits."""
    return None if p is None else float(f"{p:.2g}")


def _tens(people: int) -> int:
    return int(np.floor(people / STEP + 0.5))
