"""The sections of an audit about what became of loans, as far as it is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from data.contract import Contract
from fairness.audit_counts import dimension
from fairness.audit_judging import judged, needed, roughly, to_judge, verdict
from fairness.group_calibration import FEWEST_DEFAULTS, GroupCalibration, calibrate_groups
from fairness.groups import Grouping
from fairness.outcome_gap import OutcomeGap
from fairness.outcome_rates import METRICS, Applicants
from fairness.outcome_test import FEWEST_LOANS, MarginalLoans, outcome_test
from fairness.outcomes import equalized_odds, outcome_gaps
from fairness.profiles import Profile
from fairness.published import Dimension
from fairness.publishing import Known, Publisher, Where, about, probability, published
from fairness.sample import Names, Sample
from fairness.schema_sections import Calibrated, OutcomeAnswer, OutcomeTest, Range
from fairness.verdicts import Tolerance, Verdict
from scoring.intervals import UNDEFINED, Estimate

LOANS = Dimension("outcome of loans", ("bad", "good", "none"), outcome=True)
LENT = ("bad", "good")


def calibrations(
    publisher: Publisher, sample: Sample, profile: Profile, contract: Contract
) -> list[Calibrated]:
    """Defaults against PDs in each group; a FAIL must hold after Bonferroni's correction."""
    groups = sum(len(g.names) for g in sample.groupings)
    error = 2 * profile.family.error / max(groups, 1)
    tolerance = judged(profile, "calibration_ratio")
    known, vintages = _loans(publisher, sample, contract), _years(sample)
    found = []
    for grouping in sample.groupings:
        rows = (sample.scores.log_odds, sample.y, grouping)
        plain, corrected = calibrate_groups(*rows), calibrate_groups(*rows, error=error)
        for p, c in zip(plain, corrected, strict=True):
            said = None if tolerance is None else verdict(p.ratio, c.ratio, tolerance)
            found.append(_calibrated(p, *known[grouping.title, p.group], grouping.title, said))
        if vintages is not None:
            hidden = Known(None, 0)
            found += [
                _calibrated(p, hidden, hidden, grouping.title, None)
                for p in calibrate_groups(*rows, vintages=vintages)
                if p.sufficient
            ]
    return found


def _calibrated(
    c: GroupCalibration, loans: Known, defaults: Known, attribute: str, said: Verdict | None
) -> Calibrated:
    return Calibrated(
        attribute=attribute,
        group=c.group,
        vintage=c.vintage,
        loans=loans.about,
        defaults=defaults.about if c.sufficient else None,
        ratio=published(c.ratio, rounded=True),
        p=probability(c.p_value),
        slope=published(c.slope, rounded=True),
        brier=published(c.brier, rounded=True),
        verdict=said,
        loans_needed=roughly(c.loans_needed) if said == Verdict.INSUFFICIENT else None,
    )


def _loans(
    publisher: Publisher, sample: Sample, contract: Contract
) -> dict[tuple[str, str], tuple[Known, Known]]:
    """Loans and defaults of each group, rounded."""
    attributes = [dimension(contract, g) for g in sample.groupings]
    with_outcome = int(np.count_nonzero(~np.isnan(sample.y)))
    publisher.note([*attributes, LOANS], [({LOANS.name: LENT}, with_outcome)])
    names = [(g.title, name) for g in sample.groupings for name in g.names]
    counts: list[tuple[Where, int]] = [
        ({g.title: [name], LOANS.name: levels}, int(n))
        for levels, rows in ((LENT, ~np.isnan(sample.y)), (("bad",), np.equal(sample.y, 1)))
        for g in sample.groupings
        for name, n in zip(g.names, g.count(rows), strict=True)
    ]
    known = publisher.publish([*attributes, LOANS], counts, rounded=True)
    return dict(zip(names, zip(known[: len(names)], known[len(names) :], strict=True), strict=True))


def _years(sample: Sample) -> Names | None:
    """Calendar year of each application; None without a time or with one year alone."""
    if sample.days is None:
        return None
    years = sample.days.astype("datetime64[D]").astype("datetime64[Y]").astype(str).astype(object)
    return years if len(set(years)) > 1 else None


def outcome_answers(sample: Sample, profile: Profile) -> list[OutcomeAnswer]:
    """TPR, FPR, equalized odds and AUC of each group but the references: always three answers."""
    rows = Applicants(sample.approved, sample.scores.log_odds, sample.y, sample.propensity)
    comparisons = len(METRICS) * sum(len(g.others) for g in sample.groupings)
    error = 2 * profile.family.error / max(comparisons, 1)
    found = []
    for grouping in sample.groupings:
        gaps = outcome_gaps(rows, grouping, error=error)
        found += [_answer(grouping.title, gap, profile) for gap in gaps]
        tpr = (g for g in gaps if g.metric == "tpr")
        fpr = (g for g in gaps if g.metric == "fpr")
        found += [_odds(grouping.title, *pair) for pair in zip(tpr, fpr, strict=True)]
    return found


