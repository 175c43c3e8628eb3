"""The sections of an audit about sizes: scores, and amounts, rates and collateral asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from fairness.audit_counts import Counted, Counts
from fairness.audit_judging import judged, verdict
from fairness.distribution import shifts
from fairness.gaps import mean
from fairness.groups import BoolArray, Grouping
from fairness.profiles import Profile
from fairness.publishing import published, significant
from fairness.sample import Sample
from fairness.schema_sections import Measured, Range, Scorecard, Shifted, Who
from scoring.intervals import UNDEFINED
from scoring.vector import FloatArray

POPULATIONS: tuple[Who, Who] = ("all", "approved")


def measures(sample: Sample) -> dict[Measured, FloatArray]:
    """Points of each applicant (n), and what was asked for as far as it is known."""
    points: FloatArray = sample.scores.points.astype(np.float64)
    terms: dict[Measured, FloatArray] = {role: v for role, v in sample.terms.items()}  # noqa: C416
    return {"score": points, **terms}


def score_shifts(sample: Sample, profile: Profile) -> list[Shifted]:
    """How far score, amount, rate and collateral of each group lie from the reference's."""
    tolerance = judged(profile, "standardised_mean_difference")
    whole: BoolArray = np.ones(len(sample), dtype=np.bool_)
    found = []
    for measure, values in measures(sample).items():
        for who, rows in zip(POPULATIONS, (whole, sample.approved), strict=True):
            at = np.flatnonzero(rows).astype(np.intp)
            for grouping in sample.groupings:
                part = grouping.at(at)
                for s in shifts(part, values[at]) if part.people[part.reference] else []:
                    gap = s.standardised_difference
                    found.append(
                        Shifted(
                            attribute=s.attribute,
                            group=s.group,
                            reference=s.reference,
                            measure=measure,
                            of=who,
                            standardised_difference=published(gap, rounded=True),
                            wasserstein=significant(s.wasserstein),
                            verdict=None if tolerance is None else verdict(gap, gap, tolerance),
                        )
                    )
    return found


def scorecards(sample: Sample, rule: str, counted: Counted, fewest: int) -> list[Scorecard]:
    """Means of each group at the policy in force, after the gender scorecard of Women's World
    Banking: score, approval, amount, rate, collateral, and who is rejected.
    """
    values = measures(sample)
    return [
        card
        for grouping in sample.groupings
        for card in _cards(grouping, values, counted[grouping.title, rule], fewest)
    ]


def _cards(
    grouping: Grouping,
    values: Mapping[Measured, FloatArray],
    known: Sequence[Counts],
    fewest: int,
) -> Iterator[Scorecard]:
    bases = [c.basis for c in known]
    everyone = sum(b[0] for b in bases if b)
    rejected = sum(b[0] - b[1] for b in bases if b)
    for i, basis in enumerate(bases):
        if not grouping.people[i]:
            continue
        yield Scorecard(
            attribute=grouping.title,
            group=grouping.names[i],
            reference=i == grouping.reference,
            people=known[i].people.exact,
            share_of_applicants=_share(basis and basis[0], everyone),
            share_of_rejected=_share(basis and basis[0] - basis[1], rejected),
            approval_rate=_share(basis and basis[1], basis[0] if basis else 0),
            means={m: _mean(v[grouping.members(i)], fewest) for m, v in values.items()},
        )


def _share(part: int | None, whole: int) -> float | None:
    return None if part is None or not whole else round(part / whole, 3)


def _mean(values: FloatArray, fewest: int) -> Range:
    known = values[~np.isnan(values)]
    return significant(mean(known) if len(known) >= fewest else UNDEFINED)
