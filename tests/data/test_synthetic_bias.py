"""What is planted in a world changes what it says it changes, by its size, and nothing else."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from api.cli import main
from data.synthetic import NO_BIAS, Bias, generate_portfolio
from data.synthetic.chunks import Chunk, draw_chunk
from data.synthetic.files import tables, truth_rows
from data.synthetic.people import FEMALE
from data.synthetic.world import build_world

APPLICATIONS, SEED = 5000, 17
FAIR = Bias(approvals=0.0)
RECORDS = Bias(approvals=0.0, records=-1.0)
SHOWN_IN = {"mobile_money", "psychometrics", "observations"}


@cache
def _chunk(bias: Bias) -> Chunk:
    return draw_chunk(build_world(SEED, bias), 0, APPLICATIONS, 0)


@cache
def _tables(bias: Bias) -> dict[str, pa.Table]:
    return dict(tables(_chunk(bias)))


def _truth(bias: Bias) -> pd.DataFrame:
    return pd.DataFrame(truth_rows(_chunk(bias)).to_pandas())


def _log_odds(p: pd.Series) -> np.ndarray:
    return np.asarray(np.log(p / (1 - p)))


def test_equal_groups_change_who_belongs_to_which_group_alone() -> None:
    before, after = _tables(FAIR), _tables(NO_BIAS)
    assert {n for n in before if not before[n].equals(after[n])} == {"protected"}
    kept = ["applicant_id", "birth_year", "disability"]
    old, new = before["protected"], after["protected"]
    assert old.select(kept).equals(new.select(kept))
    people = (_chunk(FAIR).people, _chunk(NO_BIAS).people)
    for name in ("sex", "language", "rural"):
        old_counts, new_counts = (np.bincount(getattr(p, name)) for p in people)
        assert np.array_equal(old_counts, new_counts)


@pytest.mark.parametrize("grouping", ["sex", "language_group", "residence"])
def test_equal_groups_differ_in_nothing(grouping: str) -> None:
    truth = _truth(NO_BIAS)
    by_group = [rows for _, rows in truth.groupby(grouping)]
    for column in ("true_pd", "attainable_pd", "approval_probability"):
        for rows in by_group[1:]:
            assert ks_2samp(by_group[0][column], rows[column]).pvalue > 0.002
    income = _tables(NO_BIAS)["applications"].to_pandas()["declared_income"]
    high = (income > income.median()).to_numpy()
    assert chi2_contingency(pd.crosstab(high, truth[grouping])).pvalue > 0.002


def test_in_the_shipped_world_groups_differ() -> None:
    truth = _truth(FAIR)
    women, men = (truth[truth["sex"] == s]["true_pd"] for s in ("female", "male"))
    assert ks_2samp(women, men).pvalue < 0.001


def test_records_show_too_little_of_women_and_leave_all_else_alone() -> None:
    before, after = _tables(FAIR), _tables(RECORDS)
    assert {n for n in before if not before[n].equals(after[n])} == SHOWN_IN
    fair, planted = _truth(FAIR), _truth(RECORDS)
    assert planted[fair.columns.drop("attainable_pd")].equals(fair.drop(columns="attainable_pd"))
    men = set(fair.loc[fair["sex"] == "male", "applicant_id"])
    wallets = [t["mobile_money"].to_pandas() for t in (before, after)]
    sums = [w[w["direction"] == "in"].groupby("applicant_id")["amount"].sum() for w in wallets]
    for applicant, ratio in (sums[1] / sums[0]).items():
        expected = 1.0 if applicant in men else np.exp(-0.5)
        assert ratio == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("records", [-1.0, -0.5, 0.5])
def test_the_size_is_in_standard_deviations_of_the_signal(records: float) -> None:
    fair = _chunk(FAIR).turns[0]
    planted = _chunk(Bias(approvals=0.0, records=records)).turns[0]
    women = _chunk(FAIR).people.sex[fair.requests.person] == FEMALE
    for name, unit in (("scales", 14), ("scores", 2.8)):
        change = getattr(planted.evidence, name) - getattr(fair.evidence, name)
        assert not change[~women].any()
        assert change[women].mean() / unit == pytest.approx(records, abs=0.06)
    assert np.array_equal(planted.evidence.true, fair.evidence.true)


def test_who_knows_the_bias_of_the_records_can_say_as_much_as_before() -> None:
    fair, planted = _truth(FAIR), _truth(RECORDS)
    assert np.corrcoef(_log_odds(fair["attainable_pd"]), _log_odds(planted["attainable_pd"]))[
        0, 1
    ] == pytest.approx(1, abs=0.003)
    women = planted["sex"] == "female"
    assert planted.loc[women, "attainable_pd"].mean() == pytest.approx(
        fair.loc[women, "attainable_pd"].mean(), rel=0.01
    )


@pytest.mark.parametrize("size", [-1.5, -0.8, 0.4])
def test_approvals_are_shifted_by_the_size_at_every_first_application(size: float) -> None:
    fair, planted = (_chunk(Bias(approvals=s)).turns[0] for s in (0.0, size))
    women = _chunk(FAIR).people.sex[fair.requests.person] == FEMALE
    shift = np.log(planted.approval_probability / (1 - planted.approval_probability)) - np.log(
        fair.approval_probability / (1 - fair.approval_probability)
    )
    assert shift[women] == pytest.approx(size)
    assert not shift[~women].any()


def test_the_truth_tells_what_was_planted(tmp_path: Path) -> None:
    planted = Bias(approvals=-0.3, records=-0.7, equal_groups=True)
    made = generate_portfolio(200, 3, tmp_path, bias=planted)
    told = json.loads(made.truth.read_text("utf-8"))["disparity"]
    assert told["approval_bias_log_odds"] == {"sex": {"female": -0.3}}
    assert told["record_bias_standard_deviations"] == {"sex": {"female": -0.7}}
    assert told["base_rates_differ_through"] == []


@pytest.mark.parametrize("size", [5.1, -9.0, float("nan"), float("inf")])
def test_a_bias_that_no_world_can_hold(size: float) -> None:
    with pytest.raises(ValueError, match="between -5 and 5"):
        Bias(approvals=size)
    with pytest.raises(ValueError, match="between -5 and 5"):
        Bias(records=size)


def test_the_command_plants_what_it_is_told(tmp_path: Path) -> None:
    command = ("data", "generate", "--applications", "200", "--seed", "3", "--json", "--out")
    planted = ("--approval-bias", "-0.3", "--record-bias", "-0.7", "--equal-groups")
    for name, options, bias in (("usual", (), Bias()), ("told", planted, Bias(-0.3, -0.7, True))):
        with pytest.raises(SystemExit) as end:
            main([*command, str(tmp_path / name), *options])
        assert end.value.code == 0
        made = generate_portfolio(200, 3, tmp_path / "same", bias=bias)
        told = tmp_path / name / "truth" / "truth.json"
        assert told.read_bytes() == made.truth.read_bytes()
