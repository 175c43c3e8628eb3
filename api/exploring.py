"""The random-approval quota at work, between the score and the store.

Who asks again in the same month meets the same draw, under whatever application: the hash is of
the person and the month, and its key never leaves the vault. From the first loan that a cap
refuses, chance has no say for the rest of the month.
"""

from __future__ import annotations

from collections.abc import Sequence

from api.exploring_settings import QuotaSettings
from api.store_reader import StoreReader
from data.contract import Contract
from data.errors import StoreError
from data.store.decisions import Decision
from data.store.exposure import Caps, reserve
from data.store.ledger import Ledger
from scoring.exploring import Quota, explored
from scoring.scorer import Scorer
from scoring.service import Application


class Exploring:
    """Lets chance recommend a few loans; call it from the event loop only."""

    def __init__(self, settings: QuotaSettings, ledger: Ledger, reader: StoreReader) -> None:
        self._quota = Quota(settings.share, settings.width)
        self._caps = Caps(settings.loans, settings.money)
        self._ledger, self._reader = ledger, reader
        self._full: str | None = None

    async def applied(
        self, scorer: Scorer, made: Sequence[Decision], asked: Sequence[Application]
    ) -> list[Decision]:
        """``made`` with the draws of those next to the cut-off; never raises."""
        rules = scorer.bundle.rules
        return [
            await self._drawn(scorer.contract, decision, application)
            if self._quota.near(decision, rules)
            else decision
            for decision, application in zip(made, asked, strict=True)
        ]

    async def _drawn(
        self, contract: Contract, decision: Decision, application: Application
    ) -> Decision:
        month = f"{decision.created_at:%Y-%m}"
        amount = _amount(contract, application)
        if month == self._full or amount is None:
            return decision
        secret = self._ledger.person(f"exploration\0{month}\0{decision.applicant_id}")
        drawn = self._quota.draws(secret)
        if drawn and not await self._reserved(month, amount):
            self._full = month
            return decision
        return explored(decision, {"propensity": self._quota.share, "drawn": drawn})

    async def _reserved(self, month: str, amount: float) -> bool:
        caps = self._caps
        try:
            return await self._reader.ask(lambda store: reserve(store, month, amount, caps))
        except StoreError:
            return False


def _amount(contract: Contract, application: Application) -> float | None:
    """What is asked for; None where nobody knows, so that no cap could be kept."""
    name = contract.terms.amount
    value = application.values.get(name) if name is not None else None
    return None if value is None else float(value)
