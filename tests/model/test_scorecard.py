"""The points table: adds up by hand, keeps directions, and is calibrated."""

from dataclasses import replace

import numpy as np
import pytest

from scoring import binning, scorecard
from scoring.evaluation import Evaluation
from scoring.preparing import Rows, prepare
from scoring.scorecard import Scorecard
from tests.bundles import small_contract
from tests.model.simulated import simulate

CONTRACT = small_contract()


@pytest.fixture(scope="module")
def rows() -> Rows:
    data = simulate(6000)
    return prepare(CONTRACT, data.columns, data.keys, data.as_of, data.y, 1)


@pytest.fixture(scope="module")
def card(rows: Rows) -> Scorecard:
    return scorecard.fit(CONTRACT, rows)


def test_points_are_the_sum_of_the_printed_rows(card: Scorecard, rows: Rows) -> None:
    """Read off the table as an officer would, without the code's own look-up."""
    for row in rows.matrix[rows.parts.test][:50]:
        total = card.base
        for one in card.characteristics:
            value = row[CONTRACT.model_features.index(one.feature)]
            if np.isnan(value):
                total += next(b.points for b in one.bins if b.missing)
            elif one.bins[0].categories:
                total += next(b.points for b in one.bins if int(value) in b.categories)
            else:
                limits = (b for b in one.bins if not b.missing)
                total += next(b.points for b in limits if b.upper is None or value < b.upper)
        assert card.points(row[None, :])[0] == total


def test_what_matters_is_in_it_and_noise_is_not(card: Scorecard) -> None:
    features = [one.feature for one in card.characteristics]
    assert features[0] == "late_days"
    assert "wallet_inflow" not in features


def test_later_payers_get_fewer_points(card: Scorecard) -> None:
    late = next(c for c in card.characteristics if c.feature == "late_days")
    points = [b.points for b in late.bins if not b.missing]
    assert points == sorted(points, reverse=True)
    assert points[0] > points[-1] + 20


def test_double_the_odds_is_the_contracts_number_of_points(card: Scorecard, rows: Rows) -> None:
    """Weights of evidence of one feature alone keep their odds in the points."""
    late = next(c for c in card.characteristics if c.feature == "late_days")
    filled = [b for b in late.bins if b.rows > 300]
    points = np.array([b.points for b in filled])
    log_odds = np.array([np.log((b.rows - b.bads) / b.bads) for b in filled])
    slope = np.polyfit(log_odds, points, 1)[0] * np.log(2)
    assert slope == pytest.approx(CONTRACT.policy.points.double, rel=0.25)


@pytest.mark.parametrize("scale", [1.0, 12_345.6789, -0.0321])
def test_a_limit_is_round_and_parts_the_same_loans(rows: Rows, scale: float) -> None:
    numbers = [i for i in range(rows.matrix.shape[1]) if i not in rows.vectorizer.categorical]
    matrix = rows.matrix.copy()
    matrix[:, numbers] *= scale
    rows = replace(rows, matrix=matrix)
    known = rows.matrix[rows.parts.known]
    found = 0
    for one in scorecard.fit(CONTRACT, rows).characteristics:
        at = CONTRACT.model_features.index(one.feature)
        column, y = known[:, at], rows.y[rows.parts.known]
        limits = [b.upper for b in one.bins if b.upper is not None]
        cuts = binning.cuts(column, y, CONTRACT.features[one.feature].monotone) if limits else ()
        for limit, cut in zip(limits, cuts, strict=True):
            assert np.array_equal(column < limit, column < cut)
            assert len(f"{abs(limit):.15g}".strip("0.").replace(".", "")) <= 5
            found += 1
    assert found > 3


def test_holes_that_were_made_for_the_model_are_no_answers(card: Scorecard, rows: Rows) -> None:
    known = rows.matrix[rows.parts.known]
    assert np.isnan(rows.learned[rows.parts.known]).sum() > np.isnan(known).sum()
    for one in card.characteristics:
        missing = int(np.isnan(known[:, CONTRACT.model_features.index(one.feature)]).sum())
        assert sum(b.rows for b in one.bins if b.missing) == missing


def test_what_few_loans_lack_costs_and_gives_nothing(rows: Rows) -> None:
    """A handful of loans without an answer would else give it any number of points."""
    matrix = rows.matrix.copy()
    at = CONTRACT.model_features.index("late_days")
    matrix[:, at] = np.nan_to_num(matrix[:, at])
    good = rows.parts.known[rows.y[rows.parts.known] == 0]
    points = {}
    for number in (0, 20, 400):
        holed = matrix.copy()
        holed[good[:number], at] = np.nan
        late = next(
            c
            for c in scorecard.fit(CONTRACT, replace(rows, matrix=holed)).characteristics
            if c.feature == "late_days"
        )
        points[number] = next(b.points for b in late.bins if b.missing)
    assert points[0] == points[20] == 0
    assert points[400] > 0


def test_it_ranks_and_is_calibrated(card: Scorecard, rows: Rows) -> None:
    test = rows.sample("test")
    report = Evaluation(card.log_odds(test.matrix), test.y).report()
    assert (report["auc"]["low"] or 0) > 0.6
    low, high = report["observed_rate"]["low"], report["observed_rate"]["high"]
    assert low is not None
    assert high is not None
    assert low <= (report["mean_pd"]["value"] or 0) <= high


def test_the_same_rows_give_the_same_card(card: Scorecard, rows: Rows) -> None:
    assert card == scorecard.fit(CONTRACT, rows)
    assert Scorecard.model_validate_json(card.model_dump_json()) == card


def test_outcomes_that_nothing_tells_give_a_card_of_the_base_alone(rows: Rows) -> None:
    rng = np.random.default_rng(0)
    lots = (rng.random(len(rows.y)) < 0.2).astype(np.float64)
    noise = scorecard.fit(CONTRACT, replace(rows, y=lots))
    assert len(noise.characteristics) <= 1
    assert np.isfinite(noise.log_odds(rows.matrix)).all()
