"""What a check found, each with its layer and the level at which somebody is told of it.

| layer | what | level |
|---|---|---|
| 0 | a rule of the contract is broken | ticket |
| 1 | one feature | explain |
| 2 | features together | ticket |
| 3 | score and decision | ticket, page where the effect is large |
| 4 | estimated harm | page |
| 5 | realised outcomes | page |

Layers 1 to 3 need both references. Severity orders what was found; by itself it finds nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Literal, Self

from data.contract import Frozen
from drift.harm import Harm
from drift.realised import Direction, Realised
from drift.verdicts import Against, Column, DriftReport, FeatureVerdict

Level = Literal["explain", "ticket", "page"]
LEVELS: tuple[Level, ...] = ("explain", "ticket", "page")
LayerVerdict = Literal["ok", "found", "not_checked"]
LAYERS = ("0", "1", "2", "3", "4", "5")

PAGE_EFFECT = 0.35
"""Standard deviations of one row by which the score must move before a significant shift pages."""
SCORE_WORDS = frozenset({"score-distribution", "recommendation-mix", "risk-up", "risk-down"})


class RealisedVerdict(Frozen):
    """Layer 5 in short: what matured loans say of this year (``drift.realised``).

    ``alarm``: the evidence reached ``threshold``, as chance does at any time in 5 % of years;
    ``direction``: which way the probabilities are wrong; ``since``: the month from which on.
    """

    alarm: bool
    direction: Direction | None
    since: dt.date | None
    e_value: float
    threshold: float
    loans: int
    observed: int
    expected: float

    @classmethod
    def of(cls, found: Realised) -> Self:
        """In short."""
        return cls(
            alarm=found.alarm,
            direction=found.direction,
            since=found.since,
            e_value=found.e_value,
            threshold=found.threshold,
            loans=found.n,
            observed=found.observed,
            expected=found.expected,
        )


class Finding(Frozen):
    """One thing that differs. ``subject`` names it for good: ``feature:income``.

    ``words``: key of the text for people.
    """

    subject: str
    layer: int
    level: Level
    severity: float
    words: str


def findings(
    report: DriftReport, harm: Harm | None, realised: RealisedVerdict | None
) -> tuple[Finding, ...]:
    """All findings of a check: the highest level and layer first, then the most severe."""
    found = [*_broken(report), *_drifted(report), *_harmed(harm), *_realised(realised)]
    return tuple(sorted(found, key=_order))


def _order(found: Finding) -> tuple[int, int, float, str]:
    return -LEVELS.index(found.level), -found.layer, -found.severity, found.subject


def highest(found: Sequence[Finding]) -> Level | Literal["ok"]:
    """The highest level of what was found."""
    return max((f.level for f in found), key=LEVELS.index, default="ok")


def layers(
    report: DriftReport,
    harm: Harm | None,
    realised: RealisedVerdict | None,
    found: Sequence[Finding],
) -> dict[str, LayerVerdict]:
    """Layer to its verdict."""
    checked = {"0": True, "4": harm is not None, "5": realised is not None}
    checked |= dict.fromkeys(("1", "2"), bool(report.against))
    checked["3"] = bool(report.against) and "decisions" not in report.not_checked
    hit = {str(f.layer) for f in found}
    return {
        layer: "found" if layer in hit else "ok" if checked[layer] else "not_checked"
        for layer in LAYERS
    }


def _broken(report: DriftReport) -> Iterator[Finding]:
    for b in report.broken:
        yield Finding(
            subject=f"contract:{b.rule}" + (f":{b.field}" if b.field else ""),
            layer=0,
            level="ticket",
            severity=b.rows / max(report.rows, 1),
            words=f"rule-{b.rule}",
        )


def _drifted(report: DriftReport) -> Iterator[Finding]:
    if not report.alarm:
        return
    training = report.against[0]
    for f in training.features:
        if f.name in report.at_fault and f.name in report.confirmed:
            yield _feature(f)
    for d in training.together:
        if d.space in report.confirmed:
            yield Finding(
                subject=f"together:{d.space}",
                layer=2,
                level="ticket",
                severity=2 * (d.area - 0.5),
                words=f"together-{d.space}",
            )
    decided = {c.name: c for a in reversed(report.against) for c in a.decisions}
    for column in decided.values():
        if column.name in report.confirmed:
            yield _decision(column, report.against)


def _feature(found: FeatureVerdict) -> Finding:
    significant = [t for t in found.tests if t.significant]
    own = [t for t in significant if t.layer == "feature"]
    largest = max(own or significant, key=lambda t: abs(t.effect), default=None)
    return Finding(
        subject=f"feature:{found.name}",
        layer=1 if own else 2,
        level="explain" if own else "ticket",
        severity=found.severity,
        words=largest.words if largest else "distribution",
    )


def _decision(column: Column, against: Sequence[Against]) -> Finding:
    """The smaller of the effects against both references counts."""
    tests = [
        max((t for t in c.tests if t.significant), key=lambda t: abs(t.effect), default=None)
        for a in against
        for c in a.decisions
        if c.name == column.name
    ]
    known = [t for t in tests if t is not None]
    effect = min((abs(t.effect) for t in known), default=0.0)
    words = known[0].words if known else "distribution"
    large = effect >= PAGE_EFFECT and words in SCORE_WORDS
    return Finding(
        subject=f"decision:{column.name}",
        layer=3,
        level="page" if large else "ticket",
        severity=effect,
        words=words,
    )


def _harmed(harm: Harm | None) -> Iterator[Finding]:
    for m in harm.passed if harm else ():
        yield Finding(
            subject=f"harm:{m.measure}",
            layer=4,
            level="page",
            severity=m.worse_low / m.tolerance,
            words=f"harm-{m.measure.replace('_', '-')}",
        )


def _realised(realised: RealisedVerdict | None) -> Iterator[Finding]:
    if realised is not None and realised.alarm:
        worse = realised.direction != "risk_too_high"
        times = realised.observed / max(realised.expected, 1e-12)
        yield Finding(
            subject="realised:bad_rate",
            layer=5,
            level="page",
            severity=times if worse else 1 / max(times, 1e-12),
            words="realised-worse" if worse else "realised-better",
        )
