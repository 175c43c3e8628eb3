"""Features and outcomes of the public SuperLender loans, against plain pandas."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from data.contract_loading import load_contract
from data.features.applications import Applications, build_applications
from data.features.protected import protected_groups
from data.labels import outcomes
from data.reading import read_portfolio

pytestmark = pytest.mark.public_data
CONTRACT = load_contract("superlender")


@pytest.fixture(scope="module")
def folder(public_data: Callable[[str], Path]) -> Path:
    return public_data("superlender")


@pytest.fixture(scope="module")
def tables(folder: Path) -> dict[str, pa.Table]:
    return read_portfolio(CONTRACT, folder).tables


@pytest.fixture(scope="module")
def built(tables: dict[str, pa.Table]) -> Applications:
    return build_applications(CONTRACT, tables)


def test_every_loan_stands_once_and_keeps_its_flag(
    folder: Path, tables: dict[str, pa.Table], built: Applications
) -> None:
    """The customers who stand twice in the demographics file multiply nothing."""
    raw = pd.read_csv(folder / "loans.csv")
    assert built.keys["application"].tolist() == raw["systemloanid"].astype(str).tolist()
    assert built.as_of is not None
    assert (built.as_of == pd.to_datetime(raw["approveddate"])).all()
    bad = (raw["good_bad_flag"] == "Bad").to_numpy(dtype=float)
    np.testing.assert_array_equal(outcomes(CONTRACT, tables, built), bad)


def test_history_is_that_of_the_loans_closed_before(folder: Path, built: Applications) -> None:
    raw = pd.read_csv(folder / "loans.csv")
    earlier = pd.read_csv(folder / "previous_loans.csv")
    pairs = raw[["customerid", "approveddate"]].merge(
        earlier, on="customerid", suffixes=("", "_before")
    )
    time = {
        name: pd.to_datetime(pairs[name])
        for name in ("approveddate", "closeddate", "firstduedate", "firstrepaiddate")
    }
    day = pd.Timedelta(days=1)
    pairs["late"] = (time["firstrepaiddate"] - time["firstduedate"]) / day
    pairs["ago"] = (time["approveddate"] - time["closeddate"]) / day
    closed = pairs[time["closeddate"] < time["approveddate"]]
    assert (closed["ago"] > 0).all()
    by_customer = closed.sort_values(["ago", "systemloanid"]).groupby("customerid")
    expected = pd.DataFrame(
        {
            "previous_count": by_customer.size(),
            "first_late_mean": by_customer["late"].mean(),
            "first_late_max": by_customer["late"].max(),
            "first_late_std": by_customer["late"].std(),
            "first_late_last": by_customer["late"].first(),
            "late_share": by_customer["late"].agg(lambda late: (late > 0).mean()),
            "days_since_closed": by_customer["ago"].min(),
            "previous_amount_max": by_customer["loanamount"].max(),
        }
    ).reindex(built.keys["applicant"])
    for name in expected.columns:
        low, high = CONTRACT.features[name].range or (-np.inf, np.inf)
        np.testing.assert_allclose(
            built.inputs[name], expected[name].clip(low, high), rtol=1e-12, err_msg=name
        )


def test_every_age_has_a_group(tables: dict[str, pa.Table], built: Applications) -> None:
    groups = protected_groups(CONTRACT, tables, built.keys, built.as_of)
    assert set(groups["age"]) == {"under 25", "25-34", "35-44", "45 and over", "not stated"}
    assert 0.2 < (groups["age"] == "not stated").mean() < 0.3
