"""Proxies: found where planted, not where there are none, and shares that add up."""

import numpy as np
import pytest
from scipy.stats import norm

from fairness import proxies
from fairness.groups import Grouping, grouping
from fairness.proxies import decompose_gap, proxy_strength
from scoring.scorer import Scorer
from scoring.vector import FloatArray
from tests.bundles import small_bundle, small_columns

N = 1500


def data(shift: float, seed: int = 0) -> tuple[FloatArray, Grouping]:
    """Six features; the first is ``shift`` standard deviations higher for women."""
    rng = np.random.default_rng(seed)
    women = rng.random(N) < 0.4
    matrix = rng.normal(size=(N, 6))
    matrix[:, 0] += shift * women
    matrix[rng.random((N, 6)) < 0.1] = np.nan
    return matrix, grouping("sex", np.where(women, "female", "male").astype(object), "male")


def test_a_planted_proxy_is_found_at_its_true_strength() -> None:
    matrix, sexes = data(1.0)
    (found,) = proxy_strength(matrix, sexes, categorical=[], seed=1)
    known = 0.9 * norm.cdf(1 / np.sqrt(2)) + 0.1 * 0.5
    assert found.auc.low is not None
    assert found.auc.high is not None
    assert found.auc.low < known + 0.01
    assert found.auc.high > known - 0.05
    assert found.null_high is not None
    assert found.null_high < found.auc.low
    assert found.p_value == 1 / (1 + proxies.PERMUTATIONS)
    assert found.null_high == pytest.approx(0.5 + 1.645 * np.sqrt(751 / (12 * 300 * 450)), abs=0.01)


def test_features_that_know_nothing_are_seldom_called_proxies() -> None:
    """At most 5 % of the time; 60 data sets, limit at two standard errors."""
    values = []
    for seed in range(60):
        (found,) = proxy_strength(*data(0.0, seed), categorical=[], seed=seed)
        values.append(found.p_value)
    assert sum(p is not None and p <= 0.05 for p in values) <= 6


def test_the_seed_decides_everything() -> None:
    matrix, sexes = data(0.3)
    one, other = (proxy_strength(matrix, sexes, categorical=[], seed=7) for _ in range(2))
    assert one == other


def test_categories_are_read_as_categories() -> None:
    """The sex stands in every other code: no threshold tells it, a set of codes does."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 30, N).astype(np.float64)
    names = np.where(codes % 2 == 0, "female", "male").astype(object)
    matrix = np.column_stack([codes, rng.normal(size=N)])
    (found,) = proxy_strength(matrix, grouping("sex", names, "male"), categorical=[0], seed=1)
    assert found.auc.value is not None
    assert found.auc.value > 0.99


def test_large_data_are_sampled_but_small_groups_kept() -> None:
    rng = np.random.default_rng(0)
    halves = proxies._halves(np.arange(300), np.arange(300, 100_000), rng)
    rows = np.concatenate(halves)
    assert proxies.MOST_ROWS <= len(rows) <= proxies.MOST_ROWS + proxies.FEWEST_EACH
    assert len(set(rows.tolist())) == len(rows)
    assert [np.sum(half < 300) for half in halves] == [proxies.FEWEST_EACH / 2] * 2


def test_a_small_group_is_not_judged() -> None:
    matrix, sexes = data(1.0)
    few = Grouping(sexes.attributes, sexes.names, sexes.reference, sexes.codes.copy())
    few.codes[np.flatnonzero(few.codes == 0)[99:]] = 1
    (found,) = proxy_strength(matrix, few, categorical=[], seed=1)
    assert (found.sufficient, found.rows[0], found.p_value) == (False, 99, None)
    (parts,) = decompose_gap(matrix, list("abcde"), few)
    assert (parts.sufficient, parts.features) == (False, ())


def test_the_shares_of_the_features_add_up_to_the_gap() -> None:
    scorer = Scorer(small_bundle(), "test")
    scores = scorer.score(small_columns(800), 800)
    assert scores.contributions is not None
    names = np.random.default_rng(0).choice(["F", "M", "not stated"], 800).astype(object)
    groups = grouping("sex", names, "M")
    found = decompose_gap(scores.contributions, scorer.contract.model_features, groups)
    assert [f.group for f in found] == ["F", "not stated"]
    for parts in found:
        own = scores.log_odds[names == parts.group].mean()
        total = sum(f.gap.value for f in parts.features if f.gap.value is not None)
        assert total == pytest.approx(own - scores.log_odds[names == "M"].mean(), abs=1e-9)
        assert parts.gap.value == pytest.approx(total, abs=1e-9)
        sizes = [abs(f.gap.value) for f in parts.features if f.gap.value is not None]
        assert sizes == sorted(sizes, reverse=True)
        assert {f.feature for f in parts.features} == set(scorer.contract.model_features)
