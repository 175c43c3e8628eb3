"""Evidently, and the only file that imports it: its data drift report, as people know it.

It decides nothing: its per-column thresholds know no number of rows and no number of columns.
Importing it takes seconds, so it is imported where a report is made and nowhere else.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.reference import Categories, Reference
from scoring.vector import FloatArray

MOST_ROWS = 50_000
SEED = 1
NO_TRACKING = "DO_NOT_TRACK"


Judged = tuple[str, float, float]
"""The method by which Evidently judged a column, its value and its threshold."""


@dataclass(frozen=True)
class EvidentlyReport:
    """``html``: one page to keep; ``content``: Evidently's own JSON; ``left_out``: columns without
    a value on either side.
    """

    html: str
    content: dict[str, Any]
    left_out: tuple[str, ...]


def evidently_report(reference: Reference, matrix: FloatArray) -> EvidentlyReport:
    """Evidently's data drift report of a window's ``matrix`` (n, k) against ``reference``.

    At most MOST_ROWS rows of each side, drawn with a seed. Infinite values count as missing.
    """
    with _quiet():
        names, made = _run(reference, matrix, None)
        html, content = made.get_html_str(as_iframe=False), json.loads(made.json())
    return EvidentlyReport(html, content, tuple(n for n in reference.features if n not in names))


def evidently_values(
    reference: Reference, matrix: FloatArray, method: str | None = None
) -> dict[str, Judged]:
    """What Evidently computes for each column; ``method``: one for all, or its default."""
    with _quiet():
        return dict(_values(json.loads(_run(reference, matrix, method)[1].json())))


def drifted(values: Mapping[str, Judged]) -> tuple[str, ...]:
    """Columns that Evidently calls drifted: p below, or distance at, the threshold."""
    return tuple(
        name
        for name, (method, value, threshold) in values.items()
        if (value < threshold if "p_value" in method else value >= threshold)
    )


def _run(reference: Reference, matrix: FloatArray, method: str | None) -> tuple[list[str], Any]:
    """Names of the columns that are compared, and Evidently's snapshot."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    sides = [_sampled(m) for m in (matrix, reference.rows.matrix)]
    kept = [j for j in range(len(reference.features)) if all(_has_values(s[:, j]) for s in sides)]
    names = [reference.features[j] for j in kept]
    definition = DataDefinition(
        numerical_columns=[n for n in names if n not in reference.categories],
        categorical_columns=[n for n in names if n in reference.categories],
    )
    frames = [_frame(names, s[:, kept], reference.categories) for s in sides]
    window, before = (Dataset.from_pandas(f, data_definition=definition) for f in frames)
    return names, Report([DataDriftPreset(columns=names, method=method)]).run(window, before)


def _values(content: dict[str, Any]) -> Iterator[tuple[str, Judged]]:
    for metric in content["metrics"]:
        told = metric["config"]
        if told["type"].endswith("ValueDrift"):
            yield told["column"], (told["method"], float(metric["value"]), float(told["threshold"]))


def _sampled(matrix: FloatArray) -> FloatArray:
    if len(matrix) <= MOST_ROWS:
        return matrix
    drawn = np.random.default_rng(SEED).choice(len(matrix), MOST_ROWS, replace=False)
    return matrix[np.sort(drawn)]


def _has_values(column: FloatArray) -> bool:
    return bool(np.isfinite(column).any())


def _frame(names: list[str], matrix: FloatArray, categories: Categories) -> pd.DataFrame:
    finite = np.where(np.isfinite(matrix), matrix, np.nan)
    columns: dict[str, NDArray[Any]] = {}
    for name, values in zip(names, finite.T, strict=True):
        columns[name] = values.copy()
        if name in categories:
            known = np.array([*categories[name], None], dtype=object)
            columns[name] = known[np.where(np.isnan(values), -1, values).astype(np.intp)]
    return pd.DataFrame(columns)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without telemetry, and without warnings of a library that is not ours."""
    environ[NO_TRACKING] = "1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
