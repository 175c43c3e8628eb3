"""The sections of an audit about approvals within segments, and over time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from fairness.audit_counts import dimension
from fairness.audit_judging import judged, verdict
from fairness.groups import FEWEST_EACH, Grouping
from fairness.over_time import OverTime, over_time
from fairness.profiles import Profile
from fairness.published import Dimension
from fairness.publishing import Known, Publisher, Where, probability, published
from fairness.sample import Days, Names, Sample
from fairness.schema_sections import Range, Segmented, SegmentRatio, Trend, TrendWindow
from fairness.stratified import POOLED, ChiSquare, Segment, SegmentedAir, segmented_air
from scoring.intervals import Estimate


def segments(publisher: Publisher, sample: Sample, contract: Contract) -> list[Segmented]:
    """AIR within the segments (product, branch, season) of every attribute.

    People are published rounded; a ratio only where each side has enough people of each outcome.
    """
    found = []
    for stratum, names in sample.strata.items():
        by_group = [(g, segmented_air(g, sample.approved, names)) for g in sample.groupings]
        known = _people(publisher, by_group, stratum, names, contract)
        found += [
            _segmented(s, stratum, (known[s.attribute, s.group], known[s.attribute, s.reference]))
            for _, rows in by_group
            for s in rows
        ]
    return found


Parts = dict[str, Known]


def _people(
    publisher: Publisher,
    by_group: list[tuple[Grouping, list[SegmentedAir]]],
    stratum: str,
    names: Names,
    contract: Contract,
) -> dict[tuple[str, str], Parts]:
    """People of each group in each segment, by attribute and group, then by segment."""
    levels, at = np.unique(names.astype(str), return_inverse=True)
    segment = Dimension(f"by {stratum}", tuple(str(v) for v in levels), grows=True)
    wheres: list[tuple[Where, int]] = []
    for g, _ in by_group:
        counts = np.zeros((len(g.names), len(levels)), dtype=np.int64)
        np.add.at(counts, (g.codes, at), 1)
        wheres += [
            ({g.title: [name], segment.name: [level]}, int(counts[i, j]))
            for i, name in enumerate(g.names)
            for j, level in enumerate(segment.levels)
        ]
    attributes = [dimension(contract, g) for g, _ in by_group]
    known = iter(publisher.publish([*attributes, segment], wheres, rounded=True))
    return {
        (g.title, name): {level: next(known) for level in segment.levels}
        for g, _ in by_group
        for name in g.names
    }


def _segmented(s: SegmentedAir, stratum: str, known: tuple[Parts, Parts]) -> Segmented:
    return Segmented(
        attribute=s.attribute,
        group=s.group,
        reference=s.reference,
        stratum=stratum,
        segments=tuple(_segment(part, known) for part in s.segments),
        pooled=s.pooled,
        air=published(s.air, rounded=True),
        p_equal=_chi(s.equality),
        p_heterogeneous=_chi(s.heterogeneity),
    )


def _segment(part: Segment, known: tuple[Parts, Parts]) -> SegmentRatio:
    outcomes = (
        part.approved,
        part.people - part.approved,
        part.reference_approved,
        part.reference_people - part.reference_approved,
    )
    people = tuple(side[part.name].about if part.name != POOLED else None for side in known)
    told = min(outcomes) >= FEWEST_EACH
    return SegmentRatio(
        name=part.name,
        people=(people[0], people[1]),
        air=published(part.air, rounded=True) if told else Range(),
    )


def trends(sample: Sample, profile: Profile) -> list[Trend]:
    """Approval-rate differences by month of application, months merged into windows."""
    if sample.days is None:
        return []
    months, at = _months(sample.days)
    tolerance = judged(profile, "approval_rate_difference")
    found = []
    for grouping in sample.groupings:
        for trend in over_time(grouping, sample.approved, at.tolist(), months):
            last = trend.windows[-1].running if trend.windows else Estimate(None, None, None)
            found.append(
                Trend(
                    attribute=trend.attribute,
                    group=trend.group,
                    reference=trend.reference,
                    windows=tuple(_windows(trend)),
                    since=trend.since,
                    waiting=len(trend.waiting),
                    running=published(last, rounded=True),
                    verdict=None if tolerance is None else verdict(last, last, tolerance),
                )
            )
    return found


def _windows(trend: OverTime) -> Iterator[TrendWindow]:
    for window in trend.windows:
        yield TrendWindow(
            first=window.vintages[0],
            last=window.vintages[-1],
            difference=published(window.difference, rounded=True),
            running=published(window.running, rounded=True),
        )


def _months(days: Days) -> tuple[list[str], NDArray[np.intp]]:
    """Names of all months (2026-03) in order, and the index of that of each day."""
    month = days.astype("datetime64[D]").astype("datetime64[M]")
    names, at = np.unique(month, return_inverse=True)
    return [str(name) for name in names], at.astype(np.intp)


def _chi(test: ChiSquare | None) -> float | None:
    return None if test is None else probability(test.p)
