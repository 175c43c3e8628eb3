"""``microscore fairness audit``: the audit of a model, as JSON and as a report to read."""

import getpass
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.audit_told import show
from api.cli.data_files import DecimalSign, Encoding, decimal_named
from api.cli.loading import load
from api.cli.output import JsonOption, emit, err, progress_bar
from api.cli.protected import Actor
from api.cli.targets import folder_target

if TYPE_CHECKING:
    from api.audit_subjects import Reading
    from api.auditing import Kept, Subject
    from api.audits import AuditSettings
    from data.contract import Contract
    from data.reading import Decimal
    from fairness.profiles import Profile

Model = Annotated[str | None, typer.Option(help="A version, an alias or a bundle's folder.")]


@dataclass(frozen=True)
class Asked:
    """What is audited: a model on files, or the decisions of a period; and against whom."""

    model: str | None
    data: Path | None
    days: tuple[date, date] | None
    challenger: str | None
    flips: bool
    encoding: str | None
    decimal: "Decimal"


def audit(  # noqa: PLR0913, PLR0917 - the options of one command
    model: Model = None,
    data: Annotated[
        Path | None,
        typer.Option(exists=True, help="Labelled files: a folder, one file a table, or one file."),
    ] = None,
    decisions: Annotated[
        str | None,
        typer.Option(help="Stored decisions: FROM..TO, days in UTC, TO included."),
    ] = None,
    challenger: Annotated[
        str | None, typer.Option(help="Another model to audit on the same applicants and compare.")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            help="us, eu, kenya, uemoa, india or a profile's YAML file; "
            "default: the one in MICROSCORE_AUDIT_PROFILES."
        ),
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Protected attribute; again for more. Default: all.")
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option(
            "--out",
            callback=folder_target,
            help="Folder for audit.json and report.html; default: in the home.",
        ),
    ] = None,
    stored: Annotated[
        bool,
        typer.Option(
            "--stored", help="Protected attributes from their own store; the access is logged."
        ),
    ] = False,
    actor: Actor = None,
    flips: Annotated[
        bool, typer.Option(help="Rerun everything with other protected values in the files.")
    ] = True,
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    as_json: JsonOption = False,
) -> None:
    """Audit a model's fairness on labelled files, or on the decisions that it made.

    On the files it was trained from, only the applicants of its test period count; on any others
    all do. Decisions are audited as they were made: the scores are those of the day, protected
    attributes come from their own store, and outcomes are not known yet. Every audit is kept
    (microscore fairness audits), and no count that an earlier one could betray is published.

    Exit code 0 whatever the verdict is: it stands in audit.json and in the report.
    """
    from api.audit_subjects import Reading
    from api.auditing import keep, own_folder, write
    from api.audits import AuditSettings
    from api.wiring import open_home_store

    settings = AuditSettings()
    law = law_of(profile, settings)
    asked = Asked(
        model, data, days_of(decisions), challenger, flips, encoding, decimal_named(decimal)
    )
    _check(asked)
    reading = Reading(actor or getpass.getuser(), tuple(by or ()), stored or data is None)
    with progress_bar() as progress, open_home_store(settings) as store:
        progress("auditing", 0.0)
        pairs, notes = _subjects(asked, reading, settings)
        now = datetime.now(UTC)
        kept = [k for own, rival in pairs for k in keep(store, own, law, now, rival)]
        alone = target if len(kept) == 1 else None
        folders = [
            alone or (target / k.record.inputs.version if target else own_folder(settings.home, k))
            for k in kept
        ]
        done = [write(k, folder) for k, folder in zip(kept, folders, strict=True)]
        progress("auditing", 1.0)
    payload = {"audits": [plain(k) for k in done], "notes": notes}
    emit(as_json, payload, lambda: show(done))
    for note in notes:
        err.print(f"note: {note}", markup=False, highlight=False, soft_wrap=True)


def schema() -> None:
    """Print the JSON Schema of audit.json."""
    from fairness.records import json_schema

    emit(True, json_schema(), lambda: None)


def days_of(text: str | None, option: str = "--decisions") -> tuple[date, date] | None:
    """The days of ``FROM..TO``, both included; ``option``: where it was given."""
    if text is None:
        return None
    start, _, end = text.partition("..")
    try:
        days = date.fromisoformat(start), date.fromisoformat(end)
    except ValueError:
        raise typer.BadParameter(f"{option}: must be like 2026-01-01..2026-03-31") from None
    if days[1] < days[0]:
        raise typer.BadParameter(f"{option}: the first day must not be after the last one")
    return days


def law_of(name: str | None, settings: "AuditSettings") -> "Profile":
    """The jurisdiction profile that is asked for, or the only one of the settings."""
    from fairness.profiles import load_profile

    if name is None and len(settings.audit_profiles) != 1:
        raise typer.BadParameter("--profile: say which, or set MICROSCORE_AUDIT_PROFILES to one")
    return load_profile(name or settings.audit_profiles[0])


def plain(kept: "Kept") -> dict[str, Any]:
    """An audit as ``--json`` prints it: its id, where it is, and its whole record."""
    record = kept.record.model_dump(mode="json")
    return {"audit": kept.audit_id, "in_store": kept.in_store, "folder": str(kept.folder), **record}


def _check(asked: Asked) -> None:
    if (asked.data is None) == (asked.days is None):
        raise typer.BadParameter("give --data PATH, or --decisions FROM..TO")
    if asked.data is not None and asked.model is None:
        raise typer.BadParameter("--model: say which model to audit on the files")


def _subjects(
    asked: Asked, reading: "Reading", settings: "AuditSettings"
) -> tuple[list[tuple["Subject", "Subject | None"]], list[str]]:
    """Each subject with the challenger on its applicants, and notes."""
    from api.audit_subjects import decided_between
    from api.wiring import open_ledger
    from scoring.registry import Registry
    from scoring.signing import TrustedKeys

    with open_ledger(settings) as (store, ledger):
        registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
        rival = None if asked.challenger is None else registry.load(asked.challenger, threads=2)
        if asked.days is None:
            return [_in_files(asked, reading, settings, registry, rival)], []
        version = None if asked.model is None else registry.resolve(asked.model)[0]
        answer = decided_between(asked.days, version, reading, settings, (registry, ledger))
    for subject in answer.subjects:
        _known(subject.scorer.contract, reading)
    return [(s, None if rival is None else s.by(rival)) for s in answer.subjects], answer.notes


def _in_files(
    asked: Asked, reading: "Reading", settings: "AuditSettings", registry: Any, rival: Any
) -> tuple["Subject", "Subject | None"]:
    from api.audit_subjects import flipped, in_files

    scorer = registry.load(asked.model, threads=2)
    _known(scorer.contract, reading)
    if asked.data is None:
        raise AssertionError("files were asked for")
    loaded = load(
        scorer.contract,
        asked.data,
        labelled=True,
        encoding=asked.encoding,
        decimal=asked.decimal,
    )
    own = in_files(scorer, loaded, reading, settings, apart_from=rival, flips=asked.flips)
    if rival is None:
        return own, None
    return own, own.by(rival, flipped(rival, loaded, reading) if asked.flips else [])


def _known(contract: "Contract", reading: "Reading") -> None:
    unknown = [name for name in reading.attributes if name not in contract.protected]
    if unknown:
        known = ", ".join(contract.protected) or "none"
        raise typer.BadParameter(f"'{unknown[0]}' is not protected in the contract: {known}")
