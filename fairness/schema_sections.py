"""The rows of the sections of an audit: plain numbers, nothing about a single person.

Every estimate has a 95 % interval. A count is null where it is withheld (``publishing``). People
and approvals are exact; counts of intersections, segments, loans and declines are rounded to tens.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from data.contract import Frozen, TermRole
from fairness.verdicts import Verdict

Pair = tuple[int | None, int | None]
Measured = Literal["score", TermRole]
Who = Literal["all", "approved"]


class Range(Frozen):
    """A value within its 95 % interval; all null where it is not defined."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


class Compared(Frozen):
    """A group against the reference group of its attribute."""

    attribute: str
    group: str
    reference: str


class Impact(Compared):
    """Approvals of a group under one rule; pairs of counts are group and reference."""

    rule: str
    people: Pair
    approved: Pair
    rate: Range
    reference_rate: Range
    air: Range
    air_corrected: Range
    difference: Range
    shortfall: Range
    p: float | None
    p_corrected: float | None
    verdict: Verdict
    applications_needed: int | None


class Crossing(Frozen):
    """An intersection of two attributes: its approval rate, shrunk towards its parts."""

    attribute: str
    group: str
    people: int | None
    rate: Range
    pull: float = Field(description="Share of the rate that comes from other intersections.")
    verdict: Verdict | None = Field(description="Null for the pair of reference groups.")


class CurvePoint(Frozen):
    """The adverse impact ratio where this share of all applicants is approved."""

    approved_share: float
    air: Range


class CutOffCurve(Compared):
    """AIR along the cut-off; its band holds at all points together."""

    points: tuple[CurvePoint, ...]


class SegmentRatio(Frozen):
    """One segment of a stratum."""

    name: str
    people: Pair
    air: Range


class Segmented(Compared):
    """AIR within the segments of ``stratum``, pooled, and tests of it."""

    stratum: str
    segments: tuple[SegmentRatio, ...]
    pooled: tuple[str, ...]
    air: Range
    p_equal: float | None
    p_heterogeneous: float | None


class Shifted(Compared):
    """How far a group's values lie from those of the reference."""

    measure: Measured
    of: Who = Field(description="All applicants, or the approved ones.")
    standardised_difference: Range
    wasserstein: Range = Field(description="In points, or in the unit of the feature.")
    verdict: Verdict | None


class Scorecard(Frozen):
    """One group at the policy in force; ``means`` of the points and of what was asked for."""

    attribute: str
    group: str
    reference: bool = Field(description="Whether others are compared with this group.")
    people: int | None
    share_of_applicants: float | None
    share_of_rejected: float | None
    approval_rate: float | None
    means: dict[Measured, Range]


class TrendWindow(Frozen):
    """Neighbouring months that together have enough people; ``running``: up to here."""

    first: str
    last: str
    difference: Range
    running: Range


class Trend(Compared):
    """Approval-rate differences by month; the running limits may be looked at at any time."""

    windows: tuple[TrendWindow, ...]
    since: str | None = Field(description="Month at which the running limits first exclude 0.")
    waiting: int = Field(description="Months at the end that wait for more people.")
    running: Range
    verdict: Verdict | None


class Subgroup(Frozen):
    """A leaf of the search, with its figures on the half that the search never saw."""

    conditions: tuple[str, ...]
    people: int | None
    rate: Range
    expected: float | None = Field(description="Approval rate of the same products as a whole.")
    shortfall: int | None = Field(description="Approvals that it lacks, to the nearest ten.")
    p: float | None
    p_corrected: float | None
    proven: bool


class WorstSubgroup(Frozen):
    """Combinations of groups searched on one half and tested on the other, the worst first."""

    searched: int | None
    tested: int | None
    within: str | None = Field(description="Stratum within which approvals are compared.")
    subgroups: tuple[Subgroup, ...]


class Calibrated(Frozen):
    """Defaults of a group's matured loans against their PDs: observed over expected."""

    attribute: str
    group: str
    vintage: str | None = Field(description="Year of application; null: all together.")
    loans: int | None
    defaults: int | None
    ratio: Range
    p: float | None
    slope: Range
    brier: Range
    verdict: Verdict | None
    loans_needed: int | None


class OutcomeAnswer(Compared):
    """An outcome metric's gap: from approved loans alone (biased), weighted, and as bounds."""

    metric: str
    approved_only: Range
    weighted: Range = Field(description="By inverse propensity; null without random approvals.")
    bounds: Range
    sign: str
    verdict: Verdict | None


class OutcomeTest(Compared):
    """Bad rates of loans within 5 points above the cut-off; pairs: group and reference."""

    loans: Pair
    rate: Range
    reference_rate: Range
    difference: Range
    verdict: Verdict | None
    applications_needed: int | None


class Explained(Compared):
    """Quality of the reasons of declined applicants: a mean of each side, and the difference."""

    measure: Literal["stability", "fidelity", "reasons"]
    declines: Pair
    value: Range
    reference_value: Range
    difference: Range
    verdict: Verdict | None
    applications_needed: int | None


class RecourseCost(Compared):
    """What would lead declined people to a better answer, within what they can change.

    Of those for whom options were ``searched`` (group and reference, drawn at random): the share
    that has one, and the mean effort of the easiest.
    """

    searched: Pair
    with_option: Range
    reference_with_option: Range
    option_difference: Range
    effort: Range
    reference_effort: Range
    effort_difference: Range


class Proxy(Compared):
    """How well the features tell a group from the reference, and which carry the score gap."""

    auc: Range
    p: float | None
    gap: Range
    features: tuple[tuple[str, Range], ...]
    verdict: Verdict | None


class Flipped(Frozen):
    """Other protected values in one raw column, for everyone, and how many scores moved."""

    attribute: str
    column: str
    change: str
    applications: int
    scores_changed: int
    verdict: Verdict | None


class Sections(Frozen):
    """All sections of an audit."""

    impact: tuple[Impact, ...]
    intersections: tuple[Crossing, ...]
    curves: tuple[CutOffCurve, ...]
    segments: tuple[Segmented, ...]
    trends: tuple[Trend, ...] = Field(description="Empty without a time of application.")
    worst_subgroup: WorstSubgroup
    distribution: tuple[Shifted, ...]
    scorecard: tuple[Scorecard, ...]
    calibration: tuple[Calibrated, ...]
    outcomes: tuple[OutcomeAnswer, ...]
    outcome_tests: tuple[OutcomeTest, ...]
    explanations: tuple[Explained, ...]
    recourse: tuple[RecourseCost, ...] = Field(
        default=(), description="Empty where no options were searched for."
    )
    proxies: tuple[Proxy, ...]
    flips: tuple[Flipped, ...] = Field(description="Empty where the raw columns were not there.")
