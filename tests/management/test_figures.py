"""Figures of weeks and quarters against counts made by hand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.accounts import create_person, new_person
from api.audits import AuditSettings
from api.management import management
from api.management_figures import Management, Today, share, spread
from api.management_quarters import by_quarter, lending, quarters_until
from api.management_today import probe, run, today
from api.management_use import weeks_until
from api.schedule import Work, probes
from data.store import Store, open_store
from data.store.appeals import Appeal, Resolution, open_appeal, resolve
from data.store.feedback import Feedback, by_theme, newest, report
from data.store.human_decisions import HumanDecision, record
from data.store.jobs import enqueue, finish, take
from data.store.ledger import Ledger
from data.store.outcome_events import Origin
from data.store.people import all_people
from data.store.summaries import newest_summary
from tests.decisions import decision, ledger_of
from tests.outcomes.champion import lending_contract
from tests.outcomes.lending import keep, loan, paid
from tests.web.world import give_inbox_its_key

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: Store, tmp_path: Path) -> Ledger:
    return ledger_of(store, tmp_path / "keys")


def work_of(store: Store, home: Path, **changes: object) -> Work:
    settings = AuditSettings(home=home, **changes)  # type: ignore[arg-type]
    return Work(settings, store, {}, NOW)


def decide(store: Store, ledger: Ledger, number: int, at: datetime, **more: object) -> str:
    """A decision at ``at``, and what a person decided where ``outcome`` says so, an hour later."""
    outcome, key_id = more.pop("outcome", None), more.pop("by", "key00001")
    made = decision(number, created_at=at, **more)
    with store.write() as connection:
        ledger.append(connection, [made])
    if outcome is not None:
        later = at + timedelta(hours=1)
        said = HumanDecision(made.decision_id, outcome, "policy", str(key_id), later)  # type: ignore[arg-type]
        record(store, ledger, said)
    return made.decision_id


def say(store: Store, ledger: Ledger, decision_id: str, theme: str, n: int, key: str = "k") -> None:
    said = Feedback(f"feedback-{n}", decision_id, theme, key, NOW - DAY, None)  # type: ignore[arg-type]
    assert report(store, ledger, said)


def test_adoption_by_week_branch_and_officer(store: Store, ledger: Ledger) -> None:
    for n in range(4):
        amina = {"officer": "amina", "outcome": "approve" if n else "decline"}
        decide(store, ledger, n, NOW - (n + 1) * DAY, **amina)
    decide(store, ledger, 4, NOW - DAY, officer="juma", branch="Mombasa")
    decide(
        store, ledger, 5, NOW - 2 * DAY, branch="Mombasa", recommendation="review", outcome="refer"
    )
    decide(store, ledger, 6, NOW - 40 * DAY, officer="amina")
    decide(store, ledger, 7, NOW, officer="today is not over")
    told = weeks_until(store, UTC_ZONE, NOW.date())
    assert (told.first_day, told.last_day) == (date(2026, 10, 21), date(2026, 11, 17))
    assert [week.decisions for week in told.by_week] == [*[0] * 6, 1, *[0] * 4, 6]
    assert told.whole.decided == share(5, 6)
    assert told.whole.overridden == share(1, 4), "a review recommends nothing"
    branches = {use.name: (use.decisions, use.officers, use.days) for use in told.branches}
    assert branches == {"Kisumu": (4, 1, 4), "Mombasa": (2, 1, 2)}
    assert [use.name for use in told.officers] == ["amina", "juma"]


def test_helpfulness_counts_the_newest_answer_and_no_answer_is_a_problem(
    store: Store, ledger: Ledger
) -> None:
    ids = [decide(store, ledger, n, NOW - 2 * DAY) for n in range(3)]
    for n, theme in enumerate(("helped_no", "helped_yes")):
        say(store, ledger, ids[0], theme, n)
    say(store, ledger, ids[1], "helped_partly", 2)
    say(store, ledger, ids[1], "unfair", 3)
    told = weeks_until(store, UTC_ZONE, NOW.date()).helpfulness
    assert told.helped == share(1, 2)
    assert (told.partly, told.not_helped, told.themes) == (1, 0, {"unfair": 1})
    assert told.problems == share(1, 3)
    assert by_theme(store, NOW - 9 * DAY) == {"unfair": 1}
    assert [said.theme for said in newest(store, ledger, NOW - 9 * DAY)] == ["unfair"]


def test_what_waits_today(store: Store, ledger: Ledger) -> None:
    for n, hours in enumerate((1, 2, 60)):
        decide(store, ledger, n, NOW - timedelta(hours=hours), recommendation="review")
    decided = decide(store, ledger, 3, NOW - DAY / 2, recommendation="refer", outcome="approve")
    for n, due in enumerate((NOW - DAY, NOW + DAY)):
        ref = [decided, "decision-0"][n]
        asked = Appeal(f"appeal-{n}", ref, "unfair", "k", NOW - 9 * DAY, due, None)
        assert open_appeal(store, ledger, asked)
    told = today(store, NOW, probed=False)
    assert told.decisions == {"review": 2, "refer": 1}
    assert (told.referrals.waiting, told.referrals.late) == (3, 1)
    assert told.referrals.first == NOW - timedelta(hours=60)
    assert (told.appeals.waiting, told.appeals.late) == (2, 1)
    assert told.appeals.first == NOW - DAY
    assert (told.day, told.month) == (None, None), "nobody asked the server"


def test_availability_is_of_the_times_that_somebody_asked(store: Store) -> None:
    for n, result in enumerate(
        (
            {"ready": True, "milliseconds": 4.0},
            {"ready": True, "milliseconds": 8.0},
            {"ready": False, "milliseconds": 10_000.0},
        )
    ):
        enqueue(store, "probe", f"{n}", {}, NOW - timedelta(minutes=5 * (n + 1)))
        job = take(store, ["probe"], "w", NOW, DAY)
        assert job is not None
        assert finish(store, job, result, NOW)
    told = today(store, NOW, probed=True).day
    assert told is not None
    assert (told.times, told.answered) == (288, share(2, 3))
    assert (told.milliseconds.n, told.milliseconds.middle) == (2, 6.0)


def test_a_server_that_does_not_answer_is_an_answer(store: Store, tmp_path: Path) -> None:
    work = work_of(store, tmp_path, probe_url="http://127.0.0.1:9")
    assert probe(work)["ready"] is False
    slot = probes(work.settings, NOW + timedelta(minutes=3))
    assert slot is not None
    assert slot.name == "2026-11-18T07:30"
    assert probes(AuditSettings(home=tmp_path), NOW) is None


def test_today_is_kept_and_old_ones_forgotten(store: Store, tmp_path: Path) -> None:
    for days in (40, 0):
        settings = AuditSettings(home=tmp_path)
        run(Work(settings, store, {}, NOW - days * DAY))
    with store.read() as connection:
        found = newest_summary(connection, "today")
    assert found is not None
    assert Today.model_validate_json(found.result).made_at == NOW


def test_quarters_end_with_the_one_under_way() -> None:
    spans = quarters_until(date(2026, 1, 31))
    assert spans[0] == (date(2025, 1, 1), date(2025, 4, 1))
    assert spans[-1] == (date(2026, 1, 1), date(2026, 4, 1))


def test_loans_by_quarter(store: Store, ledger: Ledger) -> None:
    lent = date(2026, 4, 6)
    contract = lending_contract()
    decide(store, ledger, 1, datetime(2026, 4, 2, tzinfo=UTC), application_id="L-1")
    events = [
        loan("L-1", lent, person="P-1"),
        loan("L-2", lent, person="P-2", amount=20.0),
        loan("L-3", lent + 90 * DAY, person="P-1"),
        paid("L-1", date(2026, 5, 6)),
        paid("L-1", date(2026, 6, 5), 50.0),
        paid("L-3", date(2026, 11, 1)),
    ]
    origin = keep(store, ledger, *events, origin=origin_of_lending())
    assert origin.loans == 3
    known = lending(store, contract, date(2026, 11, 17))
    told = {quarter.name: quarter for quarter in by_quarter(store, UTC_ZONE, NOW, known)}
    assert list(told) == ["2025 Q4", "2026 Q1", "2026 Q2", "2026 Q3", "2026 Q4"]
    spring, summer = told["2026 Q2"], told["2026 Q3"]
    assert (spring.decisions, spring.approved) == (1, share(1, 1))
    assert spring.first_loans == share(2, 2)
    assert summer.first_loans == share(0, 1)
    assert spring.scored_first == share(1, 2)
    assert spring.small == share(1, 2)
    assert (spring.usual_loan.n, spring.usual_loan.middle) == (2, 180.0)
    assert (spring.collected.part, spring.collected.whole) == (150.0, 240.0)
    assert spring.bad == share(2, 2), "thirty days late within the window"
    assert told["2025 Q4"].scored_first is None
    assert known.matured_first == lent + 180 * DAY


def origin_of_lending() -> Origin:
    return Origin(lending_contract().contract, 1825, "test", NOW)


def test_appeals_in_time_by_the_day_they_were_due(store: Store, ledger: Ledger) -> None:
    for n, (days, answered) in enumerate(((1, True), (1, False), (-40, True), (9, False))):
        ref = decide(store, ledger, n, NOW - 60 * DAY)
        due = NOW - days * DAY
        assert open_appeal(
            store, ledger, Appeal(f"a-{n}", ref, "unfair", "k", due - DAY, due, None)
        )
        if answered:
            assert resolve(
                store, ledger, f"a-{n}", Resolution("upheld", "x", due - DAY, None), None
            )
    told = by_quarter(store, UTC_ZONE, NOW, None)
    assert told[-1].in_time == share(1, 3)
    assert told[-1].collected.value is None


def test_the_daily_figures(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = AuditSettings(home=home, store_url="sqlite://", audit_profiles=("uemoa",))
    give_inbox_its_key(settings)
    here = ledger_of(store, home / "keys")
    person = new_person("amina", "officer", "Kisumu", NOW - 9 * DAY)
    create_person(store, here, person, "seven tall baobab trees", "test")
    (known,) = all_people(store)
    for n in range(3):
        key = f"person:{known.person_id}"
        decide(store, here, n, NOW - (5 - n) * DAY, key_id=key, officer="amina", outcome="approve")
    made = management(Work(settings, store, {}, NOW), None, None)
    assert Management.model_validate_json(made.model_dump_json()) == made
    assert made.why_no_loans is not None
    assert made.compliance.chain_faults == 0
    assert made.compliance.chain_rows >= 7
    assert made.compliance.missing_profiles == ["uemoa"]
    assert made.weeks.accounts == share(1, 1)
    assert made.value.officers == spread([4.0])
    assert made.value.hours == spread([1.0, 1.0, 1.0])
    assert made.value.first_decision_on == (NOW - 5 * DAY).date()
