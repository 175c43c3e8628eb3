"""The sections of an audit about approvals: adverse impact, and along the cut-off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fairness.audit_counts import Counted, Counts
from fairness.curves import Curve, cut_off_curves
from fairness.disparity import (
    APPROVAL_SHARES,
    POLICY,
    Approvals,
    Compared,
    Disparity,
    approve_at,
    compare,
    judged,
)
from fairness.groups import Grouping
from fairness.profiles import Profile
from fairness.profiles.profile import Metric
from fairness.publishing import DECIMALS, probability, published, significant
from fairness.sample import Sample
from fairness.schema_sections import CurvePoint, CutOffCurve, Impact, Range
from fairness.suppression import FEWEST
from fairness.verdicts import Verdict

METRIC: Metric = "adverse_impact_ratio"
GUESS = FEWEST // 2
"""People that a group of withheld size is taken to have when it is said what would settle it."""


def approvals(sample: Sample) -> list[Approvals]:
    """The policy in force, then the fixed approval rates."""
    fixed = [approve_at(sample.scores.log_odds, share) for share in APPROVAL_SHARES]
    return [Approvals(POLICY, sample.approved), *fixed]


def impacts(
    sample: Sample, rules: Sequence[Approvals], profile: Profile, counted: Counted
) -> list[Impact]:
    """Every group under every rule; attributes that the law does not name are a family apart."""
    named = [g for g in sample.groupings if profile.in_family(METRIC, g.title)]
    others = [g for g in sample.groupings if not profile.in_family(METRIC, g.title)]
    judging = profile.judging(METRIC)
    found = []
    for family in (named, others):
        compared = [c for grouping in family for c in compare(grouping, rules)]
        sides = [_sides(c, family, counted) for c in compared]
        coarse = [_coarse(c, *s) for c, s in zip(compared, sides, strict=True)]
        true, told = judged(compared, judging), judged(coarse, judging)
        found += [
            _impact(d if own.exact and base.exact else t, d.verdict, own, base)
            for d, t, (own, base) in zip(true, told, sides, strict=True)
        ]
    return found


def _sides(c: Compared, family: Sequence[Grouping], counted: Counted) -> tuple[Counts, Counts]:
    grouping = next(g for g in family if g.title == c.attribute)
    rows = counted[c.attribute, c.rule]
    return rows[grouping.names.index(c.group)], rows[grouping.reference]


def _coarse(c: Compared, own: Counts, base: Counts) -> Compared:
    """The comparison with its counts as far as they are public: a hidden group is GUESS people."""
    people, approved = own.basis or (GUESS, 0)
    reference_people, reference_approved = base.basis or (GUESS, 0)
    return replace(
        c,
        people=people,
        approved=approved,
        reference_people=reference_people,
        reference_approved=reference_approved,
    )


def _impact(d: Disparity, verdict: Verdict, own: Counts, base: Counts) -> Impact:
    """``d`` as it is published, with the ``verdict`` of the true counts."""
    c, exact = d.compared, own.exact and base.exact
    open_verdict = verdict in {Verdict.INCONCLUSIVE, Verdict.INSUFFICIENT}
    return Impact(
        attribute=c.attribute,
        group=c.group,
        reference=c.reference,
        rule=c.rule,
        people=(own.people.exact, base.people.exact),
        approved=(
            own.approved.exact if own.exact else None,
            base.approved.exact if base.exact else None,
        ),
        rate=published(d.rate, rounded=not own.exact),
        reference_rate=published(d.reference_rate, rounded=not base.exact),
        air=published(d.air, rounded=not exact),
        air_corrected=published(d.air_corrected, rounded=not exact),
        difference=published(d.difference, rounded=not exact),
        shortfall=published(d.shortfall) if exact else significant(d.shortfall, 2),
        p=probability(d.p),
        p_corrected=probability(d.p_corrected),
        verdict=verdict,
        applications_needed=d.applications_needed if open_verdict else None,
    )


def curves(sample: Sample, rules: Sequence[Approvals], counted: Counted) -> list[CutOffCurve]:
    """AIR along the cut-off of every group that is large enough for a point.

    No point lies so close to one of the ``rules`` that the people between could be told. Where a
    count at the policy is not exact, points have as few decimals as keep it so.
    """
    risk = sample.scores.log_odds
    cuts = [float(risk[r.approved].max()) for r in rules if r.approved.any()]
    found = []
    for grouping in sample.groupings:
        known = counted[grouping.title, rules[0].rule]
        for curve in cut_off_curves(grouping, risk, apart=cuts):
            pair = known[grouping.names.index(curve.group)], known[grouping.reference]
            digits = _digits(*pair)
            points = () if digits is None else tuple(_points(curve, digits))
            names = (curve.attribute, curve.group, curve.reference)
            found.append(
                CutOffCurve(attribute=names[0], group=names[1], reference=names[2], points=points)
            )
    return found


def _digits(own: Counts, base: Counts) -> int | None:
    """Decimals at which a ratio tells less than a few people of the smaller side."""
    if own.exact and base.exact:
        return DECIMALS
    if own.basis is None or base.basis is None:
        return None
    fewest = min(own.basis[0], base.basis[0])
    return DECIMALS if fewest >= 2000 else 1 if fewest >= 200 else None


def _points(curve: Curve, digits: int) -> Iterator[CurvePoint]:
    rows = zip(curve.approved_share, curve.air, curve.band.low, curve.band.high, strict=True)
    for share, value, low, high in rows:
        yield CurvePoint(
            approved_share=round(float(share), digits + 1),
            air=_rounded(value, low, high, digits),
        )


def _rounded(value: float, low: float, high: float, digits: int) -> Range:
    return Range(
        value=round(float(value), digits),
        low=round(float(low), digits),
        high=round(float(high), digits),
    )
