"""Explanations as routes and pages ask for them: made once, kept, and told to three readers."""

import asyncio
from typing import Any

from api.clock import utc_now
from api.problem_details import NO_MODEL_ASKED, SUSPENDED
from api.problems import Problem
from api.service import Service
from data.contract import Language
from data.errors import RegistryError
from data.sentences import said
from data.store.decisions import Decision
from data.store.explanations import find, keep
from scoring.scorer import Scorer
from scoring.telling import Audience, tell, tell_options

PATIENCE = 2.0
"""Seconds to wait for an explanation to be durable."""


async def explain(
    service: Service, decision: Decision, audience: Audience, language: Language
) -> dict[str, Any]:
    """The explanation of a readable ``decision`` for one reader; see ``scoring.telling.tell``.

    Raises Problem 410 or 503, StoreError.
    """
    return tell(decision, await explanation_of(service, decision), audience, language)


async def counterfactuals(
    service: Service, decision: Decision, language: Language
) -> dict[str, Any]:
    """What would have helped, and what-if ranges; see ``scoring.telling.tell_options``.

    Raises Problem 410 or 503, StoreError.
    """
    return tell_options(decision, await explanation_of(service, decision), language)


async def explanation_of(service: Service, decision: Decision) -> bytes:
    """The stored explanation; made and stored when it is asked for the first time.

    Stored rather than made each time: what a client or a court was told must stay what it was
    after the search, the texts or a library have changed. Raises Problem 410 or 503, StoreError.
    """
    ledger, decision_id = service.ledger, decision.decision_id
    stored = await service.reader.ask(lambda store: find(store, ledger, decision_id))
    if stored is not None:
        return stored
    made = await asyncio.to_thread(_make, service, decision)
    kept = await service.reader.ask(
        lambda store: keep(store, ledger, decision_id, made, utc_now()), PATIENCE
    )
    if kept is None:
        raise Problem("erased")
    return kept


def tried_by(service: Service, decision: Decision) -> Scorer:
    """The model that other terms of a decision are tried with: the one that decided.

    Call it from a thread. Raises Problem 409 where none decided or the model is suspended, as
    nobody may be told its numbers then, and 503 when the model cannot be opened.
    """
    if not decision.scored:
        raise Problem("conflict", NO_MODEL_ASKED.of())
    serving = _serving(service)
    if serving is not None and serving.suspended:
        raise Problem("conflict", SUSPENDED.of())
    return service.explainers.of(decision.model_version, serving).scorer


def _make(service: Service, decision: Decision) -> bytes:
    explainer = service.explainers.of(decision.model_version, _serving(service))
    try:
        return explainer.explain(decision, service.settings.appeal_days)
    except RegistryError as error:
        raise Problem("model-unavailable", said(error)) from None


def _serving(service: Service) -> Scorer | None:
    return service.champion.watcher.current
