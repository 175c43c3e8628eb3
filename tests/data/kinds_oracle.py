"""Every kind of event feature worked out again, slowly and differently: pandas, row by row.

No sum is parted into integers here, weeks are cut with ``pd.cut`` and slopes come from polyfit.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data.contract import Contract
from data.contract_derivations import Aggregate, operands

Day = pd.Timedelta(days=1)


def expected(contract: Contract, tables: Mapping[str, pa.Table], name: str) -> list[float]:
    """The values of feature ``name`` for every loan."""
    a = contract.features[name].aggregate
    assert a is not None
    events = _times(tables[a.table].to_pandas(), a.table)
    loans = tables["loans"].to_pandas()
    low, high = contract.features[name].range or (-np.inf, np.inf)
    raw = [_one(a, events, loan.client, pd.Timestamp(loan.asked_at)) for loan in loans.itertuples()]
    return [float(np.clip(_settled(a, x), low, high)) for x in raw]


def _times(events: pd.DataFrame, table: str) -> pd.DataFrame:
    last = Day - pd.Timedelta(microseconds=1)
    if table == "visits":
        known = pd.to_datetime(events["seen_on"]) + last
        return events.assign(known=known, moment=known, gone=pd.Series(pd.NaT, events.index))
    gone = pd.to_datetime(events["reversed_on"]) + last
    return events.assign(known=events["posted_at"], moment=events["at"], gone=gone)


def _settled(a: Aggregate, x: float) -> float:
    if a.standardise:
        return (x - a.standardise.mean) / a.standardise.sd
    if a.flag and not math.isnan(x):
        ((bound, limit),) = a.flag.items()
        return float(x >= limit if bound == "at_least" else x <= limit)
    return x


def _one(a: Aggregate, events: pd.DataFrame, client: Any, as_of: pd.Timestamp) -> float:
    known = events[events["known"] < as_of]
    seen = known[(known["client"] == client) & ~(known["gone"] < as_of)]
    if seen.empty:
        return math.nan
    rows = _counting(a, seen, as_of)
    rows = rows[_match(rows, a.where)].assign(value=lambda r: _values(a, r))
    if a.less_leniency:
        habits = _habits(a, known[known["known"] < as_of.normalize()])
        rows["value"] -= rows[a.less_leniency.observer].map(habits).fillna(0.0)
    rows = rows.dropna(subset=["value"])
    if a.per is None:
        return _plain(a, rows)
    if a.per.days:
        return _periods(a, rows, as_of)
    return _parties(a, rows, _counting(a, seen, as_of), as_of)


def _counting(a: Aggregate, seen: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    if a.per and a.per.column:
        seen = seen[seen[a.per.column].notna()]
    if a.window_days is None:
        return seen
    inside = seen["moment"] >= as_of - a.window_days * Day
    if a.table == "wallet":
        inside &= seen["moment"] < as_of
    return seen[inside]


def _match(rows: pd.DataFrame, wanted: Mapping[str, Any]) -> pd.Series:
    good = pd.Series(True, index=rows.index)
    for column, condition in wanted.items():
        if isinstance(condition, dict):
            good &= rows[column].between(
                condition.get("at_least", -np.inf), condition.get("at_most", np.inf)
            )
        else:
            good &= rows[column].isin(condition if isinstance(condition, tuple) else [condition])
    return good


def _haversine(rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Distance on a sphere; an independent formula, so it agrees to a percent, not to a bit."""
    lat_a, lon_a, lat_b, lon_b = (np.radians(np.floor(rows[c] * 100 + 0.5) / 100) for c in columns)
    h = np.sin((lat_b - lat_a) / 2) ** 2
    h = h + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return pd.Series(2 * 6371 * np.arcsin(np.sqrt(h)), index=rows.index)


def _values(a: Aggregate, rows: pd.DataFrame) -> pd.Series:
    operation, columns = operands(a)
    if a.value is None:
        return pd.Series(1.0, index=rows.index)
    if operation == "distance_km":
        return _haversine(rows, columns)
    if operation == "ratio":
        return rows[columns[0]] / rows[columns[1]].replace(0, np.nan)
    return rows[columns[0]].astype(float)


def _habits(a: Aggregate, before: pd.DataFrame) -> pd.Series:
    assert a.less_leniency is not None
    rows = before.assign(value=_values(a, before)).dropna(
        subset=["value", a.less_leniency.observer]
    )
    each = rows.groupby(a.less_leniency.observer)["value"]
    n = each.size()
    return (each.mean() - rows["value"].mean()) * n / (n + a.less_leniency.prior_rows)


def _plain(a: Aggregate, rows: pd.DataFrame) -> float:
    if rows.empty:
        return 0.0 if a.function in {"count", "sum"} else math.nan
    if a.function == "last":
        return float(rows.sort_values(["known", "number"])["value"].iloc[-1])
    return float(rows["value"].agg(a.function)) if a.function != "count" else float(len(rows))


PERIODS: dict[str, Callable[[pd.Series], float]] = {
    "share": lambda v: (v > 0).mean(),
    "slope": lambda v: np.polyfit(np.arange(len(v)), v, 1)[0],
    "last": lambda v: v.iloc[-1],
}


def _periods(a: Aggregate, rows: pd.DataFrame, as_of: pd.Timestamp) -> float:
    assert a.per is not None
    assert a.per.days is not None
    assert a.periods is not None
    edges = [as_of - i * a.per.days * Day for i in range(a.periods, -1, -1)]
    cut = pd.cut(rows["moment"], edges, right=False, labels=range(a.periods))
    totals = rows.groupby(cut, observed=False)["value"].sum()
    return (
        float(PERIODS[a.function](totals))
        if a.function in PERIODS
        else float(totals.agg(a.function))
    )


def _parties(
    a: Aggregate, rows: pd.DataFrame, counting: pd.DataFrame, as_of: pd.Timestamp
) -> float:
    assert a.per is not None
    totals = rows.groupby(a.per.column)["value"].sum()
    if a.function == "count":
        return float(len(totals))
    if rows.empty:
        return math.nan
    if a.function == "top_share":
        return float(totals.max() / totals.sum())
    if a.function == "kept":
        assert a.window_days is not None
        late = rows["moment"] >= as_of - a.window_days * Day / 2
        known = rows.loc[~late, a.per.column].unique()
        return float(rows.loc[late, a.per.column].isin(known).mean())
    if a.function == "returned":
        back = counting[_match(counting, a.against or {})]
        sent = back.assign(value=_values(a, back)).groupby(a.per.column)["value"].sum()
        least = np.minimum(totals, sent.reindex(totals.index).fillna(0.0))
        return float(least.sum() / totals.sum())
    return float(totals.agg(a.function))
