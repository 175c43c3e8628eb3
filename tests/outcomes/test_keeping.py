"""Each event is kept once, a contradiction is refused by name, and nothing personal is stored."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from data.store import Store, open_store
from data.store.ledger import Ledger
from data.store.outcome_events import LoanEvent, Refused, Taken
from data.store.outcomes import OutcomesRefusedError, keep_good
from data.store.outcomes_held import loans_of, retain_loans, status
from data.store.subjects import erase, hand_out
from data.store.tables import audit_chain
from data.store.tables_outcomes import loan_events, loan_instalments, loans
from data.store.verify import verify
from data.vault import Vault
from tests.decisions import ledger_of
from tests.outcomes.lending import LENT, NOW, ORIGIN, happened, keep, loan, paid

DUE = LENT + timedelta(days=30)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: Store, tmp_path: Path) -> Ledger:
    return ledger_of(store, tmp_path)


def rows(store: Store) -> tuple[int, int, int]:
    with store.read() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (loans, loan_instalments, loan_events)
        ]
    return counts[0], counts[1], counts[2]


def refused(store: Store, ledger: Ledger, *events: LoanEvent) -> list[Refused]:
    before = rows(store)
    with pytest.raises(OutcomesRefusedError) as error:
        keep(store, ledger, *events)
    assert rows(store) == before
    return list(error.value.refused)


def test_the_same_events_again_are_one_row_each(store: Store, ledger: Ledger) -> None:
    events = [paid("A", DUE), loan("A"), happened("reversal", "A", DUE, reverses=f"R-A-{DUE}")]
    assert keep(store, ledger, *events) == Taken(loans=1, instalments=3, events=3)
    assert keep(store, ledger, *events, *events) == Taken(known=2 * (3 + 3))
    assert rows(store) == (1, 3, 3)


def test_the_same_payment_under_two_ids_is_two_payments(store: Store, ledger: Ledger) -> None:
    keep(store, ledger, loan("A"), paid("A", DUE), paid("A", DUE, event_id="other"))
    assert rows(store) == (1, 3, 3)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 99.0}, "event_id"),
        ({"on": DUE + timedelta(days=1)}, "event_id"),
        ({"kind": "write_off", "amount": None}, "event_id"),
        ({"application_id": "B"}, "event_id"),
        ({"event_id": "new", "application_id": "C"}, "application_id"),
        ({"event_id": "new", "kind": "reversal", "reverses": "nothing"}, "reverses"),
        ({"event_id": "new", "kind": "reversal", "reverses": "D-B"}, "reverses"),
        ({"event_id": "new", "kind": "reversal", "reverses": "back"}, "reverses"),
        ({"event_id": "new", "kind": "reversal", "reverses": "R-A-2024-03-01"}, "reverses"),
        (
            {"event_id": "new", "kind": "reversal", "reverses": f"R-A-{DUE}", "on": LENT},
            "on",
        ),
    ],
)
def test_a_contradiction_is_refused_by_place_and_field(
    store: Store, ledger: Ledger, change: dict[str, Any], field: str
) -> None:
    twice = date(2024, 3, 1)
    back = happened("reversal", "A", twice, event_id="back", reverses=f"R-A-{twice}")
    keep(store, ledger, loan("A"), loan("B"), paid("A", DUE), paid("A", twice), back)
    wrong = replace(paid("A", DUE), place="events.7", **change)
    found = refused(store, ledger, paid("B", DUE), wrong)
    assert [(r.place, r.field) for r in found] == [("events.7", field)]


def test_a_loan_is_paid_out_once_and_its_schedule_stands(store: Store, ledger: Ledger) -> None:
    keep(store, ledger, loan("A"))
    again = replace(loan("A"), event_id="other")
    assert [r.field for r in refused(store, ledger, again)] == ["application_id"]
    dearer = loan("A", amount=120.0)
    assert [r.field for r in refused(store, ledger, dearer)] == ["instalments"]
    longer = loan("A", dues=4)
    assert keep(store, ledger, longer) == Taken(instalments=1, known=4)


def test_two_imports_at_once_keep_each_event_once(store: Store, ledger: Ledger) -> None:
    events = [loan("A"), *(paid("A", DUE + timedelta(days=n)) for n in range(50))]
    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda _: keep(store, ledger, *events), range(4)))
    assert sum(t.events for t in taken) == 51
    assert rows(store) == (1, 3, 51)


def test_good_events_of_a_file_are_kept_beside_refused_ones(store: Store, ledger: Ledger) -> None:
    taken = keep_good(store, ledger, [loan("A"), paid("A", DUE), paid("Z", DUE)], ORIGIN)
    assert (taken.loans, taken.events, len(taken.refused)) == (1, 2, 1)
    assert rows(store) == (1, 3, 2)


def test_what_was_taken_in_stands_on_the_audit_chain(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    keep(store, ledger, loan("A"))
    keep(store, ledger, loan("A"))
    with store.read() as connection:
        found = connection.execute(select(audit_chain.c.kind, audit_chain.c.entry)).all()
    assert [kind for kind, _ in found] == ["outcomes"]
    assert b'"loan_events":1' in found[0].entry
    assert verify(store, Vault.open(tmp_path / "vault"), []).faults == []


def test_no_id_that_came_in_is_stored(store: Store, ledger: Ledger) -> None:
    keep(store, ledger, loan("A-PLANTED", person="P-PLANTED"), paid("A-PLANTED", DUE))
    with store.read() as connection:
        tables = [loans, loan_instalments, loan_events, audit_chain]
        held = "".join(str(r) for t in tables for r in connection.execute(select(t)))
    assert "PLANTED" not in held


def test_a_person_gets_the_loans_and_an_erasure_takes_them(store: Store, ledger: Ledger) -> None:
    keep(store, ledger, loan("A"), paid("A", DUE), loan("B", person="P-2"))
    (held,) = hand_out(store, ledger, "P-1", "test").loans
    assert [i.amount_due for i in held.instalments] == [100.0] * 3
    assert [(e.kind, e.amount) for e in held.events] == [
        ("disbursement", None),
        ("repayment", 100.0),
    ]
    erase(store, ledger, "P-1", "test", "requested")
    assert rows(store) == (2, 3, 1)
    (left,) = loans_of(store, ledger.person("P-1"))
    assert left.erased_at is not None
    assert (left.instalments, left.events) == ([], [])


def test_a_file_does_not_bring_an_erased_loan_back(store: Store, ledger: Ledger) -> None:
    keep(store, ledger, loan("A"), paid("A", DUE))
    erase(store, ledger, "P-1", "test", "requested")
    assert keep(store, ledger, loan("A"), paid("A", DUE)) == Taken(erased=2)
    assert rows(store) == (1, 0, 0)


def test_loans_go_after_the_longest_period_since_their_last_day(
    store: Store, ledger: Ledger
) -> None:
    short = replace(ORIGIN, retention_days=365)
    keep(store, ledger, loan("A"), origin=short)
    keep(store, ledger, loan("B"), paid("B", date(2025, 6, 1)), origin=short)
    keep(store, ledger, loan("C"))
    last = LENT + timedelta(days=90)
    due = NOW.replace(year=2025, month=4, day=9)
    assert (due.date() - last).days == 365
    assert retain_loans(store, ledger, due, "test") == 0
    due += timedelta(days=1)
    assert retain_loans(store, ledger, due, "test", dry_run=True) == 1
    assert retain_loans(store, ledger, due, "test") == 1
    assert retain_loans(store, ledger, due, "test") == 0
    (told,) = status(store)
    assert (told.loans, told.erased, told.instalments) == (3, 1, 6)
    assert told.seen_until == date(2025, 6, 1)
    assert told.events == {"disbursement": 2, "repayment": 1}
