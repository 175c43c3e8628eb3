"""The split by hash: shares, strata, groups, and nothing that depends on the order of rows."""

import numpy as np
import pandas as pd
import pytest

from data.contract import Contract
from data.contract import Split as Plan
from data.errors import NotEnoughDataError
from scoring.split import Split, split
from scoring.vector import FloatArray
from tests.bundles import small_contract

PARTS = ("fit", "validation", "calibration", "test")


def keys_of(applicants: list[str | None]) -> pd.DataFrame:
    names = [f"loan-{i}" for i in range(len(applicants))]
    return pd.DataFrame({"application": names, "applicant": applicants}, dtype=object)


def parted(keys: pd.DataFrame, y: FloatArray, matrix: FloatArray | None = None) -> Split:
    rows = np.random.default_rng(0).normal(size=(len(y), 3)) if matrix is None else matrix
    return split(small_contract(), keys, None, y, rows, seed=1)


@pytest.fixture(scope="module")
def outcomes() -> FloatArray:
    return (np.random.default_rng(1).random(4000) < 0.1).astype(np.float64)


def test_shares_and_bad_rates_are_those_of_the_contract(outcomes: FloatArray) -> None:
    parts = parted(keys_of([None] * 4000), outcomes)
    shares = [len(getattr(parts, name)) / 4000 for name in PARTS]
    assert shares == pytest.approx([0.48, 0.12, 0.15, 0.25], abs=0.002)
    for name in PARTS:
        assert outcomes[getattr(parts, name)].mean() == pytest.approx(outcomes.mean(), abs=0.002)
    everything = np.concatenate([getattr(parts, name) for name in PARTS])
    assert sorted(everything) == list(range(4000))
    assert sorted([*parts.fit, *parts.validation]) == parts.train.tolist()


def test_shuffled_rows_land_in_the_same_parts(outcomes: FloatArray) -> None:
    keys = keys_of([f"client-{i % 1500}" for i in range(4000)])
    matrix = np.random.default_rng(2).normal(size=(4000, 3))
    order = np.random.default_rng(3).permutation(4000)
    straight = parted(keys, outcomes, matrix)
    shuffled = parted(keys.iloc[order], outcomes[order], matrix[order])
    for name in PARTS:
        rows = set(getattr(straight, name).tolist())
        assert rows == set(order[getattr(shuffled, name)].tolist())


def test_no_applicant_stands_on_two_sides(outcomes: FloatArray) -> None:
    applicants = np.array([f"client-{i % 1500}" for i in range(4000)])
    parts = parted(keys_of(applicants.tolist()), outcomes)
    seen = [set(applicants[getattr(parts, name)]) for name in PARTS]
    assert sum(map(len, seen)) == len(set.union(*seen)) == 1500


def test_an_applicant_and_an_application_of_one_name_are_not_confused() -> None:
    """Rows without an applicant stand for themselves, whatever other applicants are called."""
    y = np.tile([0.0, 1.0], 1000)
    named: list[str | None] = [None, *(["loan-0"] * 200), *([None] * 1799)]
    parts = parted(keys_of(named), y)
    apart = [name for name in PARTS if set(range(1, 201)) <= set(getattr(parts, name).tolist())]
    assert len(apart) == 1


def test_rows_with_identical_inputs_land_on_the_same_side(outcomes: FloatArray) -> None:
    matrix = np.random.default_rng(4).normal(size=(4000, 3))
    matrix[::7, 1] = np.nan
    matrix[1000:1300] = matrix[:300]
    matrix[1300:1400, 2] = 0.0
    matrix[1300:1400, :2] = matrix[1400:1500, :2]
    matrix[1400:1500, 2] = -0.0
    parts = parted(keys_of([None] * 4000), outcomes, matrix)
    side = np.empty(4000, dtype=np.intp)
    for i, name in enumerate(PARTS):
        side[getattr(parts, name)] = i
    assert (side[1000:1300] == side[:300]).all()
    assert (side[1300:1400] == side[1400:1500]).all()


def test_large_groups_do_not_bend_the_shares() -> None:
    """2,000 applicants with one row, 500 with forty: every part gets its share of both."""
    applicants: list[str | None] = [f"single-{i}" for i in range(2000)]
    applicants += [f"many-{i % 500}" for i in range(20_000)]
    y = (np.random.default_rng(6).random(22_000) < 0.1).astype(np.float64)
    parts = parted(keys_of(applicants), y)
    shares = [len(getattr(parts, name)) / 22_000 for name in PARTS]
    assert shares == pytest.approx([0.48, 0.12, 0.15, 0.25], abs=0.015)
    single = [np.mean(getattr(parts, name) < 2000) for name in PARTS]
    assert single == pytest.approx([2 / 22] * 4, abs=0.03)
    for name in PARTS:
        assert y[getattr(parts, name)].mean() == pytest.approx(y.mean(), abs=0.01)


def test_inputs_that_are_common_are_no_copies(outcomes: FloatArray) -> None:
    matrix = np.random.default_rng(5).integers(0, 2, size=(4000, 3)).astype(np.float64)
    parts = parted(keys_of([None] * 4000), outcomes, matrix)
    assert len(parts.test) == pytest.approx(1000, abs=5)


def test_rows_without_an_outcome_are_in_no_part(outcomes: FloatArray) -> None:
    y = np.where(np.arange(4000) % 3 == 0, np.nan, outcomes)
    parts = parted(keys_of([None] * 4000), y)
    assert not any(np.isnan(y[getattr(parts, name)]).any() for name in PARTS)
    assert parts.counts() == {
        "train": len(parts.train),
        "calibration": len(parts.calibration),
        "test": len(parts.test),
        "dropped": 0,
    }


def test_another_seed_is_another_split(outcomes: FloatArray) -> None:
    keys, matrix = keys_of([None] * 4000), np.random.default_rng(0).normal(size=(4000, 3))
    first, second = (split(small_contract(), keys, None, outcomes, matrix, s) for s in (1, 2))
    assert set(first.test.tolist()) != set(second.test.tolist())


def test_more_rows_move_few_applicants(outcomes: FloatArray) -> None:
    """Next year's training run has most of this year's test applicants in its test again."""
    keys, matrix = keys_of([None] * 4000), np.random.default_rng(0).normal(size=(4000, 3))
    before = parted(keys.iloc[:3000], outcomes[:3000], matrix[:3000])
    after = parted(keys, outcomes, matrix)
    kept = set(before.test.tolist()) & set(after.test.tolist())
    assert len(kept) > 0.95 * len(before.test)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.full(500, np.nan), "no application has an outcome yet"),
        (np.zeros(500), "has 0 bad loans"),
        (np.ones(500), "has 0 good loans"),
        (np.repeat([1.0, 0.0], [100, 400]), "the validation part has 12 bad loans"),
    ],
    ids=["no outcomes", "no bad", "no good", "few bad"],
)
def test_too_few_outcomes_are_named(y: FloatArray, message: str) -> None:
    with pytest.raises(NotEnoughDataError, match=message):
        parted(keys_of([None] * 500), y)


def test_parts_must_leave_something_to_train_on(outcomes: FloatArray) -> None:
    plan = Plan(method="hash", test=0.6, calibration=0.4)
    greedy: Contract = small_contract().model_copy(update={"split": plan})
    with pytest.raises(NotEnoughDataError, match="leave nothing to train on"):
        split(greedy, keys_of([None] * 4000), None, outcomes, outcomes[:, None], seed=1)
