"""Audits as they are made, kept and written; the commands and the scheduled job share this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from api.kept_reports import AUDIT, REPORT, audit_folder
from data.durable import replace as write_whole
from data.errors import StoreError
from data.store import Store
from data.store.audits import AuditEntry, add_audits
from data.store.disclosures import disclose, disclosed
from data.store.models import find_version
from fairness.audit import Audited, audit
from fairness.challenger import Versions, comparable, compare, rescored
from fairness.flip_test import Flip
from fairness.profiles import Profile
from fairness.published import Register
from fairness.publishing import Publisher
from fairness.records import AuditRecord, Period, audit_id
from fairness.recourse import Costs, search
from fairness.sample import Names, Sample
from scoring.scorer import Scorer

TRIES = 5
"""Times that an audit is made anew because others published meanwhile."""


@dataclass(frozen=True)
class Subject:
    """Whom an audit is about: ``sample`` (n), and who applied (n, None unknown).

    ``data``: SHA-256 of what the sample was made from; ``period``: of stored decisions.
    """

    scorer: Scorer
    sample: Sample
    applicants: Names
    data: Mapping[str, str]
    flips: Sequence[Flip] = ()
    period: Period | None = None

    @property
    def name(self) -> str:
        """The register of disclosures that it belongs to."""
        decided = f"decisions of {self.scorer.version}"
        return self.scorer.contract.contract if self.period is None else decided

    def by(self, challenger: Scorer, flips: Sequence[Flip] = ()) -> "Subject":
        """The same applicants as ``challenger`` would have decided on them.

        Raises NotEnoughDataError when it cannot score them.
        """
        comparable(self.scorer.contract, challenger.contract)
        again = rescored(challenger, self.sample)
        return replace(self, scorer=challenger, sample=again, flips=flips)


@dataclass(frozen=True)
class Kept:
    """An audit in the store (unless its model is not registered) and in its folder."""

    audit_id: str
    record: AuditRecord
    in_store: bool
    folder: Path = field(default=Path())


def keep(
    store: Store,
    subject: Subject,
    law: Profile,
    now: datetime,
    challenger: Subject | None = None,
) -> list[Kept]:
    """Audit the subject's model, and the ``challenger`` that is ``subject.by`` it, and keep both.

    What is published, and that it is, become durable together. An audit that others overtook is
    made again from what is public then. Raises NotEnoughDataError, ProtectedError, StoreError.
    """
    searched = [search(one.scorer, one.sample) for one in (subject, challenger) if one]
    for _ in range(TRIES):
        seen = disclosed(store, subject.name)
        register = Register() if seen.register is None else Register.from_plain(seen.register)
        records, register = _made(subject, law, now, challenger, register, searched)
        kept = [_kept(store, record) for record in records]
        entries = [_entry(k, law, now) for k in kept if k.in_store]
        with store.write() as connection:
            if disclose(connection, subject.name, seen, register.plain(), now):
                add_audits(connection, entries)
                return kept
    raise StoreError("other audits are being published all the time; try again later")


def write(kept: Kept, folder: Path) -> Kept:
    """Write audit.json and report.html into ``folder``."""
    from api.reports.fairness import render

    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / AUDIT, kept.record.content())
    write_whole(folder / REPORT, render(kept.record).encode())
    return replace(kept, folder=folder)


def own_folder(home: Path, kept: Kept) -> Path:
    """Where an audit is written when nobody says otherwise."""
    told = kept.record.inputs
    return audit_folder(home, told.version, told.on, told.profile, kept.audit_id)


def _made(
    subject: Subject,
    law: Profile,
    now: datetime,
    challenger: Subject | None,
    register: Register,
    searched: Sequence[Costs],
) -> tuple[list[AuditRecord], Register]:
    first = _audited(subject, law, now, register, searched[0])
    champion = AuditRecord.of(first.audit, subject.period)
    if challenger is None:
        return [champion], first.register
    second = _audited(challenger, law, now, first.register, searched[1])
    names = subject.scorer.version, challenger.scorer.version, audit_id(champion.content())
    publisher = Publisher(second.register, subject.sample.period, law.minimums.cell)
    compared = compare(
        subject.sample,
        challenger.sample,
        subject.applicants,
        Versions(*names),
        publisher,
        subject.scorer.contract,
    )
    return [champion, AuditRecord.of(second.audit, subject.period, compared)], publisher.register


def _audited(
    subject: Subject, law: Profile, now: datetime, register: Register, costs: Costs
) -> Audited:
    return audit(
        subject.scorer,
        subject.sample,
        law,
        data=subject.data,
        on=now.date(),
        flips=subject.flips,
        costs=costs,
        register=register,
    )


def _kept(store: Store, record: AuditRecord) -> Kept:
    known = find_version(store, record.inputs.version) is not None
    return Kept(audit_id(record.content()), record, known)


def _entry(kept: Kept, law: Profile, now: datetime) -> AuditEntry:
    record = kept.record
    return AuditEntry(
        audit_id=kept.audit_id,
        model_version=record.inputs.version,
        champion=record.comparison.champion if record.comparison else None,
        profile=law.profile,
        profile_hash=record.inputs.profile_hash,
        about="data" if record.decisions is None else "decisions",
        made_at=now,
        verdict=record.verdict.value,
        result=record.content(),
    )
