"""Outcomes beside the estimates, layer 5 in a check, and who was paid out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import insert

from api import drifting_realised
from api.drifting import Watch
from api.drifting_keeping import keep
from api.drifting_realised import reconcile, verdict
from api.outcomes_matured import Lent
from data.contract import Contract, Definition
from data.errors import RegistryError
from data.loanbook import LoanBook
from data.store.decisions import Decision
from data.store.estimates import estimates_of
from data.store.outcomes_book import StoredLoans
from data.store.tables_outcomes import loan_events, loans
from drift.findings import RealisedVerdict, findings
from drift.record import whole_check
from drift.window import Expected
from tests.drift.stored import AT, DAYS, MODEL, decisions, scorer, settings_of, watching

NOW = datetime(2027, 8, 1, tzinfo=UTC)
MADE = decisions(400, 9)
APPROVED = [d for d in MADE if d.recommendation == "approve"]


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with watching(settings_of(tmp_path), MADE) as made:
        yield made


def lent(lenders: list[Decision], *, seen_until: str = "2027-07-31") -> Lent:
    """Loans of these decisions, paid out three days later; a third of them went bad."""
    n = len(lenders)
    decided = np.array([d.created_at.date() for d in lenders], dtype="datetime64[D]")
    owed = pd.DataFrame({"row": np.arange(n), "day": decided, "total": 1000 * (np.arange(n) + 1)})
    nothing = np.full(n, np.datetime64("NaT"), dtype="datetime64[D]")
    book = LoanBook(decided + 3, nothing, nothing, owed, owed[:0], np.datetime64(seen_until))
    people = np.array([d.applicant_id for d in lenders], dtype=object)
    return Lent(
        stored=StoredLoans(people, people, book),
        definition=Definition(days_past_due=30, window_days=180),
        rows=np.arange(n),
        pd=np.array([d.pd for d in lenders]),
        band=np.array([d.band for d in lenders], dtype=object),
        decided_on=decided,
        bad=(np.arange(n) % 3 == 0).astype(np.float64),
    )


def contract_of(version: str) -> Contract:
    if version != MODEL:
        raise RegistryError("no version is called so")
    return scorer().contract


def told_of(monkeypatch: pytest.MonkeyPatch, found: Lent) -> None:
    monkeypatch.setattr(drifting_realised, "read_rows", lambda *_: None)
    monkeypatch.setattr(drifting_realised, "lent_by", lambda *_: found)


def test_what_came_of_it_stands_beside_the_estimate(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keep(watch.store, watch.decisions(DAYS, "scheduled"), NOW)
    told_of(monkeypatch, lent(APPROVED))
    assert reconcile(watch.store, contract_of, NOW) == 1
    assert reconcile(watch.store, contract_of, NOW) == 0, "once"
    came = {e.measure: e for e in estimates_of(watch.store, kept.check_id)}
    n, bad = len(APPROVED), len(APPROVED[::3])
    rate = came["bad_rate"]
    assert rate.matured == n
    assert rate.realised == pytest.approx(bad / n)
    assert rate.realised_low is not None
    assert rate.realised_low > rate.high, (
        "worse than estimated: concept drift, which it is blind to"
    )
    pds, y = np.array([d.pd for d in APPROVED]), np.arange(n) % 3 == 0
    assert came["brier"].realised == pytest.approx(np.mean((pds - y) ** 2))


def test_loans_that_have_not_matured_are_no_result(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(watch.store, watch.decisions(DAYS, "scheduled"), NOW)
    early = DAYS[1] + timedelta(days=180)
    told_of(monkeypatch, lent(APPROVED, seen_until=early.isoformat()))
    assert reconcile(watch.store, contract_of, NOW) == 0


def test_a_label_in_a_column_matures_nothing(watch: Watch) -> None:
    keep(watch.store, watch.decisions(DAYS, "scheduled"), NOW)
    assert verdict(watch.store, scorer().contract, MODEL, DAYS[1]) is None
    assert reconcile(watch.store, contract_of, NOW) == 0


def realised(*, alarm: bool, direction: str | None = "risk_too_low") -> RealisedVerdict:
    return RealisedVerdict.model_validate(
        {
            "alarm": alarm,
            "direction": direction,
            "since": date(2026, 3, 1),
            "e_value": 31.0,
            "threshold": 20.0,
            "loans": 300,
            "observed": 60,
            "expected": 31.5,
        }
    )


def test_layer_five_pages_before_all_others(watch: Watch) -> None:
    found, against = watch.cohort(DAYS), watch.yardstick(DAYS, Expected())
    check = whole_check(found, against, "scheduled", realised(alarm=True))
    assert check.layers["5"] == "found"
    assert (check.findings[0].subject, check.level) == ("realised:bad_rate", "page")
    quiet = whole_check(found, against, "scheduled", realised(alarm=False, direction=None))
    assert (quiet.layers["5"], quiet.level) == ("ok", "ok")
    better = findings(check.report, None, realised(alarm=True, direction="risk_too_high"))
    assert better[0].words == "realised-better"


def test_three_populations_are_compared_in_pairs(watch: Watch) -> None:
    paid = APPROVED[: len(APPROVED) // 2]
    with watch.store.write() as connection:
        for i, d in enumerate(paid):
            name = watch.ledger.pseudonym("application", d.application_id)
            row = {"application": name, "applicant": "P", "contract": "small"}
            connection.execute(insert(loans).values(**row, retention_days=9, created_at=AT))
            event = {"event": f"e{i}", "application": name, "kind": "disbursement"}
            connection.execute(insert(loan_events).values(**event, on_day=DAYS[0], known_at=AT))
    pairs = {(p.first, p.second): p for p in watch.decisions(DAYS, "asked").populations}
    assert {k: (p.first_rows, p.second_rows) for k, p in pairs.items()} == {
        ("applicants", "accepted"): (400, len(APPROVED)),
        ("applicants", "deployed"): (400, len(paid)),
        ("accepted", "deployed"): (len(APPROVED), len(paid)),
    }
    first = pairs["applicants", "accepted"]
    assert first.score is not None
    assert first.score > 0.3, "the approved are the safer ones"
    assert first.features[0].name == "late_days"
    assert first.score > (pairs["accepted", "deployed"].score or 0.0)
