"""The sections of an audit about time, terms, outcomes, reasons and subgroups."""

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np

from data.contract import Terms
from fairness.audit import audit
from fairness.profiles import Profile, load_profile
from fairness.sample import Sample, terms_of
from fairness.schema import Audit
from fairness.verdicts import Verdict
from scoring.scorer import Scorer
from tests.bundles import small_bundle
from tests.fairness.portfolio import VERSION, portfolio, sample, scorer

DAY = dt.date(2026, 11, 20)
FIRST = (dt.date(2026, 1, 1) - dt.date(1970, 1, 1)).days


@cache
def dated(later: int) -> Sample:
    """Applicants of one year, one after the other."""
    drawn = sample(later=later, not_stated=60)
    return replace(drawn, days=FIRST + np.arange(len(drawn), dtype=np.int64) * 365 // len(drawn))


@cache
def made(later: int = 3) -> Audit:
    return audit(scorer(), dated(later), load_profile("eu"), data={}, on=DAY).audit


def with_minimums(people: int, each: int, cell: int) -> Profile:
    law = load_profile("eu")
    wanted = {"people": people, "each_outcome": each, "cell": cell}
    return law.model_copy(update={"minimums": law.minimums.model_copy(update=wanted)})


def test_a_bias_over_time_is_proven_from_a_month_on() -> None:
    (women,) = (t for t in made().trends if t.group == "F")
    assert women.since is not None
    assert women.since < "2026-06"
    assert women.verdict == Verdict.FAIL
    assert len(women.windows) == 12
    assert [w.first for w in women.windows] == sorted(w.first for w in women.windows)
    (even,) = (t for t in made(0).trends if t.group == "F")
    assert even.since is None
    assert made().population.first_day == dt.date(2026, 1, 1)
    assert made().population.last_day == dt.date(2026, 12, 31)


def test_a_fail_over_time_is_good_practice_and_fails_no_audit_alone() -> None:
    (finding,) = (
        f for f in made().findings if f.metric == "approval_rate_difference" and f.group == "F"
    )
    assert finding.verdict == Verdict.FAIL
    assert not finding.counts


def test_the_scorecard_tells_shares_that_add_up() -> None:
    cards = made().scorecard
    assert {c.group for c in cards} == {"F", "M", "not stated"}
    assert [c.group for c in cards if c.reference] == ["M"]
    for name in ("share_of_applicants", "share_of_rejected"):
        assert abs(sum(getattr(c, name) for c in cards) - 1) < 0.01
    women = next(c for c in cards if c.group == "F")
    assert women.share_of_rejected is not None
    assert women.share_of_applicants is not None
    assert women.share_of_rejected > women.share_of_applicants
    assert women.means["score"].value is not None


def test_terms_of_the_contract_are_compared_too() -> None:
    bundle, (applications, _, _) = small_bundle(), portfolio(later=3, not_stated=60)
    terms = Terms(amount="amount", rate="burden")
    contract = bundle.contract.model_copy(update={"terms": terms})
    named = Scorer(replace(bundle, contract=contract), VERSION)
    asked = terms_of(named, applications.inputs)
    burden = applications.inputs["amount"] / applications.inputs["income"]
    np.testing.assert_allclose(asked["rate"], burden)
    drawn = replace(sample(later=3, not_stated=60), terms=asked)
    found = audit(named, drawn, load_profile("eu"), data={}, on=DAY).audit
    assert {(d.measure, d.of) for d in found.distribution} == {
        (measure, of) for measure in ("score", "amount", "rate") for of in ("all", "approved")
    }
    (amounts,) = (
        d for d in found.distribution if (d.measure, d.of, d.group) == ("amount", "all", "F")
    )
    assert amounts.standardised_difference.low is not None
    assert amounts.standardised_difference.low < 0 < (amounts.standardised_difference.high or 0)
    assert set(found.terms) == {"amount", "rate"}


def test_the_worst_subgroup_is_the_one_with_the_planted_bias() -> None:
    worst = made().worst_subgroup.subgroups[0]
    assert "sex is F" in worst.conditions
    assert worst.proven
    assert (worst.shortfall or 0) > 0
    assert not any(s.proven for s in made(0).worst_subgroup.subgroups)


def test_random_approvals_give_weighted_answers_and_nothing_else_does() -> None:
    drawn = dated(0)
    rng = np.random.default_rng(5)
    lent = ~np.isnan(drawn.y)
    chance = np.where(lent & (rng.random(len(lent)) < 0.5), 1.0, 0.6)
    logged = replace(drawn, propensity=chance)
    found = audit(scorer(), logged, load_profile("eu"), data={}, on=DAY).audit
    assert any(o.weighted.low is not None for o in found.outcomes)
    assert all(o.weighted.low is None for o in made(0).outcomes)
    nobody = replace(drawn, propensity=lent.astype(np.float64))
    unseen = audit(scorer(), nobody, load_profile("eu"), data={}, on=DAY).audit
    assert all(o.weighted.low is None for o in unseen.outcomes)


def test_equalized_odds_are_told_as_three_answers_without_a_verdict() -> None:
    odds = [o for o in made().outcomes if o.metric == "equalized_odds_difference"]
    assert {o.group for o in odds} == {"F", "not stated"}
    for o in odds:
        assert o.verdict is None
        if o.bounds.low is not None:
            assert 0 <= o.bounds.low <= (o.bounds.high or 0)


def test_an_outcome_fails_only_where_weights_or_every_bound_agree() -> None:
    for o in made().outcomes:
        if o.verdict == Verdict.FAIL and o.weighted.low is None:
            assert o.bounds.low is not None
            assert o.bounds.high is not None
            assert o.bounds.low > 0 or o.bounds.high < 0


def test_open_and_small_verdicts_of_every_section_say_what_would_settle_them() -> None:
    said = [(o.verdict, o.applications_needed) for o in made().outcome_tests]
    said += [(e.verdict, e.applications_needed) for e in made().explanations]
    assert all((n or 0) >= 3000 for v, n in said if v == Verdict.INSUFFICIENT)
    measures = {e.measure: e.verdict for e in made().explanations}
    assert measures["reasons"] is None
    assert measures["stability"] is not None


def test_the_minimums_of_a_profile_are_kept() -> None:
    drawn = dated(3)
    strict = audit(scorer(), drawn, with_minimums(2000, 10, 10), data={}, on=DAY).audit
    assert {i.verdict for i in strict.impact} == {Verdict.INSUFFICIENT}
    assert all(c.means["score"].low is None for c in strict.scorecard)
    coarse = audit(scorer(), drawn, with_minimums(30, 10, 100), data={}, on=DAY).audit
    for i in coarse.impact:
        assert all(n is None or n >= 100 for n in (*i.people, *i.approved))
    assert any(i.people[0] is not None and i.people[0] < 100 for i in made().impact)


def test_calibration_is_told_by_year_of_application() -> None:
    drawn = dated(0)
    assert drawn.days is not None
    two_years = replace(drawn, days=drawn.days + 200)
    found = audit(scorer(), two_years, load_profile("eu"), data={}, on=DAY).audit
    assert {c.vintage for c in found.calibration} == {None, "2026", "2027"}
    assert all(c.verdict is None for c in found.calibration if c.vintage is not None)