def _answer(attribute: str, gap: OutcomeGap, profile: Profile) -> OutcomeAnswer:
    tolerance = judged(profile, f"{gap.metric}_difference")
    low, high = gap.worst_case.gap.low.low, gap.worst_case.gap.high.high
    weighted = UNDEFINED if gap.weighted is None else gap.weighted.gap
    return OutcomeAnswer(
        attribute=attribute,
        group=gap.group,
        reference=gap.reference,
        metric=f"{gap.metric}_difference",
        approved_only=_told(gap, gap.approved_only.gap),
        weighted=_told(gap, weighted),
        bounds=_told(gap, Estimate(None, low, high)),
        sign=gap.sign,
        verdict=None if tolerance is None else gap.verdict(tolerance),
    )


def _odds(attribute: str, tpr: OutcomeGap, fpr: OutcomeGap) -> OutcomeAnswer:
    """The larger of the two gaps without their signs; it is reported and never judged."""
    weighted = UNDEFINED
    if tpr.weighted is not None and fpr.weighted is not None:
        weighted = equalized_odds(tpr.weighted.gap, fpr.weighted.gap)
    both = [_between(g) for g in (tpr, fpr)]
    bounds = equalized_odds(*both)
    shown = tpr if not tpr.sufficient else fpr
    return OutcomeAnswer(
        attribute=attribute,
        group=tpr.group,
        reference=tpr.reference,
        metric="equalized_odds_difference",
        approved_only=_told(shown, equalized_odds(tpr.approved_only.gap, fpr.approved_only.gap)),
        weighted=_told(shown, weighted),
        bounds=_told(shown, Estimate(None, bounds.low, bounds.high)),
        sign="undetermined",
        verdict=None,
    )


def _between(gap: OutcomeGap) -> Estimate:
    """The bounds of a gap as an interval (around its middle, which is not used)."""
    low, high = gap.worst_case.gap.low.low, gap.worst_case.gap.high.high
    return UNDEFINED if low is None or high is None else Estimate((low + high) / 2, low, high)


def _told(gap: OutcomeGap, estimate: Estimate) -> Range:
    return published(estimate, rounded=True) if gap.sufficient else Range()


def outcome_tests(sample: Sample, profile: Profile, cut_off: float) -> list[OutcomeTest]:
    """Bad rates of loans just above the ``cut_off`` (points) in each group but the references."""
    comparisons = sum(len(g.others) for g in sample.groupings)
    error = 2 * profile.family.error / max(comparisons, 1)
    tolerance = judged(profile, "outcome_test_difference")
    points = sample.scores.points
    found = []
    for g in sample.groupings:
        plain, corrected = (
            outcome_test(points, cut_off, sample.approved, sample.y, g, error=e)
            for e in (0.05, error)
        )
        for p, c in zip(plain, corrected, strict=True):
            found.append(_marginal(g, p, c.difference, tolerance, len(sample)))
    return found


def _marginal(
    g: Grouping,
    m: MarginalLoans,
    corrected: Estimate,
    tolerance: Tolerance | None,
    applications: int,
) -> OutcomeTest:
    """Rates only where both sides have enough of each outcome, or neither could be hidden."""
    told = min(_rarer(m)) >= FEWEST_DEFAULTS
    said = None if tolerance is None else verdict(m.difference, corrected, tolerance)
    wanted = None
    if said == Verdict.INSUFFICIENT:
        wanted = to_judge(FEWEST_LOANS, min(m.loans), applications)
    elif said == Verdict.INCONCLUSIVE and tolerance is not None:
        wanted = needed(m.difference, tolerance, applications)
    return OutcomeTest(
        attribute=g.title,
        group=m.group,
        reference=m.reference,
        loans=(about(m.loans[0]), about(m.loans[1])),
        rate=published(m.rate, rounded=True) if told else Range(),
        reference_rate=published(m.reference_rate, rounded=True) if told else Range(),
        difference=published(m.difference, rounded=True),
        verdict=said,
        applications_needed=wanted,
    )


def _rarer(m: MarginalLoans) -> Iterator[int]:
    for loans, defaults in zip(m.loans, m.defaults, strict=True):
        yield min(defaults, loans - defaults)
