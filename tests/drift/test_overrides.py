"""Officers' overrides in layer 3: compared with the same season, as training data know of none."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np

from data.store.decisions import Decision
from data.store.human_decisions import HumanDecision, overridden, record
from drift.check import check
from drift.null import Nulls
from drift.reference import Reference
from drift.stored import FEWEST_DECIDED, YEAR, cohort
from drift.window import Window
from fairness.decided import limits
from tests.bundles import small_columns
from tests.drift.stored import AT, DAYS, decisions, scorer, settings_of, watching

Rule = Callable[[int], bool]


def decided(made: list[Decision], rule: Rule) -> list[HumanDecision]:
    """What an officer decided a day later, against the model where ``rule`` says so."""
    clear = [d for d in made if d.recommendation in {"approve", "decline"}]
    return [_word(d, "key00001", differs=rule(i)) for i, d in enumerate(clear)]


def _word(decision: Decision, key_id: str, *, differs: bool) -> HumanDecision:
    approves = (decision.recommendation == "approve") != differs
    return HumanDecision(
        decision.decision_id,
        "approve" if approves else "decline",
        "policy" if differs else None,
        key_id,
        decision.created_at + timedelta(days=1),
    )


def seldom(i: int) -> bool:
    return i % 20 == 0


def often(i: int) -> bool:
    return i % 4 == 0


def test_more_overrides_than_in_the_season_before_are_told(tmp_path: Path) -> None:
    now, before = decisions(300), decisions(300, 3, at=AT - YEAR)
    with watching(settings_of(tmp_path), now, before) as watch:
        assert watch.cohort(DAYS).window.overridden is None
        for made in decided(before, seldom):
            record(watch.store, watch.ledger, made)
        for made in decided(now, seldom):
            record(watch.store, watch.ledger, made)
        usual = watch.decisions(DAYS, "asked")
        assert (usual.level, usual.findings) == ("ok", ())
        assert "overrides" not in usual.report.not_checked
        for made in decided(now, often):
            record(watch.store, watch.ledger, made)
        told = watch.decisions(DAYS, "asked")
    (finding,) = told.findings
    assert (finding.subject, finding.layer, finding.level, finding.words) == (
        *("decision:override", 3, "ticket", "overrides-more"),
    )  # fmt: skip
    assert told.report.at_fault == ()


def test_the_word_in_force_counts_and_reviews_have_none(tmp_path: Path) -> None:
    made = decisions(120)
    with watching(settings_of(tmp_path), made) as watch:
        clear = decided(made, often)
        for one in clear:
            record(watch.store, watch.ledger, one)
        first = next(d for d in made if d.decision_id == clear[0].decision_id)
        record(watch.store, watch.ledger, _word(first, "key00002", differs=False))
        found = overridden(watch.store, *limits(*DAYS))
        assert found == {h.decision_id: often(i) and i > 0 for i, h in enumerate(clear)}
        assert overridden(watch.store, *limits(DAYS[0] - YEAR, DAYS[1] - YEAR)) == {}
        window = watch.cohort(DAYS).window
    assert window.overridden is not None
    assert np.isnan(window.overridden).sum() == len(made) - len(clear)


def test_a_few_decisions_say_nothing() -> None:
    made = decisions(100)
    ids = {d.decision_id: False for d in made[: FEWEST_DECIDED - 1]}
    assert cohort(scorer(), made, *DAYS, overridden=ids).window.overridden is None
    ids[made[99].decision_id] = True
    window = cohort(scorer(), made, *DAYS, overridden=ids).window
    assert window.overridden is not None
    assert np.nansum(window.overridden) == 1


def test_officers_who_have_not_decided_yet_are_no_alarm() -> None:
    rng, n, alarms = np.random.default_rng(4), 400, 0
    matrix = scorer().vectorizer.matrix(small_columns(1000, 5), 1000)
    reference = Reference.of_bundle(scorer())
    season = Reference.of_matrix(scorer(), matrix, (rng.random(1000) < 0.1).astype(float))
    nulls, columns = Nulls(), small_columns(n, 6)
    arrays = {name: np.array(v, dtype=object) for name, v in columns.items()}
    for share in [0.15, 0.9] * 10:
        word = np.where(rng.random(n) < share, (rng.random(n) < 0.1).astype(float), np.nan)
        found = check(reference, Window(arrays, overridden=word), season=season, nulls=nulls)
        alarms += "override" in found.confirmed
    assert alarms <= 1
