"""The summed-up portfolio against plain sums over what was planted."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from api.audits import AuditSettings
from api.portfolio import KIND, Portfolio, newest
from api.portfolio_making import make, run
from api.portfolio_policy import edge, moved, trial
from api.schedule import KINDS, Work
from api.web.risk_feedback import counted_by_theme, ended_since
from data.store import Store
from data.store.human_decisions import agreement, overrides
from data.store.ledger import Ledger
from data.store.subjects import erase
from data.store.summaries import forget_summaries, keep_summary
from scoring.intervals import wilson
from scoring.profit import ASSUMED, compare, curve
from scoring.profit import Portfolio as Sample
from tests.risk.planted import NOW, Case, planted, rules
from tests.story.conftest import run_command
from tests.web.world import home_settings

Home = tuple[Store, Ledger, list[Case], AuditSettings]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("portfolio")
    settings = AuditSettings(**home_settings(folder).model_dump())
    with planted(settings) as (store, ledger, cases):
        yield store, ledger, cases, settings


@pytest.fixture(scope="module")
def made(home: Home) -> Portfolio:
    store, _, _, settings = home
    return make(store, settings, NOW)


@pytest.fixture
def cases(home: Home) -> list[Case]:
    return home[2]


def test_months_count_what_became_of_each_application(made: Portfolio, cases: list[Case]) -> None:
    counted: dict[Any, Counter[str]] = defaultdict(Counter)
    for case in cases:
        counted[case.decision.created_at.date().replace(day=1)][case.final] += 1
    assert [m.month for m in made.months] == sorted(counted)
    for month in made.months:
        told = counted[month.month]
        assert (month.approved, month.declined, month.waiting) == (
            told["approve"],
            told["decline"],
            told["waiting"],
        )
        expected = wilson(told["approve"], told["approve"] + told["decline"])
        assert (month.rate.value, month.rate.low, month.rate.high) == pytest.approx(expected)


def test_concentration_is_of_the_approved_amount_of_the_year(
    made: Portfolio, cases: list[Case]
) -> None:
    mine = [case for case in cases if case.lately and case.final == "approve"]
    whole = sum(case.amount for case in mine)
    by = {c.by: c for c in made.concentration}
    assert set(by) == {"branch", "trade"}
    for share in by["branch"].shares:
        amount = sum(c.amount for c in mine if c.decision.branch == share.name)
        assert share.amount == pytest.approx(amount)
        assert share.share == pytest.approx(amount / whole)
    assert sum(share.share for share in by["trade"].shares) == pytest.approx(1)
    assert by["trade"].index == pytest.approx(sum(s.share**2 for s in by["trade"].shares))


def test_expected_loss_is_in_money(made: Portfolio, cases: list[Case]) -> None:
    mine = [case for case in cases if case.lately and case.final == "approve"]
    lost = sum((c.decision.pd or 0) * ASSUMED.loss_given_default * c.amount for c in mine)
    assert made.basis.assumed
    assert made.expected_loss.of_approved == pytest.approx(lost)
    assert made.expected_loss.amount == pytest.approx(sum(c.amount for c in mine))
    assert made.expected_loss.balance > 0
    assert 0 < made.expected_loss.of_open < made.expected_loss.balance
    assert made.expected_loss.without_pd == pytest.approx(0)


def test_loans_are_held_against_what_was_expected(made: Portfolio, cases: list[Case]) -> None:
    assert made.loans is not None
    lent = [case for case in cases if case.bad is not None]
    seen = max(day for case in lent if not case.bad for day in _paid(case))
    whole = [case for case in lent if _last(case) + timedelta(days=180) <= seen]
    assert made.loans.matured == len(whole)
    for group in made.loans.by_band:
        mine = [case for case in whole if case.decision.band == group.name]
        assert (group.loans, group.observed) == (len(mine), sum(bool(c.bad) for c in mine))
        assert group.expected == pytest.approx(sum(c.decision.pd or 0 for c in mine))
    assert sum(group.loans for group in made.loans.by_vintage) == len(whole)
    assert all(month.par30.value is not None for month in made.loans.at_risk)


def _last(case: Case) -> date:
    """The last day of the month in which the loan was paid out."""
    later = case.decision.created_at.date().replace(day=28) + timedelta(days=4)
    return later - timedelta(days=later.day)


def _paid(case: Case) -> list[date]:
    days = [case.decision.created_at.date() + timedelta(days=30 * n) for n in (1, 2, 3)]
    return [day for day in days if day < NOW.date()]


def test_cut_offs_give_what_the_applications_give(made: Portfolio, cases: list[Case]) -> None:
    assert made.cut_offs is not None
    mine = [case for case in cases if case.lately]
    risk = np.array([c.decision.pd for c in mine])
    amount = np.array([c.amount for c in mine])
    sample = Sample(risk, np.full(len(mine), np.nan), amount)
    assert made.cut_offs.applications == len(mine)
    now = rules().decline_from
    for wish in (0.05, 0.2, now, 0.377):
        then = edge(made.cut_offs, wish)
        told, direct = trial(made.cut_offs, then), curve(sample, ASSUMED, np.array([then]))[0]
        assert told.share == pytest.approx(direct["approval_rate"]["value"])
        assert told.loss == pytest.approx(direct["expected_loss"])
        assert told.profit == pytest.approx(direct["expected_profit"])
        change, expected = moved(made.cut_offs, now, then), compare(sample, ASSUMED, now, then)
        for name in ("approvals", "loss", "profit"):
            assert getattr(change, name) == pytest.approx(tuple(expected[name].values()))


def test_overrides_are_those_of_the_store(home: Home, made: Portfolio) -> None:
    store, since = home[0], NOW - timedelta(days=365)
    for by, told in (("officer", made.overrides.by_officer), ("branch", made.overrides.by_branch)):
        direct = {o.who: o for o in overrides(store, by, since)}  # type: ignore[arg-type]
        assert {one.who for one in told} == set(direct)
        for one in told:
            assert (one.decided, one.overridden) == (
                direct[one.who].decided,
                direct[one.who].overridden,
            )
            assert one.reasons == direct[one.who].reasons


def test_agreement_near_the_cut_offs_is_that_of_the_store(home: Home, made: Portfolio) -> None:
    from api.human_decisions import near_cut_offs

    near = {made.basis.model: near_cut_offs(rules())}
    direct = agreement(home[0], near, NOW - timedelta(days=365))
    told = made.overrides
    assert (told.near.decided, told.near.agreed) == direct[0]
    assert (told.away.decided, told.away.agreed) == direct[1]
    assert told.difference.low is not None


def test_loans_lent_against_the_model_are_followed(made: Portfolio, cases: list[Case]) -> None:
    mine = [c for c in cases if c.lately and c.said and c.said.outcome == "approve"]
    against = [c for c in mine if c.decision.recommendation == "decline"]
    assert 0 <= made.overrides.lent_against.loans <= len(against)
    assert made.overrides.lent_against.loans == sum(
        one.lent_against.loans for one in made.overrides.by_officer
    )


def test_the_year_with_the_model(made: Portfolio, cases: list[Case]) -> None:
    mine = [case for case in cases if case.lately]
    hours = [(c.said.at - c.decision.created_at).total_seconds() / 3600 for c in mine if c.said]
    assert made.now.hours_to_decision == pytest.approx(median(hours))
    assert made.now.decided_by_people == len(hours)
    assert made.now.applications == len(mine)
    assert made.now.loans == sum(case.bad is not None for case in mine)


def test_it_is_kept_and_tells_nothing_of_a_person(home: Home, made: Portfolio) -> None:
    store, ledger, cases, _ = home
    with store.read() as connection:
        kept = newest(connection)
    assert kept == (made, NOW)
    text = made.model_dump_json()
    for case in cases[:10]:
        for name in (case.decision.application_id, case.decision.applicant_id):
            assert f'"{name}"' not in text
        assert ledger.person(case.decision.applicant_id) not in text
        assert case.decision.decision_id not in text


def test_the_job_makes_it_again(home: Home) -> None:
    store, _, cases, settings = home
    kind = next(kind for kind in KINDS if kind.name == "portfolio")
    work = Work(settings, store, {}, NOW)
    keep_summary(store, KIND, NOW - timedelta(days=91), b"{}")
    assert kind.run(work) == run(work)
    assert forget_summaries(store, KIND, NOW) == 0, "what was too old is gone"
    assert run(work)["applications"] == sum(case.lately for case in cases)


def test_what_is_erased_is_counted_and_not_read(tmp_path: Path, store_url: str) -> None:
    settings = home_settings(tmp_path, store_url)
    with planted(settings) as (store, ledger, cases):
        before = make(store, settings, NOW)
        last = cases[-1]
        erase(store, ledger, last.decision.applicant_id, "test", "requested")
        after = make(store, settings, NOW)
        assert counted_by_theme(store, NOW) == []
        assert ended_since(store, NOW).total == 0
    assert (before.basis.erased, after.basis.erased) == (0, 1)
    assert after.basis.applications == before.basis.applications
    assert sum(m.approved + m.declined + m.waiting for m in after.months) == len(cases)
    assert after.cut_offs is not None
    assert after.cut_offs.applications == sum(case.lately for case in cases) - 1


def test_without_a_champion_there_is_nothing_to_sum_up(tmp_path: Path) -> None:
    from data.store import open_store

    settings = AuditSettings(**home_settings(tmp_path).model_dump())
    store = open_store(settings.database_url)
    store.migrate()
    told = run(Work(settings, store, {}, NOW))
    store.close()
    assert told["portfolio"] is None
    assert "champion" in told["why"]


def test_the_command_makes_it_and_prints_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROSCORE_HOME", str(home[3].home))
    told = run_command("portfolio", "--json")
    assert told.code == 0, told.errors
    assert told.json["basis"]["contract"] == "small"
    assert "Approvals (small)" in run_command("portfolio").text
