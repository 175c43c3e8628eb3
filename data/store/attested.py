"""Tables whose rows are vouched for by events of the chain, and what others did to those rows.

An event holds the digest of each row that was written with it (``rows`` of its entry), in the
order of writing. A row without an event was put in, an event without its row tells of one that
was changed or deleted, and rows that changed places are found by their numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    LargeBinary,
    Table,
)

from data.store.chain import entry_bytes
from data.store.engine import Store
from data.store.links import Fault
from data.store.pairing import Pairing, Seen
from data.store.raw import Row, all_rows, moment_of, one_state
from data.store.tables import (
    UtcDateTime,
    alias_events,
    audit_acceptances,
    consents,
    fairness_audits,
)
from data.store.tables_monitoring import drift_alerts, drift_checks
from data.store.tables_officers import (
    appeal_resolutions,
    appeals,
    explanations,
    feedback,
    human_decisions,
)
from data.store.tables_shadow import shadow_assignments, shadow_reports

_BATCH = 2_000
_UNREADABLE = "not a row of ours"
_POINTING = """SELECT alias, to_version FROM alias_events WHERE id IN (SELECT max(id)
FROM alias_events WHERE action IN ('promote', 'rollback') GROUP BY alias)"""


@dataclass(frozen=True)
class Attested:
    """Rows of ``table`` stand in events of ``kind``; ``ref``: the column that names them.

    ``number``: the column that grows with every row, None where rows have no order; ``moving``:
    columns that work on the row changes, which nothing vouches for.
    """

    kind: str
    table: Table
    ref: str
    number: str | None = "id"
    moving: tuple[str, ...] = ()

    def entry(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
        """The part of an event's entry that vouches for ``rows``, given by column."""
        return {"rows": [self.digest([row[c.name] for c in self.columns]) for row in rows]}

    @property
    def columns(self) -> list[Column[Any]]:
        """What a digest is over: what stays, but the number, which nobody knows before."""
        return [c for c in self.table.columns if c.name not in (self.number, *self.moving)]

    def digest(self, values: Sequence[Any]) -> str:
        """SHA-256 (hexadecimal) over ``columns``, as they were given or as a driver reads them."""
        named = zip(self.columns, values, strict=True)
        try:
            return sha256(entry_bytes({c.name: _plain(c, v) for c, v in named})).hexdigest()
        except (TypeError, ValueError):  # SQLite keeps any type in any column
            return _UNREADABLE


CONSENTS = Attested("consent", consents, "applicant")
ALIASES = Attested("alias", alias_events, "to_version")
AUDITS = Attested("audit", fairness_audits, "audit_id", number=None)
ACCEPTANCES = Attested("acceptance", audit_acceptances, "audit_id")
EXPLANATIONS = Attested("explanation", explanations, "decision_id")
HUMAN_DECISIONS = Attested("human_decision", human_decisions, "decision_id")
FEEDBACK = Attested("feedback", feedback, "decision_id")
APPEALS = Attested("appeal", appeals, "decision_id")
RESOLUTIONS = Attested("appeal_resolved", appeal_resolutions, "appeal_id")
DRIFT_CHECKS = Attested("drift_check", drift_checks, "check_id", number=None)
DRIFT_ALERTS = Attested("drift_alert", drift_alerts, "check_id", number="alert_id")
SHADOWS = Attested(
    "shadow",
    shadow_assignments,
    "challenger",
    moving=("position", "stopped_at", "worker", "lease_until"),
)
SHADOW_REPORTS = Attested("shadow_report", shadow_reports, "report_id", number=None)
_OFFICERS = (EXPLANATIONS, HUMAN_DECISIONS, FEEDBACK, APPEALS, RESOLUTIONS)
_DRIFT = (DRIFT_CHECKS, DRIFT_ALERTS)
_SHADOW = (SHADOWS, SHADOW_REPORTS)
ATTESTED = (CONSENTS, ALIASES, AUDITS, ACCEPTANCES, *_OFFICERS, *_DRIFT, *_SHADOW)


def find_faults(store: Store) -> list[Fault]:
    """What is wrong with the rows of all ``ATTESTED``, and with the aliases. Raises StoreError."""
    found: list[Fault] = []
    with store.read() as connection:
        mark = one_state(connection)
        for part in ATTESTED:
            pairing = Pairing()
            for written, here in zip_longest(
                _written(connection, mark, part), _here(connection, mark, part)
            ):
                pairing.take(written, here)
            found += pairing.faults(part.table.name, ordered=part.number is not None)
        found += _moved_aliases(connection)
    return found


def _written(connection: Connection, mark: str, part: Attested) -> Iterator[Seen]:
    """What the events vouch for, in the order of the chain."""
    query = (
        f"SELECT position, ref, entry FROM audit_chain WHERE position > {mark} "  # noqa: S608
        f"AND kind = {mark} ORDER BY position LIMIT {_BATCH}"
    )
    after = 0
    while rows := all_rows(connection, query, (after, part.kind)):
        for position, ref, entry in rows:
            for digest in _digests(entry):
                yield Seen(position, ref, digest)
        after = rows[-1][0]


def _here(connection: Connection, mark: str, part: Attested) -> Iterator[Seen]:
    """The rows of the table, by number, else by reference."""
    key = part.number or part.ref
    names = ", ".join([key, part.ref, *(c.name for c in part.columns)])
    after: tuple[Any, ...] = ()
    while rows := all_rows(connection, _next(names, part.table.name, key, mark, after), after):
        for number, ref, *values in rows:
            at = number if part.number and isinstance(number, int) else 0
            yield Seen(at, str(ref), part.digest(values))
        after = (rows[-1][0],)


def _next(names: str, table: str, key: str, mark: str, after: Row) -> str:
    where = f"WHERE {key} > {mark} " if after else ""
    return f"SELECT {names} FROM {table} {where}ORDER BY {key} LIMIT {_BATCH}"  # noqa: S608


def _digests(entry: Any) -> list[str]:
    """The rows that an event vouches for; none when somebody else wrote its entry."""
    try:
        return [str(digest) for digest in json.loads(entry).get("rows", ())]
    except (ValueError, TypeError, AttributeError):
        return []


def _plain(column: Column[Any], value: Any) -> Any:
    """A value as JSON has it, the same for what was given and what a driver reads."""
    if value is None:
        return None
    if isinstance(column.type, (UtcDateTime, DateTime)):
        return moment_of(value)
    if isinstance(column.type, LargeBinary):
        return sha256(value).hexdigest()
    if isinstance(column.type, Date):
        return str(value)
    if isinstance(column.type, Boolean):
        return bool(value) if value in (0, 1) else value
    if isinstance(column.type, Float):
        value = float(value)  # a whole number may have been given
    as_text = isinstance(column.type, JSON) and isinstance(value, (str, bytes))
    return json.loads(value) if as_text else value


def _moved_aliases(connection: Connection) -> list[Fault]:
    """Aliases that do not point to where their newest event let them point."""
    wanted: dict[Any, Any] = dict(all_rows(connection, _POINTING, ()))
    found: dict[Any, Any] = dict(all_rows(connection, "SELECT alias, version FROM aliases", ()))
    detail = "the alias does not point to where its newest event says"
    return [
        Fault(0, str(alias), "changed", detail)
        for alias in sorted(wanted.keys() | found.keys())
        if wanted.get(alias) != found.get(alias)
    ]
