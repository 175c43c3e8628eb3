"""One audit of one model under one profile: all sections, the findings, one verdict."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel

from data.contract import LANGUAGES
from fairness import audit_approvals as approving
from fairness import audit_crossings as crossing
from fairness import audit_features as features
from fairness import audit_outcomes as outcomes
from fairness import audit_scores as scores
from fairness import audit_segments as segmenting
from fairness.audit_counts import count_approvals
from fairness.audit_findings import findings, overall
from fairness.audit_recourse import recourses
from fairness.disparity import POLICY, Approvals
from fairness.flip_test import Flip
from fairness.profiles import Profile
from fairness.published import Register
from fairness.publishing import Publisher
from fairness.recourse import Costs
from fairness.sample import Sample
from fairness.schema import Audit, Inputs, Law, Population
from fairness.schema_sections import Sections
from scoring.policy import RECOMMENDATIONS
from scoring.scorer import Scorer


@dataclass(frozen=True)
class Audited:
    """An audit, and all counts that are public once it is published: keep them for the next."""

    audit: Audit
    register: Register


def audit(  # noqa: PLR0913 - what an audit is made from
    scorer: Scorer,
    sample: Sample,
    profile: Profile,
    *,
    data: Mapping[str, str],
    on: dt.date,
    flips: Sequence[Flip] = (),
    costs: Costs | None = None,
    seed: int = 1,
    register: Register | None = None,
) -> Audited:
    """Audit ``scorer`` on ``sample``.

    ``data``: SHA-256 of each file; ``on``: the day on which legal duties are looked at;
    ``flips``: what ``flip_test`` found on the raw tables; ``costs``: what ``recourse.search``
    found of the sample (None: it was not searched); ``seed``: of the proxies' folds and
    permutations, the subgroups' halves and the reasons' changes; ``register``: what earlier
    audits of the contract have published (None: nothing). The same arguments give the same
    audit. Raises ProtectedError when the counts contradict those already published.
    """
    publisher = Publisher(register or Register(), sample.period, profile.minimums.cell)
    rules = approving.approvals(sample)
    sections = _sections(scorer, sample, profile, rules, publisher, flips, seed)
    sections = sections.model_copy(update={"recourse": tuple(recourses(sample, costs))})
    found = findings(sections, profile, on, len(sample))
    named = {name for finding in found for name in finding.duties}
    contract = scorer.contract
    made = Audit(
        verdict=overall(found),
        inputs=_inputs(scorer, profile, data, on, seed),
        population=_population(sample, rules[0]),
        titles={g.title: contract.protected[g.title].title for g in sample.groupings},
        terms={
            role: contract.features[name].title
            for role in sample.terms
            if (name := getattr(contract.terms, role))
        },
        features={
            n: contract.features[n].title
            for n in sorted({n for p in sections.proxies for n, _ in p.features})
        },
        jurisdiction={lang: profile.title.in_language(lang) for lang in LANGUAGES},
        laws={n: _law(profile, n) for n in sorted(named)},
        findings=tuple(found),
        withheld=publisher.withheld,
        **{name: getattr(sections, name) for name in Sections.model_fields},
    )
    return Audited(made, publisher.register)


def _sections(
    scorer: Scorer,
    sample: Sample,
    profile: Profile,
    rules: Sequence[Approvals],
    publisher: Publisher,
    flips: Sequence[Flip],
    seed: int,
) -> Sections:
    """All sections. Counts are published in this order: what comes first is withheld last."""
    contract, policy = scorer.contract, rules[0]
    decided = f"policy of {scorer.version}"
    counted = count_approvals(publisher, sample, rules, contract, decided)
    crossed = crossing.crossings(publisher, sample, policy, profile, contract, decided)
    calibrated = outcomes.calibrations(publisher, sample, profile, contract)
    within = segmenting.segments(publisher, sample, contract)
    attributes = [g.title for g in sample.groupings]
    return Sections(
        impact=tuple(approving.impacts(sample, rules, profile, counted)),
        intersections=tuple(crossed),
        curves=tuple(approving.curves(sample, rules, counted)),
        segments=tuple(within),
        trends=tuple(segmenting.trends(sample, profile)),
        worst_subgroup=crossing.worst_subgroup(sample, policy, seed),
        distribution=tuple(scores.score_shifts(sample, profile)),
        scorecard=tuple(scores.scorecards(sample, POLICY, counted, profile.minimums.people)),
        calibration=tuple(calibrated),
        outcomes=tuple(outcomes.outcome_answers(sample, profile)),
        outcome_tests=tuple(outcomes.outcome_tests(sample, profile, _cut_off(scorer))),
        explanations=tuple(features.explanations(scorer, sample, profile, seed)),
        proxies=tuple(features.proxies(scorer, sample, profile, seed)),
        flips=tuple(features.flipped(flips, attributes, profile)),
    )


def _cut_off(scorer: Scorer) -> float:
    """The fewest points that the policy approves."""
    rules = scorer.bundle.rules
    log_odds = np.log(rules.approve_below / (1 - rules.approve_below))
    return float(rules.score_points(np.array([log_odds]))[0])


def _inputs(
    scorer: Scorer, profile: Profile, data: Mapping[str, str], on: dt.date, seed: int
) -> Inputs:
    return Inputs(
        version=scorer.version,
        contract=scorer.contract.contract,
        contract_hash=scorer.contract_hash,
        data=dict(sorted(data.items())),
        profile=profile.profile,
        profile_version=profile.version,
        profile_hash=_hash(profile),
        on=on,
        seed=seed,
    )


def _population(sample: Sample, policy: Approvals) -> Population:
    dated = sample.days is not None
    start, end = sample.period
    scores, referred = sample.scores, sample.referred
    approve = np.equal(scores.by_score, RECOMMENDATIONS.index("approve"))
    stopped = approve & np.not_equal(scores.by_score, scores.recommendation)
    return Population(
        part=sample.part,
        first_day=_day(start) if dated else None,
        last_day=_day(end - 1) if dated else None,
        applications=len(sample),
        with_outcome=int((sample.y == sample.y).sum()),
        approved_share=round(float(policy.approved.mean()), 2),
        referred_share=0.0 if referred is None else round(float(referred.mean()), 2),
        capacity_share=round(float(stopped.mean()), 2),
    )


def _day(days: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=days)


def _law(profile: Profile, name: str) -> Law:
    rule = profile.rules[name]
    return Law(**rule.statement.model_dump(), source=rule.source)


def _hash(model: BaseModel) -> str:
    return hashlib.sha256(model.model_dump_json().encode()).hexdigest()
