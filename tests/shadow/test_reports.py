"""Reports of stored pairs: what they count, keep and show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jsonschema_rs
import pytest

from api.reports.shadow import render
from api.reports.shadow_words import WORDS
from api.shadowing import Shop, keep, make_report, own_folder, start_shadow, write
from api.shadowing_data import Outcome
from api.shadowing_records import ShadowRecord, json_schema, report_id
from data.errors import NotEnoughDataError
from data.store.attested import find_faults
from data.store.shadow_pairs import About
from data.store.shadow_reports import latest_report, reports_of
from data.store.subjects import hand_out
from scoring.shadow.replaying import Past, replay
from tests.fairness.stored import FIRST
from tests.shadow.homes import decide_on, followed, registered, shop_in, without_processes

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
N = 240


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    without_processes(monkeypatch)
    with shop_in(tmp_path / "home") as made:
        yield made


def every_fifth_bad(about: Sequence[About]) -> Mapping[str, Outcome]:
    """Everybody's outcome: each fifth is bad."""
    return {
        one.application: (float(i % 5 == 0), date(2026, 11, 1) + timedelta(days=i % 20))
        for i, one in enumerate(about)
    }


def compared(shop: Shop) -> tuple[str, str]:
    champion, challenger = registered(shop, 0, 1)
    start_shadow(shop, challenger, 1.0, "ana", FIRST, plan="daily", margins={"auc": 0.03})
    decide_on(shop, champion, 0, N)
    followed(shop)
    return champion, challenger


def test_a_report_counts_what_is_stored(shop: Shop) -> None:
    champion, challenger = compared(shop)
    made = make_report(shop, champion, challenger, NOW, outcomes=every_fifth_bad)
    assert (made.champion, made.challenger, made.on) == (champion, challenger, NOW.date())
    assert (made.decisions, made.borrowers) == (N, N)
    assert made.pairing.passed
    assert (made.pairing.expected, made.pairing.identical, made.pairing.missing) == (N, N, 0)
    assert made.outcomes == "everyone"
    assert {r.population for r in made.ranking} == {"jointly_approved", "everyone"}
    assert made.margins == {"auc": 0.03, "brier": 0.002}
    assert {s.who for s in made.swaps} == {"in", "out"}
    flips = made.difference.flips[0]
    swapped = {s.who: s.decisions for s in made.swaps}
    assert (flips.up, flips.down) == (swapped["in"], swapped["out"])
    assert made.fairness is None
    assert made.first == FIRST.date()


def test_without_outcomes_it_keeps_watching(shop: Shop) -> None:
    champion, challenger = compared(shop)
    made = make_report(shop, champion, challenger, NOW)
    assert made.state == "KEEP WATCHING"
    assert made.outcomes == "approved"
    assert all(r.biased for r in made.ranking)
    assert made.ranking[0].auc.value is None
    assert made.judged[0].bads_needed == 200


def test_decisions_that_have_no_pair_are_missing(shop: Shop) -> None:
    champion, challenger = compared(shop)
    with shop.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM shadow_pairs WHERE position % 10 = 0")
    made = make_report(shop, champion, challenger, NOW)
    assert made.pairing.missing == made.pairing.expected - made.pairing.pairs > 20
    assert not made.pairing.passed


def test_outcomes_that_a_replayed_model_may_know_are_left_out(shop: Shop) -> None:
    champion, challenger = registered(shop, 0, 1)
    decide_on(shop, champion, 0, N)
    replay(shop.registry, shop.vault, challenger, Past(FIRST), NOW)
    made = make_report(shop, champion, challenger, NOW, outcomes=every_fifth_bad)
    assert (made.replayed, made.not_new) == (N, N)
    assert made.ranking[0].loans == 0


def test_the_last_decision_of_an_application_counts(shop: Shop) -> None:
    champion, challenger = compared(shop)
    decide_on(shop, champion, 0, 50, at=FIRST + timedelta(days=2))
    followed(shop)
    made = make_report(shop, champion, challenger, NOW)
    assert made.decisions == N
    assert made.pairing.pairs == N + 50


def test_too_few_pairs_are_refused(shop: Shop) -> None:
    champion, challenger = registered(shop, 0, 1)
    decide_on(shop, champion, 0, 40)
    with pytest.raises(NotEnoughDataError, match="shadow start"):
        make_report(shop, champion, challenger, NOW)


def test_a_report_is_kept_chained_and_written(shop: Shop) -> None:
    champion, challenger = compared(shop)
    record = make_report(shop, champion, challenger, NOW, outcomes=every_fifth_bad)
    assert latest_report(shop.store, champion, challenger) is None
    kept = keep(shop, record, NOW, "ana")
    keep(shop, record, NOW, "ana")
    later = NOW + timedelta(days=1)
    newer = keep(shop, make_report(shop, champion, challenger, later), later, "ana")
    entry = latest_report(shop.store, champion, challenger)
    assert entry is not None
    assert (entry.report_id, entry.state) == (newer.report_id, newer.record.state)
    assert len(reports_of(shop.store, challenger)) == 2
    assert report_id(entry.result) == entry.report_id
    assert ShadowRecord.model_validate_json(entry.result) == newer.record
    with shop.store.read() as connection:
        query = "SELECT kind, ref FROM audit_chain WHERE kind LIKE 'shadow%%' ORDER BY position"
        told = [tuple(row) for row in connection.exec_driver_sql(query)]
    reports = [("shadow_report", made.report_id) for made in (kept, newer)]
    assert told == [("shadow", challenger), *reports]
    assert find_faults(shop.store) == []
    done = write(kept, own_folder(shop.settings.home, kept))
    content = (done.folder / "report.json").read_text("utf-8")
    jsonschema_rs.validator_for(json_schema()).validate(json.loads(content))
    assert report_id(content.encode()) == kept.report_id


def test_the_page_is_whole_in_every_language(shop: Shop) -> None:
    champion, challenger = compared(shop)
    page = render(make_report(shop, champion, challenger, NOW))
    assert "<script" not in page
    for words in WORDS.values():
        for key in ("title", "biased", "judged", "swaps", "money", "fairness", "pairing"):
            assert words[key].replace("'", "&#39;") in page
    assert {frozenset(words) for words in WORDS.values()} == {frozenset(WORDS["en"])}
    people = {f"C{i}<" for i in range(N)}
    assert not any(person in page for person in people)


def test_what_a_challenger_made_of_a_person_is_in_the_export(shop: Shop) -> None:
    _, challenger = compared(shop)
    held = hand_out(shop.store, shop.ledger, "C7", "test")
    (pair,) = held.shadow
    assert (pair.challenger, pair.decision_id) == (challenger, held.decisions[0].decision_id)
