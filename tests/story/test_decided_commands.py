"""Audits of stored decisions, of a challenger, and what comes of them, at the command line."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.audits import AuditSettings, open_protected
from api.cli import demo
from api.schedule import blocks
from api.wiring import open_home_store, open_ledger, open_registry
from data.statements import Stated, Statement
from data.store.attested import find_faults
from data.store.audits import acceptances_of
from fairness.records import AuditRecord, audit_id, json_schema
from scoring.sealing import write_bundle
from scoring.signing import SigningKey
from tests.bundles import small_bundle
from tests.fairness.stored import decisions, is_woman, model
from tests.gates import CLEARED
from tests.promotion import compared, with_held_out
from tests.story.conftest import run_command

N = 700
AT = blocks(AuditSettings(), datetime.now(UTC)).due_at - timedelta(days=2)
DAYS = f"{AT - timedelta(days=1):%Y-%m-%d}..{AT + timedelta(days=1):%Y-%m-%d}"
REASON = "Late days differ because of the season, not of the person."


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A home with a champion that has decided, and a challenger."""
    home = tmp_path_factory.mktemp("decided")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICROSCORE_HOME", str(home))
        settings = AuditSettings(home=home, protected_url=None)
        key = SigningKey.load_or_create(settings.keys_folder)
        with open_registry(settings) as registry:
            made = [with_held_out(small_bundle(seed)) for seed in (0, 1)]
            sealed = [write_bundle(b, registry.models_folder, key) for b in made]
            first, second = (registry.register(s, "test").version for s in sealed)
            registry.promote(first, CLEARED, "test")
        with open_ledger(settings) as (store, ledger), store.write() as connection:
            ledger.append(connection, decisions(N, model(0, first), at=AT))
        with open_protected(settings) as (protected, _):
            protected.keep(
                Statement(
                    applicant_id=f"C{i}",
                    stated={"sex": Stated(value="F" if is_woman(i) else "M", measure="category")},
                    source="imported",
                    actor="test",
                    at=AT,
                )
                for i in range(20, N)
            )
        yield first, second


def test_decisions_are_audited_as_they_were_made(versions: tuple[str, str]) -> None:
    done = run_command("fairness", "audit", "--decisions", DAYS, "--profile", "eu", "--json")
    assert done.code == 0, done.errors
    (made,) = done.json["audits"]
    record = AuditRecord.model_validate_json(Path(made["folder"], "audit.json").read_bytes())
    assert record.inputs.version == versions[0]
    assert record.population.part == "decisions"
    assert record.population.applications == N
    assert record.decisions is not None
    assert (record.decisions.repeated, record.decisions.erased) == (0, 0)
    assert {f.scores_changed for f in record.flips} == {0}
    assert {i.group for i in record.impact} == {"F", "not stated"}
    assert record.population.with_outcome == 0
    assert made["audit"] == audit_id(Path(made["folder"], "audit.json").read_bytes())
    log = run_command("fairness", "protect-log", "--json").json["accesses"]
    assert (log[-1]["purpose"], log[-1]["people"]) == ("fairness audit", N)


def test_a_challenger_is_audited_and_compared_on_the_same_people(
    versions: tuple[str, str],
) -> None:
    first, second = versions
    command = ("fairness", "audit", "--model", first, "--decisions", DAYS, "--profile", "eu")
    done = run_command(*command, "--challenger", second, "--json")
    assert done.code == 0, done.errors
    champion, challenger = done.json["audits"]
    assert champion["comparison"] is None
    compared = challenger["comparison"]
    assert (compared["champion"], compared["challenger"]) == (first, second)
    assert compared["champion_audit"] == champion["audit"]
    assert {g["group"] for g in compared["groups"]} == {"F", "not stated"}
    assert compared["calibration"] == []
    content = Path(challenger["folder"], "audit.json").read_text("utf-8")
    jsonschema_rs.validator_for(json_schema()).validate(json.loads(content))
    page = Path(challenger["folder"], "report.html").read_text("utf-8")
    assert "Against the champion" in page
    assert "Face au champion" in page
    listed = run_command("fairness", "audits", "--model", second, "--json").json["audits"]
    assert [(a["audit"], a["champion"]) for a in listed] == [(challenger["audit"], first)]
    shown = run_command("fairness", "audit-show", challenger["audit"][:10], "--json").json
    assert shown["comparison"] == compared
    assert "Challenger less champion" in run_command("fairness", "audit-show", shown["audit"]).text


