"""Estimates of harm made without outcomes, and what came of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from data.store.engine import Store
from data.store.monitoring import CHECK_ROWS, CheckEntry
from data.store.tables_monitoring import drift_checks, drift_estimates


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate with its interval and, once its loans have matured, what came of it."""

    check_id: str
    measure: str
    value: float
    low: float
    high: float
    realised: float | None = None
    realised_low: float | None = None
    realised_high: float | None = None
    matured: int | None = None
    realised_at: datetime | None = None


_ESTIMATE = select(*(drift_estimates.c[f.name] for f in fields(Estimate)))


def add_estimates(connection: Connection, made: Sequence[Estimate]) -> None:
    """Keep the estimates of a check that was just kept, in the same transaction."""
    if made:
        connection.execute(insert(drift_estimates), [asdict(e) for e in made])


def estimates_of(store: Store, check_id: str) -> list[Estimate]:
    """The estimates of a check, each with what came of it if that is known. Raises StoreError."""
    here = _ESTIMATE.where(drift_estimates.c.check_id == check_id)
    with store.read() as connection:
        rows = connection.execute(here.order_by(drift_estimates.c.measure))
        return [Estimate(*row) for row in rows]


def estimates_among(store: Store, check_ids: Sequence[str]) -> dict[str, list[Estimate]]:
    """Check to its estimates, of those among ``check_ids`` that have any. Raises StoreError."""
    here = _ESTIMATE.where(drift_estimates.c.check_id.in_(check_ids))
    found: dict[str, list[Estimate]] = {}
    with store.read() as connection:
        for row in connection.execute(here.order_by(drift_estimates.c.measure)):
            found.setdefault(row.check_id, []).append(Estimate(*row))
    return found


def unrealised(store: Store, until: date) -> dict[str, list[CheckEntry]]:
    """Model to its checks of windows up to ``until`` that no outcome stands beside yet.

    Those of files are left out: nobody was lent to on their account. Raises StoreError.
    """
    c, e = drift_checks.c, drift_estimates.c
    waiting = select(e.check_id).where(e.realised_at.is_(None))
    query = CHECK_ROWS.where(c.source != "file", c.last_day <= until, c.check_id.in_(waiting))
    found: dict[str, list[CheckEntry]] = {}
    with store.read() as connection:
        for row in connection.execute(query.order_by(c.model_version, c.last_day)):
            found.setdefault(row.model_version, []).append(CheckEntry(*row))
    return found


def realise(connection: Connection, done: Estimate) -> bool:
    """Put what came of an estimate beside it; the estimate itself stays as it was.

    False when there is no such estimate.
    """
    c = drift_estimates.c
    here = (c.check_id == done.check_id) & (c.measure == done.measure)
    came = {
        name: getattr(done, name)
        for name in ("realised", "realised_low", "realised_high", "matured", "realised_at")
    }
    return connection.execute(update(drift_estimates).where(here).values(**came)).rowcount == 1
