"""Checks that need whole rows: second headers, wrapped rows, duplicates and conflicts."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.contract import Table
from data.reading import classes
from data.reading.cells import Checked
from data.reading.findings import Rule
from data.reading.header import wrapped_row
from data.reading.raw import RawTable

Ints = npt.NDArray[np.int64]
_WORDS = frozenset(
    {classes.A_TEXT, classes.MISSING_WORD, classes.OTHER_CATEGORY, classes.OTHER_CASE}
)


def not_data(raw: RawTable) -> Ints:
    """Indices of rows that repeat the column names or stand in one cell, with findings."""
    found: list[int] = []
    if not raw.text or not len(raw.rows):
        return np.empty(0, np.int64)
    first, *others = raw.text.values()
    candidates = np.arange(len(raw.rows))
    for name, column in raw.text.items():
        cells = column.take(pa.array(candidates))
        same = pc.equal(pc.utf8_lower(pc.utf8_trim_whitespace(cells)), name.strip().lower())
        candidates = candidates[pc.fill_null(same, False).to_numpy(zero_copy_only=False)]
    for i in candidates.tolist():
        message = "this row repeats the column names; delete it"
        raw.findings.add(
            Rule.TWO_HEADERS, message, row=int(raw.rows[i]), value_class="column names"
        )
        found.append(i)
    for i in _wrapped(first, others):
        wrapped_row(int(raw.rows[i]), raw.findings)
        found.append(i)
    return np.array(found, np.int64)


def _wrapped(first: pa.Array, others: Sequence[pa.Array]) -> list[int]:
    """Rows whose first cell holds as many delimiters as there are other cells, all empty."""
    if not others:
        return []
    full = np.zeros(len(first), bool)
    for delimiter in ",;\t":
        count = pc.fill_null(pc.count_substring(first, delimiter), 0)
        full |= count.to_numpy(zero_copy_only=False) >= len(others)
    return [
        i
        for i in np.flatnonzero(full).tolist()
        if not any((column[i].as_py() or "").strip() for column in others)
    ]


def second_header(checked: dict[str, Checked], typed: set[str], count: int) -> bool:
    """Whether the first row holds units or descriptions: words in all columns that have a type.

    ``typed``: columns of another type than string; ``count``: number of rows. At least two of
    them must hold words, the others be empty, and the second row must not look the same.
    """
    if not count or any(checked[name].values[0].is_valid for name in typed):
        return False
    first = _wrong_at(0, checked, typed)
    words = len(first) >= 2 and set(first.values()) <= _WORDS
    return words and not (count > 1 and first.items() <= _wrong_at(1, checked, typed).items())


def _wrong_at(index: int, checked: dict[str, Checked], typed: set[str]) -> dict[str, str]:
    """Columns whose cell in this row (0 or 1) is wrong, with the kind of value."""
    return {
        name: problem.value_class
        for name in typed
        for problem in checked[name].problems
        if index in problem.rows[:2] and problem.rule is not Rule.REQUIRED
    }


def unique_columns(table: Table) -> tuple[str, ...]:
    """Columns that together name a row; empty when whole rows are compared or none."""
    if table.unique or table.kind in {"applications", "events"}:
        return table.unique
    return tuple(table.keys[r] for r in ("application", "applicant") if r in table.keys)[:1]


def repeated_rows(raw: RawTable, table: Table, values: dict[str, pa.Array], skipped: Ints) -> Ints:
    """Indices of repeated and conflicting rows, with findings.

    Of identical rows the first one stays. Rows with one key but different values all go. Rows
    with a missing part of the key are not compared, nor are ``skipped`` ones.
    """
    keys = [c for c in unique_columns(table) if c in raw.text]
    if not keys and table.kind != "applications":
        return np.empty(0, np.int64)
    compared = np.ones(len(raw.rows), bool)
    compared[skipped] = False
    for name in keys:
        compared &= values[name].is_valid().to_numpy(zero_copy_only=False)
    candidates = np.flatnonzero(compared)
    by_key = _groups([values[c] for c in keys or list(raw.text)], candidates)
    sizes = np.bincount(by_key) if len(by_key) else np.empty(0, np.int64)
    several = sizes[by_key] > 1
    candidates, by_key = candidates[several], by_key[several]
    contents = _groups([values[c] for c in raw.text], candidates)
    return _report(raw, "+".join(keys) or None, candidates, by_key, contents)


def _report(
    raw: RawTable, field: str | None, candidates: Ints, by_key: Ints, contents: Ints
) -> Ints:
    first_of: dict[int, int] = {}
    conflicting: set[int] = set()
    for place, key in enumerate(by_key.tolist()):
        first = first_of.setdefault(key, place)
        if contents[first] != contents[place]:
            conflicting.add(key)
    aside: list[int] = []
    for place, key in enumerate(by_key.tolist()):
        row, first = int(raw.rows[candidates[place]]), first_of[key]
        if key in conflicting:
            message = "other rows have the same key and other values; keep the right one"
            rule, value_class = Rule.CONFLICTING_ROWS, "a key that stands in different rows"
        elif place != first:
            message = f"the row repeats row {raw.rows[candidates[first]]}"
            rule, value_class = Rule.DUPLICATE_ROW, "a repeated row"
        else:
            continue
        raw.findings.add(rule, message, row=row, column=field, value_class=value_class)
        aside.append(int(candidates[place]))
    return np.array(aside, np.int64)


def _groups(columns: Sequence[pa.Array], rows: Ints) -> Ints:
    """A number for each of ``rows``, equal for rows that hold the same in all ``columns``."""
    groups = np.zeros(len(rows), np.int64)
    for column in columns:
        coded = column.take(pa.array(rows)).dictionary_encode()
        codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        groups = groups * (len(coded.dictionary) + 1) + codes + 1
        groups = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    return groups
