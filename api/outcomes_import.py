"""Taking outcomes in from files: good events are kept, the others are told by file and row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from data.store import Store
from data.store.ledger import Ledger
from data.store.outcome_events import LoanEvent, Origin, Taken
from data.store.outcomes import BATCH, keep_good

_ORDER = {"disbursement": 0, None: 1, "reversal": 3}


def import_events(
    store: Store,
    ledger: Ledger,
    events: Sequence[LoanEvent],
    origin: Origin,
    progress: Callable[[str, float], None],
) -> Taken:
    """Keep those of ``events`` that break no rule, ``BATCH`` a transaction.

    Loans come first, then what they owe, then what happened, and reversals last; so the order of
    ``events`` does not matter. What was stopped half-way is finished by the same import again.
    Raises StoreError.
    """
    ordered = sorted(events, key=lambda event: _ORDER.get(event.kind, 2))
    total = Taken()
    for at in range(0, len(ordered), BATCH):
        progress("keeping events", at / len(ordered))
        taken = keep_good(store, ledger, ordered[at : at + BATCH], origin)
        for name in ("loans", "instalments", "events", "known", "erased"):
            setattr(total, name, getattr(total, name) + getattr(taken, name))
        total.refused += taken.refused
    progress("keeping events", 1.0)
    return total
