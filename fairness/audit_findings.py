"""What an audit finds: one verdict for each judged row of its sections, and one for all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from fairness.audit_judging import needed
from fairness.profiles import Profile
from fairness.profiles.profile import Metric
from fairness.schema import Finding
from fairness.schema_sections import Range, Sections
from fairness.verdicts import Verdict
from scoring.intervals import Estimate

BOUNDED = ("tpr_difference", "fpr_difference", "auc_difference")
"""Metrics whose open verdicts more applications do not settle: only random approvals do."""


def findings(sections: Sections, profile: Profile, on: dt.date, applications: int) -> list[Finding]:
    """One for each judged row of a section, in the order of the sections."""
    return [
        _finding(metric, row, estimate, profile, on, applications)
        for metric, row, estimate in _judged(sections)
        if row.verdict is not None
    ]


def overall(judged: Iterable[Finding]) -> Verdict:
    """FAIL where one that counts fails; else what the family leaves open, or PASS.

    Groups that are too small to be judged do not stop a PASS; they are listed.
    """
    judged = list(judged)
    if any(f.counts and f.verdict == Verdict.FAIL for f in judged):
        return Verdict.FAIL
    family = {f.verdict for f in judged if f.family}
    order = (Verdict.INCONCLUSIVE, Verdict.PASS)
    return next((v for v in order if v in family), Verdict.INSUFFICIENT)


def _judged(s: Sections) -> Iterator[tuple[Metric, Any, Range]]:
    """Metric, row and estimate of all rows that may carry a verdict."""
    yield from _decisions(s)
    yield from _outcomes(s)
    for told in s.explanations:
        yield "explanation_difference", told, told.difference
    for proxy in s.proxies:
        yield "proxy_auc", proxy, proxy.auc
    for flip in s.flips:
        changed = float(flip.scores_changed)
        yield "flip_test", flip, Range(value=changed, low=changed, high=changed)


def _decisions(s: Sections) -> Iterator[tuple[Metric, Any, Range]]:
    for row in s.impact:
        yield "adverse_impact_ratio", row, row.air
    for trend in s.trends:
        yield "approval_rate_difference", trend, trend.running
    for shift in s.distribution:
        yield "standardised_mean_difference", shift, shift.standardised_difference


def _outcomes(s: Sections) -> Iterator[tuple[Metric, Any, Range]]:
    for loans in s.calibration:
        yield "calibration_ratio", loans, loans.ratio
    for answer in s.outcomes:
        known = next((m for m in _metrics() if m == answer.metric), None)
        if known is not None:
            yield known, answer, answer.bounds if answer.weighted.low is None else answer.weighted
    for near in s.outcome_tests:
        yield "outcome_test_difference", near, near.difference


def _metrics() -> tuple[Metric, ...]:
    return get_args(Metric)


def _finding(
    metric: Metric, row: Any, estimate: Range, profile: Profile, on: dt.date, applications: int
) -> Finding:
    tolerance, family = profile.tolerance(metric), profile.in_family(metric, row.attribute)
    duties = _duties(metric, row.attribute, profile, on)
    wanted = getattr(row, "applications_needed", None)
    open_verdict = row.verdict == Verdict.INCONCLUSIVE and metric not in BOUNDED
    if wanted is None and open_verdict and metric != "adverse_impact_ratio":
        told = Estimate(estimate.value, estimate.low, estimate.high)
        wanted = needed(told, tolerance, applications)
    return Finding(
        metric=metric,
        attribute=row.attribute,
        group=getattr(row, "group", None),
        reference=getattr(row, "reference", None),
        rule=getattr(row, "rule", None),
        measure=getattr(row, "measure", None),
        verdict=row.verdict,
        estimate=estimate,
        tolerance=(tolerance.low, tolerance.high),
        applications_needed=wanted,
        duties=duties,
        family=family,
        counts=family or bool(duties),
    )


def _duties(metric: Metric, attribute: str, profile: Profile, on: dt.date) -> tuple[str, ...]:
    """Rules in force that ask for the test, without those about other grounds alone."""
    ground = profile.ground_of(attribute)
    if ground is None:
        return ()
    others = {r for name, g in profile.grounds.items() if name != ground for r in g.rules}
    elsewhere = others - set(profile.grounds[ground].rules)
    return tuple(rule for rule in profile.duties(metric, on) if rule not in elsewhere)
