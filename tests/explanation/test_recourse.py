"""Cost of recourse by group: golden values, what is too few, and intervals that cover."""

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from api.reports.fairness import parts
from api.reports.page import Page
from api.reports.words import WORDS
from data.contract import LANGUAGES
from fairness.audit import audit
from fairness.groups import Grouping, grouping
from fairness.profiles import load_profile
from fairness.recourse import DECLINE, recourse, search
from fairness.sample import Sample
from scoring.counterfactuals import options
from scoring.intervals import UNDEFINED
from scoring.scorer import Scorer
from tests.bundles import small_bundle
from tests.explanation.people import RISKY
from tests.fairness.portfolio import sample, scorer


def groups(sizes: dict[str, int]) -> Grouping:
    names = np.repeat(np.array(list(sizes), dtype=object), list(sizes.values()))
    return grouping("sex", names, "male")


def test_shares_and_means_of_each_group() -> None:
    costs = np.concatenate([np.full(60, 3.0), np.full(40, np.nan), np.full(80, 2.0)])
    costs[:30] += 1.0
    found = {part.group: part for part in recourse(groups({"female": 100, "male": 80}), costs)}
    female, male = found["female"], found["male"]
    assert (female.with_option.value, male.with_option.value) == (0.6, 1.0)
    assert (female.cost.value, male.cost.value) == (3.5, 2.0)
    assert female.option_gap.value == pytest.approx(-0.4)
    assert female.cost_gap.value == 1.5
    assert (male.option_gap, male.cost_gap) == (UNDEFINED, UNDEFINED)
    assert male.reference
    assert not female.reference


def test_few_people_are_not_judged() -> None:
    costs = np.concatenate([np.ones(29), np.ones(40), np.full(40, np.nan)])
    found = recourse(groups({"female": 29, "male": 80}), costs)
    assert found[0].with_option == found[0].cost == found[0].cost_gap == UNDEFINED
    assert found[1].cost.value == 1.0


def test_costs_belong_to_the_people_of_the_grouping() -> None:
    with pytest.raises(ValueError, match="each person"):
        recourse(groups({"female": 40, "male": 40}), np.ones(79))


def test_intervals_cover_the_truth() -> None:
    """400 worlds of one truth: 95 % intervals miss it in about 5 %."""
    rng, sizes = np.random.default_rng(7), {"female": 150, "male": 300}
    parted, missed = groups(sizes), np.zeros(2)
    for _ in range(400):
        costs = rng.gamma(4.0, 0.5, 450)
        costs[:150] += 0.3
        costs[rng.random(450) < np.repeat([0.4, 0.25], [150, 300])] = np.nan
        gap = recourse(parted, costs)[0]
        for at, (estimate, truth) in enumerate(((gap.option_gap, -0.15), (gap.cost_gap, 0.3))):
            assert estimate.low is not None
            assert estimate.high is not None
            missed[at] += not estimate.low <= truth <= estimate.high
    assert all(0.02 <= rate <= 0.085 for rate in missed / 400)


def test_the_easiest_option_is_the_first_and_tells_its_effort() -> None:
    found = options(Scorer(small_bundle(), "v"), RISKY)
    efforts = [option.effort for option in found]
    assert efforts == sorted(efforts)
    assert all(effort > 1 for effort in efforts)


@cache
def declined(later: int) -> Sample:
    """Applicants of whom women are so many days later than they were."""
    return sample(later=later, n=1500)


def test_people_are_drawn_from_the_declined_of_each_group() -> None:
    whole = declined(3)
    found = search(scorer(), whole, most=40)
    assert found.drawn.keys() == {"sex"}
    rows = found.drawn["sex"]
    assert (whole.scores.by_score[rows] == DECLINE).all()
    people = whole.groupings[0].at(rows).people
    assert sorted(people)[-2:] == [40, 40]
    assert np.isnan(np.delete(found.effort, rows)).all()
    some = rows[~np.isnan(found.effort[rows])][:3]
    for i in some:
        values = {n: v[i] for n, v in whole.columns.items() if v[i] is not None and v[i] == v[i]}
        assert min(o.effort for o in options(scorer(), values)) == found.effort[i]
    again = search(scorer(), whole, most=40)
    np.testing.assert_array_equal(again.effort, found.effort)


def test_an_audit_shows_what_it_would_take_each_group() -> None:
    whole = declined(3)
    costs = search(scorer(), whole, most=60)
    law = load_profile("eu")
    made = audit(scorer(), whole, law, data={}, on=dt.date(2026, 11, 20), costs=costs).audit
    (women,) = (r for r in made.recourse if r.group == "F")
    codes, rows = whole.groupings[0], costs.drawn["sex"]
    own = costs.effort[rows[codes.at(rows).members(codes.names.index("F"))]]
    assert women.searched == (60, 60)
    assert women.effort.value == pytest.approx(np.nanmean(own), abs=0.005)
    assert women.with_option.value == pytest.approx(np.mean(~np.isnan(own)), abs=0.005)
    assert women.option_difference.low is not None
    few = next(r for r in made.recourse if r.group == "not stated")
    assert few.searched[0] is None
    assert few.effort.value is few.effort_difference.value is None
    for language in LANGUAGES:
        shown = Page(made, language)
        part = next(p for p in parts(shown) if p.title == shown.words["recourse"])
        assert part.tables[0].rows


def test_without_a_search_an_audit_shows_none() -> None:
    whole = declined(0)
    bare = replace(whole, columns={})
    assert search(scorer(), bare).drawn["sex"].tolist() == []
    made = audit(scorer(), bare, load_profile("eu"), data={}, on=dt.date(2026, 11, 20)).audit
    assert made.recourse == ()
    assert WORDS["en"]["recourse"] not in [part.title for part in parts(Page(made, "en"))]
