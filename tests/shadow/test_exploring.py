"""The random-approval quota: off by default, few, capped, told, logged, and not to be farmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from api.exploring import Exploring
from api.exploring_settings import QuotaSettings
from api.wiring import open_audit, open_ledger
from data.contract import LANGUAGES, Terms
from data.errors import StoreError
from data.store import Store, open_store
from data.store.decisions import Decision
from data.store.exposure import Caps, exposure, reserve
from data.store.verify import verify
from scoring.bundle import Bundle
from scoring.exploring import CODE, TEXT, Quota, explored
from scoring.replay import replay
from scoring.scorer import Scorer
from scoring.service import decide
from tests.bundles import small_bundle
from tests.decisions import ledger_of
from tests.fairness.stored import applications
from tests.web.world import application, home_settings, promote, served

NOW = datetime(2026, 8, 10, tzinfo=UTC)
OPEN = QuotaSettings(share=0.05, width=2.0, loans=1000, money=1e9)


def bundle() -> Bundle:
    """The small model of a contract that names the amount, with a cut-off that declines many."""
    small = small_bundle()
    contract = small.contract.model_copy(update={"terms": Terms(amount="amount")})
    rules = small.rules.model_copy(update={"approve_below": 0.02, "decline_from": 0.1})
    return replace(small, contract=contract, rules=rules)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


class Reader:
    """Asks at once, or not at all."""

    def __init__(self, store: Store | None) -> None:
        self.store, self.asked = store, 0

    async def ask(self, question: Callable[[Store], Any]) -> Any:
        self.asked += 1
        if self.store is None:
            raise StoreError("the database does not answer")
        return question(self.store)


def applied(
    store: Store, folder: Path, settings: QuotaSettings = OPEN, n: int = 600, answers: bool = True
) -> tuple[list[Decision], list[Decision]]:
    """Decisions before and after the draws."""
    scorer = Scorer(bundle(), "small-0123456789ab")
    asked = list(applications(n))
    made = decide(scorer, asked, "key00001", NOW)
    reader: Any = Reader(store if answers else None)
    exploring = Exploring(settings, ledger_of(store, folder), reader)
    return made, asyncio.run(exploring.applied(scorer, made, asked))


def entry(decision: Decision) -> Any:
    return orjson.loads(decision.record).get("exploration")


def drawn(made: list[Decision]) -> set[str]:
    return {d.applicant_id for d in made if (entry(d) or {}).get("drawn")}


def test_few_of_those_next_to_the_cut_off_are_drawn_and_all_are_logged(
    store: Store, tmp_path: Path
) -> None:
    before, after = applied(store, tmp_path)
    rules = bundle().rules
    near = [Quota(0.05, 2.0).near(decision, rules) for decision in before]
    assert 100 < sum(near) < len(before)
    for one, other, close in zip(before, after, near, strict=True):
        if not close:
            assert one == other
            continue
        told = entry(other)
        assert told["propensity"] == 0.05
        assert other.recommendation == ("approve" if told["drawn"] else "decline")
        assert (other.pd, other.log_odds, other.band) == (one.pd, one.log_odds, one.band)
    share = len(drawn(after)) / sum(near)
    assert 0.01 < share < 0.12
    count, money = exposure(store, "2026-08")
    assert count == len(drawn(after))
    assert money > 0


def test_asking_again_meets_the_same_draw_and_other_keys_another(
    store: Store, tmp_path: Path
) -> None:
    first = drawn(applied(store, tmp_path / "one")[1])
    assert first == drawn(applied(store, tmp_path / "one")[1])
    assert first != drawn(applied(store, tmp_path / "two")[1])


def test_a_cap_ends_it_for_the_month(store: Store, tmp_path: Path) -> None:
    settings = OPEN.model_copy(update={"loans": 2})
    _, after = applied(store, tmp_path, settings)
    assert len(drawn(after)) == 2
    assert exposure(store, "2026-08")[0] == 2
    last = max(i for i, d in enumerate(after) if (entry(d) or {}).get("drawn"))
    later = [entry(d) for d in after[last + 1 :]]
    full = next(i for i, told in enumerate(later) if told is None)
    assert full < len(later), "chance has no say any more, and claims no propensity"


def test_money_is_capped_over_all_servers(store: Store) -> None:
    caps = Caps(number=3, money=1000.0)
    assert reserve(store, "2026-08", 600.0, caps)
    assert not reserve(store, "2026-08", 500.0, caps)
    assert reserve(store, "2026-08", 400.0, caps)
    assert reserve(store, "2026-09", 1000.0, caps), "another month"
    assert exposure(store, "2026-08") == (2, 1000.0)
    assert exposure(store, "2026-10") == (0, 0.0)


def test_a_store_that_does_not_answer_gives_no_loans(store: Store, tmp_path: Path) -> None:
    _, after = applied(store, tmp_path, answers=False)
    assert drawn(after) == set()


def test_a_drawn_decision_is_computed_again_bit_for_bit(store: Store, tmp_path: Path) -> None:
    scorer = Scorer(bundle(), "small-0123456789ab")
    (asked, *_) = applications(1)
    body = orjson.loads(asked.request) | {"branch_id": None, "officer_id": None}
    one = replace(asked, branch=None, request=orjson.dumps(body))
    made = decide(scorer, [one], "key00001", NOW)[0]
    for said in (True, False):
        other = explored(made, {"propensity": 0.05, "drawn": said})
        assert replay(other, scorer) == []
        changed = other._replace(recommendation="review")
        assert [d.field for d in replay(changed, scorer)] == ["recommendation"]


def test_the_officer_is_told_in_every_language() -> None:
    assert set(TEXT) == set(LANGUAGES)
    assert all(len(text) > 60 for text in TEXT.values())


@pytest.mark.parametrize("broken", [{"share": 0.2}, {"share": 0.001}, {"share": 0.03}])
def test_unsafe_settings_are_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        QuotaSettings(**broken)
    assert QuotaSettings().share == 0


def test_a_server_recommends_by_chance_says_so_and_chains_it(tmp_path: Path) -> None:
    quota = QuotaSettings(share=0.05, width=2.0, loans=50, money=1e9)
    settings = home_settings(tmp_path / "home", quota=quota)
    body = application()["sources"]
    values = {name: value for source in body.values() for name, value in source.items()}
    pd = float(Scorer(bundle(), "small-0123456789ab").score_each([values]).pd[0])
    rules = bundle().rules.model_copy(update={"approve_below": pd / 3, "decline_from": pd / 2})
    promote(settings, replace(bundle(), rules=rules))
    replies: list[Any] = []
    with served(settings, champion=False) as world:
        for i in range(150):
            asked = application(application_id=f"A{i}", applicant_id=f"C{i}", sources=body)
            reply = world.score(asked, headers={"Accept-Language": "fr"})
            assert reply.status_code == 200
            replies.append(reply.json())
    with open_ledger(settings) as (_, ledger):
        made = ledger.recent(limit=200)
    assert all(entry(d)["propensity"] == 0.05 for d in made), "all alike, and next to the cut-off"
    assert 0 < len(drawn(made)) < 25
    told = {orjson.loads(d.record)["reasons"][0]["code"] for d in made if entry(d)["drawn"]}
    assert told == {CODE}
    assert {r["recommendation"] for r in replies} == {"approve", "decline"}
    texts = [r["reasons"][0]["text"] for r in replies if r["recommendation"] == "approve"]
    assert set(texts) == {TEXT["fr"]}
    with open_audit(settings) as audit:
        assert verify(audit.store, audit.vault, audit.book.read()[0]).faults == []


def test_by_default_nobody_is_drawn(tmp_path: Path) -> None:
    settings = home_settings(tmp_path / "home")
    assert settings.quota.share == 0
    promote(settings, bundle())
    with served(settings, champion=False) as world:
        assert world.client.app.state.service.exploring is None  # type: ignore[attr-defined]
