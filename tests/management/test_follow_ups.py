"""Loans that run late: found as the book finds them, and told with what they owe now."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from api.audits import AuditSettings
from api.follow_ups import FollowUps, Late
from api.follow_ups_job import follow_ups, run
from api.outcomes import origin_of
from api.schedule import Work
from api.web.follow_ups import advised
from api.wiring import open_ledger
from data.loanbook import balance, days_past_due, settlements
from data.store import Store, open_store
from data.store.arrears import Arrears, Due, Happened, arrears
from data.store.ledger import Ledger
from data.store.outcomes_held import erase_loans
from data.store.tables_outcomes import loans
from tests.decisions import decision, ledger_of
from tests.outcomes.champion import lending_bundle, lending_contract
from tests.outcomes.lending import book_of, happened, keep, loan, paid
from tests.security.pages import add, browser, sign_in
from tests.web.world import World, home_settings, promote, served

NOW = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)
LENT = date(2026, 6, 10)
ORIGIN = origin_of(lending_contract(), "test", NOW)


def test_one_loan_stands_as_it_does_in_the_book() -> None:
    rng = np.random.default_rng(3)
    on, lent = date(2026, 11, 18), date(2026, 1, 1)
    for _ in range(300):
        due = [lent + timedelta(days=int(d)) for d in np.sort(rng.integers(1, 500, 6))]
        dues = [(day, float(rng.integers(1, 4)) * 33.33) for day in due]
        days = [lent + timedelta(days=int(d)) for d in rng.integers(1, 400, rng.integers(0, 9))]
        payments = sorted((day, float(rng.integers(1, 9)) * 11.11) for day in days)
        book = book_of([(lent, dues, payments)], on)
        then = np.datetime64(on, "D")
        events = [Happened(f"{i}", "repayment", *p, None) for i, p in enumerate(payments)]
        found = arrears([Due(*d) for d in dues], events, on)
        assert found is not None
        assert found.days == days_past_due(book, settlements(book), then)[0]
        assert found.balance == pytest.approx(balance(book, then)[0])
        assert (found.days > 0) == (found.open > 0)


def test_what_was_reversed_was_never_paid_and_closed_loans_have_no_schedule() -> None:
    on, owed = date(2026, 11, 18), [Due(date(2026, 11, 1), 100.0)]
    payment = Happened("p", "repayment", date(2026, 11, 2), 100.0, None)
    back = Happened("r", "reversal", date(2026, 11, 5), None, "p")
    assert arrears(owed, [payment], on) == Arrears(0, 0, 1, 0.0, 0.0, first=False)
    assert arrears(owed, [payment, back], on) == Arrears(17, 1, 1, 100.0, 100.0, first=True)
    kept = arrears(owed, [payment, back], on, reversals_count=False)
    assert kept is not None
    assert kept.days == 0
    for kind in ("write_off", "reschedule"):
        closed = Happened("w", kind, date(2026, 11, 9), None, None)
        assert arrears(owed, [closed], on) is None


def test_the_longer_the_delay_the_more_is_proposed() -> None:
    def late(days: int, *, first: bool = False) -> str:
        return advised(Arrears(days, 1, 3, 1.0, 1.0, first=first))

    assert [late(d) for d in (1, 7, 8, 30, 31)] == ["call", "call", "visit", "visit", "plan"]
    assert (late(3, first=True), late(9, first=True)) == ("first", "visit")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


def lend(store: Store, ledger: Ledger) -> None:
    """Four decided loans: on time, ten days late, never paid, written off; and one undecided."""
    with store.write() as connection:
        made = [
            decision(
                n,
                decision_id=f"00000000-0000-7000-8000-00000000000{n}",
                application_id=f"L-{n}",
                applicant_id=f"C-{n}",
                branch="Mombasa" if n == 3 else "Kisumu",
                created_at=NOW - timedelta(days=170),
                request=b'{"sources":{}}',
                record=b'{"reasons":[],"contributions":{},"missing_fields":[],"masked_sources":[]}',
            )
            for n in range(1, 5)
        ]
        ledger.append(connection, made)
    events = [loan(f"L-{n}", LENT, person=f"C-{n}", dues=6) for n in (1, 2, 3, 4, 9)]
    for k in range(1, 6):
        day = LENT + timedelta(days=30 * k)
        events += [paid("L-1", day)] + ([paid("L-2", day)] if k < 5 else [])
    events.append(happened("write_off", "L-4", date(2026, 10, 1)))
    keep(store, ledger, *events, paid("L-1", date(2026, 11, 17), 1.0), origin=ORIGIN)


def test_the_job_finds_late_loans_that_were_decided_here(store: Store, tmp_path: Path) -> None:
    lend(store, ledger_of(store, tmp_path))
    found = follow_ups(store, lending_contract(), NOW)
    ids = [f"00000000-0000-7000-8000-00000000000{n}" for n in (3, 2)]
    assert found.late == [Late(ids[0], "Mombasa"), Late(ids[1], "Kisumu")]
    assert (found.more, found.unknown, found.known_until) == (0, 1, date(2026, 11, 17))
    again = FollowUps.model_validate_json(found.model_dump_json())
    assert again == found


def test_without_payments_nobody_is_late(store: Store) -> None:
    found = follow_ups(store, lending_contract(), NOW)
    assert (found.late, found.known_until) == ([], None)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = home_settings(tmp_path_factory.mktemp("late"))
    promote(settings, lending_bundle())
    with served(settings, champion=False) as made:
        add(settings, "amina")
        add(settings, "risk", role="risk")
        with open_ledger(settings) as (store, ledger):
            lend(store, ledger)
        yield made


def page(world: World, login: str, path: str = "/officer/follow-ups") -> str:
    client: TestClient = browser(world)
    sign_in(client, login)
    reply = client.get(path)
    assert reply.status_code == 200
    return reply.text


def test_the_page_tells_the_branch_its_late_loans_and_only_those_still_late(world: World) -> None:
    assert "The list is not made yet" in page(world, "amina")
    with open_ledger(world.settings) as (store, ledger):
        settings = AuditSettings(home=world.settings.home)
        assert run(Work(settings, store, {}, NOW)) == {"late": 2, "unknown": 1}
        mine = page(world, "amina")
        assert "L-2" in mine
        assert "10 days late" in mine, "payments are known until the day before"
        assert "L-3" not in mine, "of another branch"
        assert "L-3" in page(world, "risk")
        assert "1 instalment of 6 is open" in mine
        keep(store, ledger, paid("L-2", date(2026, 11, 16), 100.0), origin=ORIGIN)
        assert "L-2" not in page(world, "amina"), "paid since the list was made"
        with store.write() as connection:
            erase_loans(connection, loans.c.application.is_not(None), NOW)
        assert "L-3" not in page(world, "risk"), "nothing of an erased loan is told"
