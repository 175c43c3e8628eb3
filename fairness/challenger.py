"""A challenger against the champion on the same applicants: the paired part of its audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from data.errors import NotEnoughDataError
from fairness.audit_counts import dimension
from fairness.group_calibration import FEWEST_DEFAULTS
from fairness.groups import Grouping
from fairness.paired import (
    BOTH,
    GAINED,
    LOST,
    MARGIN,
    NEITHER,
    Change,
    Counts,
    Pairs,
    changes,
    mcnemar,
)
from fairness.published import Dimension
from fairness.publishing import Known, Publisher, probability
from fairness.records import Comparison, GroupChange, Moved, Recalibrated
from fairness.sample import Names, Sample
from fairness.schema_sections import Range
from scoring.intervals import Z95, Estimate
from scoring.scorer import Scorer
from scoring.states import State
from scoring.vector import FloatArray

LEVELS = ("neither", "gained", "lost", "both")
PEOPLE_HIDDEN = 20
"""People that a step of a rounded estimate stands for, at the least, where a count is withheld."""
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
_ORDER = (State.WORSE, State.KEEP_WATCHING, State.NOT_WORSE)


@dataclass(frozen=True)
class Versions:
    """Who is compared: two model versions, and the id of the champion's audit."""

    champion: str
    challenger: str
    champion_audit: str


def comparable(champion: Contract, challenger: Contract) -> None:
    """Raise NotEnoughDataError unless the challenger can score what the champion was asked.

    Its inputs must be inputs of the champion, described alike, and the groups the same.
    """
    inputs = [n for n in challenger.inputs if n not in champion.inputs]
    inputs += [
        n
        for n in challenger.inputs
        if n in champion.inputs and champion.spec(n) != challenger.spec(n)
    ]
    if inputs or champion.protected != challenger.protected:
        what = f"its input {inputs[0]}" if inputs else "a protected attribute"
        raise NotEnoughDataError(
            f"the challenger cannot be compared on these applications: {what} is not as the "
            "champion's contract says"
        )


def rescored(scorer: Scorer, sample: Sample) -> Sample:
    """The same applicants as ``scorer`` would have decided on them."""
    scores = scorer.score(sample.columns, len(sample))
    return replace(
        sample,
        matrix=scores.matrix,
        scores=scores,
        approved=scorer.approved(scores),
        referred=scorer.thin_files.among(scores.matrix),
    )


def compare(
    champion: Sample,
    challenger: Sample,
    applicants: Names,
    versions: Versions,
    publisher: Publisher,
    contract: Contract,
    seed: int = 1,
) -> Comparison:
    """Compare two models on the same n applications, by groups of the champion's ``contract``.

    ``applicants`` (n): who applied (None: somebody else each time); ``publisher``: decides which
    counts are shown and knows all that are public. Raises ProtectedError when the counts
    contradict those already published.
    """
    person = _numbers(applicants)
    pairs = Pairs(champion.approved, challenger.approved, person)
    name = f"policy of {versions.champion} to that of {versions.challenger}"
    outcome = Dimension(name, LEVELS, outcome=True)
    groupings = list(champion.groupings)
    found = changes(pairs, groupings, seed=seed)
    shown = [
        _published(publisher, (dimension(contract, g), outcome), g, pairs.counts(g))
        for g in groupings
    ]
    both = list(zip(groupings, found, shown, strict=True))
    return Comparison(
        champion=versions.champion,
        challenger=versions.challenger,
        champion_audit=versions.champion_audit,
        applications=len(person),
        applicants=int(person.max()) + 1,
        margin=MARGIN,
        verdict=overall([c for changed in found for c in changed]),
        groups=tuple(_change(g, c, known) for g, changed, known in both for c in changed),
        moved=tuple(m for g, _, known in both for m in _moved(g, pairs, known)),
        calibration=tuple(
            c for g in groupings for c in _calibration(champion, challenger, g, person)
        ),
    )


def overall(found: Sequence[Change]) -> State:
    """The worst state of the groups that are large enough; BETTER when all of them are."""
    states = {c.state for c in found if c.impact.value is not None}
    worst = next((s for s in _ORDER if s in states), None)
    return worst or (State.BETTER if states else State.KEEP_WATCHING)


def _numbers(applicants: Names) -> NDArray[np.intp]:
    """The same number for the same applicant; one of their own for those without an id."""
    told = [f"a{a}" if a is not None else f"n{i}" for i, a in enumerate(applicants)]
    return np.unique(np.array(told), return_inverse=True)[1].astype(np.intp)


