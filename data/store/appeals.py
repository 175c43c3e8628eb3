"""Appeals against a decision: who asked when, until when it is answered, and who answered what.

The second look is another person's: who decided cannot resolve the appeal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, insert, select

from data.errors import AccessError, RegistryError
from data.sentences import Sentence, Words
from data.store.attested import APPEALS, RESOLUTIONS
from data.store.engine import Store
from data.store.human_decisions import HumanDecision, Outcome, add
from data.store.idempotency import Claim, take_claim
from data.store.ledger import Ledger
from data.store.tables import api_keys, decisions
from data.store.tables_officers import appeal_resolutions, appeals, human_decisions

Ground = Literal["wrong_data", "situation_changed", "unfair", "not_understood", "other"]
Result = Literal["upheld", "changed", "withdrawn"]
"""``upheld``: the decision stays; ``changed``: another was made; ``withdrawn``: by the person."""

ALREADY_OPEN = Sentence(
    "appeal-open-already",
    Words(
        "an appeal against this decision is open already",
        "un recours contre cette décision est déjà ouvert",
        "rufaa dhidi ya uamuzi huu tayari iko wazi",
    ),
)
ALREADY_RESOLVED = Sentence(
    "appeal-resolved-already",
    Words(
        "this appeal is resolved already",
        "ce recours a déjà reçu une réponse",
        "rufaa hii imeshajibiwa",
    ),
)
UNKNOWN = Sentence(
    "appeal-unknown",
    Words(
        "no appeal has this id",
        "aucun recours ne porte cet identifiant",
        "hakuna rufaa yenye kitambulisho hiki",
    ),
)
SAME_PERSON = Sentence(
    "decider-may-not-resolve",
    Words(
        "who decided may not resolve the appeal; another person must",
        "qui a décidé ne peut pas répondre au recours ; une autre personne le doit",
        "aliyeamua hawezi kujibu rufaa; mtu mwingine lazima aijibu",
    ),
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """How an appeal ended; ``text`` is None where none was given or it is erased."""

    result: Result
    key_id: str
    at: datetime
    text: str | None


@dataclass(frozen=True, slots=True)
class Appeal:
    """One appeal; it is open as long as it has no ``resolution``."""

    appeal_id: str
    decision_id: str
    ground: Ground
    key_id: str
    at: datetime
    due_at: datetime
    text: str | None
    resolution: Resolution | None = None

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been answered."""
        return self.resolution is None and now > self.due_at


def open_appeal(store: Store, ledger: Ledger, asked: Appeal, claim: Claim | None = None) -> bool:
    """Keep an appeal, on the audit chain, and the claim; False when the decision is erased.

    Raises RegistryError while another one is open, ClaimTakenError when another request has the
    claim, StoreError, VaultError.
    """
    with store.write() as connection:
        sealed = _sealed(connection, ledger, asked.decision_id, asked.text, asked.appeal_id)
        if sealed is None:
            return False
        take_claim(connection, claim, [asked.appeal_id])
        ledger.lock(connection)
        before = _read(connection, ledger, appeals.c.decision_id == asked.decision_id)
        if any(appeal.resolution is None for appeal in before):
            raise RegistryError(ALREADY_OPEN.of())
        row = {
            "appeal_id": asked.appeal_id,
            "decision_id": asked.decision_id,
            "ground": asked.ground,
            "key_id": asked.key_id,
            "at": asked.at,
            "due_at": asked.due_at,
            "sealed": sealed or None,
        }
        entry = {"actor": f"key {asked.key_id}", "ground": asked.ground, **APPEALS.entry([row])}
        ledger.record(connection, APPEALS.kind, asked.decision_id, entry)
        connection.execute(insert(appeals), row)
    return True


def resolve(
    store: Store, ledger: Ledger, appeal_id: str, made: Resolution, outcome: Outcome | None
) -> bool:
    """End an appeal; ``outcome`` is the new decision where the ``result`` is ``changed``.

    One transaction. False when the decision is erased. Raises RegistryError when it is resolved
    already or unknown, AccessError when the same person decided, StoreError, VaultError.
    """
    with store.write() as connection:
        ledger.lock(connection)
        found = _read(connection, ledger, appeals.c.appeal_id == appeal_id)
        if not found or found[0].resolution is not None:
            raise RegistryError((ALREADY_RESOLVED if found else UNKNOWN).of())
        decision_id = found[0].decision_id
        if _same_person(connection, made.key_id, _deciders(connection, decision_id)):
            raise AccessError(SAME_PERSON.of())
        sealed = _sealed(connection, ledger, decision_id, made.text, _bound(appeal_id))
        if sealed is None:
            return False
        row = {
            "appeal_id": appeal_id,
            "result": made.result,
            "key_id": made.key_id,
            "at": made.at,
            "sealed": sealed or None,
        }
        entry = {"actor": f"key {made.key_id}", "result": made.result, **RESOLUTIONS.entry([row])}
        ledger.record(connection, RESOLUTIONS.kind, appeal_id, entry)
        connection.execute(insert(appeal_resolutions), row)
        if outcome is not None:
            add(
                connection,
                ledger,
                HumanDecision(decision_id, outcome, "appeal", made.key_id, made.at),
            )
    return True


