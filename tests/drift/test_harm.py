"""Estimated harm: right by brute force and by simulation, by whole people, against both sides."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import rankdata

from drift.harm import APPROVE, Harm, HarmMeasure, estimate, expected_auc
from drift.reference import Reference
from drift.tolerances import Tolerances
from scoring.calibration import probability
from scoring.scorer import Scorer
from scoring.vector import FloatArray
from tests.bundles import small_columns
from tests.drift.populations import reference
from tests.drift.stored import MODEL, bundle, later, scorer

N = 700


@pytest.fixture(scope="module")
def known() -> Reference:
    return Reference.of_bundle(scorer())


def matrix(n: int, seed: int, *, late: bool = False) -> FloatArray:
    columns = small_columns(n, seed)
    if late:
        later(columns)
    return scorer().vectorizer.matrix(columns, n)


def harm(known: Reference, rows: FloatArray, people: object = None, **more: object) -> Harm:
    found = estimate(known, rows, people, Tolerances(), **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def measure(found: Harm, name: str) -> HarmMeasure:
    return next(m for m in found.measures if m.measure == name)


def in_order(log_odds: FloatArray) -> tuple[FloatArray, FloatArray, np.ndarray]:
    ordered = np.sort(log_odds)
    starts = np.flatnonzero(np.append(True, np.diff(ordered) > 0))
    return ordered, probability(ordered), starts


def test_the_expected_area_is_that_of_all_pairs() -> None:
    rng = np.random.default_rng(0)
    log_odds, p, starts = in_order(np.round(rng.normal(-1, 1, 40), 1))
    weight = rng.integers(0, 3, 40).astype(np.float64)
    won = pairs = 0.0
    for i in range(40):
        for j in range(40):
            if i != j:
                chance = weight[i] * weight[j] * p[i] * (1 - p[j])
                tie = 0.5 * (log_odds[i] == log_odds[j])
                won += chance * (float(log_odds[i] > log_odds[j]) + tie)
                pairs += chance
    assert expected_auc(p, weight, starts) == pytest.approx(won / pairs, rel=1e-12)


def test_the_expected_area_is_the_mean_of_simulated_ones() -> None:
    rng = np.random.default_rng(1)
    log_odds, p, starts = in_order(rng.normal(-1, 1.2, 400))
    areas = []
    for _ in range(400):
        y = rng.random(400) < p
        ranks = rankdata(log_odds)[y]
        bad, good = int(y.sum()), int((~y).sum())
        areas.append((ranks.sum() - bad * (bad + 1) / 2) / (bad * good))
    error = np.std(areas) / np.sqrt(400)
    assert expected_auc(p, np.ones(400), starts) == pytest.approx(np.mean(areas), abs=4 * error)


def test_a_clean_window_harms_nobody(known: Reference) -> None:
    found = [harm(known, matrix(N, seed)) for seed in range(20, 26)]
    assert not any(f.passed for f in found)
    assert {f.blind_to for f in found} == {"concept-drift"}
    inside = [m.worse_low <= 1 <= m.worse_high for f in found for m in f.measures[1:4]]
    assert np.mean(inside) >= 0.8


def test_riskier_applicants_pass_the_tolerance(known: Reference) -> None:
    found = harm(known, matrix(N, 30, late=True))
    risk = measure(found, "applicants_bad_rate")
    assert risk.passed
    assert risk.low <= risk.value <= risk.high
    assert risk.worse == pytest.approx(risk.value / risk.reference)
    assert found.approved < harm(known, matrix(N, 30)).approved


def test_what_comes_every_year_is_no_harm(known: Reference) -> None:
    season = Reference.of_matrix(scorer(), matrix(900, 31, late=True))
    found = harm(known, matrix(N, 30, late=True), season=season)
    risk = measure(found, "applicants_bad_rate")
    assert risk.worse_low > risk.tolerance
    assert risk.season_worse_low is not None
    assert risk.season_worse_low < risk.tolerance
    assert not risk.passed


def test_four_applications_of_one_person_are_one_piece_of_evidence(known: Reference) -> None:
    rows = np.repeat(matrix(150, 32), 4, axis=0)
    people = np.repeat(np.arange(150), 4).astype(object)
    alone, grouped = harm(known, rows), harm(known, rows, people)
    widths = [m.high - m.low for f in (alone, grouped) for m in [measure(f, "applicants_bad_rate")]]
    assert (alone.applicants, grouped.applicants) == (600, 150)
    assert widths[1] / widths[0] == pytest.approx(2, rel=0.25)


def test_expected_loss_weighs_by_the_amount_that_the_contract_names() -> None:
    rows = matrix(N, 33)
    loss = measure(harm(naming("amount"), rows), "expected_loss")
    scores = scorer().score_matrix(rows)
    taken = (scores.recommendation == APPROVE) * rows[:, 0]
    assert loss.value == pytest.approx((scores.pd * taken).sum() / taken.sum())
    assert "expected_loss" not in {m.measure for m in harm(naming(None), rows).measures}


def naming(amount: str | None) -> Reference:
    """The reference of a model whose contract says which feature is the amount."""
    terms = bundle().contract.terms.model_copy(update={"amount": amount})
    contract = bundle().contract.model_copy(update={"terms": terms})
    return Reference.of_bundle(Scorer(replace(bundle(), contract=contract), MODEL))


def test_without_a_model_nothing_is_estimated() -> None:
    plain = reference(300)
    assert estimate(plain, plain.rows.matrix, None, Tolerances()) is None
