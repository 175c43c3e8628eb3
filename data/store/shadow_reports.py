"""Reports of a challenger against the champion that were kept; a promotion asks for the newest."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, insert, select

from data.errors import RegistryError
from data.store.attested import SHADOW_REPORTS
from data.store.audits import SHORTEST_PREFIX
from data.store.engine import Store
from data.store.ledger import record
from data.store.tables_shadow import shadow_reports


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One report: ``result`` is its whole JSON, ``report_id`` the SHA-256 of it.

    ``state``: BETTER, NOT WORSE, WORSE or KEEP WATCHING; ``fairness``: the same of the paired
    fairness audit, None without one.
    """

    report_id: str
    champion: str
    challenger: str
    made_at: datetime
    state: str
    fairness: str | None
    pairs: int
    result: bytes


_C = shadow_reports.c
_SELECT = select(*(_C[field.name] for field in fields(ReportEntry)))


def add_report(connection: Connection, entry: ReportEntry, actor: str) -> None:
    """Keep a report, and put it on the audit chain, in the caller's transaction.

    One that is there already stays as it is.
    """
    here = select(_C.report_id).where(_C.report_id == entry.report_id)
    if connection.execute(here).first() is None:
        row = asdict(entry)
        told = {"actor": actor, "challenger": entry.challenger, "state": entry.state}
        record(
            connection,
            SHADOW_REPORTS.kind,
            entry.report_id,
            told | SHADOW_REPORTS.entry([row]),
        )
        connection.execute(insert(shadow_reports), row)


def latest_report(store: Store, champion: str, challenger: str) -> ReportEntry | None:
    """The newest report of ``challenger`` against ``champion``. Raises StoreError."""
    found = reports_of(store, challenger, champion, limit=1)
    return found[0] if found else None


def reports_of(
    store: Store,
    challenger: str | None = None,
    champion: str | None = None,
    limit: int | None = None,
) -> list[ReportEntry]:
    """The newest reports first. Raises StoreError."""
    query = _SELECT.order_by(_C.made_at.desc(), _C.report_id).limit(limit)
    if challenger is not None:
        query = query.where(_C.challenger == challenger)
    if champion is not None:
        query = query.where(_C.champion == champion)
    with store.read() as connection:
        return [ReportEntry(*row) for row in connection.execute(query)]


def find_report(store: Store, ref: str) -> ReportEntry:
    """The report with this id, or the only one whose id begins so.

    Raises RegistryError when there is none or several, StoreError.
    """
    if len(ref) < SHORTEST_PREFIX or not set(ref) <= set("0123456789abcdef"):
        raise RegistryError(f"a report is named by {SHORTEST_PREFIX} or more figures of its id")
    query = _SELECT.where(_C.report_id.startswith(ref)).limit(2)
    with store.read() as connection:
        rows = connection.execute(query).all()
    if len(rows) != 1:
        found = "several reports have an id" if rows else "no report has an id"
        raise RegistryError(f"{found} that begins like this; see microscore shadow reports")
    return ReportEntry(*rows[0])
