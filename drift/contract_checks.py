"""Layer 0: whether a window is what the contract says at all. What breaks a rule is quarantined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from drift.budget import RUN_ERROR, corrected
from drift.observed import Observed
from drift.reference import Reference
from drift.verdicts import Broken, Rule
from drift.window import Expected, Window
from scoring.vector import FloatArray

_UNIT_RULES: tuple[Rule, ...] = ("unit-too-large", "unit-too-small")


class FieldRule(NamedTuple):
    """What a window's column may hold."""

    categories: frozenset[str] | None
    range: tuple[float, float] | None
    required: bool


class Checked(NamedTuple):
    """What is broken, and the columns with broken cells missing, so that the rest is checked."""

    broken: tuple[Broken, ...]
    columns: Mapping[str, NDArray[Any]]


def check_contract(reference: Reference, window: Window, expected: Expected) -> Checked:
    """Check schema, types, ranges, categories, required values, keys, freshness and volume."""
    rules, n = field_rules(reference), len(window)
    broken = [*_whole(window, expected)]
    broken += [
        Broken(rule="unknown-column", field=f, rows=n) for f in window.columns if f not in rules
    ]
    columns: dict[str, NDArray[Any]] = {}
    for name, rule in rules.items():
        if name not in window.columns:
            broken += [Broken(rule="absent-column", field=name, rows=n)]
            continue
        values = window.columns[name]
        found, clean = _categories(rule, values) if rule.categories else _numbers(rule, values)
        columns[name] = clean
        broken += [Broken(rule=r, field=name, rows=c) for r, c in found.items() if c]
    return Checked(tuple(broken), columns)


def check_units(reference: Reference, seen: Observed) -> tuple[Broken, ...]:
    """Values of another size than the reference's, tested exactly, all inputs together."""
    inputs = field_rules(reference)
    watched = [j for j in seen.odd if reference.features[j] in inputs]
    out = []
    for j in watched:
        rows = seen.odd[j]
        p = reference.unit_limits[j].p(*rows, seen.n)
        for rule, count, one in zip(_UNIT_RULES, rows, p, strict=True):
            run_p = corrected(min(1.0, one * 2 * len(watched)), "units")
            if run_p <= RUN_ERROR:
                name = reference.features[j]
                out.append(Broken(rule=rule, field=name, rows=count, p_corrected=run_p))
    return tuple(out)


def field_rules(reference: Reference) -> dict[str, FieldRule]:
    """Rules of each column: the contract's, or what the reference alone says."""
    if reference.scorer is not None:
        contract = reference.scorer.contract
        return {name: _contract_rule(contract, name) for name in contract.inputs}
    known = {n: frozenset(c) for n, c in reference.categories.items()}
    return {name: FieldRule(known.get(name), None, required=False) for name in reference.features}


def _contract_rule(contract: Contract, name: str) -> FieldRule:
    spec, column = contract.spec(name), contract.features[name].column
    required = False
    if column is not None:
        table, field = column.split(".", 1)
        required = contract.tables[table].columns[field].required
    categories = None if spec.categories is None else frozenset(spec.categories)
    return FieldRule(categories, spec.range, required)


def _whole(window: Window, expected: Expected) -> list[Broken]:
    """Rules of the window as a whole: volume, repeated applications, freshness."""
    n, out = len(window), []
    low, high = expected.rows or (0, n)
    if n == 0:
        out.append(Broken(rule="no-rows", field=None, rows=0))
    if n < low:
        out.append(Broken(rule="too-few-rows", field=None, rows=n))
    if n > high:
        out.append(Broken(rule="too-many-rows", field=None, rows=n))
    if window.application is not None:
        again = n - len(set(window.application.tolist()))
        if again:
            out.append(Broken(rule="repeated-application", field=None, rows=again))
    if _stale(window, expected):
        out.append(Broken(rule="stale", field=None, rows=n))
    return out


def _stale(window: Window, expected: Expected) -> bool:
    if window.as_of is None or expected.until is None or expected.fresh_within is None:
        return False
    until = np.datetime64(expected.until.replace(tzinfo=None), "us")
    newest = window.as_of.max() if len(window.as_of) else np.datetime64("NaT")
    return not newest >= until - np.timedelta64(expected.fresh_within)


def _numbers(
    rule: FieldRule, values: Sequence[Any] | NDArray[Any]
) -> tuple[dict[Any, int], FloatArray]:
    """Cells of a column that break a rule, and the column with those missing."""
    try:
        numbers, unread = np.asarray(values, dtype=np.float64), 0
    except (TypeError, ValueError):
        parsed = [_number(v) for v in values]
        unread = sum(p is None for p in parsed)
        numbers = np.array([np.nan if p is None else p for p in parsed])
    infinite = np.isinf(numbers)
    low, high = rule.range or (-np.inf, np.inf)
    outside = ~infinite & ((numbers < low) | (numbers > high))
    absent = np.isnan(numbers).sum() - unread if rule.required else 0
    found = {"type": unread + infinite.sum(), "range": outside.sum(), "required": absent}
    if infinite.any() or outside.any():
        numbers = np.where(infinite | outside, np.nan, numbers)
    return {name: int(count) for name, count in found.items()}, numbers


def _number(value: object) -> float | None:
    """A cell as a number, NaN when it is missing, None when it is neither."""
    if value is None:
        return float("nan")
    return float(value) if isinstance(value, int | float | np.number) else None


def _categories(
    rule: FieldRule, values: Sequence[Any] | NDArray[Any]
) -> tuple[dict[Any, int], NDArray[np.object_]]:
    known = rule.categories or frozenset()
    absent = [v is None or v != v for v in values]  # noqa: PLR0124  (NaN)
    wrong = [not a and v not in known for v, a in zip(values, absent, strict=True)]
    out = [None if a or w else v for v, a, w in zip(values, absent, wrong, strict=True)]
    found = {"category": sum(wrong), "required": sum(absent) if rule.required else 0}
    return found, np.array(out, dtype=object)
