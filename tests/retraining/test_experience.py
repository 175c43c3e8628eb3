"""What a retraining learns from: stored decisions and the outcomes of their loans."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from api.examples import example_application
from api.outcomes import origin_of
from api.retraining_data import Experience, experience
from data.contract import Contract
from data.contract_loading import contract_hash, load_contract
from data.store import Store, open_store
from data.store.decisions import Decision
from data.store.ledger import Ledger
from data.store.outcome_events import Instalment, LoanEvent
from data.store.outcomes import keep_all
from data.vault import Vault
from tests.decisions import decision

DAY = datetime(2024, 1, 10, 9, tzinfo=UTC)
UNTIL = date(2025, 6, 1)
LENT = DAY.date()


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract("microloan")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.open(tmp_path / "vault")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


def made(contract: Contract, n: int, name: str, **change: Any) -> Decision:
    asked = example_application(contract) | {"application_id": name, "applicant_id": f"P-{name}"}
    fields: dict[str, Any] = {
        "application_id": name,
        "applicant_id": f"P-{name}",
        "created_at": DAY + timedelta(minutes=n),
        "contract_hash": contract_hash(contract),
        "request": orjson.dumps(asked),
    }
    return decision(n, **(fields | change))


def lent(name: str, *, pays: bool, on: date = LENT) -> list[LoanEvent]:
    """A loan of one instalment after 30 days, paid on that day or never."""
    noon = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    due = on + timedelta(days=30)
    owed = (Instalment(1, due, 100.0, noon),)
    loan = LoanEvent(
        f"loan {name}", "disbursement", f"D-{name}", name, on, noon,
        applicant_id=f"P-{name}", instalments=owed,
    )  # fmt: skip
    known = noon + timedelta(days=30)
    back = LoanEvent(f"paid {name}", "repayment", f"R-{name}", name, due, known, amount=100.0)
    return [loan, back] if pays else [loan]


def collected(store: Store, vault: Vault, contract: Contract, until: date = UNTIL) -> Experience:
    return experience(store, vault, contract, until, None)


def labels(found: Experience) -> dict[str, float]:
    names = found.applications.keys["application"].tolist()
    return dict(zip(names, found.y.tolist(), strict=True))


def test_decisions_get_the_outcomes_of_their_matured_loans(
    store: Store, vault: Vault, contract: Contract
) -> None:
    ledger = Ledger(store, vault)
    with store.write() as connection:
        ledger.append(
            connection,
            [
                made(contract, 1, "A-good", branch="Old"),
                made(contract, 2, "A-bad"),
                made(contract, 3, "A-declined"),
                made(contract, 4, "A-good"),
                made(contract, 5, "A-other", contract_hash="0" * 64),
                made(contract, 6, "A-referred", pd=None, log_odds=None, points=None, band=None),
                made(contract, 7, "A-erased"),
            ],
        )
        ledger.erase(connection, "P-A-erased", "ana")
    later = lent("A-else", pays=True, on=date(2025, 1, 5))  # so books are seen until then
    events = [*lent("A-good", pays=True), *lent("A-bad", pays=False), *later]
    keep_all(store, ledger, events, origin_of(contract, "test", DAY))
    found = collected(store, vault, contract)
    y = labels(found)
    assert y.keys() == {"A-good", "A-bad", "A-declined"}, "the readable ones of this contract"
    assert (y["A-good"], y["A-bad"]) == (0.0, 1.0)
    assert np.isnan(y["A-declined"]), "nobody knows what would have become of it"
    assert found.counts == {
        "applications": 3,
        "decided_here": 3,
        "labelled": 2,
        "labelled_here": 2,
        "bad": 1,
    }
    keys = found.applications.keys.set_index("application")
    assert keys.loc["A-good", "branch"] == "Kisumu", "the last decision counts"
    asked = example_application(contract)["sources"]["application"]
    name, value = next((n, v) for n, v in asked.items() if isinstance(v, (int, float)))
    assert found.applications.inputs[name].tolist() == [value] * 3
    early = collected(store, vault, contract, LENT + timedelta(days=60))
    assert np.isnan(early.y).all(), "a window that is open says nothing"
    assert len(collected(store, vault, contract, LENT - timedelta(days=1)).y) == 0


def test_what_it_learns_from_is_named_by_its_hash(
    store: Store, vault: Vault, contract: Contract
) -> None:
    ledger = Ledger(store, vault)
    with store.write() as connection:
        ledger.append(connection, [made(contract, 1, "A-1")])
    first = collected(store, vault, contract)
    assert collected(store, vault, contract).sha256 == first.sha256
    with store.write() as connection:
        ledger.append(connection, [made(contract, 2, "A-2")])
    assert collected(store, vault, contract).sha256 != first.sha256
