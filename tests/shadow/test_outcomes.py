"""Outcomes for comparisons: by the contract's label, and only when their window is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from api.shadowing_outcomes import matured
from data.store import Store, open_store
from data.store.outcomes_book import SETTLING_DAYS
from tests.bundles import small_contract
from tests.decisions import ledger_of
from tests.outcomes.champion import lending_contract
from tests.outcomes.lending import LENT, keep, loan, paid

WINDOW = timedelta(days=180)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


def test_an_outcome_counts_once_its_window_is_over(store: Store, tmp_path: Path) -> None:
    ledger = ledger_of(store, tmp_path)
    young = LENT + timedelta(days=170)
    dues = [LENT + timedelta(days=30 * n) for n in (1, 2, 3)]
    events = [loan("GOOD"), loan("BAD"), loan("YOUNG", young)]
    events += [paid("GOOD", day) for day in dues]
    last = young + timedelta(days=40)
    events += [paid("YOUNG", last)]
    keep(store, ledger, *events)
    names = {n: ledger._vault.pseudonym("application", n) for n in ("GOOD", "BAD", "YOUNG")}
    over = LENT + WINDOW + timedelta(days=SETTLING_DAYS)
    assert matured(store, lending_contract(), over - timedelta(days=1))([]) == {}
    known = matured(store, lending_contract(), last)([])
    assert known == {names["GOOD"]: (0.0, over), names["BAD"]: (1.0, over)}


def test_a_label_that_stands_in_a_file_gives_none(store: Store) -> None:
    assert matured(store, small_contract(), date(2026, 1, 1))([]) == {}
