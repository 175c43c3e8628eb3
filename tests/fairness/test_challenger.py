"""The published comparison: what it shows, what it hides, and its calibration part."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from data.contract import Contract
from data.errors import NotEnoughDataError
from fairness.challenger import (
    PEOPLE_HIDDEN,
    Versions,
    calibration_change,
    comparable,
    compare,
    overall,
    rescored,
)
from fairness.paired import Change
from fairness.published import Register
from fairness.publishing import Publisher
from fairness.records import Comparison
from fairness.sample import Sample
from scoring.calibration import probability
from scoring.intervals import Estimate
from scoring.scorer import Scorer
from scoring.states import State
from tests.bundles import small_bundle, small_contract
from tests.fairness.portfolio import sample
from tests.fairness.stored import OTHER, VERSION, model


@cache
def drawn(n: int = 3000, not_stated: int = 60) -> Sample:
    return sample(n=n, not_stated=not_stated)


def compared(own: Sample, rival: Sample, register: Register | None = None) -> Comparison:
    applicants = np.array([f"C{i // 2}" for i in range(len(own))], dtype=object)
    publisher = Publisher(register or Register(), own.period, 10)
    versions = Versions(VERSION, OTHER, "0" * 64)
    return compare(own, rival, applicants, versions, publisher, small_contract())


def barely_different(own: Sample, moved: int) -> Sample:
    """A model that declines ``moved`` more women and approves as many more men."""
    women = own.groupings[0].members(0)
    approved = own.approved.copy()
    approved[np.flatnonzero(approved & women)[:moved]] = False
    approved[np.flatnonzero(~own.approved & own.groupings[0].members(1))[:moved]] = True
    return replace(own, approved=approved)


def test_the_challenger_decides_on_the_same_people() -> None:
    own = drawn()
    rival = model(1, OTHER)
    again = rescored(rival, own)
    assert again.groupings is own.groupings
    assert again.y is own.y
    fresh = rival.score(own.columns, len(own))
    assert again.scores.pd.tolist() == fresh.pd.tolist()
    limit = rival.bundle.rules.approve_below
    assert again.approved.tolist() == (fresh.pd < limit).tolist()
    assert rescored(model(), own).approved.tolist() == own.approved.tolist()


def test_counts_and_people_are_those_of_the_two_models() -> None:
    own, again = drawn(), rescored(model(1, OTHER), drawn())
    made = compared(own, again)
    assert (made.applications, made.applicants) == (3000, 1500)
    moved = {m.group: m for m in made.moved}
    assert set(moved) == {"F", "M", "not stated"}
    for i, name in enumerate(own.groupings[0].names):
        members = own.groupings[0].members(i)
        gained = int((again.approved & ~own.approved & members).sum())
        lost = int((own.approved & ~again.approved & members).sum())
        found = moved[name]
        assert found.gained in {gained, None}
        assert found.lost in {lost, None}
        assert (found.net is None) == (found.gained is None or found.lost is None)
    assert moved["F"].net is not None


def test_a_model_compared_with_itself_changes_nothing() -> None:
    own = drawn(not_stated=5)
    made = compared(own, own)
    assert made.verdict == State.NOT_WORSE
    assert {g.air.value for g in made.groups if g.group == "F"} == {0.0}
    assert {c.ratio.value for c in made.calibration if c.group != "not stated"} == {0.0}


@pytest.mark.parametrize("moved", [1, 4, 9])
def test_no_count_under_ten_is_published_nor_had_from_an_estimate(moved: int) -> None:
    own = drawn()
    made = compared(own, barely_different(own, moved))
    counts = [c for m in made.moved for c in (m.gained, m.lost) if c is not None]
    assert min(counts, default=10) >= 10
    (women,) = (g for g in made.groups if g.group == "F")
    assert women.p is None
    people = int(own.groupings[0].people[0])
    assert women.difference.value is not None
    steps = [round(v, 6) for v in (women.difference.value, women.difference.low or 0.0)]
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2) if s * people >= PEOPLE_HIDDEN)
    assert all(round(v / step, 6) == round(v / step) for v in steps)
    assert women.verdict == State.NOT_WORSE, "the verdict is of the true counts"


def test_what_is_published_joins_the_register() -> None:
    own, again = drawn(), rescored(model(1, OTHER), drawn())
    applicants = np.array([f"C{i}" for i in range(len(own))], dtype=object)
    publisher = Publisher(Register(), own.period, 10)
    versions = Versions(VERSION, OTHER, "0" * 64)
    first = compare(own, again, applicants, versions, publisher, small_contract())
    plain = json.loads(json.dumps(publisher.register.plain()))
    kept = Register.from_plain(plain)
    assert kept == publisher.register
    assert kept.totals
    later = Publisher(kept, own.period, 10)
    second = compare(own, again, applicants, versions, later, small_contract())
    assert second.groups == first.groups


@pytest.mark.parametrize("change", ["more inputs", "other categories", "other groups"])
def test_only_models_that_were_asked_the_same_are_compared(change: str) -> None:
    contract = small_contract()
    plain = json.loads(contract.model_dump_json())
    if change == "more inputs":
        del plain["features"]["has_group"]
        plain["reasons"]["WORK"]["features"] = ["trade"]
    elif change == "other categories":
        plain["tables"]["loans"]["columns"]["trade"]["categories"] = ["retail"]
    else:
        plain["protected"]["sex"]["reference"] = "F"
    champion = Contract.model_validate_json(json.dumps(plain))
    rival = contract
    with pytest.raises(NotEnoughDataError, match="cannot be compared"):
        comparable(champion, rival)
    comparable(contract, Scorer(small_bundle(1), OTHER).contract)


def test_the_worst_group_decides() -> None:
    known = Estimate(0.0, -0.1, 0.1)

    def states(*found: State) -> State:
        return overall([Change(1, 0, s, impact=known) for s in found])

    assert states(State.BETTER, State.BETTER) == State.BETTER
    assert states(State.BETTER, State.NOT_WORSE) == State.NOT_WORSE
    assert states(State.NOT_WORSE, State.KEEP_WATCHING) == State.KEEP_WATCHING
    assert states(State.KEEP_WATCHING, State.WORSE) == State.WORSE
    too_small = Change(1, 0, State.KEEP_WATCHING)
    assert overall([too_small, Change(2, 0, State.BETTER, impact=known)]) == State.BETTER
    assert overall([too_small]) == State.KEEP_WATCHING


@pytest.mark.parametrize("each", [1, 3])
def test_the_change_of_calibration_covers_the_truth(each: int) -> None:
    rng = np.random.default_rng(8)
    hits = 0
    for _ in range(600):
        people = 900 // each
        true = np.repeat(rng.normal(-1.5, 1, people), each)
        person = np.repeat(np.arange(people), each)
        y = (np.repeat(rng.random(people), each) < probability(true)).astype(np.float64)
        first, second = probability(true + 0.3), probability(0.8 * true - 0.4)
        found = calibration_change(y, first, second, person)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= TRUE_CHANGE <= found.high
    assert 0.92 <= hits / 600 <= 0.98


def _true_change() -> float:
    t = np.random.default_rng(0).normal(-1.5, 1, 4_000_000)
    rate, first, second = (probability(v).mean() for v in (t, t + 0.3, 0.8 * t - 0.4))
    return float(rate / second - rate / first)


TRUE_CHANGE = _true_change()


def test_too_few_defaults_have_no_calibration() -> None:
    y = np.array([1.0] * 9 + [0.0] * 200)
    pd = np.full(209, 0.05)
    assert calibration_change(y, pd, pd, np.arange(209)) is None
