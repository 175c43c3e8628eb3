"""What is decided when: the states, the looks, and what would settle an open comparison."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import jsonschema_rs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import NotEnoughDataError
from drift.shadow.pairs import Pairs
from drift.shadow.report import Made, Question, compare
from drift.shadow.schema import ShadowReport, json_schema
from drift.shadow.states import LOOKS, accuracy_state, daily_look, fixed_looks, overall
from scoring.states import State
from tests.shadow.worlds import world

ON = dt.date(2026, 6, 1)


def report(pairs: Pairs, **changes: object) -> ShadowReport:
    n = len(pairs)
    made = Made(n, [None] * n, n, (6, 0, 0), np.full(n, 2.0), np.full(n, 1.0))
    return compare(pairs, made, replace(Question("old", "new", ON), **changes))  # type: ignore[arg-type]


def test_a_much_better_challenger_is_better_and_a_much_worse_one_worse() -> None:
    better = report(world(6000, 1, noise=(1.6, 0.2)))
    assert better.state == State.BETTER
    assert {j.why for j in better.judged} == {"proved"}
    worse = report(world(6000, 1, noise=(0.2, 1.6)))
    assert worse.state == State.WORSE


def test_the_same_model_is_not_worse() -> None:
    pairs = world(6000, 2)
    same = report(replace(pairs, challenger=pairs.champion))
    assert same.state == State.NOT_WORSE
    assert same.difference.psi == 0
    assert same.ranking[0].auc.value == 0


def test_few_outcomes_keep_it_open_with_what_would_settle_it() -> None:
    made = report(world(600, 3))
    assert made.state == State.KEEP_WATCHING
    ranking = made.judged[0]
    assert ranking.why == "too_few"
    assert ranking.bads_needed is not None
    assert ranking.bads_needed > ranking.bads
    assert ranking.settled_on is not None
    assert ranking.settled_on > dt.date(1970, 1, 1) + dt.timedelta(days=20_390)


def test_nobody_is_better_by_outcomes_that_the_champion_chose() -> None:
    biased = report(world(20_000, 1, noise=(1.6, 0.2), known="approved"))
    assert biased.outcomes == "approved"
    assert biased.state == State.NOT_WORSE
    assert {j.why for j in biased.judged} == {"biased"}
    assert all(r.biased for r in biased.ranking)
    drawn = report(world(20_000, 1, noise=(1.6, 0.2), known="chance"))
    assert drawn.outcomes == "quota"
    assert [r.population for r in drawn.ranking] == ["jointly_approved", "weighted"]
    assert not drawn.ranking[1].biased


def test_a_few_outcomes_may_prove_what_is_plain() -> None:
    """An exact bet may decide before there are 200 bad loans."""
    pairs = world(500, 4, noise=(12.0, 0.05))
    assert pairs.y.sum() < 200
    assert daily_look(pairs, pairs.labelled, None).bads < 200
    assert report(pairs).judged[0].state in {State.BETTER, State.NOT_WORSE}


def test_fixed_looks_see_what_was_known_then_and_nothing_later() -> None:
    pairs = world(3000, 5)
    looks = fixed_looks(pairs, pairs.labelled, None)
    assert [look.bads for look in looks] == [n for n in LOOKS if n <= pairs.y.sum()]
    order = np.argsort(pairs.matured, kind="stable")
    until = order[: int(np.searchsorted(np.cumsum(pairs.y[order]), 200)) + 1]
    rest = np.setdiff1d(np.arange(3000), until)
    other = pairs.y.copy()
    other[rest] = 1 - other[rest]
    again = fixed_looks(replace(pairs, y=other), pairs.labelled, None)
    assert again[0].measured == looks[0].measured
    assert report(pairs, plan="fixed").ranking[-1].fixed_bads == looks[-1].bads


def test_margins_that_were_fixed_decide() -> None:
    pairs = world(6000, 6, noise=(0.5, 0.55))
    wide = report(pairs, margins={"auc": 0.15, "brier": 0.05})
    assert wide.state in {State.NOT_WORSE, State.BETTER}
    narrow = report(pairs, margins={"auc": 0.0001, "brier": 0.00001})
    assert narrow.state in {State.KEEP_WATCHING, State.WORSE}
    assert narrow.margins == {"auc": 0.0001, "brier": 0.00001}


@pytest.mark.parametrize("seed", range(4))
def test_equals_are_never_better_on_any_day(seed: int) -> None:
    pairs = world(3000, 50 + seed)
    for day in range(20_120, 20_390, 30):
        known = np.where(pairs.matured <= day, pairs.y, np.nan)
        then = replace(pairs, y=known, matured=np.where(np.isnan(known), np.nan, pairs.matured))
        if then.labelled.any():
            assert accuracy_state(then, 0.002, biased=False).state != State.BETTER
            limits = daily_look(then, then.labelled, None).interval
            assert limits.low is None or limits.low <= 0


@given(st.lists(st.sampled_from(list(State)), min_size=1, max_size=3))
def test_the_whole_is_as_bad_as_its_worst_part(states: list[State]) -> None:
    judged = report_parts(states)
    whole = overall(judged)  # type: ignore[arg-type]
    if State.WORSE in states:
        assert whole == State.WORSE
    elif State.KEEP_WATCHING in states:
        assert whole == State.KEEP_WATCHING
    else:
        assert whole == (State.BETTER if State.BETTER in states else State.NOT_WORSE)


def report_parts(states: list[State]) -> list[object]:
    return [type("Part", (), {"state": state})() for state in states]


def test_the_report_keeps_its_schema_and_its_gate() -> None:
    pairs = world(400, 7, known="approved")
    n = len(pairs)
    errors: list[str | None] = [None] * n + ["timed-out"] * 3
    made = Made(n + 3, errors, n, (6, 1, 0), np.full(n, 2.0), np.full(n, 1.0))
    told = compare(pairs, made, Question("old", "new", ON))
    assert not told.pairing.passed
    assert told.pairing.errors == {"timed-out": 3}
    assert told.cost.error_share == pytest.approx(3 / (n + 3))
    jsonschema_rs.validator_for(json_schema()).validate(told.model_dump(mode="json"))
    unlike = replace(made, errors=[None] * n, expected=n, identical=n - 1)
    assert not compare(pairs, unlike, Question("old", "new", ON)).pairing.passed


def test_the_same_pairs_give_the_same_bytes() -> None:
    first, second = (report(world(500, 8)).model_dump_json() for _ in range(2))
    assert first == second


def test_too_few_decisions_are_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="needs 30 decisions"):
        report(world(20, 9))
