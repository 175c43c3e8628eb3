"""Scoring a turn of the event loop together: the same decisions, and everyone's error is theirs."""

import asyncio
from typing import Any, cast

import pytest

from api import together as module
from api.keeper import Keeper, Kept
from api.together import MOST, Together
from data.errors import StoreError
from scoring.scorer import Scorer
from scoring.service import Application, decide
from tests.bundles import small_application, small_bundle
from tests.decisions import decision

CHANGING = ("decision_id", "created_at")


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(small_bundle(), "v")


class Free:
    """A keeper that keeps nothing, and answers when the test says so."""

    def __init__(self) -> None:
        self.taken: list[Kept] = []
        self.forgotten: list[Kept] = []

    def take(self, kept: Kept) -> None:
        self.taken.append(kept)

    def forget(self, kept: Kept) -> None:
        self.forgotten.append(kept)


def asked(number: int, **values: Any) -> Application:
    given = {k: v for k, v in small_application(number).items() if v is not None}
    return Application(f"A-{number}", "C-1", None, None, given | values, {}, b"{}")


def test_everyone_gets_the_decision_of_their_own(scorer: Scorer) -> None:
    applications = [asked(n) for n in range(2 * MOST + 3)]

    async def story() -> list[Any]:
        together = Together(cast(Keeper, Free()))
        keys = ("key00001", "key00002")
        waiting = [together.decide(scorer, a, keys[i % 2]) for i, a in enumerate(applications)]
        return await asyncio.gather(*waiting)

    made = asyncio.run(story())
    for i, application in enumerate(applications):
        alone = decide(scorer, [application], f"key0000{1 + i % 2}", made[i].created_at)[0]
        same = {name: getattr(alone, name) for name in CHANGING}
        assert made[i]._replace(**same) == alone


def test_who_fails_fails_alone(scorer: Scorer) -> None:
    async def story() -> list[Any]:
        together = Together(cast(Keeper, Free()))
        each = [asked(1), asked(2, trade="unheard of"), asked(3)]
        waiting = [together.decide(scorer, a, "key00001") for a in each]
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, broken, last = asyncio.run(story())
    assert isinstance(broken, ValueError)
    assert type(first) is type(last) is type(decision())


def test_who_went_away_disturbs_nobody(scorer: Scorer) -> None:
    async def story() -> Any:
        together = Together(cast(Keeper, Free()))
        gone = asyncio.create_task(together.decide(scorer, asked(1), "key00001"))
        stays = asyncio.create_task(together.decide(scorer, asked(2), "key00001"))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert asyncio.run(story()).application_id == "A-2"


async def turns(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_what_comes_in_one_turn_of_the_loop_is_scored_together(
    scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def counted(scorer: Scorer, applications: Any, *rest: Any) -> Any:
        sizes.append(len(applications))
        return decide(scorer, applications, *rest)

    monkeypatch.setattr(module, "decide", counted)

    async def story() -> None:
        together = Together(cast(Keeper, Free()))
        for count in (5, 1, MOST + 2):
            each = [together.decide(scorer, asked(n), "key00001") for n in range(count)]
            await asyncio.gather(*each)

    asyncio.run(story())
    assert sizes == [5, 1, MOST, 2]


def test_a_decision_to_keep_is_answered_when_it_is_durable(scorer: Scorer) -> None:
    free = Free()

    async def story() -> list[Any]:
        together = Together(cast(Keeper, free))
        each = [together.keep(scorer, asked(n), "key00001", None) for n in range(4)]
        tasks = [asyncio.create_task(one) for one in each]
        await turns()
        assert not any(task.done() for task in tasks)
        first, gone, refused, last = free.taken
        tasks[1].cancel()
        refused.answer.set_exception(StoreError("refused"))
        for kept in (first, last):
            kept.answer.set_result(None)
        made = await asyncio.gather(*tasks, return_exceptions=True)
        assert free.forgotten == [gone]
        return made

    first, gone, refused, last = asyncio.run(story())
    assert (first.application_id, last.application_id) == ("A-0", "A-3")
    assert isinstance(gone, asyncio.CancelledError)
    assert isinstance(refused, StoreError)


def test_a_decision_that_cannot_be_handed_over_fails_alone(
    scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = Free()

    def take(kept: Kept) -> None:
        if kept.decisions[0].application_id == "A-1":
            raise RuntimeError("broken")
        kept.answer.set_result(None)

    monkeypatch.setattr(free, "take", take)

    async def story() -> list[Any]:
        together = Together(cast(Keeper, free))
        each = [together.keep(scorer, asked(n), "key00001", None) for n in range(3)]
        return await asyncio.gather(*each, return_exceptions=True)

    first, broken, last = asyncio.run(story())
    assert (first.application_id, last.application_id) == ("A-0", "A-2")
    assert isinstance(broken, RuntimeError)
