"""Every aggregate of an events table, for every application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.contract_derivations import Aggregate
from data.features.engine import Engine
from data.features.functions import FUNCTIONS, Values
from data.features.grouped import by_party, by_period
from data.features.tables import CheckedTable
from data.features.visible import Numbered, Visible

Expression = Any  # an ibis table or column; ibis comes without types


def aggregate_events(
    engine: Engine, applications: pa.Table, events: CheckedTable, wanted: Mapping[str, Aggregate]
) -> dict[str, NDArray[np.float64]]:
    """Compute the ``wanted`` aggregates of ``events`` for each row of ``applications``.

    ``applications`` has the columns row (0 to n - 1), key (text) and as_of (int64 microseconds).
    An application that sees no row of the table at all has NaN everywhere; one that sees rows,
    but none that counts, has count 0, sum 0 and NaN elsewhere. Gives one array of shape (n,) for
    each name; nothing is standardised or clipped here.
    """
    out = {name: np.full(applications.num_rows, np.nan) for name in wanted}
    if applications.num_rows == 0 or events.rows.num_rows == 0 or not wanted:
        return out
    visible = Visible(engine, applications, events, wanted.values())
    names = list(wanted)
    for part in _passes(wanted):
        result = engine.fetch(_expression(visible, part))
        rows = result["row"].to_numpy()
        for i in part:
            out[names[i]][rows] = result[f"f{i}"].cast(pa.float64()).to_numpy()
    return out


def _passes(wanted: Mapping[str, Aggregate]) -> list[dict[int, Aggregate]]:
    """Numbered aggregates, those together that put rows together the same way."""
    parts: dict[Any, dict[int, Aggregate]] = {}
    for i, a in enumerate(wanted.values()):
        parts.setdefault((a.per, a.periods), {})[i] = a
    return list(parts.values())


def _expression(visible: Visible, part: Numbered) -> Expression:
    """One row for each application that sees any event: row and f<i> for each aggregate."""
    first = next(iter(part.values()))
    if first.per is None:
        rows = visible.rows(part)
    elif first.per.column is None:
        rows = by_period(visible, part)
    else:
        rows = by_party(visible, part, visible.names[first.per.column])
    rows = _spread(rows, part)
    present = set(rows.columns)

    def column(name: str) -> Expression:
        return rows[name] if name in present else None

    results = {
        f"f{i}": FUNCTIONS[a.function](
            Values(
                rows[f"v{i}"],
                column(f"u{i}"),
                column(f"w{i}"),
                column("position"),
                column(f"o{i}"),
                a.periods or 0,
            )
        )
        for i, a in part.items()
    }
    return rows.group_by("row").aggregate(**results)


def _spread(rows: Expression, part: Numbered) -> Expression:
    """Add, for ``std``, the width of an application's values and each value's place within it."""
    for i in (i for i, a in part.items() if a.function == "std"):
        value = rows[f"v{i}"]
        ends = rows.mutate(
            low=value.min().over(group_by="row"), high=value.max().over(group_by="row")
        )
        width = ends.high - ends.low
        place = (ends[f"v{i}"] - ends.low) / width.nullif(0.0)
        rows = ends.mutate(**{f"w{i}": width, f"u{i}": place.fill_null(ends[f"v{i}"] * 0.0)}).drop(
            "low", "high"
        )
    return rows
