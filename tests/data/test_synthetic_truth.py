"""The truth behind the portfolio: what can be attained, who is treated unequally, what drifted."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.synthetic import generate_portfolio
from data.synthetic.arrays import probability
from data.synthetic.bias import USUAL_BIAS
from data.synthetic.evidence import LOADINGS, NOISE, visible
from data.synthetic.files import SOURCES
from data.synthetic.history import LATENESS_LOADING, draw_past_loans
from data.synthetic.people import draw_people
from data.synthetic.risk import signal_weights, visible_log_odds
from data.synthetic.truth import auc
from data.synthetic.turns import take_turn
from data.synthetic.world import Streams, build_world
from tests.data.synthetic_frames import APPLICATIONS, SEED, frame


def _log_odds(p: pd.Series) -> np.ndarray:
    return np.asarray(np.log(p / (1 - p)))


def test_auc_counts_ordered_pairs() -> None:
    rng = np.random.default_rng(1)
    score, p = rng.normal(size=40), rng.random(40)
    bad = (rng.random(40) < p).astype(float)
    pairs = [score[i] > score[j] for i in range(40) for j in range(40) if bad[i] > bad[j]]
    assert auc(score, bad) == pytest.approx(np.mean(pairs))
    weight = np.outer(p, 1 - p)
    np.fill_diagonal(weight, 0)
    expected = (weight * (score[:, None] > score[None])).sum() / weight.sum()
    assert auc(score, p) == pytest.approx(expected)


def test_summary(tmp_path: Path) -> None:
    made = generate_portfolio(APPLICATIONS, SEED, tmp_path)
    summary = json.loads(made.truth.read_text("utf-8"))
    attainable, best = summary["auc_attainable"], summary["auc_true_pd"]
    for part in ("all", "approved", "latest", "test"):
        assert 0.72 <= attainable[part]["expected"] <= 0.78
        assert attainable[part]["expected"] < best[part]["expected"]
        assert abs(attainable[part]["drawn"] - attainable[part]["expected"]) < 0.05
    rates = summary["default_rate"]
    assert 0.06 < rates["approved"]["observed"] < 0.10
    for part in ("latest", "test"):
        assert rates[part]["rows"] == pytest.approx(rates["approved"]["rows"] / 4, rel=0.2)
    assert summary["disparity"]["approval_bias_log_odds"] == {"sex": {"female": -0.8}}
    assert summary["disparity"]["record_bias_standard_deviations"] == {"sex": {"female": 0.0}}
    assert len(summary["disparity"]["base_rates_differ_through"]) == 3
    assert set(summary["drift"]) == {"drought", "product_launch"}
    assert summary["planted_leaks"] == []


def test_drawn_outcomes_have_the_true_probabilities() -> None:
    truth = frame("truth")
    fifth = pd.qcut(truth["true_pd"], 5, labels=False)
    groups = truth.groupby(fifth)
    noise = np.sqrt(groups["true_pd"].mean() / groups.size())
    assert (abs(groups["bad"].mean() - groups["true_pd"].mean()) < 4 * noise).all()


def test_attainable_pd_is_the_mean_true_pd_given_the_records() -> None:
    truth = frame("truth")
    eighths = np.asarray(pd.qcut(truth["attainable_pd"], 8, labels=False))
    for by in (eighths, *_missing(truth)):
        groups = truth.groupby(by)
        assert np.allclose(
            groups["attainable_pd"].mean(), groups["true_pd"].mean(), rtol=0.06, atol=0.002
        )


def _missing(truth: pd.DataFrame) -> list[np.ndarray]:
    """For each optional source that is keyed by application: whether it has rows."""
    names = ("psychometrics", "observations", "geography")
    return [truth["application_id"].isin(frame(n)["application_id"]).to_numpy() for n in names]


def test_attainable_pd_against_weighted_sampling() -> None:
    """New clients: draw reliability and signals, weighted by how likely the records then are."""
    streams, world = Streams(3), build_world(3)
    people = draw_people(streams, 40)
    people.past_loans[:] = 0
    applying = (np.arange(40), people.first_day)
    turn = take_turn(streams, world, people, applying, draw_past_loans(streams, people))
    shown, seen = turn.evidence.shown, visible(people, turn.requests).astype(bool)
    weights, base = signal_weights(turn.requests), visible_log_odds(turn.requests)
    rng = np.random.default_rng(5)
    reliability = rng.normal(size=50_000)
    own = 1 - LOADINGS**2
    for i in range(12):
        likelihood, total = np.zeros(len(reliability)), np.full(len(reliability), base[i])
        for j in range(len(LOADINGS)):
            mean, variance = LOADINGS[j] * reliability, own[j]
            if seen[i, j]:
                gap = shown[i, j] - mean
                likelihood -= gap**2 / (2 * (own[j] + NOISE[j]))
                mean = mean + own[j] / (own[j] + NOISE[j]) * gap
                variance = own[j] * NOISE[j] / (own[j] + NOISE[j])
            signal = mean + np.sqrt(variance) * rng.normal(size=len(reliability))
            total += weights[i, j] * signal
        sampled = np.average(probability(total), weights=np.exp(likelihood))
        assert turn.attainable_pd[i] == pytest.approx(sampled, rel=0.02)


def test_lateness_shows_reliability_as_the_model_of_the_records_says() -> None:
    history = frame("previous_loans")
    first = history[history["loan_number"] <= 2].pivot_table(
        index="applicant_id", columns="loan_number", values="days_late"
    )
    repaid = first[(first < 14).all(axis=1)]
    assert repaid.corr().iloc[0, 1] == pytest.approx(LATENESS_LOADING**2, abs=0.06)


def test_optional_sources_are_missing_for_10_to_30_percent() -> None:
    applications = frame("applications")
    for name in SOURCES:
        key = "application_id" if "application_id" in frame(name) else "applicant_id"
        missing = ~applications[key].isin(frame(name)[key])
        assert 0.10 < missing.mean() < 0.30, name


def test_sources_without_consent_have_no_rows() -> None:
    consents = frame("consents")
    refused = consents[~consents["granted"]]
    people = frame("applications").set_index("applicant_id")["application_id"]
    for name, rows in refused.groupby("source"):
        key = "application_id" if "application_id" in frame(name) else "applicant_id"
        ids = set(rows["applicant_id"])
        if key == "application_id":
            ids = set(people[people.index.isin(ids)])
        assert ids
        assert not frame(name)[key].isin(ids).any()


def test_protected_attributes_stand_in_their_own_table_alone() -> None:
    hidden = set(frame("protected")) - {"applicant_id"}
    assert hidden == {"sex", "birth_year", "language_group", "disability", "residence"}
    for name in ("applications", "previous_loans", "consents", "instalments", *SOURCES):
        assert not hidden & set(frame(name))
    not_stated = frame("protected")[["sex", "birth_year", "language_group", "disability"]].isna()
    assert not_stated.mean().between(0.005, 0.12).all()


def test_women_are_approved_less_often_at_equal_risk() -> None:
    truth = frame("truth")
    fifth = pd.qcut(truth["true_pd"], 5, labels=False)
    rates = truth.pivot_table(index=fifth, columns="sex", values="approved")
    assert (rates["female"] < rates["male"] - 0.05).all()

    log_odds = _log_odds(truth["approval_probability"])
    explained = np.column_stack(
        [truth["sex"] == "female", np.ones(len(truth)), _log_odds(truth["true_pd"])]
    )
    shift = np.linalg.lstsq(explained.astype(float), log_odds, rcond=None)[0][0]
    assert shift == pytest.approx(USUAL_BIAS.approvals, abs=0.1)


def test_drought_raises_the_defaults_of_the_exposed() -> None:
    truth = frame("truth").merge(frame("applications"), on="application_id")
    assert 0.02 < truth["drought"].mean() < 0.10
    hit = truth[truth["drought"]]
    farmers = truth["sector"] == "agriculture"
    assert hit["rainfall_anomaly"].mean() < -1.5
    assert hit.loc[farmers, "true_pd"].mean() > 1.6 * truth.loc[farmers, "true_pd"].mean()
    assert hit.loc[farmers, "bad"].mean() > 1.3 * truth.loc[farmers, "bad"].mean()
    same_branches = truth[truth["branch_id"].isin(hit["branch_id"]) & ~truth["drought"]]
    assert hit["true_pd"].mean() > 1.2 * same_branches["true_pd"].mean()


def test_nano_loans_appear_when_they_are_launched() -> None:
    nano = frame("applications").query("product == 'nano'")
    assert nano["applied_at"].min() >= pd.Timestamp("2024-02-01")
    others = frame("applications").query("product != 'nano'")
    assert nano["amount"].median() < 0.5 * others["amount"].median()
