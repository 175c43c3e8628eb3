"""Checking one table: from raw text to the typed rows that may be used, and those that may not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from data.contract import Table
from data.reading.cells import Checked, Decimal, check_column, not_in_the_future
from data.reading.findings import Finding, Rule, in_order
from data.reading.parsers import arrow_type
from data.reading.raw import AsideRows, RawTable
from data.reading.rows import not_data, repeated_rows, second_header


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """Good rows (all columns of the contract, in its order), rows kept apart and findings.

    ``rows``: where the good rows stood in the file, int64 (n,), as findings count them.
    """

    good: pa.Table
    rows: np.ndarray
    aside: AsideRows
    findings: list[Finding]

    @property
    def read(self) -> int:
        """Number of rows in the file."""
        return len(self.aside) + int(self.good.num_rows)


def empty_table(table: Table) -> pa.Table:
    """A typed table of no rows."""
    fields = [(name, arrow_type(column)) for name, column in table.columns.items()]
    return pa.schema(fields).empty_table()


def check_table(
    raw: RawTable,
    table: Table,
    timezone: str,
    past: Collection[str] = (),
    decimal: Decimal = ".",
) -> CheckedTable:
    """Check every row of ``raw`` against the contract's ``table``.

    ``past``: date and time columns of what has happened, which cannot lie in the future;
    ``decimal``: the sign before fractions of numbers.
    """
    if raw.usable and not raw.read:
        applications = table.kind == "applications"
        message = "the file has column names but no row"
        raw.findings.add(Rule.NO_ROWS, message, severity="error" if applications else "note")
    if not raw.usable:
        return _all_aside(raw, table)
    skipped = not_data(raw)
    columns = table.columns
    checked = {n: check_column(raw.text[n], columns[n], timezone, decimal) for n in raw.text}
    now = datetime.now(UTC)
    checked |= {n: not_in_the_future(checked[n], now) for n in checked if n in past}
    typed = {n for n in checked if table.columns[n].type not in {"string", "category"}}
    if 0 not in skipped and second_header(checked, typed, len(raw.rows)):
        message = "this row holds units or descriptions, not values; delete it"
        raw.findings.add(
            Rule.TWO_HEADERS, message, row=int(raw.rows[0]), value_class="units or descriptions"
        )
        skipped = np.append(skipped, 0)
    bad = np.zeros(len(raw.rows), bool)
    bad[skipped] = True
    for name, column in checked.items():
        bad |= _report(raw, name, column, skipped)
    values = {name: column.values for name, column in checked.items()}
    bad[repeated_rows(raw, table, values, skipped)] = True
    good = pa.table(
        {
            name: values.get(name, pa.nulls(len(bad), arrow_type(column)))
            for name, column in table.columns.items()
        }
    ).filter(pa.array(~bad))
    return CheckedTable(
        good.combine_chunks(),
        raw.rows[~bad],
        _aside(raw, np.flatnonzero(bad)),
        in_order(raw.findings.all),
    )


def _report(raw: RawTable, name: str, column: Checked, skipped: np.ndarray) -> np.ndarray:
    """Report the problems of one column; return the mask of its wrong rows."""
    wrong = np.zeros(len(raw.rows), bool)
    file, out = raw.findings.file, raw.findings.all
    for problem in column.problems:
        mine = np.setdiff1d(problem.rows, skipped)
        wrong[mine] = True
        value_class, rule, message = problem.value_class, problem.rule, problem.message
        out += [
            Finding(file, row, name, value_class, rule, message) for row in raw.rows[mine].tolist()
        ]
    return wrong


def _all_aside(raw: RawTable, table: Table) -> CheckedTable:
    aside = _aside(raw, np.arange(len(raw.rows)))
    nowhere = np.empty(0, np.int64)
    return CheckedTable(empty_table(table), nowhere, aside, in_order(raw.findings.all))


def _aside(raw: RawTable, bad: np.ndarray) -> AsideRows:
    rows = [*zip(raw.rows[bad].tolist(), raw.lines(bad.tolist()), strict=True), *raw.aside]
    rows.sort(key=lambda row: row[0])
    return AsideRows(raw.header, [r for r, _ in rows], [line for _, line in rows])
