"""What people said about the use of their data, by source and purpose: append-only history.

The newest word counts. Rows are kept under a pseudonym and nothing takes them away: they prove
what was allowed when (GDPR art. 7(1)), and a withdrawal has to outlive an erasure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select

from data.store.attested import CONSENTS
from data.store.engine import Store
from data.store.ledger import Ledger
from data.store.quick import QuickReader
from data.store.tables import consents

Purpose = Literal["scoring"]
SCORING: Purpose = "scoring"
"""Use of a source in a score; the one purpose for which consent is asked today."""

Wanted = Mapping[str, Mapping[Purpose, bool]]
"""Source to purpose to granted."""

_QUICK = "SELECT source, granted FROM consents WHERE applicant = ? AND purpose = ? ORDER BY id"


@dataclass(frozen=True, slots=True)
class Consent:
    """What one person said at one time, and the key that it came with."""

    source: str
    purpose: str
    granted: bool
    at: datetime
    key_id: str


_SELECT = select(*(consents.c[field.name] for field in fields(Consent))).order_by(consents.c.id)


def history(store: Store, person: str) -> list[Consent]:
    """All that the pseudonym ``person`` ever said, oldest first. Raises StoreError."""
    with store.read() as connection:
        return _history(connection, person)


def newest(said: Sequence[Consent]) -> dict[tuple[str, str], Consent]:
    """Of a history, the word that counts for each source and purpose."""
    return {(consent.source, consent.purpose): consent for consent in said}


def say(
    store: Store, ledger: Ledger, person: str, wanted: Wanted, at: datetime, key_id: str
) -> list[Consent]:
    """Keep what changes by ``wanted``, durably and on the audit chain; return the history.

    What was said before is not said again, so that asking twice writes once. Raises StoreError.
    """
    with store.write() as connection:
        before = newest(_history(connection, person))
        said = [
            Consent(source, purpose, granted, at, key_id)
            for source, purposes in wanted.items()
            for purpose, granted in purposes.items()
            if not _is(before.get((source, purpose)), granted)
        ]
        if said:
            rows = [{"applicant": person, **asdict(c)} for c in said]
            entry = [[c.source, c.purpose, c.granted] for c in said]
            told = {"actor": f"key {key_id}", "said": entry, **CONSENTS.entry(rows)}
            ledger.record(connection, CONSENTS.kind, person, told)
            connection.execute(insert(consents), rows)
        return _history(connection, person)


def withdrawn(store: Store, people: Sequence[str]) -> dict[str, frozenset[str]]:
    """The sources that each of ``people`` has withdrawn from scoring. Raises StoreError."""
    query = (
        select(consents.c.applicant, consents.c.source, consents.c.granted)
        .where(consents.c.applicant.in_(people), consents.c.purpose == SCORING)
        .order_by(consents.c.id)
    )
    said: dict[str, dict[str, bool]] = {person: {} for person in people}
    with store.read() as connection:
        for person, source, granted in connection.execute(query):
            said[person][source] = granted
    return {person: _refused(words) for person, words in said.items()}


class QuickConsents:
    """Looks at the withdrawals of one person in a local database; see ``QuickReader``."""

    def __init__(self, store: Store) -> None:
        self._reader = QuickReader(store)

    def withdrawn(self, person: str) -> frozenset[str]:
        """The sources that ``person`` has withdrawn from scoring. Raises StoreError."""
        rows = self._reader.all(_QUICK, (person, SCORING))
        return _refused(dict(rows)) if rows else _NONE

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()


_NONE: frozenset[str] = frozenset()


def _history(connection: Connection, person: str) -> list[Consent]:
    rows = connection.execute(_SELECT.where(consents.c.applicant == person))
    return [Consent(*row) for row in rows]


def _is(said: Consent | None, granted: bool) -> bool:
    return said is not None and said.granted == granted


def _refused(words: Mapping[str, bool]) -> frozenset[str]:
    """Sources whose newest word is no."""
    return frozenset(source for source, granted in words.items() if not granted)
