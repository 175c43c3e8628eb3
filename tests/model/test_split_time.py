"""The split by time: never a later loan in an earlier part, no applicant on two sides."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from data.contract import PerformanceLabel
from data.errors import NotEnoughDataError
from scoring.split import Split, describe, split
from tests.model.simulated import Simulated, simulate, timed_contract

PARTS = ("fit", "validation", "calibration", "test")


def parted(data: Simulated) -> Split:
    matrix = np.zeros((len(data.y), 1))
    return split(timed_contract(), data.keys, data.as_of, data.y, matrix, seed=1)


@pytest.fixture(scope="module")
def repeaters() -> Simulated:
    return simulate(6000, applicants=2500)


@pytest.fixture(scope="module")
def parts(repeaters: Simulated) -> Split:
    return parted(repeaters)


def test_parts_follow_one_another_and_days_stay_whole(repeaters: Simulated, parts: Split) -> None:
    days = [repeaters.as_of.iloc[getattr(parts, name)] for name in PARTS]
    for earlier, later in pairwise(days):
        assert earlier.max() < later.min()
    assert repeaters.as_of.iloc[parts.train].max() < days[2].min()


def test_no_applicant_stands_on_two_sides(repeaters: Simulated, parts: Split) -> None:
    who = repeaters.keys["applicant"].to_numpy()
    train, calibration, test = (
        set(who[rows]) for rows in (parts.train, parts.calibration, parts.test)
    )
    assert not train & calibration
    assert not train & test
    assert not calibration & test
    assert not set(who[parts.fit]) & set(who[parts.validation])
    assert set(who[parts.returning]) <= train | calibration


def test_every_labelled_row_is_used_or_counted(repeaters: Simulated, parts: Split) -> None:
    counts = parts.counts()
    assert sum(counts.values()) == 6000
    assert counts["dropped"] > 0
    assert len(set(parts.fit) | set(parts.validation)) <= len(parts.train)
    assert set(parts.fit) | set(parts.validation) <= set(parts.train)


def test_dropping_does_not_select_training_rows_by_the_future(
    repeaters: Simulated, parts: Split
) -> None:
    """All rows before the calibration period are training rows, whoever comes back later."""
    start = repeaters.as_of.iloc[parts.calibration].min()
    assert parts.train.tolist() == np.flatnonzero(repeaters.as_of < start).tolist()


def test_shares_are_shares_of_applicants() -> None:
    once = simulate(4000)
    found = parted(once)
    shares = [len(getattr(found, name)) / 4000 for name in PARTS]
    assert shares == pytest.approx([0.48, 0.12, 0.15, 0.25], abs=0.01)
    assert found.counts()["dropped"] == 0
    assert len(found.returning) == 0


def test_policy_and_drift_see_applications_without_an_outcome(repeaters: Simulated) -> None:
    y = np.where(np.arange(6000) % 4 == 0, np.nan, repeaters.y)
    data = Simulated(repeaters.columns, repeaters.keys, repeaters.as_of, y, repeaters.true_pd)
    found = parted(data)
    assert np.isnan(y[found.recent]).any()
    assert np.isnan(y[found.later]).any()
    assert set(found.calibration) <= set(found.recent)
    assert set(found.test) <= set(found.later)
    assert set(found.later).isdisjoint(set(found.recent) | set(found.known))
    first = data.as_of.iloc[found.later].min()
    assert found.later.tolist() == np.flatnonzero(data.as_of >= first).tolist()


def test_shuffled_rows_land_in_the_same_parts(repeaters: Simulated, parts: Split) -> None:
    shuffled = repeaters.shuffled()
    found = parted(shuffled)
    for name in (*PARTS, "train", "returning", "recent"):
        before = set(repeaters.keys["application"].to_numpy()[getattr(parts, name)])
        assert before == set(shuffled.keys["application"].to_numpy()[getattr(found, name)])


def test_a_missing_time_is_refused(repeaters: Simulated) -> None:
    gap = repeaters.as_of.copy()
    gap.iloc[3] = pd.NaT
    data = Simulated(repeaters.columns, repeaters.keys, gap, repeaters.y, repeaters.true_pd)
    with pytest.raises(NotEnoughDataError, match="without a time, which a split by time needs: 1"):
        parted(data)


def test_one_single_day_cannot_be_split_by_time(repeaters: Simulated) -> None:
    same = pd.Series([pd.Timestamp("2024-05-01")] * 6000)
    data = Simulated(repeaters.columns, repeaters.keys, same, repeaters.y, repeaters.true_pd)
    with pytest.raises(NotEnoughDataError, match="train on a longer period"):
        parted(data)


def test_the_description_says_when_and_how_many(repeaters: Simulated, parts: Split) -> None:
    told = describe(parts, timed_contract(), repeaters.as_of, repeaters.y)
    assert told["method"] == "time"
    assert told["train"]["from"] == "2024-01-01"
    assert told["train"]["to"] < told["calibration"]["from"] <= told["calibration"]["to"]
    assert told["test"]["rows"] == len(parts.test)
    assert told["test"]["bads"] == int(repeaters.y[parts.test].sum())


def test_outcomes_still_open_at_the_test_are_counted(repeaters: Simulated, parts: Split) -> None:
    label = PerformanceLabel.model_validate(
        {
            "kind": "performance",
            "disbursed_on": "d",
            "instalments": "i",
            "due_on": "d",
            "amount_due": "a",
            "repayments": "r",
            "paid_on": "d",
            "amount_paid": "a",
            "definition": {"days_past_due": 30, "window_days": 20},
        }
    )
    contract = timed_contract().model_copy(update={"label": label})
    told = describe(parts, contract, repeaters.as_of, repeaters.y)
    start = repeaters.as_of.iloc[parts.test].min()
    earlier = repeaters.as_of.iloc[np.concatenate([parts.train, parts.calibration])]
    assert told["open_at_test"] == (earlier + pd.Timedelta(days=20) > start).sum() > 0
