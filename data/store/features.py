"""Features that were materialised for applicants: kept sealed, looked up, erased, retained.

A row is what one source said of one applicant at the start of a day; a newer build replaces it.
The chain proves each build with its day and counts, and holds nothing about a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, insert, select, update

from data.contract import Contract
from data.errors import VaultError
from data.store.engine import Store
from data.store.ledger import Ledger
from data.store.quick import QuickReader
from data.store.tables_features import features, observer_habits
from data.vault import Vault

BUILD, RETAINED = "features", "features-gone"
"""Kinds of the events that features were built, and that old ones were deleted."""
_BATCH = 500
_QUICK = (
    "SELECT applicant, source, stands_for, sealed, row_key FROM features "
    "WHERE contract = ? AND applicant = ?"
)
Values = Mapping[str, float | str]
"""Inputs of a source by name; missing ones are absent."""


@dataclass(frozen=True, slots=True)
class Materialised:
    """What one source said of one applicant at the start of the day ``stands_for``."""

    contract: str
    source: str
    stands_for: date
    retention_days: int
    values: Values


Person = tuple[str, Mapping[str, Values]]
"""An applicant's id, and what each source says."""
Known = Mapping[str, tuple[date, Values]]
"""Of one applicant: source to the day it stands for and its values."""


class FeatureStore:
    """The materialised features in ``store``. Threads may share it."""

    def __init__(self, store: Store, ledger: Ledger) -> None:
        self._store, self._ledger, self._vault = store, ledger, ledger.vault

    def keep(
        self,
        contract: Contract,
        day: date,
        people: Iterable[Person],
        habits: Mapping[str, Mapping[str, float]],
        actor: str,
    ) -> int:
        """Replace what is kept of ``people`` (id, source to values); return the rows kept.

        ``habits``: observers' leniency by feature. Each batch is durable by itself; what was
        stopped half-way is finished by building again. Raises StoreError.
        """
        self._vault.refresh()
        kept = sum(self._keep(contract, day, batch) for batch in _batches(people))
        with self._store.write() as connection:
            told = {"actor": actor, "stands_for": str(day), "rows": kept}
            self._ledger.record(connection, BUILD, contract.contract, told)
            mine = observer_habits.c.contract == contract.contract
            connection.execute(delete(observer_habits).where(mine))
            for feature, lenient in habits.items():
                row = {"contract": contract.contract, "feature": feature, "stands_for": day}
                bound = _habits_bound(contract.contract, feature)
                sealed, row_key = self._vault.seal(orjson.dumps(dict(lenient)), bound)
                row |= {"sealed": sealed, "row_key": row_key}
                connection.execute(insert(observer_habits), row)
        return kept

    def _keep(self, contract: Contract, day: date, people: Sequence[Person]) -> int:
        name, rows = contract.contract, []
        known = {self._ledger.person(applicant): sources for applicant, sources in people}
        for person, sources in known.items():
            for source, values in sources.items():
                sealed, row_key = self._vault.seal(orjson.dumps(values), _bound(person, source))
                rows.append(
                    {
                        "applicant": person,
                        "contract": name,
                        "source": source,
                        "stands_for": day,
                        "retention_days": contract.sources[source].retention_days,
                        "sealed": sealed,
                        "row_key": row_key,
                    }
                )
        with self._store.write() as connection:
            mine = features.c.applicant.in_(list(known)) & (features.c.contract == name)
            connection.execute(delete(features).where(mine))
            if rows:
                connection.execute(insert(features), rows)
        return len(rows)

    def find(self, contract: str, people: Sequence[str]) -> dict[str, Known]:
        """What is kept of each of ``people`` (pseudonyms). Raises StoreError, VaultError."""
        query = select(
            features.c.applicant,
            features.c.source,
            features.c.stands_for,
            features.c.sealed,
            features.c.row_key,
        ).where(features.c.contract == contract, features.c.applicant.in_(people))
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return self._opened(people, rows)

    def _opened(self, people: Sequence[str], rows: Iterable[Any]) -> dict[str, Known]:
        found: dict[str, dict[str, tuple[date, Values]]] = {person: {} for person in people}
        for person, source, day, sealed, row_key in rows:
            values = orjson.loads(self._vault.unseal(sealed, row_key, _bound(person, source)))
            stands_for = day if isinstance(day, date) else date.fromisoformat(day)
            found[person][source] = stands_for, values
        return dict(found)

    def quick(self, reader: QuickReader, contract: str, person: str) -> Known:
        """``find`` of one person in a local database. Raises StoreError, VaultError."""
        return self._opened([person], reader.all(_QUICK, (contract, person)))[person]

    def habits(self, contract: str) -> dict[str, dict[str, float]]:
        """Observers' leniency by feature, as last built. Raises StoreError, VaultError."""
        query = select(observer_habits).where(observer_habits.c.contract == contract)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return {
            row.feature: orjson.loads(
                self._vault.unseal(row.sealed, row.row_key, _habits_bound(contract, row.feature))
            )
            for row in rows
        }


