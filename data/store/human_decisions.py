"""What people decided on applications, beside what the model recommended.

The newest word on a decision is in force; every earlier one stays. Each is an event on the audit
chain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, case, func, insert, or_, select

from data.store.attested import HUMAN_DECISIONS
from data.store.engine import Store
from data.store.ledger import Ledger
from data.store.tables import decisions
from data.store.tables_officers import human_decisions

Outcome = Literal["approve", "refer", "decline"]
OverrideReason = Literal[
    "wrong_data",
    "new_information",
    "collateral_or_guarantor",
    "relationship",
    "capacity_seen_on_site",
    "risk_seen_on_site",
    "policy",
    "appeal",
    "other",
]
"""Why a person decides otherwise; a list, so that reasons can be counted and name nobody."""
By = Literal["officer", "branch"]


@dataclass(frozen=True, slots=True)
class HumanDecision:
    """What the owner of ``key_id`` decided; ``reason`` when it differs from the model."""

    decision_id: str
    outcome: Outcome
    reason: OverrideReason | None
    key_id: str
    at: datetime


class Overrides(NamedTuple):
    """How often people decided otherwise: ``who`` is a key or a branch (None: of none)."""

    who: str | None
    decided: int
    agreed: int
    reasons: dict[str, int]

    @property
    def overridden(self) -> int:
        """Decisions other than the model's recommendation to approve or decline."""
        return self.decided - self.agreed


class Agreement(NamedTuple):
    """Decisions that people took on clear recommendations, and with how many they agreed."""

    decided: int
    agreed: int


_SELECT = select(*(human_decisions.c[field.name] for field in fields(HumanDecision)))
_CLEAR = decisions.c.recommendation.in_(("approve", "decline"))
"""A review asks a person to decide: there is nothing to agree with."""


def differs(recommendation: str, outcome: Outcome) -> bool:
    """Whether ``outcome`` is not what the model recommended; a review recommends nothing."""
    return recommendation in {"approve", "decline"} and recommendation != outcome


def record(store: Store, ledger: Ledger, made: HumanDecision) -> None:
    """Keep a person's decision, durably and on the audit chain. Raises StoreError.

    The same word of the same key again is not written twice.
    """
    with store.write() as connection:
        ledger.lock(connection)
        before = _history(connection, made.decision_id)[-1:]
        if not before or _words(before[0]) != _words(made):
            add(connection, ledger, made)


def add(connection: Connection, ledger: Ledger, made: HumanDecision) -> None:
    """Keep ``made`` in the caller's write transaction."""
    row = asdict(made)
    told = {"actor": f"key {made.key_id}", "outcome": made.outcome, "reason": made.reason}
    entry = {**told, **HUMAN_DECISIONS.entry([row])}
    ledger.record(connection, HUMAN_DECISIONS.kind, made.decision_id, entry)
    connection.execute(insert(human_decisions), row)


def history(store: Store, decision_id: str) -> list[HumanDecision]:
    """All that people decided, oldest first; the last is in force. Raises StoreError."""
    with store.read() as connection:
        return _history(connection, decision_id)


def histories(store: Store, decision_ids: Sequence[str]) -> dict[str, list[HumanDecision]]:
    """The history of each of ``decision_ids`` that has one. Raises StoreError."""
    query = _SELECT.where(human_decisions.c.decision_id.in_(decision_ids))
    found: dict[str, list[HumanDecision]] = {}
    with store.read() as connection:
        for row in connection.execute(query.order_by(human_decisions.c.id)):
            found.setdefault(row.decision_id, []).append(HumanDecision(*row))
    return found


def overrides(store: Store, by: By, since: datetime, branch: str | None = None) -> list[Overrides]:
    """Override counts of the decisions in force that were taken since then, by who decided.

    ``branch``: of one branch alone. Raises StoreError.
    """
    who = human_decisions.c.key_id if by == "officer" else decisions.c.branch
    agreed = decisions.c.recommendation == human_decisions.c.outcome
    query = (
        select(who, agreed, human_decisions.c.reason, func.count())
        .join(decisions, decisions.c.decision_id == human_decisions.c.decision_id)
        .where(_in_force(since, branch))
        .group_by(who, agreed, human_decisions.c.reason)
    )
    found: dict[str | None, Overrides] = {}
    with store.read() as connection:
        for name, same, reason, count in connection.execute(query):
            told = found.get(name, Overrides(name, 0, 0, {}))
            reasons = told.reasons
            if reason is not None and not same:
                reasons = {**reasons, reason: reasons.get(reason, 0) + count}
            agree = told.agreed + (count if same else 0)
            found[name] = Overrides(name, told.decided + count, agree, reasons)
    return sorted(found.values(), key=lambda o: (-o.decided, o.who or ""))


def overridden(store: Store, start: datetime, end: datetime) -> dict[str, bool]:
    """Decisions made from ``start`` until before ``end``: whether a person decided otherwise.

    Only those on which a person decided, and whose recommendation was clear. Raises StoreError.
    """
    c, made = human_decisions.c, decisions.c.created_at
    newest = select(func.max(c.id)).group_by(c.decision_id)
    query = (
        select(c.decision_id, decisions.c.recommendation != c.outcome)
        .join(decisions, decisions.c.decision_id == c.decision_id)
        .where(c.id.in_(newest), _CLEAR, made >= start, made < end)
    )
    with store.read() as connection:
        return {name: bool(differs) for name, differs in connection.execute(query)}


def agreement(
    store: Store,
    near: Mapping[str, Sequence[tuple[float, float]]],
    since: datetime,
    branch: str | None = None,
) -> tuple[Agreement, Agreement]:
    """Agreement near the cut-offs and away from them, of decisions in force since then.

    ``near``: model version to the intervals of log-odds that are near a cut-off of it; other
    versions are left out. Raises StoreError.
    """
    c = decisions.c
    ranges = [
        (c.model_version == version) & c.log_odds.between(low, high)
        for version, intervals in near.items()
        for low, high in intervals
    ]
    close = case((or_(*ranges), True), else_=False) if ranges else case((c.pd < 0, True))
    same = c.recommendation == human_decisions.c.outcome
    query = (
        select(close, same, func.count())
        .join(decisions, c.decision_id == human_decisions.c.decision_id)
        .where(_in_force(since, branch), c.model_version.in_(list(near)))
        .group_by(close, same)
    )
    counts = {True: [0, 0], False: [0, 0]}
    with store.read() as connection:
        for is_near, agrees, count in connection.execute(query):
            counts[bool(is_near)][0] += count
            counts[bool(is_near)][1] += count if agrees else 0
    return Agreement(*counts[True]), Agreement(*counts[False])


def _in_force(since: datetime, branch: str | None) -> ColumnElement[bool]:
    c = human_decisions.c
    newest = select(func.max(c.id)).where(c.at >= since).group_by(c.decision_id)
    which = c.id.in_(newest) & _CLEAR
    return which if branch is None else which & (decisions.c.branch == branch)


def _history(connection: Connection, decision_id: str) -> list[HumanDecision]:
    mine = _SELECT.where(human_decisions.c.decision_id == decision_id)
    rows = connection.execute(mine.order_by(human_decisions.c.id))
    return [HumanDecision(*row) for row in rows]


def _words(made: HumanDecision) -> tuple[str, str | None, str]:
    return made.outcome, made.reason, made.key_id
