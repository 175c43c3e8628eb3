"""The scheduled job: the champion's decisions, audited under every configured profile."""

from collections.abc import Mapping
from typing import Any

from api.audit_subjects import Reading, decided_between
from api.auditing import Subject, keep, own_folder, write
from api.schedule import Work, period
from data.errors import NotEnoughDataError, ProtectedError
from data.store.ledger import Ledger
from data.vault import Vault
from fairness.profiles import load_profile
from scoring.registry import Registry
from scoring.signing import TrustedKeys

ACTOR = "worker"


def run(work: Work) -> Mapping[str, Any]:
    """Audit the decisions of the job's period and keep the results.

    The result names each audit and its verdict, or says why there is none. Raises what stops all
    audits alike (StoreError, VaultError, BundleError, ProfileError).
    """
    settings = work.settings
    if not settings.audit_profiles:
        return {"audits": [], "why": "no profile is named in MICROSCORE_AUDIT_PROFILES"}
    laws = [load_profile(name) for name in settings.audit_profiles]
    try:
        subject = _champions(work)
    except (NotEnoughDataError, ProtectedError) as error:
        return {"audits": [], "why": str(error)}
    return {"audits": [_audited(work, subject, law) for law in laws]}


def _champions(work: Work) -> Subject:
    settings = work.settings
    registry = Registry(work.store, settings.home, TrustedKeys(settings.keys_folder))
    champion = registry.champion()
    if champion is None:
        raise NotEnoughDataError("no version is champion")
    ledger = Ledger(work.store, Vault.open(settings.vault_folder, settings.vault_command))
    days, reading = period(work.arguments), Reading(ACTOR, stored=True)
    return decided_between(days, champion, reading, settings, (registry, ledger)).subjects[0]


def _audited(work: Work, subject: Subject, law: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"profile": law.profile, "model": subject.scorer.version}
    try:
        (kept,) = keep(work.store, subject, law, work.now)
    except ProtectedError as error:
        return told | {"why": str(error)}
    done = write(kept, own_folder(work.settings.home, kept))
    verdict = done.record.verdict.value
    return told | {"audit": done.audit_id, "verdict": verdict, "folder": str(done.folder)}
