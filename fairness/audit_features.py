"""The sections of an audit about features and reasons: proxies, flips, explanations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fairness.audit_judging import judged, needed, to_judge, verdict
from fairness.explanation_parity import (
    FEWEST_DECLINES,
    MEASURES,
    ExplanationGap,
    decline_reasons,
    explanation_gaps,
)
from fairness.flip_test import Flip
from fairness.profiles import Profile
from fairness.proxies import GapDecomposition, ProxyStrength, decompose_gap, proxy_strength
from fairness.publishing import about, published
from fairness.sample import Sample
from fairness.schema_sections import Explained, Flipped, Proxy
from fairness.verdicts import Tolerance, Verdict
from scoring.scorer import Scorer

MOST_FEATURES = 8
"""Features of which the share of the score gap is shown, the largest first."""
MOST_EXPLAINED = 20_000
"""Applications, drawn at random, of which the declines' reasons are looked at."""
JUDGED = ("stability", "fidelity")
"""Measures of reasons that are shares; how many are told is only reported."""


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
        gap=published(g.gap, rounded=True),
        features=tuple(
            (f.feature, published(f.gap, rounded=True)) for f in g.features[:MOST_FEATURES]
        ),
        verdict=None if tolerance is None else verdict(s.auc, s.auc, tolerance),
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


def explanations(scorer: Scorer, sample: Sample, profile: Profile, seed: int) -> list[Explained]:
    """Quality of the reasons that declined applicants are told, by group.

    At most MOST_EXPLAINED applications are looked at; ``seed`` draws them and the small changes.
    Empty without the inputs of the applications.
    """
    if not sample.columns:
        return []
    n = len(sample)
    drawn = np.random.default_rng(seed).permutation(n)[:MOST_EXPLAINED]
    at = np.sort(drawn).astype(np.intp)
    columns = {name: values[at] for name, values in sample.columns.items()}
    quality = decline_reasons(scorer, columns, len(at), seed=seed)
    comparisons = len(JUDGED) * sum(len(g.others) for g in sample.groupings)
    error = 2 * profile.family.error / max(comparisons, 1)
    tolerance = judged(profile, "explanation_difference")
    found = []
    for whole in sample.groupings:
        part = whole.at(at)
        plain, corrected = (explanation_gaps(quality, part, e) for e in (0.05, error))
        for p, c in zip(plain, corrected, strict=True):
            limits = tolerance if p.measure in JUDGED else None
            found.append(_explained(whole.title, p, c, limits, n))
    return sorted(found, key=lambda e: MEASURES.index(e.measure))


def _explained(
    attribute: str,
    p: ExplanationGap,
    corrected: ExplanationGap,
    tolerance: Tolerance | None,
    n: int,
) -> Explained:
    said = wanted = None
    if tolerance is not None:
        said = verdict(p.difference, corrected.difference, tolerance)
        if said == Verdict.INSUFFICIENT:
            wanted = to_judge(FEWEST_DECLINES, min(p.declines), n)
        elif said == Verdict.INCONCLUSIVE:
            wanted = needed(p.difference, tolerance, n)
    return Explained(
        attribute=attribute,
        group=p.group,
        reference=p.reference,
        measure=p.measure,
        declines=(about(p.declines[0]), about(p.declines[1])),
        value=published(p.value, rounded=True),
        reference_value=published(p.reference_value, rounded=True),
        difference=published(p.difference, rounded=True),
        verdict=said,
        applications_needed=wanted,
    )
