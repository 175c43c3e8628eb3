"""Log lines of one turn of the event loop: written together, each a line of its own."""

import asyncio
import json
from typing import Any

import pytest

from api.log import Event, Log


def test_lines_of_a_turn_are_written_at_its_end(capfdbinary: Any) -> None:
    log = Log()

    async def story() -> None:
        for number in range(3):
            log.soon(Event.REQUEST, number=number)
        assert capfdbinary.readouterr().err == b""
        log.info(Event.STARTED)
        await asyncio.sleep(0)
        log.soon(Event.REQUEST, number=3)

    asyncio.run(story())
    lines = [json.loads(line) for line in capfdbinary.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["server.started", *["request.done"] * 4]
    assert [line["number"] for line in lines[1:]] == [0, 1, 2, 3]


def test_a_closed_standard_error_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        @property
        def buffer(self) -> Any:
            raise ValueError("closed")

    monkeypatch.setattr("sys.stderr", Closed())

    async def story() -> None:
        Log().soon(Event.REQUEST)
        await asyncio.sleep(0)

    asyncio.run(story())
    Log().info(Event.STARTED)
