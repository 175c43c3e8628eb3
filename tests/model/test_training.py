"""Training end to end on simulated loans: deterministic, calibrated, near the best possible."""

import json
from io import BytesIO

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from data.contract import Contract
from data.errors import NotEnoughDataError
from scoring.bundle import Bundle
from scoring.bundle_rules import check_bundle
from scoring.evaluation import METRICS, evaluate
from scoring.intervals import calibration_line, delong
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, TrainingResult, train
from tests.bundles import small_contract
from tests.model.simulated import Simulated, simulate, timed_contract


def trained(
    data: Simulated, contract: Contract | None = None, seed: int = 1, threads: int = 1
) -> TrainingResult:
    return train(
        contract or small_contract(),
        data.columns,
        data.keys,
        data.as_of,
        data.y,
        TrainingOptions(seed=seed, threads=threads),
        {"data": {"loans.csv": "0" * 64}},
        None,
    )


@pytest.fixture(scope="module")
def data() -> Simulated:
    return simulate(4000)


@pytest.fixture(scope="module")
def result(data: Simulated) -> TrainingResult:
    return trained(data)


@pytest.fixture(scope="module")
def by_time() -> TrainingResult:
    return trained(simulate(6000, applicants=2500), timed_contract())


def test_shuffled_rows_and_other_threads_give_the_same_bytes(
    data: Simulated, result: TrainingResult
) -> None:
    again = trained(data.shuffled(), threads=1)
    assert again.bundle.to_files() == result.bundle.to_files()


def test_another_seed_gives_another_model(data: Simulated, result: TrainingResult) -> None:
    assert trained(data, seed=2).bundle.model_text != result.bundle.model_text


def test_the_report_has_the_agreed_names(result: TrainingResult) -> None:
    report = result.report
    assert report == result.bundle.metrics
    assert set(report["rows"]) == {"train", "calibration", "test", "dropped"}
    assert set(report["imbalance"]["comparison"]) == {
        "none",
        "weights",
        "undersampling",
        "smote_nc",
    }
    assert report["imbalance"]["chosen"] in report["imbalance"]["comparison"]
    for metrics in (report["test"], report["baselines"]["logistic"]):
        assert tuple(metrics) == METRICS
        for estimate in metrics.values():
            assert estimate["low"] <= estimate["value"] <= estimate["high"]
    assert report["baselines"]["majority"]["auc"]["value"] == 0.5
    assert report["baselines"]["majority"]["calibration_slope"]["value"] is None
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize("contract", [small_contract(), timed_contract()], ids=["hash", "time"])
def test_the_model_is_calibrated_and_near_the_truth(contract: Contract) -> None:
    """On 20,000 fresh loans, of which the true risk is known."""
    world, fresh = simulate(16_000, applicants=9_000), simulate(20_000, seed=50)
    scorer = Scorer(trained(world, contract).bundle, "v")
    inputs = {name: fresh.columns[name].to_numpy() for name in scorer.contract.inputs}
    scores = scorer.score(inputs, len(fresh.y), explain=False)
    assert scores.pd.mean() == pytest.approx(fresh.true_pd.mean(), rel=0.1)
    slope, intercept = calibration_line(scores.log_odds, fresh.y)
    assert slope.value == pytest.approx(1, abs=0.15)
    assert intercept.value == pytest.approx(0, abs=0.12)
    best, reached = delong(fresh.y, fresh.true_pd), delong(fresh.y, scores.log_odds)
    assert best.value is not None
    assert reached.value is not None
    assert best.value - 0.02 < reached.value < best.value


def test_the_bundle_survives_its_files_and_every_check(result: TrainingResult) -> None:
    files = result.bundle.to_files()
    back = Bundle.from_files(files)
    assert back.to_files() == files
    lineage = result.bundle.lineage
    assert len(check_bundle(back).trees) == lineage["rounds"] * lineage["bag"]
    golden = back.golden
    scores = Scorer(back, "again").score_matrix(golden.matrix())
    assert tuple(scores.log_odds) == golden.log_odds
    assert len(golden.rows) == 32
    assert any(value is None for row in golden.rows for value in row)


def test_lineage_says_what_made_the_model(result: TrainingResult) -> None:
    lineage = result.bundle.lineage
    assert lineage["data"] == {"loans.csv": "0" * 64}
    assert lineage["seed"] == 1
    assert lineage["parameters"]["monotone_constraints"][0] == 1
    assert lineage["versions"]["lightgbm"]
    assert lineage["rows"] == result.report["rows"]
    assert "threads" not in json.dumps(lineage)


def test_the_reference_sample_holds_what_drift_compares_with(by_time: TrainingResult) -> None:
    table = pq.read_table(BytesIO(by_time.bundle.reference)).to_pandas()
    assert list(table.columns) == [*small_contract().model_features, "_pd", "_bad"]
    assert 100 < len(table) <= 5000
    assert table["_pd"].between(0, 1).all()
    assert set(table["_bad"]) == {0.0, 1.0}


def test_cut_offs_split_the_recent_applications_as_the_policy_says(
    data: Simulated, result: TrainingResult
) -> None:
    cut_offs = result.report["detail"]["cut_offs"]
    rows = result.report["rows"]["test"]
    policy = small_contract().policy
    assert cut_offs["decline"]["rows"] / rows == pytest.approx(policy.decline_share, abs=0.05)
    stopped = cut_offs["review_or_decline"]["rows"] / rows
    assert stopped == pytest.approx(1 - policy.approve_share, abs=0.05)
    bands = result.report["detail"]["bands"]
    assert [b["name"] for b in bands] == list(policy.bands)
    assert sum(b["rows"] for b in bands) == rows
    curve = result.report["detail"]["calibration_curve"]
    assert [b["mean_pd"] for b in curve] == sorted(b["mean_pd"] for b in curve)


def test_repeat_borrowers_are_tested_apart(by_time: TrainingResult) -> None:
    assert by_time.report["rows"]["dropped"] > 0
    assert tuple(by_time.report["returning"]) == METRICS
    assert by_time.report["split"]["method"] == "time"


def test_evaluation_of_a_file_ignores_rows_without_an_outcome(
    data: Simulated, result: TrainingResult
) -> None:
    scorer = Scorer(result.bundle, "v")
    y = np.where(np.arange(len(data.y)) % 2 == 0, np.nan, data.y)
    some = evaluate(scorer, data.columns, y)
    same = evaluate(scorer, data.columns.iloc[1::2], data.y[1::2])
    assert some == same
    with pytest.raises(NotEnoughDataError, match="0 bad and 0 good rows"):
        evaluate(scorer, data.columns, np.full(len(data.y), np.nan))


def test_progress_is_told_in_order(data: Simulated) -> None:
    told: list[tuple[str, float]] = []
    train(
        small_contract(),
        data.columns,
        data.keys,
        None,
        data.y,
        TrainingOptions(),
        {},
        lambda stage, share: told.append((stage, share)),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], told[-1]) == (0.0, ("done", 1.0))
    assert any("smote_nc" in stage for stage, _ in told)


def test_a_portfolio_without_bad_loans_is_refused(data: Simulated) -> None:
    quiet = Simulated(data.columns, data.keys, data.as_of, np.zeros(len(data.y)), data.true_pd)
    with pytest.raises(NotEnoughDataError, match="0 bad loans"):
        trained(quiet)


def test_training_leaves_its_inputs_alone(data: Simulated) -> None:
    before = data.columns.copy(deep=True), data.y.copy()
    trained(data)
    pd.testing.assert_frame_equal(data.columns, before[0])
    np.testing.assert_array_equal(data.y, before[1])
