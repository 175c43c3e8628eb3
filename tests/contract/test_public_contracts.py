"""The contracts of the public data sets describe what stands in the files, traps and all."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.contract import Column, ColumnLabel, Contract
from data.contract_loading import load_contract

pytestmark = pytest.mark.public_data
NAMES = ("give_me_some_credit", "home_credit", "superlender", "taiwan_cards")
BAD_RATES = {
    "give_me_some_credit": 0.067,
    "home_credit": 0.080,
    "superlender": 0.217,
    "taiwan_cards": 0.220,
}
Read = Callable[[str, str], pd.DataFrame]


@pytest.fixture(scope="module")
def read(public_data: Callable[[str], Path]) -> Read:
    """Read one table of a data set; categories and texts as texts."""

    def table(name: str, table: str) -> pd.DataFrame:
        parquet = public_data(name) / f"{table}.parquet"
        if parquet.exists():
            return pd.read_parquet(parquet)
        return pd.read_csv(parquet.with_suffix(".csv"))

    return table


def _fits(values: pd.Series, spec: Column) -> bool:
    """Whether every value that is there, and is no code for missing, is one that may be."""
    coded = {str(code) for code in spec.missing_codes}
    there = values.dropna()
    there = there[~there.astype(str).str.removesuffix(".0").isin(coded)]
    if spec.required and len(there) < len(values):
        return False
    match spec.type:
        case "category":
            return set(there.astype(str)) <= set(spec.categories or ())
        case "boolean":
            return set(there.unique()) <= {0, 1}
        case "integer" | "number":
            numbers = there.to_numpy(dtype=np.float64)
            whole = spec.type == "number" or bool((numbers == np.floor(numbers)).all())
            low, high = spec.range or (-np.inf, np.inf)
            return whole and bool(((low <= numbers) & (numbers <= high)).all())
        case "date" | "datetime":
            return bool(pd.to_datetime(there, format="ISO8601").notna().all())
    return True


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_described_and_every_value_may_be(name: str, read: Read) -> None:
    contract = load_contract(name)
    for table_name, table in contract.tables.items():
        frame = read(name, table.file or table_name)
        assert set(frame.columns) == set(table.columns), table_name
        wrong = [c for c, spec in table.columns.items() if not _fits(frame[c], spec)]
        if (name, table_name) == ("superlender", "demographics"):
            wrong = [c for c in wrong if not c.endswith("_gps")]  # some lie outside Nigeria
        assert wrong == [], table_name


@pytest.mark.parametrize("name", NAMES)
def test_the_label_gives_the_known_bad_rate(name: str, read: Read) -> None:
    contract = load_contract(name)
    assert isinstance(contract.label, ColumnLabel)
    outcome = read(name, contract.applications)[contract.label.column]
    bad, good = outcome.isin(contract.label.bad), outcome.isin(contract.label.good)
    assert (bad ^ good).all()
    assert bad.mean() == pytest.approx(BAD_RATES[name], abs=0.003)


@pytest.mark.parametrize("name", NAMES)
def test_applications_stand_once(name: str, read: Read) -> None:
    contract = load_contract(name)
    table = contract.tables[contract.applications]
    assert not read(name, contract.applications)[list(table.unique)].duplicated().any()


def _present(contract: Contract, read: Read, column: str) -> pd.Series:
    """Values of a column that the contract does not read as missing."""
    values = read(contract.contract, "applications")[column]
    return values[~values.isin(contract.tables["applications"].columns[column].missing_codes)]


@pytest.mark.parametrize(
    ("name", "column", "lowest", "highest"),
    [
        ("home_credit", "DAYS_EMPLOYED", -20000, 0),
        ("give_me_some_credit", "NumberOfTimes90DaysLate", 0, 20),
        ("give_me_some_credit", "NumberOfTime30-59DaysPastDueNotWorse", 0, 20),
        ("give_me_some_credit", "NumberOfTime60-89DaysPastDueNotWorse", 0, 20),
        ("give_me_some_credit", "age", 18, 110),
    ],
)
def test_codes_for_missing_leave_only_values(
    name: str, column: str, lowest: float, highest: float, read: Read
) -> None:
    contract = load_contract(name)
    present = _present(contract, read, column)
    assert 0 < len(present) < len(read(name, "applications"))
    assert lowest <= present.min() <= present.max() <= highest


def test_the_debt_ratio_is_an_amount_where_the_income_is_missing(read: Read) -> None:
    contract = load_contract("give_me_some_credit")
    frame = read("give_me_some_credit", "applications")
    typical = frame["DebtRatio"].groupby(frame["MonthlyIncome"].isna()).median()
    assert typical[False] < 1
    assert typical[True] > 100
    assert "debt_ratio" not in contract.model_features
    parts = ("debt_ratio", "monthly_income")
    assert contract.features["debt_share"].formula == {"if_present": parts}
    assert contract.features["debt_amount"].formula == {"if_missing": parts}
