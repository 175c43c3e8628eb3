"""Stored decisions as a sample: as decided, once an application, and nothing computed again."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.errors import NotEnoughDataError
from data.store.decisions import Decision
from fairness.decided import (
    Decided,
    applications_of,
    by_version,
    decided_sample,
    limits,
    replayed,
)
from fairness.sample import Sample
from tests.bundles import small_columns, small_contract
from tests.fairness.stored import FIRST, OTHER, VERSION, decisions, is_woman, model

DAYS = (date(2026, 8, 3), date(2026, 8, 9))
N = 120


def decided(made: list[Decision], version: str = VERSION) -> Decided:
    return by_version(made, *DAYS)[version]


def sample(found: Decided) -> Sample:
    applications = applications_of(small_contract(), found)
    numbers = [int(str(a)[1:]) for a in applications.keys["applicant"]]
    sex = ["not stated" if i < 5 else "F" if is_woman(i) else "M" for i in numbers]
    groups = pd.DataFrame({"sex": np.array(sex, dtype=object)})
    return decided_sample(model(), found, applications, groups)


def test_scores_are_those_of_the_day() -> None:
    made = decisions(N)
    drawn = sample(decided(made))
    assert drawn.part == "decisions"
    assert drawn.scores.log_odds.tolist() == [d.log_odds for d in made]
    assert drawn.scores.pd.tolist() == [d.pd for d in made]
    assert drawn.scores.points.tolist() == [d.points for d in made]
    assert drawn.approved.tolist() == [d.recommendation == "approve" for d in made]
    bands = [model().band_name(drawn.scores, i) for i in range(N)]
    assert bands == [d.band for d in made]
    assert np.isnan(drawn.y).all(), "no outcome is known yet"


def test_features_are_those_of_the_request() -> None:
    drawn = sample(decided(decisions(N)))
    columns = small_columns(N, 5)
    columns["late_days"] = [v + 3 * is_woman(i) for i, v in enumerate(columns["late_days"])]
    fresh = model().score(columns, N)
    assert drawn.matrix.tobytes() == fresh.matrix.tobytes()
    assert drawn.scores.contributions is not None
    assert fresh.contributions is not None
    np.testing.assert_allclose(drawn.scores.contributions, fresh.contributions, atol=1e-12)
    assert drawn.period == (20668, 20669)
    assert set(drawn.strata["branch"]) == {"north", "not stated"}
    (found,) = drawn.groupings
    assert found.names == ("F", "M", "not stated")
    assert found.names[found.reference] == "M"


def test_a_score_that_does_not_come_from_the_request_is_found() -> None:
    made = decisions(N)
    assert [f.scores_changed for f in replayed(model(), sample(decided(made)))] == [0]
    moved = [
        d._replace(log_odds=d.numbers.log_odds + 1e-12) if i < 7 else d for i, d in enumerate(made)
    ]
    (flip,) = replayed(model(), sample(decided(moved)))
    assert (flip.attribute, flip.scores_changed, flip.applications) == ("sex", 7, N)


def test_the_last_decision_on_an_application_counts() -> None:
    late = decisions(50, at=FIRST + timedelta(days=1))
    made = [*decisions(N), *(d._replace(recommendation="decline") for d in late)]
    found = decided(made)
    assert (len(found), found.repeated, found.erased) == (N, 50, 0)
    assert sorted(d.application_id for d in found.decisions) == [
        d.application_id for d in sorted(decisions(N), key=lambda d: d.application_id)
    ]
    assert {d.recommendation for d in found.decisions[-50:]} == {"decline"}


def test_models_are_apart_and_the_busiest_comes_first() -> None:
    second = decisions(N, model(1, OTHER), first=30, at=FIRST + timedelta(days=1))
    found = by_version([*decisions(N), *second], *DAYS)
    assert list(found) == [OTHER, VERSION]
    assert (len(found[OTHER]), found[OTHER].repeated) == (90, 0)
    assert (len(found[VERSION]), found[VERSION].repeated) == (30, 90)


def test_erased_decisions_are_counted_and_left_out() -> None:
    gone: Any = {"application_id": "", "applicant_id": "", "request": b"", "record": b""}
    made = [d._replace(**gone) if i % 4 == 0 else d for i, d in enumerate(decisions(N))]
    found = decided(made)
    assert (len(found), found.repeated, found.erased) == (90, 0, 30)
    assert len(sample(found)) == 90


def test_what_cannot_be_audited_says_why() -> None:
    made = decisions(N)
    changed = [made[0]._replace(contract_hash="f" * 64), *made[1:]]
    with pytest.raises(NotEnoughDataError, match="the contract changed"):
        sample(decided(changed))
    with pytest.raises(NotEnoughDataError, match="needs 30 applications"):
        sample(decided(made[:29]))
    found = decided(made)
    nobody = pd.DataFrame({"sex": np.array(["F"] * N, dtype=object)})
    with pytest.raises(NotEnoughDataError, match="nobody belongs to 'M'"):
        decided_sample(model(), found, applications_of(small_contract(), found), nobody)


def test_the_hash_is_of_what_was_asked_and_answered() -> None:
    made = decisions(N)
    before = decided(made).sha256
    assert decided(decisions(N)).sha256 != before, "every decision has an id of its own"
    assert decided(list(made)).sha256 == before
    others: list[Any] = [{"recommendation": "decline"}, {"log_odds": 9.0}, {"request": b"{}"}]
    for change in others:
        assert decided([made[0]._replace(**change), *made[1:]]).sha256 != before


def test_the_period_holds_both_days() -> None:
    start, end = limits(*DAYS)
    assert (start.isoformat(), end.isoformat()) == (
        "2026-08-03T00:00:00+00:00",
        "2026-08-10T00:00:00+00:00",
    )
