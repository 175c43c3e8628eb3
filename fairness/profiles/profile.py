"""What a jurisdiction profile says: protected grounds, the family, tolerances, rules with dates."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from data.contract import Frozen, Identifier, Text
from fairness.groups import FEWEST_EACH, FEWEST_PEOPLE, Minimum
from fairness.judging import Judging
from fairness.verdicts import Tolerance

Metric = Literal[
    "adverse_impact_ratio",
    "approval_rate_difference",
    "tpr_difference",
    "fpr_difference",
    "auc_difference",
    "calibration_ratio",
    "calibration_slope",
    "outcome_test_difference",
    "standardised_mean_difference",
    "flip_test",
    "proxy_auc",
    "explanation_difference",
]
PARITY: dict[Metric, float] = {
    "adverse_impact_ratio": 1.0,
    "calibration_ratio": 1.0,
    "calibration_slope": 1.0,
    "proxy_auc": 0.5,
}
"""Value of a metric without any difference, where that is not 0."""

Status = Literal["in_force", "not_yet_in_force", "removed", "guidance"]
Share = Annotated[float, Field(gt=0, lt=1)]
Names = Annotated[tuple[Identifier, ...], Field(min_length=1)]


class Rule(Frozen):
    """One rule of law, judgment or guideline, in our own words."""

    statement: Text
    source: str = Field(min_length=1, description="Where it can be read: act, article, number.")
    date: dt.date = Field(description="Date of the source.")
    in_force_from: dt.date | None = Field(None, description="First day on which it binds.")
    in_force_until: dt.date | None = Field(None, description="First day on which it binds no more.")
    status: Status = Field(description="As of the profile's version. Guidance never binds.")

    def binds(self, on: dt.date) -> bool:
        """Whether it is the law on the day ``on``."""
        begun = self.in_force_from is not None and self.in_force_from <= on
        over = self.in_force_until is not None and self.in_force_until <= on
        return self.status != "guidance" and begun and not over


class Ground(Frozen):
    """An attribute that the law protects, and what contracts may call it."""

    title: Text
    attributes: Names = Field(description="Names of protected attributes in contracts.")
    rules: Names


class Family(Frozen):
    """The comparisons that are corrected together, with Holm's method."""

    metrics: tuple[Metric, ...] = Field(min_length=1)
    grounds: Names
    error: Share = Field(description="Chance of any false claim on one side of the family.")


class Intersections(Frozen):
    """The two-way intersections, corrected with Benjamini and Hochberg's method."""

    error: Share = Field(description="Expected share of false claims among the claims, a side.")


class MetricRule(Frozen):
    """How one metric is judged, and which rules call for it.

    ``low`` and ``high`` are the tolerance (a side without a limit is not judged); a FAIL must
    prove a difference (``parity``) or that the tolerance itself is exceeded (``limit``).
    """

    low: float | None = None
    high: float | None = None
    proof: Literal["parity", "limit"] = "parity"
    legal: tuple[Identifier, ...] = Field((), description="Rules that make it a legal duty.")
    practice: tuple[Identifier, ...] = Field((), description="Rules that make it good practice.")


class Minimums(Frozen):
    """The fewest people that anything is published about; never below what can be judged."""

    people: int = Field(FEWEST_PEOPLE, ge=FEWEST_PEOPLE)
    each_outcome: int = Field(FEWEST_EACH, ge=FEWEST_EACH)
    cell: int = Field(10, ge=10, description="No cell under this size is published.")


class Profile(Frozen):
    """A jurisdiction as it stood on the day ``version``."""

    profile: Identifier
    version: dt.date
    title: Text
    grounds: dict[Identifier, Ground] = Field(min_length=1)
    family: Family
    intersections: Intersections
    metrics: dict[Metric, MetricRule]
    minimums: Minimums
    rules: dict[Identifier, Rule] = Field(min_length=1)

    def ground_of(self, attribute: str) -> str | None:
        """The ground that a contract's protected ``attribute`` stands for, if the law has one."""
        return next((g for g, v in self.grounds.items() if attribute in v.attributes), None)

    def in_family(self, metric: Metric, attribute: str) -> bool:
        """Whether a comparison of ``attribute`` by ``metric`` belongs to the corrected family."""
        return metric in self.family.metrics and self.ground_of(attribute) in self.family.grounds

    def tolerance(self, metric: Metric) -> Tolerance:
        """The limits of ``metric``; without any it is reported and never judged."""
        rule = self.metrics.get(metric, MetricRule())
        return Tolerance(rule.low, rule.high, PARITY.get(metric, 0.0), rule.proof)

    def judging(self, metric: Metric, *, intersections: bool = False) -> Judging:
        """How a family of comparisons by ``metric`` is judged."""
        tolerance, minimum = self.tolerance(metric), self.minimum
        if intersections:
            error = self.intersections.error
            return Judging(tolerance, "benjamini_hochberg", error, minimum)
        return Judging(tolerance, "holm", self.family.error, minimum)

    @property
    def minimum(self) -> Minimum:
        """The fewest people that a group is judged from."""
        return Minimum(self.minimums.people, self.minimums.each_outcome)

    def duties(self, metric: Metric, on: dt.date) -> tuple[str, ...]:
        """Rules that make ``metric`` a legal duty on the day ``on``; none: good practice."""
        rule = self.metrics.get(metric, MetricRule())
        return tuple(name for name in rule.legal if self.rules[name].binds(on))