def find_appeal(store: Store, ledger: Ledger, appeal_id: str) -> Appeal | None:
    """The appeal with this id, if there is one. Raises StoreError, VaultError."""
    with store.read() as connection:
        found = _read(connection, ledger, appeals.c.appeal_id == appeal_id)
    return found[0] if found else None


def of_decision(store: Store, ledger: Ledger, decision_id: str) -> list[Appeal]:
    """The appeals against one decision, oldest first. Raises StoreError, VaultError."""
    with store.read() as connection:
        return _read(connection, ledger, appeals.c.decision_id == decision_id)


def waiting(
    store: Store, ledger: Ledger, branch: str | None = None, limit: int = 100
) -> list[Appeal]:
    """Open appeals, the one that is due first first. Raises StoreError, VaultError."""
    which: ColumnElement[bool] = appeal_resolutions.c.id.is_(None)
    if branch is not None:
        d = decisions.c
        mine = (d.decision_id == appeals.c.decision_id) & (d.branch == branch)
        which &= select(d.position).where(mine).exists()  # looked up for each appeal, not joined
    with store.read() as connection:
        return _read(connection, ledger, which, limit)


def _read(
    connection: Connection, ledger: Ledger, which: Any, limit: int | None = None
) -> list[Appeal]:
    """Oldest first; with a ``limit`` by the time they are due."""
    r = appeal_resolutions.c
    ended = (r.result, r.key_id.label("by"), r.at.label("ended_at"), r.sealed.label("words"))
    query = (
        select(appeals, *ended)
        .outerjoin(appeal_resolutions, r.appeal_id == appeals.c.appeal_id)
        .where(which)
        .order_by(*((appeals.c.id,) if limit is None else (appeals.c.due_at, appeals.c.id)))
        .limit(limit)
    )
    return [_appeal(connection, ledger, row) for row in connection.execute(query).all()]


def _appeal(connection: Connection, ledger: Ledger, row: Any) -> Appeal:
    def opened(sealed: bytes | None, bound: str) -> str | None:
        plain = sealed and ledger.unseal_beside(connection, row.decision_id, sealed, bound)
        return plain.decode() if plain else None

    resolution = None
    if row.result is not None:
        words = opened(row.words, _bound(row.appeal_id))
        resolution = Resolution(row.result, row.by, row.ended_at, words)
    return Appeal(
        appeal_id=row.appeal_id,
        decision_id=row.decision_id,
        ground=row.ground,
        key_id=row.key_id,
        at=row.at,
        due_at=row.due_at,
        text=opened(row.sealed, row.appeal_id),
        resolution=resolution,
    )


def _bound(appeal_id: str) -> str:
    return f"resolution of {appeal_id}"


def _sealed(
    connection: Connection, ledger: Ledger, decision_id: str, text: str | None, bound: str
) -> bytes | None:
    """The sealed text, empty without one; None when the decision is erased."""
    sealed = ledger.seal_beside(connection, decision_id, (text or "").encode(), bound)
    return sealed if sealed is None or text else b""


def _deciders(connection: Connection, decision_id: str) -> Sequence[str]:
    """Keys that decided; where no person has yet, the key that asked for the score."""
    h, d = human_decisions.c, decisions.c
    people = connection.execute(select(h.key_id).where(h.decision_id == decision_id)).scalars()
    found = list(people)
    if found:
        return found
    asked = connection.execute(select(d.key_id).where(d.decision_id == decision_id))
    return list(asked.scalars())


def _same_person(connection: Connection, key_id: str, others: Sequence[str]) -> bool:
    """Whether one of ``others`` is this key, or belongs to who owns it."""
    if key_id in others:
        return True
    query = select(api_keys.c.name).where(api_keys.c.name != "")
    mine = set(connection.execute(query.where(api_keys.c.key_id == key_id)).scalars())
    theirs = set(connection.execute(query.where(api_keys.c.key_id.in_(others))).scalars())
    return bool(mine & theirs)
