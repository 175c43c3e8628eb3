"""Scoring a turn of the event loop together: the same decisions, and everyone's error is theirs."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from api.together import MOST, Together
from scoring.scorer import Scorer
from scoring.service import Application, decide
from tests.bundles import small_application, small_bundle
from tests.decisions import decision

CHANGING = ("decision_id", "created_at")


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(small_bundle(), "v")


def asked(number: int, **values: Any) -> Application:
    given = {k: v for k, v in small_application(number).items() if v is not None}
    return Application(f"A-{number}", "C-1", None, None, given | values, {}, b"{}")


def test_everyone_gets_the_decision_of_their_own(scorer: Scorer) -> None:
    applications = [asked(n) for n in range(2 * MOST + 3)]

    async def story() -> list[Any]:
        together = Together()
        keys = ("key00001", "key00002")
        waiting = [together.decide(scorer, a, keys[i % 2]) for i, a in enumerate(applications)]
        return await asyncio.gather(*waiting)

    made = asyncio.run(story())
    for i, application in enumerate(applications):
        alone = decide(scorer, [application], f"key0000{1 + i % 2}", made[i].created_at)[0]
        same = {name: getattr(alone, name) for name in CHANGING}
        assert replace(made[i], **same) == alone


def test_who_fails_fails_alone(scorer: Scorer) -> None:
    async def story() -> list[Any]:
        together = Together()
        each = [asked(1), asked(2, trade="unheard of"), asked(3)]
        waiting = [together.decide(scorer, a, "key00001") for a in each]
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, broken, last = asyncio.run(story())
    assert isinstance(broken, ValueError)
    assert type(first) is type(last) is type(decision())


def test_who_went_away_disturbs_nobody(scorer: Scorer) -> None:
    async def story() -> Any:
        together = Together()
        gone = asyncio.create_task(together.decide(scorer, asked(1), "key00001"))
        stays = asyncio.create_task(together.decide(scorer, asked(2), "key00001"))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert asyncio.run(story()).application_id == "A-2"