def features_of(store: Store, vault: Vault, person: str) -> list[Materialised]:
    """All that is kept of the pseudonym ``person``. Raises StoreError, VaultError."""
    query = select(features).where(features.c.applicant == person)
    with store.read() as connection:
        rows = connection.execute(query.order_by(features.c.contract, features.c.source)).all()
    return [
        Materialised(
            row.contract,
            row.source,
            row.stands_for,
            row.retention_days,
            orjson.loads(vault.unseal(row.sealed, row.row_key, _bound(person, row.source))),
        )
        for row in rows
    ]


def erase_features(connection: Connection, person: str) -> int:
    """Delete what is kept of the pseudonym ``person``; return the rows."""
    return connection.execute(delete(features).where(features.c.applicant == person)).rowcount


def retain_features(
    store: Store, ledger: Ledger, now: datetime, actor: str, *, dry_run: bool = False
) -> int:
    """Delete rows that are past their source's period; return how many are or were.

    Raises StoreError.
    """
    today = now.astimezone(UTC).date()
    with store.read() as connection:
        periods = connection.execute(select(features.c.retention_days).distinct()).scalars().all()
        old = [
            and_(
                features.c.retention_days == days,
                features.c.stands_for < today - timedelta(days=days),
            )
            for days in periods
        ]
        count = sum(
            connection.execute(select(func.count()).select_from(features).where(one)).scalar_one()
            for one in old
        )
    if count and not dry_run:
        with store.write() as connection:
            for one in old:
                connection.execute(delete(features).where(one))
            ledger.record(connection, RETAINED, str(today), {"actor": actor, "rows": count})
    return count


class Rewrapped(NamedTuple):
    """The last applicant of a batch (None: none was left), and what came of it."""

    last: str | None
    changed: int
    unreadable: int


def rewrap_features(connection: Connection, vault: Vault, after: str) -> Rewrapped:
    """Wrap the row keys of some applicants behind ``after`` by the active key.

    The first batch, after "", has those of the observers as well.
    """
    who = features.c.applicant
    some = select(who).where(who > after).distinct().order_by(who).limit(_BATCH)
    people = list(connection.execute(some).scalars())
    mine: list[tuple[Table, ColumnElement[bool]]] = []
    if people:
        mine.append((features, who.in_(people)))
    if not after:
        mine.append((observer_habits, observer_habits.c.contract != ""))
    changed = unreadable = 0
    for table, which in mine:
        for row in connection.execute(select(table).where(which)).mappings().all():
            same = and_(*(column == row[column.name] for column in table.primary_key.columns))
            try:
                new = vault.rewrap(row["row_key"], _SEALED[table.name](row))
            except VaultError:
                unreadable += 1
                continue
            if new != row["row_key"]:
                connection.execute(update(table).where(same).values(row_key=new))
                changed += 1
    return Rewrapped(people[-1] if people else None, changed, unreadable)


def row_keys(connection: Connection) -> list[bytes]:
    """The wrapped row keys of all rows."""
    keys = (select(table.c.row_key) for table in (features, observer_habits))
    return [key for query in keys for key in connection.execute(query).scalars()]


def _batches(people: Iterable[Person]) -> Iterator[list[Person]]:
    left = iter(people)
    while batch := list(islice(left, _BATCH)):
        yield batch


def _bound(person: str, source: str) -> str:
    return f"features {person} {source}"


def _habits_bound(contract: str, feature: str) -> str:
    return f"habits {contract} {feature}"


_SEALED: dict[str, Callable[[Any], str]] = {
    features.name: lambda row: _bound(row["applicant"], row["source"]),
    observer_habits.name: lambda row: _habits_bound(row["contract"], row["feature"]),
}
"""What each row of a table, which has a key of its own, is bound to."""
