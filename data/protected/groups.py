"""From what people stated to the groups that audits compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa

from data.contract import Contract, ProtectedAttribute
from data.features.protected import group_names
from data.statements import Stated


def group_frame(
    contract: Contract,
    people: Sequence[dict[str, Stated]],
    as_of: pd.Series[pd.Timestamp] | None,
) -> pd.DataFrame:
    """Group names of each protected attribute, one row for each of ``people`` (n).

    A value that measures something else than the contract says counts as not stated.
    """
    times = None if as_of is None else as_of.reset_index(drop=True)
    groups = {
        name: group_names(attribute, _values(name, attribute, people), times)
        for name, attribute in contract.protected.items()
    }
    return pd.DataFrame(groups, index=pd.RangeIndex(len(people)), dtype=object)


def _values(
    name: str, attribute: ProtectedAttribute, people: Sequence[dict[str, Stated]]
) -> pa.ChunkedArray:
    stated = (person.get(name) for person in people)
    raw = [s.value if s and s.measure == attribute.measure else None for s in stated]
    match attribute.measure:
        case "category":
            return _array([v if isinstance(v, str) else None for v in raw], pa.string())
        case "birth_date":
            return _array([_day(v) for v in raw], pa.date32())
    return _array([v if isinstance(v, float) else None for v in raw], pa.float64())


def _array(values: list[Any], kind: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


def _day(value: str | float | None) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
