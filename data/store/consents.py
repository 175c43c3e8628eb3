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
from data.store.quick import QuickReader, Row
from data.store.tables import consents

Purpose = Literal["scoring"]
SCORING: Purpose = "scoring"
"""Use of a source in a score; the one purpose for which consent is asked today."""

Wanted = Mapping[str, Mapping[Purpose, bool]]
"""Source to purpose to granted."""

_OF_ONE = "SELECT source, granted FROM consents WHERE applicant = ? AND purpose = ? ORDER BY id"
_STEP = 1_000
_SINCE = """SELECT id, applicant, source, purpose, granted FROM consents WHERE id >= ?
ORDER BY id LIMIT ?"""


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
    """Withdrawals in a local database, for one thread: it remembers them and reads what is new.

    Rows are only ever added, so the last row that was read tells whether this still is the same
    history. As long as it has more than was read, one person's rows are looked up instead.
    """

    def __init__(self, store: Store) -> None:
        self._reader = QuickReader(store)
        self._openings = 0
        self._forget()

    def look(self) -> None:
        """Read what was said since the last look. Raises StoreError."""
        rows = self._reader.all(_SINCE, (self._last[0], _STEP))
        if self._last[0] and (rows[:1] != [self._last] or self._openings != self._reader.openings):
            self._forget()
            rows = self._reader.all(_SINCE, (0, _STEP))
        self._openings = self._reader.openings
        for row in rows:
            self._take(row)
        self._behind = len(rows) == _STEP

    def withdrawn(self, person: str) -> frozenset[str]:
        """The sources that ``person`` had withdrawn from scoring by then. Raises StoreError."""
        if self._behind:
            return _refused(dict(self._reader.all(_OF_ONE, (person, SCORING))))
        return self._refused.get(person, _NONE)

    def _forget(self) -> None:
        self._last: Row = (0,)
        self._refused: dict[str, frozenset[str]] = {}
        self._behind = True

    def _take(self, row: Row) -> None:
        self._last = row
        _, person, source, purpose, granted = row
        if purpose != SCORING:
            return
        before = self._refused.get(person, _NONE)
        refused = before - {source} if granted else before | {source}
        if refused:
            self._refused[person] = refused
        else:
            self._refused.pop(person, None)

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
