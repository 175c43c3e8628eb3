"""From the body of a request to stored decisions: every check stands here, before any score.

In this order: the idempotency key, the body, what follows from its rows, withdrawn consents,
probing, the day's budget, the score, the durable row. What fails on the way ends the request and
costs no score.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from api.auth import Principal
from api.clock import utc_now
from api.problems import Problem
from api.service import Service
from data.errors import StoreError
from data.store.decisions import Decision
from data.store.idempotency import Claim
from scoring.service import decide


async def decide_one(
    service: Service, asker: Principal, idempotency_key: str | None, body: bytes
) -> Decision:
    """Decide on the application in ``body``, or find what was decided under the same key.

    Raises Problem (400 to 503), StoreError.
    """
    claim = service.idempotency.claim(asker, idempotency_key, "/score", body)
    if claim is None:
        return (await _one(service, asker, body, claim))[0]
    make = partial(_one, service, asker, body, claim)
    return (await service.idempotency.once(claim, make, partial(_recall, service)))[0]


async def decide_batch(
    service: Service, asker: Principal, idempotency_key: str | None, body: bytes
) -> Sequence[Decision]:
    """Decide on all applications in ``body`` with one model, or on none. Raises as above."""
    claim = service.idempotency.claim(asker, idempotency_key, "/score/batch", body)
    make = partial(_batch, service, asker, body, claim)
    return await service.idempotency.once(claim, make, partial(_recall, service))


async def _one(
    service: Service, asker: Principal, body: bytes, claim: Claim | None
) -> Sequence[Decision]:
    serving = service.champion.get()
    application = serving.intake.read_one(body, asker.branch)
    if serving.intake.completion.lacks(application):
        application = await service.completing.one(serving.intake.completion, application)
    application = await service.consents.heed_one(serving.intake.contract, application)
    service.probing.note(asker.key_id, [application])
    async with service.budgets.charged(asker, 1):
        if service.exploring is None:
            return [await service.decided(serving.scorer, application, asker.key_id, claim)]
        decision = await service.together.decide(serving.scorer, application, asker.key_id)
        made = await service.exploring.applied(serving.scorer, [decision], [application])
        await service.keep(made, claim)
    return made


async def _batch(
    service: Service, asker: Principal, body: bytes, claim: Claim | None
) -> Sequence[Decision]:
    serving = service.champion.get()
    in_turn = partial(asyncio.get_running_loop().run_in_executor, service.batches)
    applications = await in_turn(serving.intake.read_batch, body, asker.branch)
    applications = await service.completing.all(serving.intake.completion, applications)
    applications = await service.consents.heed(serving.intake.contract, applications)
    service.probing.note(asker.key_id, applications)
    async with service.budgets.charged(asker, len(applications)):
        decisions = await in_turn(decide, serving.scorer, applications, asker.key_id, utc_now())
        if service.exploring is not None:
            decisions = await service.exploring.applied(serving.scorer, decisions, applications)
        await service.keep(decisions, claim)
    return decisions


async def _recall(service: Service, ids: list[str]) -> Sequence[Decision]:
    found = await service.reader.ask(lambda _: [service.ledger.find(i) for i in ids])
    decisions = [decision for decision in found if decision is not None]
    if len(decisions) != len(ids):
        raise StoreError("a decision that was stored is missing; run microscore audit verify")
    if any(decision.erased for decision in decisions):
        raise Problem("erased")
    return decisions
