"""Problems that people report about a score: a theme that can be counted, and a sealed text."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import func, insert, select

from data.store.attested import FEEDBACK
from data.store.engine import Store
from data.store.idempotency import Claim, take_claim
from data.store.ledger import Ledger
from data.store.tables import decisions
from data.store.tables_officers import feedback

Theme = Literal[
    "wrong_data", "unclear_reasons", "unfair", "wrong_result", "language", "technical", "other"
]


Answer = Literal["helped_yes", "helped_partly", "helped_no"]
"""What an officer answers who is asked whether a result helped; no problem, and told apart."""
ANSWERS: tuple[Answer, ...] = get_args(Answer)


@dataclass(frozen=True, slots=True)
class Feedback:
    """One report; ``text`` is None where none was given or the decision is erased."""

    feedback_id: str
    decision_id: str
    theme: Theme | Answer
    key_id: str
    at: datetime
    text: str | None


def report(store: Store, ledger: Ledger, said: Feedback, claim: Claim | None = None) -> bool:
    """Keep a report, its text sealed beside the decision, and the claim; False when it is erased.

    On the audit chain without its text. Raises ClaimTakenError when another request has the claim,
    StoreError, VaultError.
    """
    with store.write() as connection:
        plain = (said.text or "").encode()
        sealed = ledger.seal_beside(connection, said.decision_id, plain, said.feedback_id)
        if sealed is None:
            return False
        take_claim(connection, claim, [said.feedback_id])
        row = {
            "feedback_id": said.feedback_id,
            "decision_id": said.decision_id,
            "theme": said.theme,
            "key_id": said.key_id,
            "at": said.at,
            "sealed": sealed if said.text else None,
        }
        entry = {"actor": f"key {said.key_id}", "theme": said.theme, **FEEDBACK.entry([row])}
        ledger.record(connection, FEEDBACK.kind, said.decision_id, entry)
        connection.execute(insert(feedback), row)
    return True


def of_decision(store: Store, ledger: Ledger, decision_id: str) -> list[Feedback]:
    """The reports about one decision, oldest first. Raises StoreError, VaultError."""
    return _read(store, ledger, feedback.c.decision_id == decision_id)


def newest(
    store: Store,
    ledger: Ledger,
    since: datetime,
    *,
    theme: Theme | None = None,
    branch: str | None = None,
    limit: int = 100,
) -> list[Feedback]:
    """The newest reports of problems first. Raises StoreError, VaultError."""
    which = (feedback.c.at >= since) & feedback.c.theme.not_in(ANSWERS)
    if theme is not None:
        which &= feedback.c.theme == theme
    if branch is not None:
        which &= decisions.c.branch == branch
    return _read(store, ledger, which, limit)


def by_theme(store: Store, since: datetime, branch: str | None = None) -> dict[str, int]:
    """Theme to number of reports, the most frequent first. Raises StoreError."""
    query = (
        select(feedback.c.theme, func.count())
        .join(decisions, decisions.c.decision_id == feedback.c.decision_id)
        .where(feedback.c.at >= since, feedback.c.theme.not_in(ANSWERS))
        .group_by(feedback.c.theme)
    )
    if branch is not None:
        query = query.where(decisions.c.branch == branch)
    with store.read() as connection:
        counts = {theme: int(count) for theme, count in connection.execute(query)}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _read(store: Store, ledger: Ledger, which: Any, limit: int | None = None) -> list[Feedback]:
    """Newest first with a ``limit``, else oldest first."""
    order = feedback.c.id if limit is None else feedback.c.id.desc()
    query = (
        select(feedback)
        .join(decisions, decisions.c.decision_id == feedback.c.decision_id)
        .where(which)
        .order_by(order)
        .limit(limit)
    )
    found = []
    with store.read() as connection:
        for row in connection.execute(query).all():
            plain = row.sealed and ledger.unseal_beside(
                connection, row.decision_id, row.sealed, row.feedback_id
            )
            text = plain.decode() if plain else None
            found.append(
                Feedback(row.feedback_id, row.decision_id, row.theme, row.key_id, row.at, text)
            )
    return found
