"""One audit of one model under one profile: all sections, the findings, one verdict."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from fairness import audit_approvals as approving
from fairness import audit_outcomes as outcomes
from fairness.disparity import Approvals
from fairness.flip_test import Flip
from fairness.profiles import Profile
from fairness.profiles.profile import Metric
from fairness.sample import Sample
from fairness.schema import Audit, Finding, Inputs, Law, Population, Range
from fairness.verdicts import Verdict
from scoring.scorer import Scorer


def audit(
    scorer: Scorer,
    sample: Sample,
    profile: Profile,
    *,
    data: Mapping[str, str],
    on: dt.date,
    flips: Sequence[Flip] = (),
    seed: int = 1,
) -> Audit:
    """Audit ``scorer`` on ``sample``.

    ``data``: SHA-256 of each file; ``on``: the day on which legal duties are looked at;
    ``flips``: what ``flip_test`` found on the raw tables; ``seed``: of the proxies' folds and
    permutations. The same arguments give the same audit.
    """
    rules = approving.approvals(sample)
    sections: dict[str, Any] = {
        "impact": approving.impacts(sample, rules, profile),
        "intersections": approving.crossings(sample, rules[0], profile),
        "curves": approving.curves(sample),
        "segments": approving.segments(sample),
        "distribution": approving.score_shifts(sample),
        "calibration": outcomes.calibrations(sample, profile),
        "outcomes": outcomes.outcome_answers(sample, profile),
        "proxies": outcomes.proxies(scorer, sample, profile, seed),
        "flips": outcomes.flipped(flips, [g.title for g in sample.groupings], profile),
    }
    findings = tuple(_findings(sections, profile, on))
    named = {name for finding in findings for name in finding.duties}
    return Audit(
        verdict=overall(findings),
        inputs=_inputs(scorer, profile, data, on, seed),
        population=_population(sample, rules[0]),
        titles={g.title: scorer.contract.protected[g.title].title for g in sample.groupings},
        features={
            n: scorer.contract.features[n].title
            for n in sorted({n for p in sections["proxies"] for n, _ in p.features})
        },
        jurisdiction={"en": profile.title.en, "fr": profile.title.fr},
        laws={n: _law(profile, n) for n in sorted(named)},
        findings=findings,
        withheld=sum(_nulls(i.people, i.approved) for i in sections["impact"]),
        **{name: tuple(rows) for name, rows in sections.items()},
    )


def overall(findings: Iterable[Finding]) -> Verdict:
    """FAIL where one that counts fails; else what the family leaves open, or PASS.

    Groups that are too small to be judged do not stop a PASS; they are listed.
    """
    judged = list(findings)
    if any(f.counts and f.verdict == Verdict.FAIL for f in judged):
        return Verdict.FAIL
    family = {f.verdict for f in judged if f.family}
    order = (Verdict.INCONCLUSIVE, Verdict.PASS)
    return next((v for v in order if v in family), Verdict.INSUFFICIENT)


def _findings(sections: Mapping[str, Any], profile: Profile, on: dt.date) -> Iterator[Finding]:
    """One for each judged row of a section, in the order of the sections."""
    for row in sections["impact"]:
        yield _finding("adverse_impact_ratio", row, row.air, profile, on)
    for row in sections["calibration"]:
        yield from _judged("calibration_ratio", row, row.ratio, profile, on)
    for row in sections["outcomes"]:
        yield from _judged(row.metric, row, row.bounds, profile, on)
    for row in sections["proxies"]:
        yield from _judged("proxy_auc", row, row.auc, profile, on)
    for row in sections["flips"]:
        changed = float(row.scores_changed)
        estimate = Range(value=changed, low=changed, high=changed)
        yield from _judged("flip_test", row, estimate, profile, on)


def _judged(
    metric: str, row: Any, estimate: Range, profile: Profile, on: dt.date
) -> Iterator[Finding]:
    names: tuple[Metric, ...] = get_args(Metric)
    for known in names:
        if known == metric and row.verdict is not None:
            yield _finding(known, row, estimate, profile, on)


def _finding(metric: Metric, row: Any, estimate: Range, profile: Profile, on: dt.date) -> Finding:
    tolerance, family = profile.tolerance(metric), profile.in_family(metric, row.attribute)
    duties = _duties(metric, row.attribute, profile, on)
    return Finding(
        metric=metric,
        attribute=row.attribute,
        group=getattr(row, "group", None),
        reference=getattr(row, "reference", None),
        rule=getattr(row, "rule", None),
        verdict=row.verdict,
        estimate=estimate,
        tolerance=(tolerance.low, tolerance.high),
        applications_needed=getattr(row, "applications_needed", None),
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
    return Population(
        part=sample.part,
        applications=len(sample),
        with_outcome=int((sample.y == sample.y).sum()),
        approved_share=round(float(policy.approved.mean()), 2),
    )


def _law(profile: Profile, name: str) -> Law:
    rule = profile.rules[name]
    return Law(en=rule.statement.en, fr=rule.statement.fr, source=rule.source)


def _hash(model: BaseModel) -> str:
    return hashlib.sha256(model.model_dump_json().encode()).hexdigest()


def _nulls(*pairs: tuple[int | None, int | None]) -> int:
    return sum(count is None for pair in pairs for count in pair)
