"""What the routes work with, opened and closed with the app."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from api.auth import Authenticator
from api.budgets import Budgets
from api.completing import Completing
from api.consenting import Consents
from api.drifting_state import DriftWatch
from api.explainers import Explainers
from api.exploring import Exploring
from api.idempotency import Idempotency
from api.keeper import Keeper
from api.metrics import Metrics
from api.oidc_code import CodeFlow
from api.openapi import Description
from api.probing import Probing
from api.readiness import Readiness
from api.serving import Champion
from api.sessions import Sessions
from api.settings import Settings
from api.store_reader import StoreReader
from api.together import Together
from data.inbox import Inbox
from data.store.decisions import Decision
from data.store.idempotency import Claim
from data.store.ledger import Ledger
from scoring.scorer import Scorer
from scoring.service import Application


@dataclass(frozen=True)
class Service:
    """The parts that a route may use."""

    settings: Settings
    authenticator: Authenticator
    sessions: Sessions
    code_flow: CodeFlow | None
    budgets: Budgets
    probing: Probing
    completing: Completing
    consents: Consents
    idempotency: Idempotency
    champion: Champion
    drift: DriftWatch
    explainers: Explainers
    together: Together
    reader: StoreReader
    ledger: Ledger
    keeper: Keeper
    readiness: Readiness
    metrics: Metrics
    description: Description
    batches: ThreadPoolExecutor
    exploring: Exploring | None
    inbox: Inbox

    async def keep(self, decisions: Sequence[Decision], claim: Claim | None = None) -> None:
        """Return when all ``decisions`` are durable, with ``claim``; else none is.

        Raises ClaimTakenError when another request has the claim, StoreError.
        """
        await self.keeper.keep(decisions, claim)
        self._count(decisions)

    async def decided(
        self, scorer: Scorer, application: Application, key_id: str, claim: Claim | None
    ) -> Decision:
        """The decision on one application, durable with ``claim``; see ``Together.keep``."""
        decision = await self.together.keep(scorer, application, key_id, claim)
        self._count([decision])
        return decision

    def _count(self, decisions: Sequence[Decision]) -> None:
        with suppress(Exception):  # they are durable: no reply may deny them now
            self.metrics.decided(decisions)


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


AskedService = Annotated[Service, Depends(_service)]
"""The app's parts, in a route's signature."""
