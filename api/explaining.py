"""Explanations as routes and pages ask for them: made once, kept, and told to three readers."""

import asyncio
from typing import Any

from api.auth import Principal
from api.clock import utc_now
from api.problems import FieldError, Problem
from api.service import Service
from data.contract import Language
from data.errors import RegistryError
from data.store.decisions import Decision
from data.store.explanations import find, keep
from scoring.ranges import what_if as score_what_if
from scoring.replay import asked
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


async def what_if(
    service: Service,
    asker: Principal,
    decision: Decision,
    amount: float | None = None,
    term: float | None = None,
) -> dict[str, Any]:
    """What the model that decided would say of another amount or term; nothing is stored.

    It counts as a score of the asker's day, as whoever asks for many could copy the model.
    Raises Problem 409 where no model decided, 422 naming ``amount`` or ``term`` for a value that
    the contract does not allow, 429 or 503, StoreError.
    """
    if not decision.scored:
        raise Problem("conflict", "no model was asked for this decision")
    async with service.budgets.charged(asker, 1):
        return await asyncio.to_thread(_what_if, service, decision, amount, term)


def _make(service: Service, decision: Decision) -> bytes:
    explainer = service.explainers.of(decision.model_version, _serving(service))
    try:
        return explainer.explain(decision, service.settings.appeal_days)
    except RegistryError as error:
        raise Problem("model-unavailable", str(error)) from None


def _what_if(
    service: Service, decision: Decision, amount: float | None, term: float | None
) -> dict[str, Any]:
    scorer = service.explainers.of(decision.model_version, _serving(service)).scorer
    try:
        scores = score_what_if(scorer, asked(decision).values, amount, term)
    except ValueError as error:
        rule = "must be a number within the range that the contract gives"
        errors = [FieldError(field=str(error), rule=rule)]
        raise Problem("invalid-parameter", errors=errors) from None
    return {
        "recommendation": scorer.recommendation_name(scores, 0),
        "probability_of_default": float(scores.pd[0]),
        "points": int(scores.points[0]),
        "band": scorer.band_name(scores, 0),
    }


def _serving(service: Service) -> Scorer | None:
    return service.champion.watcher.current
