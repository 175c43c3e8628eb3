"""Options hold, move only what the contract lets move, and go no further than they must."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from data.contract import Contract
from scoring.actions import levers, moved
from scoring.counterfactuals import MOST_MOVED, MOST_OPTIONS, Option, options, varied
from scoring.policy import RECOMMENDATIONS
from scoring.ranges import what_if, what_if_ranges
from scoring.scorer import Scorer
from tests.bundles import small_bundle, small_columns, small_contract
from tests.explanation.people import RISKY

PEOPLE = 150


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(small_bundle(), "v")


def people() -> list[dict[str, Any]]:
    """Applications without their missing values, as a request has them."""
    columns = small_columns(PEOPLE, seed=11)
    rows = [{name: column[i] for name, column in columns.items()} for i in range(PEOPLE)]
    return [{n: v for n, v in row.items() if v is not None} for row in rows]


@pytest.fixture(scope="module")
def found(scorer: Scorer) -> list[tuple[dict[str, Any], int, list[Option]]]:
    """Values, recommendation and options of everybody who is not approved."""
    out = []
    for values in people():
        now = int(scorer.score_each([values]).recommendation[0])
        if now > 0:
            out.append((values, now, options(scorer, values)))
    assert sum(bool(given) for _, _, given in out) > 10
    assert any(not given for _, _, given in out)
    return out


def test_every_option_is_what_the_scorer_says_of_it(scorer: Scorer, found: Any) -> None:
    for values, now, given in found:
        assert len(given) <= MOST_OPTIONS
        for option in given:
            sent = {**values, **{c.field: c.to for c in (*option.changes, *option.follows)}}
            scores = scorer.score_each([sent])
            assert int(scores.recommendation[0]) < now
            assert option.recommendation == RECOMMENDATIONS[int(scores.recommendation[0])]
            assert (option.pd, option.points) == (float(scores.pd[0]), int(scores.points[0]))


def test_only_what_may_move_moves_and_the_right_way(found: Any) -> None:
    contract = small_contract()
    for values, _, given in found:
        for option in given:
            assert 1 <= len(option.changes) <= MOST_MOVED
            for change in option.changes:
                allowed = contract.features[change.field].actionable
                low, high = contract.spec(change.field).range or (-np.inf, np.inf)
                assert values[change.field] == change.now
                assert allowed == ("up" if change.to > change.now else "down")
                assert low <= change.to <= high


def test_one_step_less_would_not_do(scorer: Scorer, found: Any) -> None:
    """Each change is as near to today as it can be; half-way back is not enough."""
    for values, _, given in found:
        for option in given:
            rank = RECOMMENDATIONS.index(option.recommendation)
            for change in option.changes:
                lever = next(k for k in levers(scorer.contract, values) if k.name == change.field)
                nearer = lever.finer[np.abs(lever.finer - change.now) < abs(change.to - change.now)]
                if len(nearer) == 0 or len(nearer) > 60:
                    continue
                rest = {c.field: c.to for c in option.changes}
                last = float(nearer[np.argmax(np.abs(nearer - change.now))])
                less = varied(scorer, values, {**rest, change.field: last})
                assert int(scorer.score_each([less]).recommendation[0]) > rank


def test_options_differ_in_what_they_move(found: Any) -> None:
    for _, _, given in found:
        sets = [{c.field for c in option.changes} for option in given]
        assert all(not a <= b for i, a in enumerate(sets) for b in sets[i + 1 :])


def test_the_same_person_is_told_the_same(scorer: Scorer, found: Any) -> None:
    for values, _, given in found[:20]:
        assert options(scorer, dict(reversed(values.items()))) == given


def test_an_approved_person_needs_none(scorer: Scorer) -> None:
    safe = RISKY | {"late_days": 0, "amount": 500}
    assert options(scorer, safe) == []


def test_what_is_unknown_or_fixed_is_no_lever() -> None:
    contract = small_contract()
    names = [lever.name for lever in levers(contract, RISKY)]
    assert names == ["amount", "wallet_inflow"]
    without = {n: v for n, v in RISKY.items() if n != "wallet_inflow"}
    assert [lever.name for lever in levers(contract, without)] == ["amount"]


def test_steps_are_those_of_the_contract() -> None:
    lever = levers(small_contract(), RISKY | {"amount": 10_250})[0]
    assert lever.finer[0] == 10_000
    assert set(np.diff(lever.finer)) == {-500.0}
    assert lever.finer.min() >= 10_250 * 0.2


def with_terms() -> Contract:
    """The contract with an amount, a term and the instalment that follows (fields of others)."""
    contract = small_contract()
    terms = contract.terms.model_copy(update={"term": "late_days", "instalment": "income"})
    return contract.model_copy(update={"terms": terms})


def test_the_instalment_follows_at_the_flat_rate() -> None:
    """1,000 over 10 months at 2 % a month costs 120 a month; 500 over 5 months costs 110."""
    values = {"amount": 1000.0, "late_days": 10, "income": 120.0}
    columns = moved(
        with_terms(), values, ["amount", "late_days"], np.array([[500.0, 5.0], [1000.0, 10.0]])
    )
    np.testing.assert_allclose(columns["income"].astype(float), [110.0, 120.0])


def test_ranges_tell_what_the_scorer_says(scorer: Scorer) -> None:
    ranges = what_if_ranges(scorer, RISKY)["amount"]
    assert ranges[0]["from"] < RISKY["amount"] < ranges[-1]["to"]
    for part in ranges:
        for end in ("from", "to"):
            scores = what_if(scorer, RISKY, part[end], None)
            assert RECOMMENDATIONS[int(scores.recommendation[0])] == part["recommendation"]
    joined = [(a["to"], b["from"]) for a, b in pairwise(ranges)]
    assert all(low < high for low, high in joined)


@pytest.mark.parametrize(("amount", "term"), [(1e9, None), (None, 3.0)])
def test_what_if_keeps_to_the_contract(
    scorer: Scorer, amount: float | None, term: float | None
) -> None:
    with pytest.raises(ValueError, match="amount" if amount else "term"):
        what_if(scorer, RISKY, amount, term)
