"""What was raised, held against what is due: each way in which a story can go wrong."""

from dataclasses import replace
from datetime import date

import pytest

from api.living.judging import Judged, Raised, due_by, judge
from data.synthetic.due import Alarm

FIRST, LATER = "model-1", "model-2"
RAIN = Alarm("drought", "feature:rain", 1, date(2023, 7, 1), date(2023, 8, 29), date(2024, 7, 27))
LOANS = Alarm(
    "drought", "realised:bad_rate", 5, date(2024, 1, 4), date(2024, 4, 1), date(2025, 5, 1)
)
MAY = Alarm("drought", "together:", None, date(2023, 7, 1), None, date(2024, 7, 27))
TRUTH = (RAIN, LOANS, MAY)
CAME = Raised(FIRST, "feature:rain", 1, "explain", date(2023, 7, 31), "values-down")
REALISED = Raised(FIRST, "realised:bad_rate", 5, "page", date(2024, 2, 29), "realised-worse")
BOTH = (CAME, REALISED)


def found(*raised: Raised) -> Judged:
    return judge(TRUTH, raised, FIRST)


def test_all_that_is_due_and_nothing_else_is_right() -> None:
    assert found(*BOTH).right
    together = Raised(FIRST, "together:inputs", 2, "ticket", date(2023, 8, 31), "together-inputs")
    assert found(*BOTH, together).right, "it may follow and need not"
    assert [alarm for alarm, _ in found(*BOTH).answered] == [RAIN, LOANS]


@pytest.mark.parametrize(
    ("instead", "why"),
    [
        (replace(CAME, window=date(2023, 9, 30)), "too late"),
        (replace(CAME, layer=2), "in another layer"),
        (replace(CAME, model=LATER), "of another model"),
    ],
)
def test_an_alarm_that_does_not_answer_leaves_it_missing(instead: Raised, why: str) -> None:
    judged = found(instead, REALISED)
    assert judged.missing == (RAIN,), why
    assert not judged.right


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (replace(CAME, window=date(2023, 6, 30)), "before its cause"),
        (replace(CAME, window=date(2024, 7, 31)), "a year after its cause"),
        (replace(CAME, subject="feature:rainfall"), "another field that begins alike"),
        (replace(CAME, subject="contract:stale", layer=0), "nothing has changed there"),
        (replace(REALISED, model=LATER), "a model that has learned from it"),
    ],
)
def test_what_has_no_cause_is_false(other: Raised, why: str) -> None:
    judged = found(*BOTH, other)
    assert judged.false == (other,), why
    assert not judged.missing
    assert not judged.right


def test_an_alarm_is_due_in_the_month_of_its_cause() -> None:
    assert due_by(TRUTH, date(2023, 7, 1), date(2023, 8, 1)) == (RAIN,)
    assert due_by(TRUTH, date(2023, 8, 1), date(2023, 9, 1)) == ()


def test_what_is_judged_can_be_written_as_json() -> None:
    plain = found(CAME).plain()
    assert plain["missing"] == ["realised:bad_rate"]
    assert plain["due"][0]["raised"]["subject"] == "feature:rain"
    assert plain["due"][1]["raised"] is None
