"""Retention by contract: what is personal in a decision goes when its first source's period ends.

No source may be kept for longer than its own period (storage limitation, GDPR art. 5(1)(e)), and
a decision is sealed as one piece: its reasons and contributions rest on all its sources together.
So the shortest period of the sources that it used ends it all. Score, band and recommendation
stay, under a pseudonym.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from data.contract import Contract
from data.store.decisions import Decision
from data.store.engine import Store
from data.store.ledger import Ledger
from data.store.tables import decisions

BATCH = 1_000
"""Decisions that are emptied in one transaction, which servers have to wait for."""
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Retained:
    """What came of it: decisions past their period, by the source that ended it.

    ``unknown``: old decisions whose contract is not there, and which stay until it is; ``loans``:
    loans past their period, of which nothing stays either; ``features``: materialised ones.
    """

    due: int = 0
    emptied: int = 0
    unknown: int = 0
    by_source: dict[str, int] = field(default_factory=dict)
    loans: int = 0
    features: int = 0


def retain(
    store: Store,
    ledger: Ledger,
    contracts: Mapping[str, Contract],
    now: datetime,
    actor: str,
    *,
    dry_run: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Retained:
    """Empty all decisions that are past their period at ``now``, each batch durably.

    ``contracts``: model version to the contract that it decided by, whose periods were promised
    to the person. Servers may go on; what was stopped half-way is finished by the next call.
    Raises StoreError, VaultError.
    """
    told, ref = Retained(), f"retention {now.astimezone(UTC).date()}"
    due: list[str] = []
    for decision in _old(store, ledger, contracts, now, progress):
        contract = contracts.get(decision.model_version)
        if contract is None:
            told.unknown += 1
            continue
        source = first_to_go(contract, decision)
        if decision.created_at + _period(contract, source) < now:
            told.due += 1
            told.by_source[source] = told.by_source.get(source, 0) + 1
            due.append(decision.decision_id)
        if len(due) >= BATCH:
            told.emptied += _empty(store, ledger, due, ref, actor, dry_run)
            due = []
    told.emptied += _empty(store, ledger, due, ref, actor, dry_run)
    return told


def first_to_go(contract: Contract, decision: Decision) -> str:
    """The source of ``decision`` whose period is the shortest."""
    given = json.loads(decision.request)["sources"]
    used = [source for source in contract.sources if given.get(source)] or list(contract.sources)
    return min(used, key=lambda source: contract.sources[source].retention_days)


def _period(contract: Contract, source: str) -> timedelta:
    return timedelta(days=contract.sources[source].retention_days)


def _old(
    store: Store,
    ledger: Ledger,
    contracts: Mapping[str, Contract],
    now: datetime,
    progress: Callable[[float], None] | None,
) -> Iterator[Decision]:
    """Readable decisions that may be past a period: older than the shortest of all."""
    days = [s.retention_days for c in contracts.values() for s in c.sources.values()]
    end = now - timedelta(days=min(days, default=0))
    held = (decisions.c.created_at < end) & decisions.c.sealed.is_not(None)
    with store.read() as connection:
        total = connection.execute(select(func.count()).where(held)).scalar_one()
    held_until = ledger.between(_EVER, end, readable=True, referred=True)
    for n, decision in enumerate(held_until, 1):
        yield decision
        if progress is not None and n % 100 == 0:
            progress(min(1.0, n / total))


def _empty(
    store: Store, ledger: Ledger, ids: Sequence[str], ref: str, actor: str, dry_run: bool
) -> int:
    if not ids or dry_run:
        return 0
    with store.write() as connection:
        which = decisions.c.decision_id.in_(ids)
        return ledger.empty(connection, which, ref, actor, "retention")
