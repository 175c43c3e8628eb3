"""Audit before promotion: what passes, what stops, and who may let it pass, on both databases."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.acceptance import accept_audit
from api.api_keys import Pepper, create_key
from data.errors import AccessError, RegistryError
from data.store import Store, open_store
from data.store.audits import Acceptance, AuditEntry, accept, acceptances_of, add_audits
from data.store.keys import revoke_key
from data.store.models import ModelVersion, add_version
from fairness.gate import Terms, gate, who
from scoring.gates import FAIRNESS, GateResult

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
VERSION = "small-0123456789ab"
TERMS = Terms(("sex", "age"))
REASON = "the difference comes from the length of the loans"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    for version in (VERSION, "other"):
        add_version(opened, ModelVersion(version, "small", "m", "0" * 64, NOW, {}, "ana", ""))
    yield opened
    opened.close()


@pytest.fixture
def pepper(tmp_path: Path) -> Pepper:
    return Pepper.load_or_create(tmp_path / "keys")


def audit(verdict: str, number: int = 1, *, days: float = 0, titles: str = "sex age") -> AuditEntry:
    result = json.dumps({"titles": dict.fromkeys(titles.split(), "")}).encode()
    at = NOW - timedelta(days=days)
    audit_id = f"{number:064x}"
    return AuditEntry(audit_id, VERSION, None, "eu", "1" * 64, "data", at, verdict, result)


def keep(store: Store, *entries: AuditEntry) -> None:
    with store.write() as connection:
        add_audits(connection, entries)


def checked(store: Store, terms: Terms = TERMS) -> GateResult:
    return gate(store, VERSION, terms, NOW)


def person(store: Store, pepper: Pepper, name: str, role: str = "risk") -> str:
    return create_key(store, pepper, role, None, name, NOW + timedelta(days=9))[0]


@pytest.mark.parametrize("verdict", ["PASS", "INCONCLUSIVE", "INSUFFICIENT"])
def test_what_did_not_fail_passes_with_its_verdict(store: Store, verdict: str) -> None:
    keep(store, audit(verdict))
    found = checked(store)
    assert (found.name, found.passed) == (FAIRNESS, True)
    assert verdict in found.detail


@pytest.mark.parametrize(
    "kept",
    [
        [],
        [audit("PASS", days=30.01)],
        [audit("PASS", titles="sex")],
        [replace(audit("PASS"), model_version="other")],
    ],
    ids=["none", "old", "narrow", "of another version"],
)
def test_without_a_fresh_and_whole_audit_nothing_is_promoted(
    store: Store, kept: list[AuditEntry]
) -> None:
    keep(store, *kept)
    found = checked(store)
    assert not found.passed
    assert f"microscore fairness audit --model {VERSION}" in found.detail


def test_its_age_is_a_setting(store: Store) -> None:
    keep(store, audit("PASS", days=29.99))
    assert checked(store).passed
    assert not checked(store, replace(TERMS, max_age=timedelta(days=7))).passed


def test_every_configured_profile_needs_an_audit(store: Store) -> None:
    keep(store, audit("PASS"), replace(audit("FAIL", 2), profile="us"))
    assert not checked(store).passed, "a FAIL under any profile counts where none is configured"
    assert checked(store, replace(TERMS, profiles=("eu",))).passed
    missing = checked(store, replace(TERMS, profiles=("eu", "kenya")))
    assert not missing.passed
    assert "--profile kenya" in missing.detail


def test_a_contract_without_protected_attributes_says_so(store: Store) -> None:
    found = checked(store, Terms(()))
    assert found.passed
    assert "INSUFFICIENT" in found.detail


def test_a_fail_needs_two_different_people(store: Store, pepper: Pepper) -> None:
    failed = audit("FAIL", 7)
    keep(store, failed)
    ana, ben = person(store, pepper, "Ana Diallo"), person(store, pepper, "Ben Otieno", "admin")
    assert "nobody has accepted" in checked(store).detail
    first = accept_audit(store, pepper, ana, failed.audit_id, REASON, NOW)
    assert (first.people, first.still_needed) == (["Ana Diallo"], 1)
    assert "Ana Diallo has accepted" in checked(store).detail
    twice = person(store, pepper, " ana  DIALLO ")
    for key in (ana, twice):
        with pytest.raises(AccessError, match="accepted the audit already"):
            accept_audit(store, pepper, key, failed.audit_id, REASON, NOW)
    assert not checked(store).passed
    second = accept_audit(store, pepper, ben, failed.audit_id, REASON, NOW)
    assert second.still_needed == 0
    found = checked(store)
    assert found.passed
    assert "FAIL, accepted by Ana Diallo and Ben Otieno" in found.detail
    kept = acceptances_of(store, failed.audit_id)
    assert [(a.person, a.reason, a.at) for a in kept] == [
        ("Ana Diallo", REASON, NOW),
        ("Ben Otieno", REASON, NOW),
    ]
    assert kept[0].key_id in ana


def test_an_acceptance_is_of_one_audit_alone(store: Store, pepper: Pepper) -> None:
    first, second = audit("FAIL", 7), audit("FAIL", 8)
    keep(store, first, second, audit("PASS", 9))
    for name in ("Ana", "Ben"):
        accept_audit(store, pepper, person(store, pepper, name), first.audit_id, REASON, NOW)
    assert not checked(store).passed, "neither that, nor a later PASS, wipes out another FAIL"


def test_who_may_accept(store: Store, pepper: Pepper) -> None:
    failed, passed = audit("FAIL", 7), audit("PASS", 8)
    keep(store, failed, passed)
    ana = person(store, pepper, "Ana")
    for role in ("officer", "mlops", "auditor"):
        key = person(store, pepper, "Cleo", role)
        with pytest.raises(AccessError, match="role risk or admin"):
            accept_audit(store, pepper, key, failed.audit_id, REASON, NOW)
    with pytest.raises(AccessError, match="names nobody"):
        accept_audit(store, pepper, person(store, pepper, " "), failed.audit_id, REASON, NOW)
    with pytest.raises(AccessError, match="20 characters"):
        accept_audit(store, pepper, ana, failed.audit_id, "it is fine        ", NOW)
    with pytest.raises(AccessError, match="nothing has to be accepted"):
        accept_audit(store, pepper, ana, passed.audit_id, REASON, NOW)
    with pytest.raises(RegistryError, match="no audit"):
        accept_audit(store, pepper, ana, "f" * 64, REASON, NOW)
    assert acceptances_of(store, failed.audit_id) == []


@pytest.mark.parametrize("fault", ["wrong secret", "revoked", "expired", "nonsense"])
def test_a_key_that_is_not_in_force_is_nobody(store: Store, pepper: Pepper, fault: str) -> None:
    keep(store, audit("FAIL", 7))
    key, at = person(store, pepper, "Ana"), NOW
    if fault == "wrong secret":
        pepper = replace(pepper, secret=b"x" * 32)
    elif fault == "revoked":
        revoke_key(store, key.split("_")[1], NOW)
    elif fault == "expired":
        at = NOW + timedelta(days=10)
    else:
        key = "ms_nonsense"
    with pytest.raises(AccessError, match="unknown, expired or revoked"):
        accept_audit(store, pepper, key, audit("FAIL", 7).audit_id, REASON, at)


def test_one_person_with_two_spellings_counts_once(store: Store) -> None:
    failed = audit("FAIL", 7)
    keep(store, failed)
    for name in ("Ana Diallo", "ana  diallo"):
        accept(store, Acceptance(failed.audit_id, name, "key", REASON, NOW))
    assert who(acceptances_of(store, failed.audit_id)) == ["Ana Diallo"]
    assert not checked(store).passed
