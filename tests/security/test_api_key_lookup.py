"""Looking keys up together must not make an answer older than its question."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from api.key_lookup import KeyLookup
from api.store_reader import StoreReader
from data.errors import StoreError


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
