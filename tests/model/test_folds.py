"""Folds: people and time stay apart, no test row is in one, and each row is judged once."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from scoring.folds import FOLDS, WINDOWS, Fold, by_people, choosing, samples
from scoring.preparing import Rows, prepare
from tests.bundles import small_contract
from tests.model.simulated import simulate, timed_contract


def prepared(method: str, applicants: int | None = 2500) -> Rows:
    data = simulate(6000, applicants=applicants)
    contract = timed_contract() if method == "time" else small_contract()
    return prepare(contract, data.columns, data.keys, data.as_of, data.y, 1)


def of_known(rows: Rows) -> list[Fold]:
    return list(by_people(rows, rows.parts.known))


@pytest.mark.parametrize("method", ["time", "hash"])
@pytest.mark.parametrize("make", [choosing, of_known])
def test_people_stand_on_one_side_and_no_test_row_is_used(
    make: Callable[[Rows], list[Fold]], method: str
) -> None:
    rows = prepared(method)
    for fold in make(rows):
        assert set(rows.applicants[fold.fit]).isdisjoint(rows.applicants[fold.check])
        assert set(fold.fit) | set(fold.check) <= set(rows.parts.known)
        if method == "time" and make is choosing:
            assert rows.as_of is not None
            assert rows.as_of.iloc[fold.fit].max() <= rows.as_of.iloc[fold.check].min()


@pytest.mark.parametrize("method", ["time", "hash"])
def test_each_known_row_is_judged_once(method: str) -> None:
    rows = prepared(method)
    judged = np.concatenate([fold.check for fold in of_known(rows)])
    assert sorted(judged) == rows.parts.known.tolist()


def test_folds_have_about_the_same_rows_and_bad_rate() -> None:
    rows = prepared("hash")
    parts = samples(rows, list(by_people(rows, rows.parts.known)))
    assert len(parts) == FOLDS
    rates = [check.y.mean() for _, check in parts]
    assert max(rates) - min(rates) < 0.04
    sizes = [len(check.y) for _, check in parts]
    assert max(sizes) < 1.1 * min(sizes)


def test_a_window_without_bad_rows_is_left_out() -> None:
    rows = prepared("time", None)
    assert len(choosing(rows)) == WINDOWS
    quiet = replace(rows, y=np.zeros(len(rows.y)))
    (fold,) = choosing(quiet)
    assert fold.check.tolist() == rows.parts.validation.tolist()
