"""Whatever is done to what the chain vouches for, consents to shadow reports, it is named."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, insert, select, text, update

from data.store import Store, open_store
from data.store.attested import find_faults
from data.store.audits import Acceptance, AuditEntry, accept, add_audits
from data.store.consents import say
from data.store.models import AliasEvent, ModelVersion, add_event, add_version, move_alias
from data.store.shadow import Terms, start, stop, take
from data.store.shadow_reports import ReportEntry, add_report
from data.store.tables import (
    alias_events,
    aliases,
    audit_acceptances,
    consents,
    fairness_audits,
)
from data.store.tables_shadow import shadow_assignments, shadow_reports
from data.store.verify import verify
from data.vault import Vault
from tests.decisions import ledger_of
from tests.security import attacker

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
ONE, TWO = "small-1", "small-2"
Change = Callable[[Connection], Any]


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    """Three people's consents, promotions, audits, acceptances, shadows and shadow reports."""
    opened = open_store(store_url)
    opened.migrate()
    ledger = ledger_of(opened, tmp_path)
    for n in range(6):
        words = {"wallet": {"scoring": n % 2 == 0}, "phone": {"scoring": n > 2}}
        say(opened, ledger, f"person-{n % 3}", words, NOW + timedelta(days=n), "key1")  # type: ignore[arg-type]
    for version in (ONE, TWO):
        add_version(opened, ModelVersion(version, "small", "x", "0", NOW, {}, "ana", ""))
    with opened.write() as connection:
        move_alias(connection, alias_event(None, ONE))
        move_alias(connection, alias_event(ONE, TWO))
        add_event(connection, alias_event(TWO, TWO, action="suspend"))
        add_audits(connection, [audit("a"), audit("b")])
    for person in ("Ana", "Ben"):
        accept(opened, Acceptance("a" * 64, person, f"key {person}", "a good reason", NOW))
    terms = Terms(1, "fixed", {"auc": 0.01, "approval_rate": 1})
    start(opened, ledger, ONE, terms, "ana", NOW)
    stop(opened, ledger, ONE, "ana", NOW)
    start(opened, ledger, ONE, terms, "ana", NOW)
    start(opened, ledger, TWO, Terms(0.2, "daily", {"auc": 0.02}), "ben", NOW)
    for letter in ("c", "d", "c"):
        with opened.write() as connection:
            add_report(connection, shadow_report(letter), "ana")
    yield opened
    opened.close()


def alias_event(before: str | None, after: str, action: Any = "promote") -> AliasEvent:
    gates = [{"name": "fairness", "passed": True, "detail": "AIR 0.93 ≥ 0.80"}]
    return AliasEvent("champion", action, before, after, "Ana", "why", gates, NOW)


def audit(letter: str) -> AuditEntry:
    return AuditEntry(letter * 64, ONE, None, "eu", "1" * 64, "data", NOW, "FAIL", b'{"a": 1}')


def shadow_report(letter: str) -> ReportEntry:
    state = "KEEP WATCHING"
    return ReportEntry(letter * 64, TWO, ONE, NOW, state, "WORSE", 90, b'{"state": 1}')


def alter(table: Table, which: Any, **values: Any) -> Change:
    return lambda connection: connection.execute(update(table).where(which).values(values))


def drop(table: Table, which: Any) -> Change:
    return lambda connection: connection.execute(delete(table).where(which))


def copy(table: Table, which: Any, **changes: Any) -> Change:
    def put_in(connection: Connection) -> None:
        row = dict(connection.execute(select(table).where(which)).mappings().one())
        row.pop("id", None)
        connection.execute(insert(table), row | changes)

    return put_in


def swap(connection: Connection) -> None:
    """The newest word of a person and the one before it change places."""
    for before, after in ((1, 99), (7, 1), (99, 7)):
        alter(consents, consents.c.id == before, id=after)(connection)


