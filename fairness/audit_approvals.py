"""The sections of an audit about approvals and scores of all applicants."""

from __future__ import annotations

from collections.abc import Sequence

from fairness.curves import cut_off_curves
from fairness.disparity import (
    APPROVAL_SHARES,
    POLICY,
    Approvals,
    Disparity,
    approve_at,
    disparities,
)
from fairness.distribution import shifts
from fairness.groups import Grouping, intersection
from fairness.intersections import shrunk_rates
from fairness.profiles import Profile
from fairness.profiles.profile import Metric
from fairness.publishing import Shown, about, published, shown
from fairness.sample import Sample
from fairness.schema import (
    Crossing,
    CurvePoint,
    CutOffCurve,
    Impact,
    Range,
    ScoreShift,
    Segmented,
    SegmentRatio,
)
from fairness.stratified import ChiSquare, segmented_air
from scoring.vector import FloatArray

METRIC: Metric = "adverse_impact_ratio"


def approvals(sample: Sample) -> list[Approvals]:
    """The policy in force, then the fixed approval rates."""
    fixed = [approve_at(sample.scores.log_odds, share) for share in APPROVAL_SHARES]
    return [Approvals(POLICY, sample.approved), *fixed]


def impacts(sample: Sample, rules: Sequence[Approvals], profile: Profile) -> list[Impact]:
    """Every group under every rule; attributes that the law does not name are a family apart."""
    named = [g for g in sample.groupings if profile.in_family(METRIC, g.title)]
    others = [g for g in sample.groupings if not profile.in_family(METRIC, g.title)]
    safe = {g.title: shown(g, rules) for g in sample.groupings}
    judging = profile.judging(METRIC)
    by_title = {g.title: g for g in sample.groupings}
    found = []
    for family in (named, others):
        for d in disparities(family, rules, judging) if family else []:
            own = by_title[d.compared.attribute]
            found.append(_impact(d, own, safe[own.title]))
    return found


def _impact(d: Disparity, grouping: Grouping, safe: Shown) -> Impact:
    c, at, ref = d.compared, grouping.names.index(d.compared.group), grouping.reference
    own, base = (not (safe.approved[c.rule][i] and safe.people[i]) for i in (at, ref))
    either = own or base
    return Impact(
        attribute=c.attribute,
        group=c.group,
        reference=c.reference,
        rule=c.rule,
        people=(
            c.people if safe.people[at] else None,
            c.reference_people if safe.people[ref] else None,
        ),
        approved=(None if own else c.approved, None if base else c.reference_approved),
        rate=published(d.rate, rounded=own),
        reference_rate=published(d.reference_rate, rounded=base),
        air=published(d.air, rounded=either),
        air_corrected=published(d.air_corrected, rounded=either),
        difference=published(d.difference, rounded=either),
        shortfall=Range() if either else published(d.shortfall),
        p=_p(d.p),
        p_corrected=_p(d.p_corrected),
        verdict=d.verdict,
        applications_needed=d.applications_needed,
    )


def crossings(sample: Sample, policy: Approvals, profile: Profile) -> list[Crossing]:
    """Every two-way intersection at the policy in force, with shrunk rates."""
    pairs = [
        (a, b, intersection(a, b))
        for i, a in enumerate(sample.groupings)
        for b in sample.groupings[i + 1 :]
    ]
    both = [g for _, _, g in pairs if g.people[g.reference] > 0]
    judging = profile.judging(METRIC, intersections=True)
    judged = {
        (d.compared.attribute, d.compared.group): d.verdict
        for d in (disparities(both, [policy], judging) if both else [])
    }
    return [
        Crossing(
            attribute=cell.attribute,
            group=cell.group,
            people=about(cell.people),
            rate=published(cell.rate, rounded=True),
            pull=round(cell.pull, 2),
            verdict=judged.get((cell.attribute, cell.group)),
        )
        for a, b, both_ways in pairs
        for cell in shrunk_rates(both_ways, (len(a.names), len(b.names)), policy.approved)
        if cell.people > 0
    ]


def curves(sample: Sample) -> list[CutOffCurve]:
    """AIR along the cut-off of every group that is large enough for a point."""
    return [
        CutOffCurve(
            attribute=curve.attribute,
            group=curve.group,
            reference=curve.reference,
            points=tuple(
                CurvePoint(approved_share=round(float(s), 3), air=_rounded(v, low, high))
                for s, v, low, high in zip(
                    curve.approved_share, curve.air, curve.band.low, curve.band.high, strict=True
                )
            ),
        )
        for grouping in sample.groupings
        for curve in cut_off_curves(grouping, sample.scores.log_odds)
    ]


def segments(sample: Sample) -> list[Segmented]:
    """AIR within the segments of every stratum."""
    return [
        Segmented(
            attribute=s.attribute,
            group=s.group,
            reference=s.reference,
            stratum=stratum,
            segments=tuple(
                SegmentRatio(
                    name=part.name,
                    people=(about(part.people), about(part.reference_people)),
                    air=published(part.air, rounded=True),
                )
                for part in s.segments
            ),
            pooled=s.pooled,
            air=published(s.air, rounded=True),
            p_equal=_chi(s.equality),
            p_heterogeneous=_chi(s.heterogeneity),
        )
        for stratum, names in sample.strata.items()
        for grouping in sample.groupings
        for s in segmented_air(grouping, sample.approved, names)
    ]


def score_shifts(sample: Sample) -> list[ScoreShift]:
    """How far the points of each group lie from those of the reference."""
    points: FloatArray = sample.scores.points.astype("float64")
    return [
        ScoreShift(
            attribute=s.attribute,
            group=s.group,
            reference=s.reference,
            standardised_difference=published(s.standardised_difference, rounded=True),
            wasserstein=published(s.wasserstein, rounded=True),
        )
        for grouping in sample.groupings
        for s in shifts(grouping, points)
    ]


def _rounded(value: float, low: float, high: float) -> Range:
    return Range(value=round(float(value), 2), low=round(float(low), 2), high=round(float(high), 2))


def _chi(test: ChiSquare | None) -> float | None:
    return None if test is None else _p(test.p)


def _p(p: float | None) -> float | None:
    return None if p is None else float(f"{p:.2g}")
