"""The sections of an audit about outcomes of loans and what the features know of groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np

from fairness.flip_test import Flip
from fairness.group_calibration import GroupCalibration, calibrate_groups
from fairness.intervals import Interval
from fairness.outcome_gap import OutcomeGap
from fairness.outcome_rates import METRICS, Applicants
from fairness.outcomes import outcome_gaps
from fairness.profiles import Profile
from fairness.profiles.profile import Metric
from fairness.proxies import GapDecomposition, ProxyStrength, decompose_gap, proxy_strength
from fairness.publishing import about, published
from fairness.sample import Sample
from fairness.schema import Calibrated, Flipped, OutcomeAnswer, Proxy, Range
from fairness.verdicts import Tolerance, Verdict, verdicts
from scoring.intervals import Estimate
from scoring.scorer import Scorer

MOST_FEATURES = 8
"""Features of which the share of the score gap is shown, the largest first."""


def judged(profile: Profile, metric: str) -> Tolerance | None:
    """The tolerance of ``metric``; None when the profile does not judge it."""
    names: tuple[Metric, ...] = get_args(Metric)
    known = next((m for m in names if m == metric and m in profile.metrics), None)
    return None if known is None else profile.tolerance(known)


def calibrations(sample: Sample, profile: Profile) -> list[Calibrated]:
    """Defaults against PDs in each group; a FAIL must hold after Bonferroni's correction."""
    groups = sum(len(g.names) for g in sample.groupings)
    error = 2 * profile.family.error / max(groups, 1)
    tolerance = judged(profile, "calibration_ratio")
    found = []
    for grouping in sample.groupings:
        rows = (sample.scores.log_odds, sample.y, grouping)
        plain, corrected = calibrate_groups(*rows), calibrate_groups(*rows, error=error)
        found += [
            _calibrated(grouping.title, p, c.ratio, tolerance)
            for p, c in zip(plain, corrected, strict=True)
        ]
    return found


def _calibrated(
    attribute: str, c: GroupCalibration, corrected: Estimate, tolerance: Tolerance | None
) -> Calibrated:
    few = min(c.defaults, c.loans - c.defaults) < 10
    return Calibrated(
        attribute=attribute,
        group=c.group,
        loans=about(c.loans),
        defaults=None if few else about(c.defaults),
        ratio=published(c.ratio, rounded=True),
        p=None if c.p_value is None else float(f"{c.p_value:.2g}"),
        slope=published(c.slope, rounded=True),
        brier=published(c.brier, rounded=True),
        verdict=None if tolerance is None else verdict(c.ratio, corrected, tolerance),
    )


def verdict(plain: Estimate, corrected: Estimate, tolerance: Tolerance) -> Verdict:
    """PASS by the ``plain`` interval, FAIL by the ``corrected`` one (``verdicts``)."""
    value, low, high = (np.array([np.nan if v is None else v]) for v in plain)
    _, least, most = (np.array([np.nan if v is None else v]) for v in corrected)
    below = most < tolerance.null("below")
    above = least > tolerance.null("above")
    return verdicts(value, Interval(low, high), below, above, ~np.isnan(value), tolerance)[0]


def outcome_answers(sample: Sample, profile: Profile) -> list[OutcomeAnswer]:
    """TPR, FPR and AUC of each group but the references: approved alone, and bounds."""
    rows = Applicants(sample.approved, sample.scores.log_odds, sample.y)
    comparisons = len(METRICS) * sum(len(g.others) for g in sample.groupings)
    error = 2 * profile.family.error / max(comparisons, 1)
    return [
        _answer(grouping.title, gap, judged(profile, f"{gap.metric}_difference"))
        for grouping in sample.groupings
        for gap in outcome_gaps(rows, grouping, error=error)
    ]


def _answer(attribute: str, gap: OutcomeGap, tolerance: Tolerance | None) -> OutcomeAnswer:
    low, high = gap.worst_case.gap.low.low, gap.worst_case.gap.high.high
    shown = gap.sufficient
    return OutcomeAnswer(
        attribute=attribute,
        group=gap.group,
        reference=gap.reference,
        metric=f"{gap.metric}_difference",
        approved_only=published(gap.approved_only.gap, rounded=True) if shown else Range(),
        bounds=published(Estimate(None, low, high), rounded=True) if shown else Range(),
        sign=gap.sign,
        verdict=None if tolerance is None else gap.verdict(tolerance),
    )


def flipped(flips: Sequence[Flip], attributes: Sequence[str], profile: Profile) -> list[Flipped]:
    """The flips of the audited ``attributes``: PASS only without a single changed score."""
    is_judged = judged(profile, "flip_test") is not None
    return [
        Flipped(
            attribute=f.attribute,
            column=f.column,
            change=f.change,
            applications=f.applications,
            scores_changed=f.scores_changed,
            verdict=(Verdict.FAIL if f.scores_changed else Verdict.PASS) if is_judged else None,
        )
        for f in flips
        if f.attribute in attributes
    ]


def proxies(scorer: Scorer, sample: Sample, profile: Profile, seed: int) -> list[Proxy]:
    """What the features know of each group, and the features that carry its score gap."""
    contributions = sample.scores.contributions
    if contributions is None:
        raise ValueError("proxies need contributions")
    vectorizer, tolerance = scorer.vectorizer, judged(profile, "proxy_auc")
    found = []
    for grouping in sample.groupings:
        strengths = proxy_strength(
            sample.matrix, grouping, categorical=vectorizer.categorical, seed=seed
        )
        gaps = decompose_gap(contributions, vectorizer.features, grouping)
        found += [
            _proxy(grouping.title, s, g, tolerance) for s, g in zip(strengths, gaps, strict=True)
        ]
    return found


def _proxy(
    attribute: str, s: ProxyStrength, g: GapDecomposition, tolerance: Tolerance | None
) -> Proxy:
    return Proxy(
        attribute=attribute,
        group=s.group,
        reference=s.reference,
        auc=published(s.auc, rounded=True),
        p=s.p_value,
        gap=published(g.gap),
        features=tuple((f.feature, published(f.gap)) for f in g.features[:MOST_FEATURES]),
        verdict=None if tolerance is None else verdict(s.auc, s.auc, tolerance),
    )
