"""Export and erasure across both stores, for the command line: the server cannot open the second.

The protected attributes' store is only opened where there is one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from api.audits import AuditSettings, open_protected
from api.exporting import PersonExport, export
from api.wiring import open_ledger
from data.contract import Contract, Language
from data.errors import MicroscoreError
from data.inbox import Inbox
from data.protected import ProtectedStore
from data.statements import Stated
from data.store import Store
from data.store.ledger import Ground
from data.store.subjects import erase, hand_out, is_known
from scoring.registry import Registry
from scoring.signing import TrustedKeys

PURPOSE = "export for the person"


class NothingHeldError(MicroscoreError):
    """Nothing is held on a person: nobody of that id is known here."""

    def __init__(self) -> None:
        super().__init__("nothing is held on this id; check how it is written")


@dataclass(frozen=True)
class Erased:
    """Decisions that were readable until now, and protected attributes that are gone."""

    decisions: int
    protected: int


def export_person(
    applicant_id: str, language: Language, actor: str, settings: AuditSettings | None = None
) -> PersonExport:
    """All that is held on a person; that it was asked for is on the audit chain in any case.

    Raises NothingHeldError, StoreError, VaultError, ProtectedError, BundleError.
    """
    settings = settings or AuditSettings()
    with open_ledger(settings) as (store, ledger), _protected(settings) as kept:
        held = hand_out(store, ledger, applicant_id, actor)
        contract = _contract(store, settings)
        stated = _stated(kept, applicant_id, actor)
        if not stated and not is_known(store, ledger, applicant_id):
            raise NothingHeldError
    return export(held, applicant_id, contract, language, datetime.now(UTC), stated)


def erase_person(
    applicant_id: str, reason: Ground, actor: str, settings: AuditSettings | None = None
) -> Erased:
    """Erase a person in both stores; what was done of it stays done when the other fails.

    Again is harmless. Raises NothingHeldError, once that it was asked for is on the audit chain,
    StoreError, VaultError, ProtectedError.
    """
    settings = settings or AuditSettings()
    with open_ledger(settings) as (store, ledger), _protected(settings) as kept:
        known = is_known(store, ledger, applicant_id)
        decisions = erase(store, ledger, applicant_id, actor, reason)
        protected = kept.erase(applicant_id, actor, datetime.now(UTC)) if kept else 0
    if not known and not protected:
        raise NothingHeldError
    return Erased(decisions, protected)


def _stated(kept: ProtectedStore | None, applicant_id: str, actor: str) -> dict[str, Stated]:
    return kept.read_stated([applicant_id], None, PURPOSE, actor)[0] if kept else {}


def _contract(store: Store, settings: AuditSettings) -> Contract | None:
    registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
    champion = registry.champion()
    return registry.open(champion)[1].contract if champion else None


@contextmanager
def _protected(settings: AuditSettings) -> Iterator[ProtectedStore | None]:
    """The store of protected attributes with all that waited in the inbox, if there is one."""
    here = settings.protected_folder.exists() or Inbox(settings.inbox_folder).key_file.exists()
    if settings.protected_url is None and not here:
        yield None
        return
    with open_protected(settings) as (store, _):
        yield store
