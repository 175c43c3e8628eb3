"""Stored loans give the labels of the files, as they were known on any day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from api.outcomes import origin_of
from api.outcomes_files import read_outcomes
from api.outcomes_import import import_events
from api.outcomes_matured import lent_by, realised_by_year, realised_of
from api.outcomes_performance import performance
from data.contract_loading import load_contract
from data.errors import NotEnoughDataError
from data.features.applications import build_applications
from data.labels import label, outcomes
from data.reading import read_portfolio
from data.store import Store, open_store
from data.store.decisions import Decision
from data.store.ledger import Ledger
from data.store.outcome_events import LoanEvent, Origin
from data.store.outcomes_book import SETTLING_DAYS, read_rows
from data.synthetic import generate_portfolio
from tests.bundles import small_contract
from tests.data.small_portfolio import performance_contract
from tests.decisions import decision, ledger_of
from tests.outcomes.lending import LENT, NOW, happened, keep, loan, paid

CONTRACT = performance_contract()
ORIGIN = Origin("small", 1825, "test", NOW)
MODEL = "small-0123456789ab"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: Store, tmp_path: Path) -> Ledger:
    return ledger_of(store, tmp_path)


def silent(_stage: str, _share: float) -> None:
    """No progress bar."""


def test_labels_from_the_store_are_those_of_the_files(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    generate_portfolio(250, 5, tmp_path / "world")
    contract = load_contract("microloan")
    tables = read_portfolio(contract, tmp_path / "world", need_label=True).tables
    applications = build_applications(contract, tables)
    expected = outcomes(contract, tables, applications)
    events = read_outcomes(contract, tmp_path / "world", NOW).events()
    taken = import_events(store, ledger, events, origin_of(contract, "test", NOW), silent)
    assert taken.refused == []
    assert taken.loans == np.count_nonzero(
        [d is not None for d in tables["applications"]["disbursed_on"].to_pylist()]
    )
    stored = read_rows(store, contract, NOW.date()).loans()
    found = dict(
        zip(stored.application, label(contract.label.definition, stored.book), strict=True)
    )
    named = [ledger.pseudonym("application", str(a)) for a in applications.keys["application"]]
    ours = np.array([found.get(name, np.nan) for name in named])
    np.testing.assert_array_equal(ours, expected)
    assert np.isfinite(expected).sum() > 50
    again = import_events(store, ledger, events, origin_of(contract, "test", NOW), silent)
    assert (again.loans, again.instalments, again.events) == (0, 0, 0)


def labels_on(store: Store, day: date, *, at_window: bool = False) -> list[float]:
    loans = read_rows(store, CONTRACT, day).loans(at_window=at_window)
    return [float(y) for y in label(CONTRACT.label.definition, loans.book)]


END = LENT + timedelta(days=180)
DUES = [LENT + timedelta(days=30 * n) for n in (1, 2, 3)]


def test_what_was_known_later_is_not_known_before(store: Store, ledger: Ledger) -> None:
    posted = datetime.combine(END + timedelta(days=3), datetime.min.time(), UTC)
    late = paid("A", DUES[2], known_at=posted)
    watcher = [loan("Z", person="P-9"), paid("Z", END)]
    keep(store, ledger, loan("A"), paid("A", DUES[0]), paid("A", DUES[1]), late, *watcher)
    assert np.isnan(labels_on(store, END - timedelta(days=1))).all()
    assert labels_on(store, END)[0] == 1.0
    assert labels_on(store, posted.date())[0] == 0.0


def test_reversed_payments_never_were_from_the_day_that_it_is_known(
    store: Store, ledger: Ledger
) -> None:
    keep(store, ledger, loan("A"), *(paid("A", d) for d in DUES))
    keep(store, ledger, loan("Z", person="P-9"), paid("Z", END + timedelta(days=SETTLING_DAYS)))
    back = END + timedelta(days=40)
    keep(store, ledger, happened("reversal", "A", back, reverses=f"R-A-{DUES[2]}"))
    assert labels_on(store, back - timedelta(days=1))[0] == 0.0
    assert labels_on(store, back)[0] == 1.0
    assert labels_on(store, back, at_window=True)[0] == 0.0


def test_a_reversed_write_off_and_a_reversed_loan_never_were(store: Store, ledger: Ledger) -> None:
    gone = happened("write_off", "A", DUES[1])
    keep(store, ledger, loan("A"), *(paid("A", d) for d in DUES), gone, loan("B"))
    keep(store, ledger, loan("Z", person="P-9"), paid("Z", END))
    assert labels_on(store, END)[0] == 1.0
    keep(store, ledger, happened("reversal", "A", DUES[2], reverses=gone.event_id))
    keep(store, ledger, happened("reversal", "B", DUES[2], reverses="D-B"))
    assert labels_on(store, END) == [0.0, 1.0]


def decided(name: str, on: date, **change: object) -> Decision:
    at = datetime(on.year, on.month, on.day, 8, tzinfo=UTC)
    fields = {"decision_id": f"{name} {on}", "application_id": name, "created_at": at} | change
    return decision(0, **fields)


def append(store: Store, ledger: Ledger, *made: Decision) -> None:
    with store.write() as connection:
        ledger.append(connection, made)


def lending(store: Store, ledger: Ledger, n: int = 60) -> None:
    """Loans of one day, every third never repaid, and a payment that shows that time passed."""
    made, events = [], []
    for i in range(n):
        name, person = f"A-{i}", f"P-{i}"
        made.append(decided(name, LENT - timedelta(days=3), applicant_id=person, pd=0.09))
        events.append(loan(name, person=person))
        events += [paid(name, d) for d in DUES] if i % 3 else []
    later = END + timedelta(days=60)
    append(store, ledger, *made)
    keep(store, ledger, *events, loan("Z", later, person="P-Z"), paid("Z", later))


def test_the_last_decision_before_the_money_counts(store: Store, ledger: Ledger) -> None:
    of_a = [
        decided("A", LENT - timedelta(days=days), pd=pd)
        for days, pd in ((9, 0.3), (2, 0.2), (-5, 0.1))
    ]
    other = decided("A", LENT, pd=0.9, decision_id="other", model_version="other")
    append(store, ledger, *of_a, other, decided("B", LENT + timedelta(days=2)))
    keep(store, ledger, loan("A"), loan("B"))
    rows = read_rows(store, CONTRACT, NOW.date())
    assert lent_by(store, CONTRACT, MODEL, rows).pd.tolist() == [0.2]


def test_layer_five_reads_each_outcome_once_the_window_is_settled(
    store: Store, ledger: Ledger
) -> None:
    lending(store, ledger)
    settled = END + timedelta(days=60)
    year = realised_of(store, CONTRACT, MODEL, settled)
    assert year is not None
    assert (year.n, year.observed, year.direction) == (60, 20, "risk_too_low")
    assert year.until == END
    assert realised_of(store, CONTRACT, MODEL, settled - timedelta(days=1)) is None
    assert realised_of(store, CONTRACT, "another", settled) is None


def test_evidence_does_not_change_by_what_is_known_later(store: Store, ledger: Ledger) -> None:
    lending(store, ledger)
    day = NOW.date()

    def evidence() -> list[float]:
        rows = read_rows(store, CONTRACT, day)
        years = realised_by_year(rows, lent_by(store, CONTRACT, MODEL, rows))
        return [look.e_value for year in years for look in year.looks]

    before = evidence()
    backs = [
        happened("reversal", f"A-{i}", END + timedelta(days=90), reverses=f"R-A-{i}-{DUES[2]}")
        for i in range(1, 60, 3)
    ]
    keep(store, ledger, *backs)
    assert evidence() == before


def test_performance_tells_whole_vintages_alone(store: Store, ledger: Ledger) -> None:
    lending(store, ledger)
    month_end = date(2024, 1, 31) + timedelta(days=180)
    keep(store, ledger, loan("Y", person="P-Y"), paid("Y", month_end - timedelta(days=1)))
    early = performance(store, CONTRACT, MODEL, month_end - timedelta(days=1))
    assert (early.loans.matured, early.loans.whole, early.by_band) == (60, 0, [])
    keep(store, ledger, paid("Y", month_end))
    told = performance(store, CONTRACT, MODEL, month_end)
    assert (told.loans.decided, told.loans.whole) == (60, 60)
    (band,) = told.by_band
    assert (band.name, band.loans, band.observed) == ("A", 60, 20)
    assert band.expected == pytest.approx(60 * 0.09)
    (vintage,) = told.by_vintage
    assert vintage.name == "2024-01-01"
    assert vintage.ratio.value == pytest.approx(20 / 5.4)
    assert told.ranking.auc.value == pytest.approx(0.5)
    assert told.ranking.slope.value is None
    assert told.early.first_payment[0].bad == 21
    assert told == type(told).model_validate_json(told.model_dump_json())


@pytest.mark.parametrize(
    "events",
    [
        [],
        [loan("A")],
        [loan("A", dues=0)],
        [loan("A", dues=0), paid("A", END)],
        [loan("A"), paid("A", END), happened("reversal", "A", END, reverses="D-A")],
    ],
    ids=["nothing", "no payment", "no schedule", "payment alone", "taken back"],
)
def test_performance_of_next_to_nothing(
    store: Store, ledger: Ledger, events: list[LoanEvent]
) -> None:
    if events:
        append(store, ledger, decided("A", LENT))
        keep(store, ledger, *events)
    told = performance(store, CONTRACT, MODEL, NOW.date())
    assert told.loans.matured == 0
    assert told.years == []
    assert told.ranking.auc.value is None


def test_a_label_in_a_column_does_not_mature(store: Store) -> None:
    with pytest.raises(NotEnoughDataError, match="stands in a column"):
        performance(store, small_contract(), MODEL, NOW.date())
