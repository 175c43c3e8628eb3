"""Waiting for durable rows on the event loop: answers are one's own, and waiting has an end."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from api import keeper
from api.keeper import Keeper
from data.errors import StoreError
from data.store.writer import DecisionWriter, Submission
from tests.decisions import decision


class Writer:
    """A writer whose submissions the test ends; ``full`` refuses everything."""

    def __init__(self) -> None:
        self.groups: list[list[Submission]] = []
        self.full = False
        self._changed = threading.Condition()

    def submit_all(
        self, pairs: Sequence[tuple[Any, Any]], tell: Callable[[Submission], None]
    ) -> list[Submission]:
        if self.full:
            raise StoreError("too many decisions wait for the database")
        self.groups.append([Submission(self._changed, *pair, tell) for pair in pairs])
        return self.groups[-1]


def end(submission: Submission, error: Exception | None = None) -> None:
    assert submission.tell is not None
    submission.end(error)
    submission.tell(submission)


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def waiting(writer: Writer, count: int) -> list[asyncio.Task[None]]:
    kept = Keeper(cast(DecisionWriter, writer))
    tasks = [asyncio.create_task(kept.keep([decision(n)])) for n in range(count)]
    await turns()
    return tasks


def test_a_turn_is_handed_over_together_and_answered_one_by_one() -> None:
    async def story() -> None:
        writer = Writer()
        tasks = await waiting(writer, 3)
        (submissions,) = writer.groups
        end(submissions[0])
        end(submissions[1], StoreError("refused"))
        await turns()
        assert [task.done() for task in tasks] == [True, True, False]
        tasks[0].result()
        with pytest.raises(StoreError, match="refused"):
            tasks[1].result()
        await asyncio.to_thread(end, submissions[2])
        await tasks[2]

    asyncio.run(story())


def test_a_writer_without_room_refuses_all_of_the_turn() -> None:
    async def story() -> None:
        writer = Writer()
        writer.full = True
        for task in await waiting(writer, 2):
            with pytest.raises(StoreError, match="too many"):
                await task

    asyncio.run(story())


def test_waiting_ends_and_what_nobody_waits_for_is_not_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeper, "PATIENCE", 0.01)

    async def story() -> None:
        writer = Writer()
        for task in await waiting(writer, 2):
            with pytest.raises(StoreError, match="does not answer"):
                await task
        assert all(submission.cancelled() for submission in writer.groups[0])

    asyncio.run(story())


def test_a_request_that_is_gone_is_not_written() -> None:
    async def story() -> None:
        writer = Writer()
        gone, stays = await waiting(writer, 2)
        gone.cancel()
        await turns()
        assert [submission.cancelled() for submission in writer.groups[0]] == [True, False]
        end(writer.groups[0][1])
        await stays

    asyncio.run(story())
