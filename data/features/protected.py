"""The protected group of each application, for audits only.

It stands apart from the inputs: nothing that trains or scores calls this.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.contract import Contract, ProtectedAttribute, band_names
from data.features.measures import as_code
from data.features.tables import CheckedTable, as_floats

NOT_STATED = "not stated"
OTHER = "other"
"""Group of the codes that the contract does not name."""

_DAYS_IN_YEAR = 365.25

Names = NDArray[np.object_]


def protected_groups(
    contract: Contract,
    tables: Mapping[str, pa.Table],
    keys: pd.DataFrame,
    as_of: "pd.Series[pd.Timestamp] | None",
) -> pd.DataFrame:
    """Group names (text) of each protected attribute, one row for each row of ``keys``.

    ``keys`` and ``as_of`` are those of ``Applications``. Ages are put into the bands of the
    contract (``band_names``); a missing value, or an age below 0, is "not stated"; a code that the
    contract does not name is "other". Raises DataFileError when a table has two rows for one key.
    """
    groups: dict[str, Names] = {}
    for name, attribute in contract.protected.items():
        table_name, _, column = attribute.column.partition(".")
        table = CheckedTable.of(contract, tables, table_name)
        groups[name] = group_names(attribute, table.at(column, table.rows_of(keys)), as_of)
    return pd.DataFrame(groups, index=keys.index, dtype=object)


def group_names(
    attribute: ProtectedAttribute,
    values: pa.ChunkedArray,
    as_of: "pd.Series[pd.Timestamp] | None",
) -> Names:
    """Group name of each of ``values``; ``as_of`` is needed for ages from births alone."""
    if attribute.measure == "category":
        return _categories(attribute, values)
    if attribute.measure in {"years", "negative_days"}:
        return _bands(attribute, _stated_age(attribute, values))
    if as_of is None:
        raise ValueError("an age from a birth needs the time of application")
    return _bands(attribute, _age_from_birth(attribute, values, as_of))


def _categories(attribute: ProtectedAttribute, values: pa.ChunkedArray) -> Names:
    names = attribute.groups
    groups = np.full(len(values), NOT_STATED, dtype=object)
    for row, value in enumerate(values.to_pylist()):
        if value is not None:
            code = as_code(value)
            groups[row] = names.get(code, OTHER) if names else code
    return groups


def _stated_age(attribute: ProtectedAttribute, values: pa.ChunkedArray) -> NDArray[np.float64]:
    numbers = as_floats(values)
    return -numbers / _DAYS_IN_YEAR if attribute.measure == "negative_days" else numbers


def _age_from_birth(
    attribute: ProtectedAttribute, values: pa.ChunkedArray, as_of: "pd.Series[pd.Timestamp]"
) -> NDArray[np.float64]:
    """Age in years: by calendar year for a birth year, completed years for a birth date."""
    if attribute.measure == "birth_year":
        return as_of.dt.year.to_numpy(dtype=np.float64) - as_floats(values)
    born = pd.Series(values.cast(pa.timestamp("us")).to_numpy(), index=as_of.index).dt
    day, birthday = (t.month * 100 + t.day for t in (as_of.dt, born))
    years = as_of.dt.year - born.year - (day < birthday)
    age: NDArray[np.float64] = np.asarray(years, dtype=np.float64)
    return age


def _bands(attribute: ProtectedAttribute, ages: NDArray[np.float64]) -> Names:
    names = np.array(band_names(attribute.bands), dtype=object)
    groups = names[np.searchsorted(attribute.bands, ages, side="right")]
    groups[~(ages >= 0)] = NOT_STATED
    return groups
