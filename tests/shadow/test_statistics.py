"""Statistics of a comparison against oracles, by brute force and by simulation."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.stats import binomtest, spearmanr
from sklearn.metrics import roc_auc_score

from drift.shadow.accuracy import losses
from drift.shadow.agreement import clustered_share, flips, psi_of_equals, rank_correlation
from drift.shadow.money import earned
from drift.shadow.pairs import Pairs
from drift.shadow.ranking import auc_bounds, auc_difference, ks_difference
from drift.shadow.sequences import bet, sequence, widening
from drift.shadow.swaps import possible, swaps
from scoring.intervals import delong, wilson
from scoring.profit import ASSUMED
from tests.shadow.worlds import side, world


def everyone(pairs: Pairs) -> Pairs:
    return replace(pairs, person=np.arange(len(pairs), dtype=np.intp))


def test_a_difference_of_auc_is_that_of_sklearn_and_its_error_that_of_a_bootstrap() -> None:
    pairs = everyone(world(900, 1))
    found = auc_difference(pairs, pairs.labelled)
    first, second = (roc_auc_score(pairs.y, s.log_odds) for s in (pairs.challenger, pairs.champion))
    assert found.value == pytest.approx(first - second)
    rng = np.random.default_rng(3)
    drawn = []
    for _ in range(400):
        part = pairs.at(rng.integers(0, len(pairs), len(pairs)))
        one, other = (roc_auc_score(part.y, s.log_odds) for s in (part.challenger, part.champion))
        drawn.append(one - other)
    assert found.error == pytest.approx(np.std(drawn), rel=0.12)


def test_against_a_constant_model_the_error_is_delongs() -> None:
    pairs = everyone(world(700, 2))
    flat = replace(pairs.champion, log_odds=np.zeros(len(pairs)))
    found = auc_difference(replace(pairs, champion=flat), pairs.labelled)
    alone = delong(pairs.y, pairs.challenger.log_odds)
    assert alone.value is not None
    assert found.value == pytest.approx(alone.value - 0.5)
    assert alone.low is not None
    logit = np.log(alone.value / (1 - alone.value)) - np.log(alone.low / (1 - alone.low))
    half = logit * alone.value * (1 - alone.value)
    assert 1.96 * found.error == pytest.approx(half, rel=0.01)


def test_loans_of_one_borrower_are_one_piece_of_evidence() -> None:
    pairs = everyone(world(500, 3))
    twice = pairs.at(np.repeat(np.arange(len(pairs)), 2))
    once = auc_difference(pairs, pairs.labelled)
    both = auc_difference(twice, twice.labelled)
    assert both.value == pytest.approx(once.value)
    assert both.error == pytest.approx(once.error, rel=0.01)


def test_bounds_enclose_whatever_the_unknown_outcomes_are() -> None:
    rng = np.random.default_rng(4)
    for trial in range(4):
        pairs = world(20, 40 + trial)
        unknown = rng.choice(20, 8, replace=False)
        y = pairs.y.copy()
        y[unknown] = np.nan
        if trial == 3:  # ties in both
            pairs = replace(
                pairs,
                champion=side(np.round(pairs.champion.log_odds)),
                challenger=side(np.round(pairs.challenger.log_odds)),
            )
        found = auc_bounds(replace(pairs, y=y))
        if found is None:
            continue
        for guess in product((0.0, 1.0), repeat=8):
            y[unknown] = guess
            one, other = (roc_auc_score(y, s.log_odds) for s in (pairs.challenger, pairs.champion))
            assert found[0] - 1e-9 <= one - other <= found[1] + 1e-9


def test_bounds_are_the_value_when_everything_is_known() -> None:
    pairs = world(300, 5)
    found = auc_bounds(pairs)
    value = auc_difference(pairs, pairs.labelled).value
    assert found == pytest.approx((value, value))


@pytest.mark.parametrize("known", ["approved", "chance"])
def test_equals_differ_by_nothing_where_labels_are_selected(known: str) -> None:
    naive, ours = [], []
    for seed in range(60):
        pairs = everyone(world(2500, 100 + seed, known=known))
        chosen = pairs.labelled & ~pairs.by_chance
        naive.append(auc_difference(pairs, chosen).value)
        rows = pairs.reached if known == "chance" else pairs.jointly
        weight = pairs.weight if known == "chance" else None
        ours.append(auc_difference(pairs, rows, weight).value)
    error = np.std(ours) / np.sqrt(len(ours))
    assert np.mean(naive) > 0.01
    assert abs(np.mean(ours)) < 0.003 + 2 * error


def test_a_bet_on_nothing_is_lost_and_rarely_proves_anything() -> None:
    rng = np.random.default_rng(6)
    proved, wealth = 0, []
    for _ in range(400):
        made = bet(rng.choice([-1.0, 0.0, 1.0], 400, p=[0.3, 0.4, 0.3]), 0.0, -1.0)
        proved += made.proves(0.05)
        wealth.append(np.exp(made.now))
    assert binomtest(proved, 400, 0.05, "greater").pvalue > 0.01
    assert np.mean(wealth) < 1.3, "a supermartingale starts at 1 and expects no gain"


def test_a_bet_on_something_wins() -> None:
    rng = np.random.default_rng(7)
    assert bet(rng.choice([-1.0, 1.0], 600, p=[0.35, 0.65]), 0.0, -1.0).proves(0.001)
    assert not bet(np.array([]), 0.0, -1.0).proves(0.5)
    assert np.isfinite(bet(np.full(50, -1.0), 0.0, -1.0).now), "nobody loses all"


def test_a_sequence_holds_at_all_times_together() -> None:
    """Means of normal variables: the truth leaves the interval in few of the worlds."""
    rng = np.random.default_rng(8)
    n = np.arange(20.0, 2001.0)
    paths = np.cumsum(rng.normal(size=(600, 2000)), axis=1)[:, 19:] / n
    left = (np.abs(paths) > widening(n, 0.05) / np.sqrt(n)).any(axis=1)
    daily = (np.abs(paths) > 1.96 / np.sqrt(n)).any(axis=1)
    assert left.mean() < 0.05
    assert daily.mean() > 0.3, "what a test at 5 % a day would do"
    low = sequence(0.1, 0.02, 500, 0.05).low
    assert low is not None
    assert 0.1 - 3.2 * 0.02 < low < 0.1 - 2.9 * 0.02


def test_losses_are_those_of_the_definition() -> None:
    pd, y = np.array([0.2, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])
    assert losses(pd, y, "brier").tolist() == pytest.approx([0.64, 0.0, 1.0])
    told = losses(pd, y, "log_loss")
    assert told[0] == pytest.approx(-np.log(0.2))
    assert told[2] == pytest.approx(-np.log(0.001))


def test_rank_correlation_is_spearmans_and_covered() -> None:
    pairs = world(800, 9)
    found = rank_correlation(pairs, 1)
    expected = spearmanr(pairs.champion.log_odds, pairs.challenger.log_odds).statistic
    assert found.value == pytest.approx(expected)
    assert found.low is not None
    assert found.high is not None
    assert found.low < expected < found.high < found.low + 0.1


def test_the_psi_of_equals_passes_its_point_rarely_and_a_shift_always() -> None:
    above = [psi_of_equals(world(300, 200 + i), 1)[2] <= 0.05 for i in range(40)]
    assert sum(above) <= 6
    shifted = psi_of_equals(world(300, 10, shift=0.8), 1)
    assert shifted[0] > shifted[1]
    assert shifted[2] < 0.01


def test_flips_are_mcnemars_with_a_borrower_counted_once() -> None:
    pairs = everyone(world(400, 11))
    found = flips(pairs, "approve")
    old, new = pairs.champion.approve, pairs.challenger.approve
    assert (found.up, found.down) == (int((new & ~old).sum()), int((old & ~new).sum()))
    assert found.p == binomtest(found.up, found.up + found.down).pvalue
    twice = flips(pairs.at(np.repeat(np.arange(400), 2)), "approve")
    assert twice.up == 2 * found.up
    assert twice.p == found.p


def test_a_share_of_independent_rows_has_wilsons_interval() -> None:
    events = (np.arange(200) % 5 == 0).astype(np.float64)
    alone = clustered_share(events, np.arange(200))
    assert alone == pytest.approx(wilson(40, 200))
    pairs_of = clustered_share(np.repeat(events, 2), np.repeat(np.arange(200), 2))
    assert pairs_of == pytest.approx(wilson(40, 200), rel=0.01)


def test_swaps_are_counted_and_bounded() -> None:
    pairs = world(2000, 12, known="approved")
    gone_in, gone_out = swaps(pairs, 0.6, 1)
    rows = pairs.challenger.approve & ~pairs.champion.approve
    assert gone_in.decisions == rows.sum()
    assert gone_in.matured == 0
    assert gone_in.bad_rate.value is None
    assert gone_in.amount == pytest.approx(pairs.amount[rows].sum())
    truth = world(2000, 12).y[rows].mean()
    assert gone_in.possible.low is not None
    assert gone_in.possible.low <= truth <= 1.0 == gone_in.possible.high
    rate = gone_out.bad_rate
    assert rate.value == pytest.approx(gone_out.bads / gone_out.matured)
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low < gone_out.bads / gone_out.matured < rate.high
    assert sum(gone_out.reasons.values()) == pytest.approx(1.0)


def test_chance_tells_the_bad_rate_of_the_swapped_in() -> None:
    pairs = world(40_000, 13, known="chance")
    rows = pairs.challenger.approve & ~pairs.champion.approve & pairs.by_chance
    truth = world(40_000, 13).y[rows].mean()
    assert possible(pairs, rows).value == pytest.approx(truth, abs=0.08)


def test_equals_earn_alike_and_the_better_one_more() -> None:
    equal = earned(world(3000, 14), ASSUMED, 1)
    assert equal.at_equal_approvals.low is not None
    assert equal.at_equal_approvals.high is not None
    assert equal.at_equal_approvals.low < 0 < equal.at_equal_approvals.high
    better = earned(world(3000, 14, noise=(2.0, 0.1)), ASSUMED, 1)
    assert better.at_equal_approvals.low is not None
    assert better.at_equal_approvals.low > 0
    assert better.approvals_at_equal_bad_rate is not None
    assert better.approvals_at_equal_bad_rate > 0.7, "more of them at the same bad rate"
    assert better.assumed
    assert len(better.vintages) >= 9


def test_ks_of_equals_is_near_nothing() -> None:
    found = ks_difference(world(1500, 15), np.ones(1500, dtype=bool), 1)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high