def test_a_failed_audit_is_accepted_by_two_people_and_then_promotes(
    versions: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with open_registry() as registry:
        registry.promote(versions[1], CLEARED, "test")
        compared(registry.store, versions[1], versions[0], "NOT WORSE")
    monkeypatch.setenv("MICROSCORE_PROMOTION_MARGIN", "0.1")
    wanted = [key_file(tmp_path, name, "mlops") for name in ("Cid", "Dee")]
    promote = ("models", "promote", versions[0], "--reason", REASON, "--json", "--key-file")
    run_command("fairness", "audit", "--decisions", DAYS, "--profile", "eu", "--json")
    listed = run_command("fairness", "audits", "--model", versions[0], "--json").json["audits"]
    failed = [a["audit"] for a in listed if a["verdict"] == "FAIL"]
    assert failed, "women of this portfolio are late, so the model declines them"
    refused = run_command(*promote, wanted[0])
    assert refused.code == 1
    assert "microscore fairness accept" in refused.json["error"]["message"]
    for name in ("Ana", "Ben"):
        path = key_file(tmp_path, name, "risk")
        for audit in failed:
            given = ("--reason", REASON, "--key-file", path, "--json")
            done = run_command("fairness", "accept", audit, *given)
            assert done.code == 0, done.errors
    assert done.json["accepted_by"] == ["Ana", "Ben"]
    monkeypatch.setenv("MICROSCORE_API_KEY", Path(path).read_text())
    again = run_command("fairness", "accept", failed[0], "--reason", REASON)
    assert again.code == 1
    assert "another one must" in again.errors
    states = []
    for path in wanted:
        promoted = run_command(*promote, path)
        assert promoted.code == 0, promoted.errors
        states.append((promoted.json["state"], promoted.json["people"]))
    assert states == [("proposed", ["Cid"]), ("promoted", ["Cid", "Dee"])]
    gates = {gate["name"]: gate["detail"] for gate in promoted.json["gates"]}
    assert "accepted by Ana and Ben" in gates["fairness"]
    with open_registry() as registry:
        assert registry.events("champion")[-1].gates == promoted.json["gates"]
        assert find_faults(registry.store) == []


def key_file(folder: Path, name: str, role: str) -> str:
    """A file with a new key of a person."""
    made = run_command("keys", "create", "--role", role, "--name", name, "--json").json
    path = folder / name
    path.write_text(made["key"], "utf-8")
    return str(path)


def test_two_stand_ins_accept_for_the_demonstration(
    versions: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its audit fails as well; here it is one of the decisions, as there are no files."""
    audits: list[dict[str, Any]] = []

    def run(*command: str, key: str | None = None) -> dict[str, Any]:
        """The command in this process."""
        if command[:2] == ("fairness", "audit"):
            assert {"--model", versions[0], "--data", str(tmp_path)} <= set(command)
            command = ("fairness", "audit", "--decisions", DAYS, "--profile", "uemoa")
        with pytest.MonkeyPatch.context() as patch:
            if key is not None:
                patch.setenv("MICROSCORE_API_KEY", key)
            done = run_command(*command, "--json")
        assert done.code == 0, done.errors
        audits.extend(done.json.get("audits", []))
        return done.json

    monkeypatch.setattr(demo, "_run", run)
    demo._audit(versions[0], tmp_path)
    assert [a["verdict"] for a in audits] == ["FAIL"]
    with open_home_store() as store:
        accepted = acceptances_of(store, audits[0]["audit"])
    assert [a.person for a in accepted] == list(demo.STAND_INS)
    assert {a.reason for a in accepted} == {demo.ACCEPTED}


def test_the_worker_audits_the_champion_once(
    versions: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICROSCORE_AUDIT_PROFILES", "eu")
    done = run_command("worker", "--once", "--json")
    assert done.code == 0, done.errors
    (job,) = (job for job in done.json["jobs"] if job["kind"] == "fairness")
    (audit,) = job["result"]["audits"]
    assert (audit["model"], audit["profile"]) == (versions[0], "eu")
    assert Path(audit["folder"], "report.html").exists()
    assert run_command("worker", "--once", "--json").json == {"jobs": []}
    assert "C20" not in done.text + done.errors


@pytest.mark.parametrize(
    ("options", "told", "code"),
    [
        (("--decisions", "2020-01-01..2020-01-31"), "no decision was made", 1),
        (("--decisions", "2020-01-01"), "must be like", 2),
        (("--decisions", "2020-02-01..2020-01-01"), "must not be after", 2),
        ((), "--decisions FROM..TO", 2),
    ],
)
def test_what_cannot_be_asked_says_why(
    versions: tuple[str, str], options: tuple[str, ...], told: str, code: int
) -> None:
    done = run_command("fairness", "audit", *options, "--profile", "eu")
    assert done.code == code
    assert told in " ".join(done.errors.split())


def test_another_model_than_the_one_that_decided_is_named(versions: tuple[str, str]) -> None:
    asked = ("--model", versions[1], "--decisions", DAYS, "--profile", "eu")
    done = run_command("fairness", "audit", *asked)
    assert done.code == 1
    assert f"these did: {versions[0]}" in " ".join(done.errors.split())


def test_without_a_protected_store_there_is_no_audit(home: Path) -> None:
    settings = AuditSettings(home=home, protected_url=None)
    with open_ledger(settings) as (store, ledger), store.write() as connection:
        ledger.append(connection, decisions(40, at=AT))
    done = run_command("fairness", "audit", "--decisions", DAYS, "--profile", "eu")
    assert done.code == 1
    assert "protect-import" in done.errors
    assert not (home / "protected").exists()
