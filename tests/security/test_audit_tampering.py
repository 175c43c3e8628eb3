"""Whatever somebody with all rights in the database does to decisions, ``verify`` names it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from data.errors import AccessError, StoreError
from data.store import Store, open_store
from data.store.heads import Head, HeadBook
from data.store.ledger import Ledger
from data.store.tables import audit_chain, decisions
from data.store.verify import Verdict, verify
from data.vault import Vault
from tests.decisions import append, decision, ledger_of
from tests.security import attacker

ROWS = 12
D, C = decisions.c, audit_chain.c


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: Store, tmp_path: Path) -> Ledger:
    """Decisions 1 to 12 at these positions, of the persons P-1 to P-12."""
    made = ledger_of(store, tmp_path)
    with store.write() as connection:
        made.append(connection, [decision(n, applicant_id=f"P-{n}") for n in range(1, ROWS + 1)])
    return made


def check(store: Store, tmp_path: Path, *heads: Head) -> Verdict:
    return verify(store, Vault.open(tmp_path / "vault"), heads)


def named(verdict: Verdict) -> list[tuple[int, str | None, str]]:
    return [(f.position, f.ref, f.what) for f in verdict.faults]


def test_what_nobody_touched_is_intact(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    tail = ledger.tail()
    with store.write() as connection:
        ledger.record(connection, "consent", "somebody", {"granted": True, "who": "Ünal"})
        assert ledger.erase(connection, "P-3", "ana") == 1
        assert ledger.erase(connection, "P-3", "ana") == 0
        append(ledger, connection, 20, created_at=decision().created_at.astimezone())
    head = Head(date(2026, 3, 1), tail.position, tail.link)
    assert check(store, tmp_path, head) == Verdict(ROWS + 4, ROWS + 1, 1, [])


def _update(table: Any, position: int, **values: Any) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        connection.execute(update(table).where(table.c.position == position).values(values))

    return change


def _delete(position: int, *tables: Any) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        for table in tables:
            connection.execute(delete(table).where(table.c.position == position))

    return change


def _both(*changes: Callable[[Connection], None]) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        for one in changes:
            one(connection)

    return change


def _forge_behind(connection: Connection) -> None:
    attacker.renumber(connection, 6, 1)
    attacker.forge(connection, 6, like=5)


def _take_out(connection: Connection) -> None:
    _delete(6, decisions, audit_chain)(connection)
    attacker.renumber(connection, 7, -1)


def _swap_content(connection: Connection) -> None:
    query = select(D.sealed, D.row_key, D.sealed_sha256).where(D.position.in_((4, 5)))
    four, five = connection.execute(query.order_by(D.position)).mappings().all()
    _update(decisions, 4, **five)(connection)
    _update(decisions, 5, **four)(connection)


def _swap_row_keys(connection: Connection) -> None:
    four, five = connection.execute(select(D.row_key).where(D.position.in_((4, 5)))).scalars()
    _both(_update(decisions, 4, row_key=five), _update(decisions, 5, row_key=four))(connection)


def _put_in_off_chain(connection: Connection) -> None:
    query = select(decisions).where(D.position == 5)
    row = dict(connection.execute(query).mappings().one())
    row |= {"position": ROWS + 1, "decision_id": "forged"}
    connection.execute(insert(decisions), row)


ATTACKS: dict[str, tuple[Callable[[Connection], Any], set[tuple[int, str | None, str]]]] = {
    **{
        f"changed {name}": (_update(decisions, 5, **{name: value}), {(5, "decision-5", "changed")})
        for name, value in {
            "recommendation": "decline",
            "pd": 0.1000000000000001,
            "points": 601,
            "branch": None,
            "officer": "",
            "applicant": "0" * 64,
            "created_at": decision().created_at.replace(microsecond=123457),
            "sealed_sha256": bytes(32),
            "sealed": b"0" * 40,
        }.items()
    },
    "renamed": (_update(decisions, 5, decision_id="x"), {(5, "decision-5", "reordered")}),
    "digest": (_update(audit_chain, 5, digest=bytes(32)), {(5, "decision-5", "changed")}),
    "link": (
        _update(audit_chain, 5, link=bytes(32)),
        {(5, "decision-5", "changed"), (6, "decision-6", "changed")},
    ),
    "row key": (
        _update(decisions, 5, row_key=b"\x011" + bytes(60)),
        {(5, "decision-5", "unreadable")},
    ),
    "row keys swapped": (
        _swap_row_keys,
        {(4, "decision-4", "unreadable"), (5, "decision-5", "unreadable")},
    ),
    "content swapped": (
        _swap_content,
        {(4, "decision-4", "changed"), (5, "decision-5", "changed")},
    ),
    "decision deleted": (_delete(5, decisions), {(5, "decision-5", "deleted")}),
    "both deleted": (_delete(5, decisions, audit_chain), {(5, None, "deleted")}),
    "chain row deleted": (
        _delete(5, audit_chain),
        {(5, None, "deleted"), (5, "decision-5", "inserted")},
    ),
    "taken out and renumbered": (_take_out, {(6, "decision-7", "deleted")}),
    "put in and renumbered": (
        _forge_behind,
        {(6, "forged", "inserted"), (6, "forged", "unreadable")},
    ),
    "put in off the chain": (_put_in_off_chain, {(ROWS + 1, "forged", "inserted")}),
    "swapped": (
        lambda connection: attacker.swap(connection, 4, 5),
        {(4, "decision-5", "reordered"), (5, "decision-4", "reordered")},
    ),
    "swapped far": (
        lambda connection: attacker.swap(connection, 2, 9),
        {(2, "decision-9", "reordered"), (9, "decision-2", "reordered")},
    ),
    "emptied": (
        _update(decisions, 5, sealed=None, row_key=None),
        {(5, "decision-5", "erased")},
    ),
    "row key lost": (_update(decisions, 5, row_key=None), {(5, "decision-5", "erased")}),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_is_named(attack: str, store: Store, ledger: Ledger, tmp_path: Path) -> None:
    act, found = ATTACKS[attack]
    with attacker.at_work(store) as connection:
        act(connection)
    assert set(named(check(store, tmp_path))) == found


def test_without_dropping_triggers_nothing_changes(store: Store, ledger: Ledger) -> None:
    for sql in (
        "UPDATE decisions SET points = 1",
        "UPDATE audit_chain SET link = digest",
        "DELETE FROM decisions",
        "DELETE FROM audit_chain",
    ):
        with pytest.raises(StoreError), store.write() as connection:
            connection.execute(text(sql))


def test_content_put_back_after_an_erasure_is_named(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    with store.read() as connection:
        query = select(D.sealed, D.row_key).where(D.position == 5)
        kept = dict(connection.execute(query).mappings().one())
    with store.write() as connection:
        ledger.erase(connection, "P-5", "ana")
    with attacker.at_work(store) as connection:
        _update(decisions, 5, **kept)(connection)
    assert named(check(store, tmp_path)) == [(5, None, "changed")]


def test_an_event_cannot_be_changed_or_taken_for_another(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    with store.write() as connection:
        ledger.record(connection, "consent", "p", {"granted": False})
    with attacker.at_work(store) as connection:
        _update(audit_chain, ROWS + 1, entry=b'{"granted":true}')(connection)
    assert named(check(store, tmp_path)) == [(ROWS + 1, "p", "changed")]


def _head(ledger: Ledger, day: int = 1) -> Head:
    tail = ledger.tail()
    return Head(date(2026, 3, day), tail.position, tail.link)


def test_a_chain_written_anew_differs_from_its_signed_head(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    head = _head(ledger)
    with attacker.at_work(store) as connection:
        attacker.rewrite(connection, 5, lambda row: row | {"recommendation": "decline"})
    assert check(store, tmp_path).faults == [], "without a head nobody could tell"
    assert named(check(store, tmp_path, head)) == [(ROWS, None, "rewritten")]


def test_a_shorter_chain_is_named_by_its_head(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    head = _head(ledger)
    with attacker.at_work(store) as connection:
        for position in (11, 12):
            _delete(position, decisions, audit_chain)(connection)
    found = check(store, tmp_path, head)
    assert named(found) == [(10, None, "truncated")]
    assert "2026-03-01 was at position 12" in found.faults[0].detail
    with attacker.at_work(store) as connection:
        for table in attacker.TABLES:
            connection.execute(delete(table))
    assert named(check(store, tmp_path, head)) == [(0, None, "truncated")]


def test_heads_are_signed_and_the_first_of_a_day_stays(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    book = HeadBook(tmp_path / "heads", tmp_path / "keys")
    first, other = _head(ledger), Head(date(2026, 3, 1), 1, bytes(32))
    book.write(first)
    book.write(other)
    book.write(_head(ledger, day=2))
    assert book.read() == ([first, _head(ledger, day=2)], [])
    path = tmp_path / "heads" / "2026-03-02.json"
    path.write_text(path.read_text().replace('"position": 12', '"position": 11'))
    assert book.read() == ([first], [path])
    path.unlink()
    (tmp_path / "heads" / "2026-03-01.json").rename(path)
    assert book.read() == ([], [path]), "the day is signed too"
    (tmp_path / "keys" / "audit.key").unlink()
    with pytest.raises(AccessError, match="missing; restore it"):
        book.read()


def test_the_keys_of_another_vault_open_nothing(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    verdict = verify(store, Vault.open(tmp_path / "other"), [])
    assert {f.what for f in verdict.faults} == {"unreadable"}
    assert len(verdict.faults) == ROWS
