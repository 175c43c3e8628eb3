"""The flip test: give everyone another protected value and run the whole pipeline again.

No score may move by a single bit. The test changes the raw tables, not the model's matrix, so it
also finds an attribute that leaks in through a join, an aggregate or a formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.contract import Contract
from data.features.applications import Applications, build_applications
from scoring.scorer import Scorer
from scoring.vector import FloatArray

MOST_SHIFTS = 4
"""Other values that every row is given, for an attribute of categories."""


@dataclass(frozen=True)
class Flip:
    """One change of one raw column for all rows, and what it did: the last three must be 0.

    ``column`` is ``table.column``; ``values_changed`` counts rows of its table.
    ``largest_change`` is in log-odds of default.
    """

    attribute: str
    column: str
    change: str
    values_changed: int
    applications: int
    inputs_changed: int
    scores_changed: int
    largest_change: float


def flip_test(scorer: Scorer, tables: Mapping[str, pa.Table]) -> list[Flip]:
    """Every flip of every protected attribute that stands in ``tables`` (checked, by name).

    Flipped are the attribute's own column and every column of the same name in other tables:
    each value becomes another one that occurs (a missing one too), then all become missing.
    Empty when no protected column is there.
    """
    before = _Run.of(scorer, tables)
    flips = []
    for attribute, table, column in _raw_columns(scorer.contract, tables):
        for change, values in _changes(scorer.contract, attribute, tables[table][column]):
            changed = {**tables, table: _replaced(tables[table], column, values)}
            after = _Run.of(scorer, changed, (tables, before.applications))
            different = after.log_odds != before.log_odds
            moved = np.abs(after.log_odds - before.log_odds)[different]
            flips.append(
                Flip(
                    attribute,
                    f"{table}.{column}",
                    change,
                    values_changed=_count_changed(tables[table][column], values),
                    applications=len(different),
                    inputs_changed=_rows_changed(
                        before.applications.inputs, after.applications.inputs
                    ),
                    scores_changed=int(np.count_nonzero(different)),
                    largest_change=float(np.max(moved, initial=0.0)),
                )
            )
    return flips


@dataclass(frozen=True)
class _Run:
    """One pass of the pipeline."""

    applications: Applications
    log_odds: FloatArray

    @classmethod
    def of(
        cls,
        scorer: Scorer,
        tables: Mapping[str, pa.Table],
        like: tuple[Mapping[str, pa.Table], Applications] | None = None,
    ) -> _Run:
        applications = build_applications(scorer.contract, tables, like=like)
        inputs = applications.inputs
        columns = {str(name): inputs[name].to_numpy() for name in inputs}
        return cls(applications, scorer.score(columns, len(inputs), explain=False).log_odds)


def _raw_columns(
    contract: Contract, tables: Mapping[str, pa.Table]
) -> Iterator[tuple[str, str, str]]:
    """Attribute, table and column of everything to flip."""
    for attribute, spec in contract.protected.items():
        column = spec.column.partition(".")[2]
        for table, rows in tables.items():
            if column in rows.column_names:
                yield attribute, table, column


def _changes(
    contract: Contract, attribute: str, values: pa.ChunkedArray
) -> Iterator[tuple[str, pa.Array]]:
    """The new columns, each with its description."""
    whole = values.combine_chunks()
    known = pc.unique(whole).drop_null()
    known = known.take(pc.array_sort_indices(known))
    at = np.asarray(pc.index_in(whole, known).fill_null(0), dtype=np.int64)
    is_category = contract.protected[attribute].measure == "category"
    shifts = range(1, len(known)) if is_category else [len(known) // 2]
    for shift in list(shifts)[:MOST_SHIFTS]:
        if shift > 0:
            yield f"{shift} on of {len(known)}", known.take(pa.array((at + shift) % len(known)))
    yield "missing", pa.nulls(len(whole), whole.type)


def _replaced(table: pa.Table, column: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(column), column, values)


def _count_changed(before: pa.ChunkedArray, after: pa.Array) -> int:
    same = pc.equal(before.combine_chunks(), after).fill_null(False)
    both_missing = pc.and_(before.combine_chunks().is_null(), after.is_null())
    return len(after) - int(pc.sum(pc.or_(same, both_missing)).as_py() or 0)


def _rows_changed(before: pd.DataFrame, after: pd.DataFrame) -> int:
    same = (before == after) | (before.isna() & after.isna())
    return int((~same).any(axis=1).sum())
