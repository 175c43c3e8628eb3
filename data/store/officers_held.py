"""What people did with the decisions about a person, for the person who asks for all of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.store import appeals, explanations, feedback, human_decisions
from data.store.engine import Store
from data.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Case:
    """What belongs to one decision, each oldest first; what is erased is None."""

    human_decisions: list[human_decisions.HumanDecision]
    feedback: list[feedback.Feedback]
    appeals: list[appeals.Appeal]
    explanation: bytes | None


def cases_of(store: Store, ledger: Ledger, decision_ids: Sequence[str]) -> dict[str, Case]:
    """The case of each of ``decision_ids``. Raises StoreError, VaultError."""
    return {
        decision_id: Case(
            human_decisions=human_decisions.history(store, decision_id),
            feedback=feedback.of_decision(store, ledger, decision_id),
            appeals=appeals.of_decision(store, ledger, decision_id),
            explanation=explanations.find(store, ledger, decision_id),
        )
        for decision_id in decision_ids
    }