def _published(
    publisher: Publisher, parts: tuple[Dimension, Dimension], grouping: Grouping, counts: Counts
) -> list[list[Known]]:
    """What may be known of each pair of decisions of each group (G, 4).

    The approvals of each model stand in its own audit, under another name; here they are taken
    to be public wherever they may be.
    """
    title, name = (part.name for part in parts)
    sides = ((LOST, BOTH), (GAINED, BOTH), (NEITHER, GAINED), (NEITHER, LOST))
    margins = [
        ({title: [group], name: [LEVELS[i] for i in side]}, int(row[list(side)].sum()))
        for group, row in zip(grouping.names, counts, strict=True)
        for side in sides
    ]
    publisher.note(parts, [(where, n) for where, n in margins if n >= publisher.fewest])
    cells = [
        ({title: [group], name: [level]}, int(n))
        for group, row in zip(grouping.names, counts, strict=True)
        for level, n in zip(LEVELS, row, strict=True)
    ]
    known = publisher.publish(parts, cells)
    return [known[i : i + 4] for i in range(0, len(known), 4)]


def _change(grouping: Grouping, c: Change, known: list[list[Known]]) -> GroupChange:
    exact = all(k.exact is not None for i in (c.group, c.reference) for k in known[i])
    people = min(int(grouping.people[c.group]), int(grouping.people[c.reference]))
    step = 1e-6 if exact else next((s for s in STEPS if s * people >= PEOPLE_HIDDEN), None)
    return GroupChange(
        attribute=grouping.title,
        group=grouping.names[c.group],
        reference=grouping.names[c.reference],
        air=_rounded(c.air, step),
        difference=_rounded(c.difference, step),
        p=probability(c.p) if exact else None,
        verdict=c.state,
        applications_needed=_needed(c, exact),
    )


def _needed(c: Change, exact: bool) -> int | None:
    """What would settle it, told so coarsely that no withheld count can be had from it."""
    needed = c.applications_needed
    if exact or needed is None:
        return needed
    return None if c.impact.value is None else int(float(f"{needed:.1g}"))


def _rounded(estimate: Estimate, step: float | None) -> Range:
    if step is None:
        return Range()
    value, low, high = (None if v is None else round(round(v / step) * step, 6) for v in estimate)
    return Range(value=value, low=low, high=high)


def _moved(grouping: Grouping, pairs: Pairs, known: list[list[Known]]) -> list[Moved]:
    rows = []
    for i, name in enumerate(grouping.names):
        gained, lost = known[i][GAINED].exact, known[i][LOST].exact
        told = gained is not None and lost is not None
        rows.append(
            Moved(
                attribute=grouping.title,
                group=name,
                gained=gained,
                lost=lost,
                net=None if gained is None or lost is None else gained - lost,
                p=probability(mcnemar(pairs, grouping.members(i))) if told else None,
            )
        )
    return rows


def _calibration(
    champion: Sample, challenger: Sample, grouping: Grouping, person: NDArray[np.intp]
) -> list[Recalibrated]:
    """Of every group with enough matured loans; empty where no outcome is known."""
    labelled = ~np.isnan(champion.y)
    rows = []
    for i, name in enumerate(grouping.names if labelled.any() else ()):
        at = labelled & grouping.members(i)
        pd = champion.scores.pd[at], challenger.scores.pd[at]
        ratio = calibration_change(champion.y[at], *pd, person[at])
        shown = Range() if ratio is None else _rounded(ratio, STEPS[0])
        rows.append(Recalibrated(attribute=grouping.title, group=name, ratio=shown))
    return rows


def calibration_change(
    y: FloatArray, champion: FloatArray, challenger: FloatArray, person: NDArray[np.intp]
) -> Estimate | None:
    """Observed over expected by the challenger's PDs (n) less by the champion's (n).

    The interval is that of a linearised ratio with applicants as clusters (sandwich variance).
    None with fewer than FEWEST_DEFAULTS of one outcome in ``y`` (n).
    """
    defaults = float(y.sum())
    if min(defaults, len(y) - defaults) < FEWEST_DEFAULTS:
        return None
    value = defaults / challenger.sum() - defaults / champion.sum()
    influence = _influence(y, challenger) - _influence(y, champion)
    each = np.bincount(person, weights=influence)
    each = each[np.bincount(person) > 0]
    spread = Z95 * float(np.sqrt((each**2).sum() * len(each) / max(len(each) - 1, 1)))
    return Estimate(float(value), float(value) - spread, float(value) + spread)


def _influence(y: FloatArray, pd: FloatArray) -> FloatArray:
    """What each loan adds to the error of observed over expected (sums to 0)."""
    expected = pd.sum()
    return np.asarray(y / expected - y.sum() * pd / expected**2, dtype=np.float64)
