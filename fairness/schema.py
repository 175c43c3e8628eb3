"""The published form of an audit: plain JSON with a schema, nothing about a single person.

Every estimate has a 95 % interval. A count is null where it is withheld (``publishing``). Counts
of approvals are exact; those of intersections, segments and loans are rounded to tens.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from data.contract import Frozen, Text
from fairness.verdicts import Verdict

Pair = tuple[int | None, int | None]


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


class Finding(Frozen):
    """One verdict: a metric of a group, judged as the profile says.

    ``group``: null for the flip test, which is about everyone. ``reference``: null there and
    where a group is held against its own PDs. ``rule``: policy, or an
    approved share; null for metrics without one. ``duties``: rules of the profile that make the
    metric a legal duty on the day of the audit; none: good practice. ``family``: one of the
    comparisons that are corrected together; ``counts``: a FAIL of it fails the whole audit.
    """

    metric: str
    attribute: str
    group: str | None
    reference: str | None
    rule: str | None
    verdict: Verdict
    estimate: Range
    tolerance: tuple[float | None, float | None]
    applications_needed: int | None
    duties: tuple[str, ...]
    family: bool
    counts: bool


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
    pull: float
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


class ScoreShift(Compared):
    """How far a group's score points lie from those of the reference."""

    standardised_difference: Range
    wasserstein: Range


class Calibrated(Frozen):
    """Defaults of a group's matured loans against their PDs: observed over expected."""

    attribute: str
    group: str
    loans: int | None
    defaults: int | None
    ratio: Range
    p: float | None
    slope: Range
    brier: Range
    verdict: Verdict | None


class OutcomeAnswer(Compared):
    """An outcome metric's gap: from approved loans alone (biased) and as bounds."""

    metric: str
    approved_only: Range
    bounds: Range
    sign: str
    verdict: Verdict | None


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


class Inputs(Frozen):
    """What the audit was computed from; the same inputs give the same audit."""

    version: str
    contract: str
    contract_hash: str
    data: dict[str, str] = Field(description="SHA-256 of each table's file.")
    profile: str
    profile_version: dt.date
    profile_hash: str
    on: dt.date = Field(description="The day on which legal duties are looked at.")
    seed: int


class Population(Frozen):
    """Whom the audit is about."""

    part: Literal["test", "all"]
    applications: int
    with_outcome: int
    approved_share: float


class Law(Frozen):
    """A rule of the profile that a finding is a duty under."""

    en: str
    fr: str
    source: str


class Audit(Frozen):
    """A fairness audit of one model under one profile."""

    format: Literal[1] = 1
    verdict: Verdict
    inputs: Inputs
    population: Population
    titles: dict[str, Text] = Field(description="Of the attributes.")
    features: dict[str, Text] = Field(description="Titles of the features that are named.")
    jurisdiction: dict[Literal["en", "fr"], str]
    laws: dict[str, Law]
    findings: tuple[Finding, ...]
    impact: tuple[Impact, ...]
    intersections: tuple[Crossing, ...]
    curves: tuple[CutOffCurve, ...]
    segments: tuple[Segmented, ...]
    distribution: tuple[ScoreShift, ...]
    calibration: tuple[Calibrated, ...]
    outcomes: tuple[OutcomeAnswer, ...]
    proxies: tuple[Proxy, ...]
    flips: tuple[Flipped, ...] = Field(description="Empty where the raw columns were not there.")
    withheld: int = Field(description="Counts that are not published because too few stand there.")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an audit."""
    return Audit.model_json_schema(mode="serialization")
