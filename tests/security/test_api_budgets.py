"""The daily score budget: exact over processes and restarts, and refused as a whole."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from api.api_keys import Narrowing
from api.auth import Limits, Principal
from api.budgets import REFUSED_FOR, Budgets
from api.problems import Problem
from api.roles import SCOPES_BY_ROLE
from api.store_reader import StoreReader
from data.errors import StoreError
from data.store import Store, open_store
from data.store.usage import reserve_scores, return_scores, scores_of
from tests.web.world import World, application, home_settings, make_key, served

DAY = date(2026, 11, 20)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


def test_reservations_never_exceed_the_limit(store: Store) -> None:
    take = partial(reserve_scores, store, "k", DAY, limit=100)
    assert take(least=1, most=60) == 60
    assert take(least=41, most=60) == 0
    assert take(least=40, most=60) == 40
    assert take(least=1, most=1) == 0
    return_scores(store, "k", DAY, 5)
    assert take(least=1, most=60) == 5
    assert reserve_scores(store, "k", DAY + timedelta(1), least=1, most=1, limit=1) == 1
    assert scores_of(store, DAY) == {"k": 100}


def test_many_at_once_take_turns(store: Store) -> None:
    take = partial(reserve_scores, store, "k", DAY, least=3, most=3, limit=100)
    with ThreadPoolExecutor(4) as threads:
        granted = list(threads.map(lambda _: take(), range(50)))
    assert sum(granted) == 99
    assert scores_of(store, DAY) == {"k": 99}


def asker(limit: int, key_id: str = "k") -> Principal:
    return Principal(key_id, "officer", None, SCOPES_BY_ROLE["officer"], Limits(1, limit))


class Process:
    """One server process: its budgets, over ``store``."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self.reader = StoreReader(store)
        self.budgets = Budgets(self.reader, now)

    async def charge(self, limit: int, scores: int = 1, *, fail: bool = False) -> bool:
        try:
            async with self.budgets.charged(asker(limit), scores):
                if fail:
                    raise KeyError
        except Problem as problem:
            return problem.slug != "score-budget-spent"
        except KeyError:
            return False
        return True


class Day:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 23, 50, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize("limit", [1, 7, 250])
def test_two_processes_share_one_budget(store: Store, limit: int) -> None:
    async def story() -> int:
        processes = [Process(store, Day()) for _ in range(2)]
        tries = [processes[i % 2].charge(limit) for i in range(limit + 20)]
        return sum(await asyncio.gather(*tries))

    used = asyncio.run(story())
    assert limit - limit // 100 <= used <= limit


def test_a_batch_is_refused_as_a_whole_and_costs_nothing_then(store: Store) -> None:
    async def story() -> list[bool]:
        process = Process(store, Day())
        return [await process.charge(10, scores) for scores in (6, 5, 4, 1)]

    assert asyncio.run(story()) == [True, False, True, False]


def test_what_fails_costs_nothing(store: Store) -> None:
    async def story() -> list[bool]:
        process = Process(store, Day())
        for _ in range(5):
            await process.charge(2, fail=True)
        return [await process.charge(2) for _ in range(3)]

    assert asyncio.run(story()) == [True, True, False]


def test_a_new_day_begins_anew_and_says_so_before(store: Store) -> None:
    async def story() -> None:
        day = Day()
        process = Process(store, day)
        assert await process.charge(1)
        with pytest.raises(Problem) as refused:
            async with process.budgets.charged(asker(1), 1):
                pass
        assert refused.value.headers == {"Retry-After": "600"}
        day.now += timedelta(seconds=600)
        assert await process.charge(1)

    asyncio.run(story())


def test_a_restart_forgets_nothing_and_an_orderly_end_gives_back(store: Store) -> None:
    async def story() -> None:
        first = Process(store, Day())
        for _ in range(150):
            assert await first.charge(1000)
        assert scores_of(store, DAY) == {"k": 150}
        assert await first.charge(1000)
        assert scores_of(store, DAY) == {"k": 160}
        first.budgets.close(store)
        assert scores_of(store, DAY) == {"k": 151}
        assert not await Process(store, Day()).charge(151)

    asyncio.run(story())


def test_a_refusal_is_remembered_for_a_while(store: Store) -> None:
    async def story() -> None:
        day = Day()
        process = Process(store, day)
        assert await process.charge(1)
        assert not await process.charge(1)
        return_scores(store, "k", DAY, 1)
        assert not await process.charge(1)
        day.now += REFUSED_FOR
        assert await process.charge(1)

    asyncio.run(story())


def test_a_store_that_is_down_is_an_error_and_no_score(tmp_path: Any) -> None:
    async def story() -> None:
        store = open_store(f"sqlite:///{tmp_path}/nowhere/x.db")
        with pytest.raises(StoreError):
            await Process(store, Day()).charge(5)

    asyncio.run(story())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(home_settings(tmp_path_factory.mktemp("budget"))) as made:
        yield made


def test_a_key_spends_its_day(world: World) -> None:
    key, row = make_key(world.settings, "officer", narrowing=Narrowing(scores_per_day=5))
    headers = {"Authorization": f"Bearer {key}"}
    four = {"applications": [application()] * 4}

    def batch() -> Any:
        return world.client.post("/score/batch", json=four, headers=headers)

    def one(body: Any = None) -> Any:
        return world.client.post("/score", json=body or application(), headers=headers)

    assert batch().status_code == 200
    reply = batch()
    assert (reply.status_code, reply.json()["type"]) == (429, "/problems/score-budget-spent")
    assert 1 <= int(reply.headers["retry-after"]) <= 86_400
    assert one({"no": "application"}).status_code == 422
    assert one().status_code == 200
    assert one().status_code == 429
    made = world.client.get("/scores/00000000-0000-4000-8000-000000000000", headers=headers)
    assert made.status_code == 404, "reading back is not scoring"
    store = open_store(world.settings.database_url)
    assert scores_of(store, datetime.now(UTC).date())[row.key_id] == 5
    store.close()
