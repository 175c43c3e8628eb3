"""Windows from the store: the very inputs that were scored, and what is left out is counted."""

from pathlib import Path

import numpy as np
import pytest

from data.errors import NotEnoughDataError
from drift.record import json_schema, read
from drift.stored import YEAR, cohort
from tests.drift.stored import AT, DAYS, MODEL, decisions, later, scorer, settings_of, watching


def test_a_window_is_scored_to_the_bits_of_the_day() -> None:
    made = decisions(150)
    found = cohort(scorer(), made, *DAYS)
    again = scorer().score(found.window.columns, len(found))
    assert again.log_odds.tolist() == [d.log_odds for d in made]
    assert found.who.tolist() == [d.applicant_id for d in made]
    assert found.window.as_of is not None
    assert found.window.as_of[0] == np.datetime64(made[0].created_at.replace(tzinfo=None))


def test_what_is_left_out_is_counted() -> None:
    made = decisions(100)
    twice = made[3]._replace(decision_id="again", model_version="other-0123456789ab")
    gone = made[5]._replace(applicant_id="", application_id="", request=b"", record=b"")
    foreign = made[7]._replace(contract_hash="f" * 64)
    found = cohort(scorer(), [*made[:5], gone, foreign, *made[8:], twice], *DAYS)
    assert len(found) == 97
    seen = found.seen
    assert (seen.repeated, seen.erased, seen.other_contract, seen.own) == (1, 1, 1, 96)


def test_masked_sources_are_told_with_their_reason() -> None:
    made = decisions(200)
    masked = cohort(scorer(), made, *DAYS).seen.masked["wallet"]
    without = sum(b'"wallet_inflow"' not in d.request for d in made)
    assert set(masked) == {"no_consent", "not_given"}
    assert sum(masked.values()) == without > 20


def test_a_clean_week_is_ok_and_a_changed_one_is_not(tmp_path: Path) -> None:
    next_week = tuple(d + YEAR / 52 for d in DAYS)
    batches = [
        decisions(400),
        decisions(400, 2, at=AT + YEAR / 52, change=later),
        decisions(400, 3, at=AT - YEAR),
    ]
    with watching(settings_of(tmp_path), *batches) as watch:
        clean = watch.decisions(DAYS, "asked")
        assert (clean.level, clean.findings) == ("ok", ())
        assert clean.layers == {
            "0": "ok", "1": "ok", "2": "ok", "3": "ok", "4": "ok", "5": "not_checked"
        }  # fmt: skip
        assert clean.season is not None
        assert clean.season.rows == 400
        assert [a.reference for a in clean.report.against] == ["training", "season"]
        changed = watch.decisions((next_week[0], next_week[1]), "asked")
        assert changed.season is not None
        assert changed.season.rows is None, "nobody was decided on then"
        assert changed.level == "page"
        assert changed.report.at_fault[0] == "late_days"
        assert {f.subject for f in changed.findings} >= {"feature:late_days", "decision:score"}
        assert changed.model == MODEL
        with pytest.raises(NotEnoughDataError, match="no decision from 2020"):
            watch.decisions((DAYS[0].replace(year=2020), DAYS[1].replace(year=2020)), "asked")
        pairs = [(p.first, p.second) for p in clean.populations]
        assert pairs == [("applicants", "accepted")]
        assert watch.decisions(DAYS, "asked") == clean, "the same window, the same check"


def test_what_comes_each_year_opens_nothing(tmp_path: Path) -> None:
    batches = [decisions(500, 4, change=later), decisions(500, 5, at=AT - YEAR, change=later)]
    with watching(settings_of(tmp_path), *batches) as watch:
        check = watch.decisions(DAYS, "scheduled")
    assert check.report.against[0].alarm
    assert (check.level, check.findings) == ("ok", ())


def test_a_check_is_read_back_as_it_was_kept(tmp_path: Path) -> None:
    with watching(settings_of(tmp_path), decisions(300, 6, change=later)) as watch:
        check = watch.decisions(DAYS, "asked")
    assert read(check.content()) == check
    assert read(check.content()).check_id == check.check_id
    assert b"C6-" not in check.content(), "nobody's name is in it"
    assert json_schema()["title"] == "DriftCheck"
