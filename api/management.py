"""The figures of weeks and quarters, made each day for those who lead the institution."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from api.accounts import PERSON
from api.management_compliance import compliance
from api.management_figures import MANAGEMENT, Management, TimeToValue, spread
from api.management_quarters import Lending, by_quarter, lending
from api.management_today import KEPT
from api.management_use import WEEKS, each_decision, officers_in_force, weeks_until
from api.schedule import Work
from data.contract import Contract
from data.errors import NotEnoughDataError
from data.store import Store
from data.store.summaries import forget_summaries, keep_summary
from data.store.tables import audit_chain, decisions
from data.store.tables_people import BY_PERSON
from scoring.registry import Registry
from scoring.signing import TrustedKeys

NO_CHAMPION = "no version is champion, so nothing says what a loan is"


def run(work: Work) -> Mapping[str, Any]:
    """The daily job. Raises StoreError, BundleError, AccessError."""
    settings = work.settings
    registry = Registry(work.store, settings.home, TrustedKeys(settings.keys_folder))
    champion = registry.champion()
    contract = registry.open(champion)[1].contract if champion else None
    made = management(work, champion, contract)
    keep_summary(work.store, MANAGEMENT, work.now, made.model_dump_json().encode())
    forget_summaries(work.store, MANAGEMENT, work.now - KEPT)
    return {
        "decisions": made.weeks.whole.decisions,
        "loans": sum(quarter.loans for quarter in made.quarters),
        "chain_faults": made.compliance.chain_faults,
    }


def management(work: Work, champion: str | None, contract: Contract | None) -> Management:
    """All figures as of the beginning of the day of ``work.now``. Raises StoreError, AccessError.

    ``contract``: that of the champion; days are told by its clock, without one by UTC.
    """
    zone = ZoneInfo(contract.timezone if contract else "UTC")
    today = work.now.astimezone(zone).date()
    loans: Lending | None = None
    why: str | None = NO_CHAMPION
    if contract is not None:
        try:
            loans, why = lending(work.store, contract, today - timedelta(days=1)), None
        except NotEnoughDataError as error:
            why = str(error)
    return Management(
        made_at=work.now,
        weeks=weeks_until(work.store, zone, today),
        quarters=by_quarter(work.store, zone, work.now, loans),
        at_risk=loans.at_risk if loans else [],
        why_no_loans=why,
        compliance=compliance(work, champion),
        value=_value(work.store, zone, work.now, loans),
    )


def _value(store: Store, zone: ZoneInfo, now: datetime, loans: Lending | None) -> TimeToValue:
    c, d = audit_chain.c, decisions.c
    with store.read() as connection:
        begun = connection.execute(select(func.min(c.at)).where(c.position == 1)).scalar()
        first = connection.execute(select(func.min(d.created_at))).scalar()
        firsts = select(func.min(d.position)).where(BY_PERSON).group_by(d.key_id)
        mine = select(d.key_id, d.created_at).where(d.position.in_(firsts))
        began = {row.key_id: row.created_at for row in connection.execute(mine)}
    people = officers_in_force(store)
    days = [
        (began[key] - person.created_at) / timedelta(days=1)
        for person in people
        if (key := f"{PERSON}{person.person_id}") in began
    ]
    hours = [
        (made.outcome_at - made.at) / timedelta(hours=1)
        for made in each_decision(store, now - timedelta(days=7 * WEEKS), now)
        if made.outcome_at is not None
    ]
    return TimeToValue(
        installed_on=begun.astimezone(zone).date() if begun else None,
        first_decision_on=first.astimezone(zone).date() if first else None,
        first_matured_on=loans.matured_first if loans else None,
        officers=spread(days),
        officers_without=len(people) - len(days),
        hours=spread(hours),
    )
