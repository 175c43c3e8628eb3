"""The subgroup search: finds what was planted and seldom what was not."""

import numpy as np
import pytest
from scipy.stats import fisher_exact

from fairness.groups import Grouping, grouping
from fairness.subgroups import FEWEST_IN_LEAF, SubgroupSearch, search_subgroups


def search(seed: int, *, n: int = 4000, effect: float = 0.0, strata: bool = True) -> SubgroupSearch:
    """Branch a approves less; ``effect`` is what young women lose for no reason."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["female", "male"], n).astype(object)
    age = rng.choice(["under 25", "25-34", "35 and over"], n).astype(object)
    branch = rng.choice(["a", "b"], n).astype(object)
    rate = np.where(branch == "a", 0.4, 0.7) - effect * ((sex == "female") & (age == "under 25"))
    groupings: list[Grouping] = [
        grouping("sex", sex, "male"),
        grouping("age", age, "35 and over"),
        grouping("branch", branch, "a"),
    ]
    given = (groupings[:2], branch) if strata else (groupings, None)
    return search_subgroups(rng.random(n) < rate, given[0], strata=given[1], seed=seed)


def test_the_planted_subgroup_comes_first() -> None:
    worst = search(0, effect=0.25).subgroups[0]
    assert set(worst.rule) == {"sex is female", "age is under 25"}
    assert worst.adjusted < 1e-6
    assert worst.shortfall == pytest.approx((worst.expected - worst.rate) * worst.rows)


def test_without_strata_the_branch_itself_is_found() -> None:
    worst = search(0, strata=False).subgroups[0]
    assert "branch is a" in worst.rule
    assert worst.adjusted < 1e-3


def test_fair_data_seldom_give_a_finding() -> None:
    """At most 5 % of worlds may show any; 60 worlds, limit at two standard errors."""
    found = [min(s.adjusted for s in search(seed).subgroups) <= 0.05 for seed in range(60)]
    assert sum(found) <= 6


def test_the_exact_test_of_one_stratum_is_fishers() -> None:
    rng = np.random.default_rng(1)
    sex = rng.choice(["female", "male"], 600).astype(object)
    approve = rng.random(600) < 0.5
    found = search_subgroups(approve, [grouping("sex", sex, "male")], seed=1)
    honest = np.ones(600, dtype=bool)
    honest[np.random.default_rng(1).permutation(600)[:300]] = False
    for leaf in found.subgroups:
        inside = honest & (sex == leaf.rule[0].removeprefix("sex is "))
        outside = honest & ~inside
        table = np.array([[sum(approve[p]), sum(~approve[p])] for p in (inside, outside)])
        assert leaf.rows == inside.sum()
        assert leaf.p_value == pytest.approx(fisher_exact(table, "less").pvalue)


def test_leaves_have_enough_people_and_the_correction_never_helps() -> None:
    for leaf in search(3).subgroups:
        assert leaf.rows >= FEWEST_IN_LEAF
        assert leaf.p_value <= leaf.adjusted <= 1


def test_too_few_people_are_not_searched() -> None:
    assert search(0, n=4 * FEWEST_IN_LEAF - 2).subgroups == ()
