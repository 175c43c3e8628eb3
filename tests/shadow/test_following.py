"""Following the store: every decision once, whoever follows, whatever the challenger does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.shadowing import Shop, start_shadow
from data.errors import NotEnoughDataError, RegistryError
from data.store import open_store
from data.store.shadow import assignments_of, stop, take
from data.store.shadow_pairs import Pair, pairs_between, pairs_of_person
from scoring.sealing import write_bundle
from scoring.shadow.child import answer
from scoring.shadow.following import LEASE
from scoring.shadow.replaying import Past, replay
from scoring.shadow.sharing import chosen
from scoring.signing import SigningKey
from tests.bundles import small_bundle
from tests.fairness.stored import FIRST, applications, model
from tests.shadow.homes import decide_on, followed, registered, shop_in, without_processes

NOW = datetime(2026, 8, 10, tzinfo=UTC)
N = 60


@pytest.fixture
def shop(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    without_processes(monkeypatch)
    with shop_in(tmp_path / "home", store_url) as made:
        yield made


def pairs(shop: Shop, champion: str, challenger: str) -> list[Pair]:
    return [pair for pair, _ in pairs_between(shop.store, champion, challenger)]


def test_a_challenger_scores_what_was_decided_since_it_started(shop: Shop) -> None:
    champion, challenger = registered(shop, 0, 1)
    decide_on(shop, champion, 0, 20)
    start_shadow(shop, challenger, 1.0, "ana", NOW)
    decide_on(shop, champion, 20, N)
    steps = followed(shop)
    assert sum(step.paired for step in steps) == N - 20
    assert followed(shop) == []
    found = pairs(shop, champion, challenger)
    scorer = model(1, challenger)
    asked = list(applications(N))[20:]
    for pair, application in zip(found, asked, strict=True):
        expected = scorer.score_each([application.values])
        assert pair.error is None
        assert pair.challenger_log_odds == expected.log_odds[0]
        assert pair.challenger_pd == expected.pd[0]
        assert pair.challenger_recommendation == scorer.recommendation_name(expected, 0)
        reasons = scorer.reasons(expected)[0]
        assert pair.challenger_reason == (reasons[0]["code"] if reasons else None)
        assert pair.champion_features == pair.challenger_features
        assert pair.propensity is None
    assert len({pair.champion_features for pair in found}) == len(found)


def test_several_challengers_have_shares_of_their_own(shop: Shop) -> None:
    champion, one, two = registered(shop, 0, 1, 2)
    start_shadow(shop, one, 1.0, "ana", NOW)
    start_shadow(shop, two, 0.3, "ana", NOW)
    decide_on(shop, champion, 0, N)
    followed(shop)
    assert len(pairs(shop, champion, one)) == N
    few = pairs(shop, champion, two)
    assert 0 < len(few) < N
    everyone = pairs(shop, champion, one)
    ids = {pair.decision_id for pair in everyone if chosen(pair.decision_id, two, 0.3)}
    assert {pair.decision_id for pair in few} == ids


def test_a_replay_picks_and_computes_the_same(shop: Shop) -> None:
    champion, challenger = registered(shop, 0, 1)
    decide_on(shop, champion, 0, N)
    told = replay(shop.registry, shop.vault, challenger, Past(FIRST, 0.5), NOW)
    found = pairs(shop, champion, challenger)
    assert told.decisions == N
    assert told.paired == len(found)
    assert all(pair.replayed and chosen(pair.decision_id, challenger, 0.5) for pair in found)
    again = replay(shop.registry, shop.vault, challenger, Past(FIRST), NOW + timedelta(days=1))
    assert again.paired == N
    kept = {pair.decision_id: pair for pair in pairs(shop, champion, challenger)}
    assert len(kept) == N
    assert all(kept[pair.decision_id] == pair for pair in found), "what was there stays"
    later = replay(shop.registry, shop.vault, challenger, Past(NOW), NOW)
    assert (later.decisions, later.paired) == (0, 0)


def test_two_followers_share_the_work_and_a_lost_lease_is_taken_up(shop: Shop) -> None:
    champion, challenger = registered(shop, 0, 1)
    start_shadow(shop, challenger, 1.0, "ana", NOW)
    decide_on(shop, champion, 0, N)
    now = datetime.now(UTC)
    held = take(shop.store, "killed", now, LEASE)
    assert held is not None
    assert take(shop.store, "heir", now, LEASE) is None
    assert followed(shop, "heir") == [], "the other one still has it"
    later = take(shop.store, "heir", now + LEASE, LEASE)
    assert later is not None
    assert later.position == held.position
    assert sum(step.paired for step in followed(shop, "heir")) == N
    assert len(pairs(shop, champion, challenger)) == N


def test_a_stopped_challenger_scores_no_more(shop: Shop) -> None:
    champion, challenger = registered(shop, 0, 1)
    start_shadow(shop, challenger, 1.0, "ana", NOW)
    with pytest.raises(RegistryError, match="in shadow already"):
        start_shadow(shop, challenger, 0.5, "ben", NOW)
    stop(shop.store, shop.ledger, challenger, "ana", NOW)
    decide_on(shop, champion, 0, 30)
    assert followed(shop) == []
    with pytest.raises(RegistryError, match="does not run"):
        stop(shop.store, shop.ledger, challenger, "ana", NOW)
    start_shadow(shop, challenger, 0.5, "ana", NOW)
    assert [a.share for a in assignments_of(shop.store, challenger)] == [0.5, 1.0]


def test_the_champion_and_strange_models_cannot_be_challengers(shop: Shop) -> None:
    champion, _ = registered(shop, 0, 1)
    with pytest.raises(RegistryError, match="is the champion"):
        start_shadow(shop, champion, 1.0, "ana", NOW)
    with pytest.raises(RegistryError, match="no version"):
        start_shadow(shop, "nobody", 1.0, "ana", NOW)


def test_erasure_takes_the_pairs_and_none_comes_back(shop: Shop) -> None:
    champion, challenger = registered(shop, 0, 1)
    start_shadow(shop, challenger, 1.0, "ana", NOW)
    decide_on(shop, champion, 0, 10)
    followed(shop)
    person = shop.ledger.person("C3")
    assert len(pairs_of_person(shop.store, person)) == 1
    with shop.store.write() as connection:
        shop.ledger.erase(connection, "C3", "test")
    assert pairs_of_person(shop.store, person) == []
    assert len(pairs(shop, champion, challenger)) == 9
    told = replay(shop.registry, shop.vault, challenger, Past(FIRST), NOW)
    assert told.decisions == 9
    assert len(pairs(shop, champion, challenger)) == 9


def test_one_request_that_cannot_be_scored_does_not_spoil_the_others() -> None:
    scorer = model(1)
    good = {"sources": {"application": {"amount": 500.0, "trade": "retail"}}}
    bad = {"sources": {"application": {"amount": 500.0, "trade": "piracy"}}}
    shared = list(scorer.contract.model_features)
    told = answer(scorer, {"shared": shared, "requests": [good, bad, good]})
    assert told["error"] == [None, "failed", None]
    assert told["pd"][0] == told["pd"][2] is not None
    assert told["pd"][1] is None


def test_requests_that_lack_an_input_of_the_challenger_are_not_scored(shop: Shop) -> None:
    (champion,) = registered(shop, 0)
    bundle = small_bundle(1)
    features = dict(bundle.contract.features)
    sources = dict(bundle.contract.sources)
    features["income"] = features["income"].model_copy(update={"range": (0, 5.0)})
    columns = dict(bundle.contract.tables["loans"].columns)
    columns["income"] = columns["income"].model_copy(update={"range": (0.0, 5.0)})
    tables = {"loans": bundle.contract.tables["loans"].model_copy(update={"columns": columns})}
    other = bundle.contract.model_copy(update={"tables": tables, "sources": sources})
    key = SigningKey.load_or_create(shop.settings.keys_folder)
    sealed = write_bundle(replace(bundle, contract=other), shop.registry.models_folder, key)
    version = shop.registry.register(sealed, "test").version
    with pytest.raises(NotEnoughDataError, match="income"):
        start_shadow(shop, version, 1.0, "ana", NOW)
    decide_on(shop, champion, 0, 5)
    told = replay(shop.registry, shop.vault, version, Past(FIRST), NOW)
    assert (told.paired, told.errors) == (5, 5)
    assert {p.error for p in pairs(shop, champion, version)} == {"not-comparable"}


def test_a_store_in_a_hurry_leaves_others_as_durable_as_before(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    hurried, other = open_store(url), open_store(url)
    hurried.migrate()
    hurried.hurry()
    levels = []
    for store in (hurried, other):
        with store.read() as connection:
            levels.append(connection.exec_driver_sql("PRAGMA synchronous").scalar())
        store.close()
    assert levels == [1, 2]
