"""Later applications and branches never seen: who is learned from, and a planted difference."""

from typing import Any

import numpy as np
import pytest

from scoring.boosting import SHAPES, Learner
from scoring.generalising import by_branch, generalisation
from scoring.preparing import Rows, prepare
from scoring.segments import FEWEST_BADS, FEWEST_ROWS, REST, by_segment
from scoring.selection import Selection
from tests.bundles import small_contract
from tests.model.simulated import simulate

CHOSEN = Selection("small", SHAPES["small"], "none", 25, {}, {})


def prepared(*, told: bool = True, days: bool = True) -> tuple[Learner, Rows]:
    data, contract = simulate(4000), small_contract()
    keys = data.keys.copy()
    if told:
        drawn = np.random.default_rng(1).integers(0, 12, 4000)
        keys["branch"] = [f"branch-{i}" if i else None for i in drawn]
    rows = prepare(contract, data.columns, keys, data.as_of if days else None, data.y, 1)
    return Learner(contract, 1, 1), rows


def test_a_branch_is_judged_by_trees_that_know_nobody_of_it() -> None:
    _, rows = prepared()
    branch = rows.keys["branch"].fillna("").to_numpy(dtype=object)
    judged: list[int] = []
    for fold in by_branch(rows):
        assert set(branch[fold.fit]).isdisjoint(branch[fold.check])
        assert set(rows.applicants[fold.fit]).isdisjoint(rows.applicants[fold.check])
        judged.extend(fold.check.tolist())
    assert sorted(judged) == [i for i in rows.parts.known if branch[i]]


def test_places_and_times_of_no_effect_show_none() -> None:
    found = generalisation(*_arguments(prepared()))
    assert set(found) == {"random", "out_of_time", "out_of_branch"}
    for one in found.values():
        assert one["auc"]["low"] < one["auc"]["value"] < one["auc"]["high"]
    for name in ("out_of_time", "out_of_branch"):
        assert found[name]["less_random"]["low"] < 0.005
        assert found[name]["less_random"]["high"] > -0.005


def test_data_without_times_and_branches_says_nothing() -> None:
    assert generalisation(*_arguments(prepared(told=False, days=False))) == {}


def test_segments_of_the_test_add_up_and_small_ones_stand_together() -> None:
    _, rows = prepared()
    found = by_segment(small_contract(), rows, np.full(len(rows.parts.test), -2.0))
    assert {"vintage", "branch"} <= set(found)
    known = rows.keys["branch"].iloc[rows.parts.test].notna().sum()
    assert sum(one["rows"] for one in found["branch"]) == known
    assert found["branch"][-1]["name"] == REST
    for division in found.values():
        for one in division:
            assert one["name"] == REST or one["rows"] >= FEWEST_ROWS
            assert one["name"] == REST or one["bads"] >= FEWEST_BADS
            assert one["mean_pd"] == pytest.approx(0.1192, abs=1e-4)
            assert one["ratio"]["value"] == pytest.approx(one["rate"]["value"] / one["mean_pd"])


def _arguments(made: tuple[Learner, Rows]) -> tuple[Any, ...]:
    return made[0], CHOSEN, made[1]
