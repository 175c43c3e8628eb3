"""``microscore fairness audits``, ``audit-show`` and ``accept``: the audits that were kept."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import JsonOption, emit, out, table

AuditRef = Annotated[str, typer.Argument(help="The audit's id, or how it begins.")]


def audits(
    model: Annotated[
        str | None, typer.Option(help="Of this model alone: a version or an alias.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the audits that were kept: of which model, about whom, under which profile."""
    from api.wiring import open_registry
    from data.store.audits import acceptances_of, audits_of
    from fairness.gate import who

    with open_registry() as registry:
        version = None if model is None else registry.resolve(model)[0]
        found: list[dict[str, Any]] = []
        for entry in audits_of(registry.store, version, limit=limit):
            record = json.loads(entry.result)
            period, compared = record["decisions"], record["comparison"]
            found.append(
                {
                    "audit": entry.audit_id,
                    "model": entry.model_version,
                    "champion": entry.champion,
                    "about": f"{period['start']}..{period['end']}" if period else entry.about,
                    "applications": record["population"]["applications"],
                    "profile": entry.profile,
                    "verdict": entry.verdict,
                    "comparison": compared["verdict"] if compared else None,
                    "accepted_by": who(acceptances_of(registry.store, entry.audit_id)),
                    "made_at": entry.made_at.isoformat(timespec="seconds"),
                }
            )
    columns = ["audit", "model", "about", "profile", "verdict", "accepted_by", "made_at"]
    rows = [
        [a["audit"][:12], a["model"], a["about"], a["profile"], a["verdict"],
         ", ".join(a["accepted_by"]), a["made_at"]]
        for a in found
    ]  # fmt: skip
    emit(as_json, {"audits": found}, lambda: out.print(table("Audits", columns, rows)))


def audit_show(ref: AuditRef, as_json: JsonOption = False) -> None:
    """Show a kept audit, whole with --json."""
    from api.auditing import Kept
    from api.cli.audit import plain
    from api.cli.audit_told import show
    from api.wiring import open_home_store
    from data.store.audits import acceptances_of, find_audit
    from fairness.records import AuditRecord

    with open_home_store() as store:
        entry = find_audit(store, ref)
        accepted = acceptances_of(store, entry.audit_id)
    kept = Kept(entry.audit_id, AuditRecord.model_validate_json(entry.result), True)
    told = [
        {"person": a.person, "key_id": a.key_id, "reason": a.reason, "at": a.at} for a in accepted
    ]
    payload = plain(kept) | {"accepted": told}
    del payload["folder"]

    def text() -> None:
        show([kept])
        for a in accepted:
            line = f"accepted by {a.person} on {a.at:%Y-%m-%d}: {a.reason}"
            out.print(line, markup=False, highlight=False)

    emit(as_json, payload, text)


def accept(
    ref: AuditRef,
    reason: Annotated[
        str, typer.Option(help="Why the model may be used although the audit failed; kept.")
    ],
    key_file: Annotated[
        Path | None, typer.Option(help="File with your own API key, readable for you alone.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Accept an audit that says FAIL, as one of two people; your API key says who you are.

    The key (role risk or admin) is read from --key-file, else from MICROSCORE_API_KEY, else from
    a prompt that does not show it.
    """
    from api.acceptance import accept_audit
    from api.api_keys import Pepper
    from api.audits import AuditSettings
    from api.people import given_key
    from api.wiring import open_home_store

    settings = AuditSettings()
    text = given_key(key_file)
    with open_home_store(settings) as store:
        pepper = Pepper.load_or_create(settings.keys_folder)
        done = accept_audit(store, pepper, text, ref, reason, datetime.now(UTC))
    payload = {
        "audit": done.audit_id,
        "person": done.person,
        "accepted_by": done.people,
        "still_needed": done.still_needed,
    }
    left = f"{done.still_needed} more must accept it" if done.still_needed else "that is enough"
    line = f"{done.person} accepts audit {done.audit_id[:12]}; {left}"
    emit(as_json, payload, lambda: out.print(line, markup=False, highlight=False))
