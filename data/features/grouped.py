"""Rows put together by periods before the application, or by what they have in common."""

from __future__ import annotations

from typing import Any

import ibis

from data.contract_derivations import Aggregate
from data.features.functions import exact_sum
from data.features.measures import DAY
from data.features.visible import Numbered, Visible

Expression = Any  # an ibis table or column; ibis comes without types


def by_period(visible: Visible, part: Numbered) -> Expression:
    """Columns row, position (0 for the earliest period) and v<i>: its sum, 0 without rows."""
    first = next(iter(part.values()))
    days, periods = first.per.days if first.per else None, first.periods
    if days is None or periods is None:
        raise ValueError("these aggregates have no periods")
    rows = visible.rows(part)
    ago = (rows.as_of - 1 - rows.moment) // (days * DAY)
    rows = rows.mutate(position=(periods - 1) - ago)
    totals = rows.group_by("row", "position").aggregate(
        **{f"t{i}": exact_sum(rows[f"v{i}"]) for i in part}
    )
    seen = rows.select("row").distinct()
    steps = ibis.range(0, periods).unnest().name("step").as_table()
    grid = seen.cross_join(steps.select(step=steps.step.cast("int64")))
    full = grid.left_join(totals, [grid.row == totals.row, grid.step == totals.position])
    sums = {f"v{i}": ibis.coalesce(totals[f"t{i}"], 0.0) for i in part}
    return full.select(grid.row, position=grid.step, **sums)


def by_party(visible: Visible, part: Numbered, party: str) -> Expression:
    """Columns row and, for each different value of column ``party``, v<i> and o<i>.

    v<i> is the sum of what counts, null for nothing; o<i> the sum of what else the function asks
    for: rows of the window's earlier half for ``kept``, rows as in ``against`` for ``returned``.
    """
    rows = visible.rows(part)
    sums = {}
    for i, a in part.items():
        value, other = rows[f"v{i}"], None
        if a.function == "kept":
            late = rows.moment >= rows.as_of - half(a)
            nothing = ibis.null("float64")
            other, value = late.ifelse(nothing, value), late.ifelse(value, nothing)
        elif a.function == "returned":
            plain = visible.value(rows, i, a.model_copy(update={"where": {}}))
            other = visible.where(rows, a, a.against or {}, plain)
        sums[f"v{i}"] = exact_sum(value)
        if other is not None:
            sums[f"o{i}"] = exact_sum(other)
    return rows.group_by("row", party).aggregate(**sums)


def half(a: Aggregate) -> int:
    """Half of the window in microseconds."""
    return (a.window_days or 0) * DAY // 2