TABLES = (
    *(consents, alias_events, aliases, audit_acceptances, fairness_audits),
    *(shadow_assignments, shadow_reports),
)
C, E, A, P = consents.c, alias_events.c, fairness_audits.c, audit_acceptances.c
S, R = shadow_assignments.c, shadow_reports.c
REPORT = R.report_id == "d" * 64
ATTACKS: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "granted": (alter(consents, C.id == 4, granted=True), [("person-1", "changed")]),
    "time": (alter(consents, C.id == 4, at=NOW), [("person-1", "changed")]),
    "source": (alter(consents, C.id == 1, source="x"), [("person-0", "changed")]),
    "key": (alter(consents, C.id == 1, key_id="x"), [("person-0", "changed")]),
    "person": (
        alter(consents, C.id == 1, applicant="person-1"),
        [("person-0", "deleted"), ("person-1", "inserted")],
    ),
    "deleted": (drop(consents, C.id == 1), [("person-0", "deleted")]),
    "last deleted": (drop(consents, C.id == 12), [("person-2", "deleted")]),
    "all deleted": (
        drop(consents, C.applicant == "person-0"),
        [("person-0", "deleted")] * 4,
    ),
    "inserted": (
        copy(consents, C.id == 2, granted=True, at=NOW + timedelta(days=9)),
        [("person-0", "inserted")],
    ),
    "twice": (copy(consents, C.id == 2), [("person-0", "inserted")]),
    "swapped": (swap, [("person-0", "reordered")]),
    "actor": (alter(alias_events, E.id == 1, actor="Eve"), [(ONE, "changed")]),
    "gates": (alter(alias_events, E.id == 2, gates=[]), [(TWO, "changed")]),
    "suspension": (drop(alias_events, E.action == "suspend"), [(TWO, "deleted")]),
    "champion": (
        alter(aliases, aliases.c.alias == "champion", version=ONE),
        [("champion", "changed")],
    ),
    "no champion": (drop(aliases, aliases.c.alias == "champion"), [("champion", "changed")]),
    "verdict": (
        alter(fairness_audits, A.audit_id == "b" * 64, verdict="PASS"),
        [("b" * 64, "changed")],
    ),
    "result": (
        alter(fairness_audits, A.audit_id == "b" * 64, result=b"{}"),
        [("b" * 64, "changed")],
    ),
    "audit": (drop(fairness_audits, A.audit_id == "b" * 64), [("b" * 64, "deleted")]),
    "acceptance": (
        copy(audit_acceptances, P.person == "Ana", person="Eve"),
        [("a" * 64, "inserted")],
    ),
    "renamed": (alter(audit_acceptances, P.person == "Ana", person="A"), [("a" * 64, "changed")]),
    "share": (alter(shadow_assignments, S.challenger == TWO, share=0.9), [(TWO, "changed")]),
    "plan": (alter(shadow_assignments, S.challenger == TWO, plan="fixed"), [(TWO, "changed")]),
    "margins": (
        alter(shadow_assignments, S.challenger == TWO, margins={"auc": 0.9}),
        [(TWO, "changed")],
    ),
    "all margins": (
        alter(shadow_assignments, S.id > 0, margins={}),
        [(ONE, "changed"), (ONE, "changed"), (TWO, "changed")],
    ),
    "no shadow": (drop(shadow_assignments, S.challenger == TWO), [(TWO, "deleted")]),
    "a shadow": (
        copy(shadow_assignments, S.challenger == TWO, stopped_at=NOW),
        [(TWO, "inserted")],
    ),
    "state": (alter(shadow_reports, REPORT, state="BETTER"), [("d" * 64, "changed")]),
    "fairness": (alter(shadow_reports, REPORT, fairness=None), [("d" * 64, "changed")]),
    "against": (alter(shadow_reports, REPORT, champion="x"), [("d" * 64, "changed")]),
    "report of": (alter(shadow_reports, REPORT, challenger=TWO), [("d" * 64, "changed")]),
    "newest": (
        alter(shadow_reports, REPORT, made_at=NOW - timedelta(days=9)),
        [("d" * 64, "changed")],
    ),
    "evidence": (alter(shadow_reports, REPORT, result=b"{}"), [("d" * 64, "changed")]),
    "report": (drop(shadow_reports, REPORT), [("d" * 64, "deleted")]),
    "a report": (
        copy(shadow_reports, REPORT, report_id="e" * 64, state="BETTER"),
        [("e" * 64, "inserted")],
    ),
}


def test_what_nobody_touched_is_intact(store: Store, tmp_path: Path) -> None:
    assert find_faults(store) == []
    assert verify(store, Vault.open(tmp_path / "vault"), []).faults == []


def test_a_shadow_that_goes_on_and_stops_is_intact(store: Store, tmp_path: Path) -> None:
    assert take(store, "worker", NOW, timedelta(hours=1)) is None  # nothing decided yet
    with attacker.at_work(store) as connection:
        alter(shadow_assignments, S.challenger == TWO, position=99, worker="w", lease_until=NOW)(
            connection
        )
    stop(store, ledger_of(store, tmp_path), TWO, "ana", NOW)
    assert find_faults(store) == []


def test_every_attack_is_named(store: Store, tmp_path: Path) -> None:
    with store.read() as connection:
        before = {t: [dict(r) for r in connection.execute(select(t)).mappings()] for t in TABLES}
    for attack, (act, found) in ATTACKS.items():
        with attacker.at_work(store) as connection:
            act(connection)
        assert sorted((f.ref, f.what) for f in find_faults(store)) == sorted(found), attack
        with attacker.at_work(store) as connection:
            for table in TABLES:
                connection.execute(delete(table))
            for table in reversed(TABLES):
                connection.execute(insert(table), before[table])
    assert find_faults(store) == []
    with attacker.at_work(store) as connection:
        drop(consents, C.id == 1)(connection)
    assert verify(store, Vault.open(tmp_path / "vault"), []).faults == find_faults(store)


def test_values_that_the_schema_does_not_allow_are_named(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    store.migrate()
    ledger = ledger_of(store, tmp_path)
    say(store, ledger, "person", {"wallet": {"scoring": False}}, NOW, "key1")
    for value in ("2", "'no'", "x'00'"):
        with attacker.at_work(store) as connection:
            connection.execute(text(f"UPDATE consents SET granted = {value}"))
        assert [(f.ref, f.what) for f in find_faults(store)] == [("person", "changed")]
    store.close()


def test_more_rows_than_a_batch(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("data.store.attested._BATCH", 2)
    assert find_faults(store) == []
    with attacker.at_work(store) as connection:
        drop(consents, C.id == 1)(connection)
    (fault,) = find_faults(store)
    assert (fault.ref, fault.what) == ("person-0", "deleted")
    assert "consents" in fault.detail


def test_the_same_event_vouches_for_all_its_rows(store: Store) -> None:
    """Two sources in one event: the deletion of either is found at its position."""
    with attacker.at_work(store) as connection:
        drop(consents, C.applicant == "person-2")(connection)
    faults = find_faults(store)
    assert {f.what for f in faults} == {"deleted"}
    assert len({f.position for f in faults}) < len(faults)
