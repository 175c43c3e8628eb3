"""People's own decisions: kept beside the recommendation, counted, and watched for bias.

Automation bias shows near the cut-offs: there the model is least sure, and people who look for
themselves agree with it less often than where it is sure (Skitka et al. 1999).
"""

from datetime import datetime, timedelta
from math import log
from typing import Any, NamedTuple

from api.auth import Principal
from api.clock import utc_now
from api.problem_rules import REASON_ABSENT, REASON_NEEDED, REASON_OF_APPEALS
from api.problems import BrokenRule, Problem
from api.service import Service
from data.sentences import Sentence
from data.store.decisions import Decision
from data.store.human_decisions import (
    Agreement,
    By,
    HumanDecision,
    Outcome,
    OverrideReason,
    Overrides,
    agreement,
    differs,
    history,
    overrides,
    record,
)
from scoring.policy import DecisionRules

NEAR = 0.25
"""Log-odds from a cut-off within which a recommendation is a close call."""
PATIENCE = 2.0
LONG_PATIENCE = 20.0


class Bias(NamedTuple):
    """Agreement with clear recommendations near the cut-offs and away from them.

    Each: decided, agreed, and the share with its 95 % interval (None without decisions).
    """

    near: dict[str, Any]
    away: dict[str, Any]


async def decide(
    service: Service,
    asker: Principal,
    decision: Decision,
    outcome: Outcome,
    reason: OverrideReason | None,
) -> list[HumanDecision]:
    """Keep what ``asker`` decides on a readable decision; return the history, oldest first.

    Durable and on the audit chain. Raises Problem 422 where the reason is missing or has nothing
    to explain, StoreError.
    """
    differing = differs(decision.recommendation, outcome)
    if differing and reason is None:
        _refuse(REASON_NEEDED)
    if reason is not None and not differing:
        _refuse(REASON_ABSENT)
    if reason == "appeal":
        _refuse(REASON_OF_APPEALS)
    made = HumanDecision(decision.decision_id, outcome, reason, asker.key_id, utc_now())

    def keep(store: Any) -> list[HumanDecision]:
        record(store, service.ledger, made)
        return history(store, decision.decision_id)

    return await service.reader.ask(keep, PATIENCE)


async def history_of(service: Service, decision: Decision) -> list[HumanDecision]:
    """What people decided, oldest first; the last is in force. Raises StoreError."""
    return await service.reader.ask(lambda store: history(store, decision.decision_id))


async def override_rates(
    service: Service, by: By, days: int, branch: str | None = None
) -> list[Overrides]:
    """Override counts of the last ``days``, by officer (key) or branch. Raises StoreError."""
    since = _since(days)
    return await service.reader.ask(
        lambda store: overrides(store, by, since, branch), LONG_PATIENCE
    )


async def automation_bias(service: Service, days: int, branch: str | None = None) -> Bias:
    """Agreement near the cut-offs and away from them, of the last ``days``.

    Decisions of versions whose bundle cannot be opened are left out. Raises StoreError.
    """
    since = _since(days)

    def look(store: Any) -> tuple[Agreement, Agreement]:
        rules = service.explainers.rules_served()
        near = {version: near_cut_offs(found) for version, found in rules.items()}
        return agreement(store, near, since, branch)

    near, away = await service.reader.ask(look, LONG_PATIENCE)
    return Bias(_share(near), _share(away))


def near_cut_offs(rules: DecisionRules) -> list[tuple[float, float]]:
    """The intervals of log-odds in which a recommendation is a close call."""
    cut_offs = (log(pd / (1 - pd)) for pd in (rules.approve_below, rules.decline_from))
    return [(at - NEAR, at + NEAR) for at in cut_offs]


def _share(found: Agreement) -> dict[str, Any]:
    from scoring.intervals import wilson

    agreed = wilson(found.agreed, found.decided).plain()
    return {**found._asdict(), "share": agreed}


def _since(days: int) -> datetime:
    return utc_now() - timedelta(days=days)


def _refuse(rule: Sentence) -> None:
    raise Problem("invalid-body", errors=[BrokenRule("reason", rule.of())])
