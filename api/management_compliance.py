"""Whether what must be in order is: audits, the audit chain and its heads, retention."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from api.management_figures import AuditTold, Compliance, Share, share
from api.schedule import Work
from data.store import Store
from data.store.audits import audits_of
from data.store.heads import Head, HeadBook
from data.store.jobs import all_jobs
from data.store.tables import audit_chain
from data.store.verify import verify
from data.vault import Vault

HEAD_DAYS = 30


def compliance(work: Work, champion: str | None) -> Compliance:
    """What is in order as of ``work.now``; the whole chain is verified.

    Raises StoreError, AccessError, VaultError.
    """
    settings, store = work.settings, work.store
    vault = Vault.open(settings.vault_folder, settings.vault_command)
    heads, bad = HeadBook(settings.heads_folder, settings.keys_folder).read()
    verdict = verify(store, vault, heads)
    told: dict[str, AuditTold] = {}
    for entry in audits_of(store, champion) if champion else ():
        fresh = work.now - entry.made_at <= settings.audit_age
        here = AuditTold(
            profile=entry.profile, verdict=entry.verdict, made_at=entry.made_at, fresh=fresh
        )
        told.setdefault(entry.profile, here)
    runs = [job for job in all_jobs(store, "retention", 30) if job.state in {"done", "failed"}]
    done = next((job for job in runs if job.state == "done"), None)
    return Compliance(
        champion=champion,
        audits=sorted(told.values(), key=lambda audit: audit.profile),
        missing_profiles=[p for p in settings.audit_profiles if p not in told],
        chain_rows=verdict.rows,
        chain_faults=len(verdict.faults) + len(bad),
        headed=_headed(store, heads, work.now),
        retention_at=done.finished_at if done else None,
        retention_failed=bool(runs) and runs[0].state == "failed",
    )


def _headed(store: Store, heads: list[Head], now: datetime) -> Share:
    """Of the last whole days since the chain began (UTC), those with a signed head."""
    with store.read() as connection:
        first = connection.execute(
            select(func.min(audit_chain.c.at)).where(audit_chain.c.position == 1)
        ).scalar()
    today = now.astimezone(UTC).date()
    begun: date = first.astimezone(UTC).date() if first else today
    days = {today - timedelta(days=back) for back in range(1, HEAD_DAYS + 1)}
    days = {day for day in days if day >= begun}
    return share(len(days & {head.day for head in heads}), len(days))
