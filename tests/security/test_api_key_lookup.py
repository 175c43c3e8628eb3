"""Looking keys up together must not make an answer older than its question."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from api.key_lookup import KeyLookup
from api.store_reader import StoreReader
from data.errors import StoreError
from data.store import open_store
from data.store.keys import QuickKeys, find_key, revoke_key
from tests.web.world import home_settings, make_key


class Reader:
    """A store whose answers the test lets go one by one."""

    def __init__(self) -> None:
        self.state = "good"
        self.looks: list[asyncio.Future[None]] = []
        self.asked: list[int] = []

    async def ask(self, question: Callable[..., Any]) -> dict[str, Any]:
        seen = self.state
        key_ids = cast(Any, question).keywords["key_ids"]
        self.asked.append(len(key_ids))
        self.looks.append(asyncio.get_running_loop().create_future())
        await self.looks[-1]
        return dict.fromkeys(key_ids, seen)


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def lookup(reader: Reader) -> KeyLookup:
    return KeyLookup(cast(StoreReader, reader))


def test_a_look_that_began_before_is_never_shared() -> None:
    async def story() -> tuple[Any, Any]:
        reader = Reader()
        keys = lookup(reader)
        early = asyncio.create_task(keys.find("a"))
        await turns()
        reader.state = "revoked"
        late = asyncio.create_task(keys.find("a"))
        await turns()
        reader.looks[0].set_result(None)
        await turns()
        reader.looks[1].set_result(None)
        return await early, await late

    assert asyncio.run(story()) == ("good", "revoked")


def test_those_who_wait_share_the_next_look() -> None:
    async def story() -> list[int]:
        reader = Reader()
        keys = lookup(reader)
        first = asyncio.create_task(keys.find("a"))
        await turns()
        rest = [asyncio.create_task(keys.find(k)) for k in "abcabcabc"]
        await turns()
        for i in (0, 1):
            reader.looks[i].set_result(None)
            await turns()
        await asyncio.gather(first, *rest)
        return reader.asked

    assert asyncio.run(story()) == [1, 3]


def test_an_error_reaches_all_and_the_next_is_asked_again() -> None:
    async def story() -> Any:
        reader = Reader()
        keys = lookup(reader)
        both = [asyncio.create_task(keys.find(k)) for k in "ab"]
        await turns()
        both[1].cancel()
        reader.looks[0].set_exception(StoreError("away"))
        with pytest.raises(StoreError):
            await both[0]
        again = asyncio.create_task(keys.find("a"))
        await turns()
        reader.looks[1].set_result(None)
        return await again

    assert asyncio.run(story()) == "good"


class Quick:
    """A local database that answers at once, or cannot."""

    def __init__(self) -> None:
        self.state: Any = "good"
        self.looks = 0

    def find(self, key_id: str) -> Any:
        self.looks += 1
        if self.state is None:
            raise StoreError("locked")
        return f"{key_id} {self.state}"


def test_a_quick_look_serves_one_turn_of_the_loop_and_no_longer() -> None:
    async def story() -> list[Any]:
        quick = Quick()
        keys = KeyLookup(cast(StoreReader, Reader()), cast(QuickKeys, quick))
        together = await asyncio.gather(*(keys.find("a") for _ in range(8)))
        assert {str(found) for found in together} == {"a good"}
        assert quick.looks == 1
        quick.state = "revoked"
        await asyncio.sleep(0)
        return [await keys.find("a"), await keys.find("b")]

    assert asyncio.run(story()) == ["a revoked", "b revoked"]


def test_a_quick_look_that_fails_is_left_to_the_thread() -> None:
    async def story() -> Any:
        reader, quick = Reader(), Quick()
        quick.state = None
        keys = KeyLookup(cast(StoreReader, reader), cast(QuickKeys, quick))
        found = asyncio.create_task(keys.find("a"))
        await turns()
        reader.looks[0].set_result(None)
        return await found

    assert asyncio.run(story()) == "good"


def test_a_quick_look_sees_what_another_process_did(tmp_path: Path) -> None:
    settings = home_settings(tmp_path)
    _, key = make_key(settings, "officer", "Kisumu")
    here, there = (open_store(settings.database_url) for _ in "12")
    quick = QuickKeys(here)
    assert quick.find(key.key_id) == find_key(there, key.key_id) == key
    assert quick.find("unknown0") is None
    at = datetime.now(UTC)
    assert revoke_key(there, key.key_id, at)
    assert quick.find(key.key_id) == replace(key, revoked_at=at)
    quick.close()
    here.close()
    there.close()
