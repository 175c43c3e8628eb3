"""The section of an audit about recourse: what it would take those declined to be approved."""

from __future__ import annotations

from collections.abc import Iterator

from fairness.groups import Grouping
from fairness.publishing import about, published
from fairness.recourse import Costs, recourse
from fairness.sample import Sample
from fairness.schema_sections import RecourseCost


def recourses(sample: Sample, costs: Costs | None) -> list[RecourseCost]:
    """Each group with drawn people beside its reference; empty where nothing was searched for."""
    if costs is None:
        return []
    return [row for g in sample.groupings for row in _compared(g, costs)]


def _compared(grouping: Grouping, costs: Costs) -> Iterator[RecourseCost]:
    rows = costs.drawn[grouping.title]
    found = recourse(grouping.at(rows), costs.effort[rows])
    base = next((r for r in found if r.reference), None)
    for r in found if base else ():
        if base is None or r is base:
            continue
        yield RecourseCost(
            attribute=r.attribute,
            group=r.group,
            reference=base.group,
            searched=(about(r.people), about(base.people)),
            with_option=published(r.with_option, rounded=True),
            reference_with_option=published(base.with_option, rounded=True),
            option_difference=published(r.option_gap, rounded=True),
            effort=published(r.cost, rounded=True),
            reference_effort=published(base.cost, rounded=True),
            effort_difference=published(r.cost_gap, rounded=True),
        )
