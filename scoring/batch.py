"""Scoring a whole portfolio to Parquet, chunk by chunk, with the server's own numbers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.features.parts import new_folder, part_paths, read_chunks
from scoring.capacity import STATUSES
from scoring.policy import RECOMMENDATIONS, REFER
from scoring.reasons import MOST_REASONS
from scoring.scorer import Scorer, Scores
from scoring.vector import FloatArray

CHUNK = 50_000


def score_to_parquet(
    scorer: Scorer,
    keys: pd.DataFrame,
    inputs: pd.DataFrame,
    target: Path,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Score ``inputs`` (one row an application, columns of the contract) into ``target``.

    The file has a row an application: its keys, probability of default, log-odds, points, band,
    recommendation, what the capacity rule says, up to four reason codes with their log-odds
    (none for the rule's own), sources without any value, and the model's version. Who has too
    thin a file is referred to a person, without numbers.
    """
    schema = _schema()
    partial = target.with_name(f".{target.name}.partial")
    with pq.ParquetWriter(partial, schema) as writer:
        for start in range(0, len(inputs), CHUNK):
            chunk = slice(start, start + CHUNK)
            writer.write_table(_chunk(scorer, keys.iloc[chunk], inputs.iloc[chunk], schema))
            if progress:
                progress(min(1.0, (start + CHUNK) / len(inputs)))
    partial.replace(target)


def score_parts(
    scorer: Scorer,
    source: Path,
    target: Path,
    progress: Callable[[float], None] | None = None,
) -> int:
    """Score every part in the folder ``source`` into one of the same name in ``target``.

    The memory does not grow with the parts: CHUNK applications are held at a time. Gives the
    number of applications scored. Raises DataFileError for parts of another contract, and where
    ``target`` holds Parquet files already.
    """
    paths = part_paths(scorer.contract, source)
    new_folder(target)
    count = 0
    for number, path in enumerate(paths, start=1):
        count += _score_part(scorer, path, target / path.name)
        if progress:
            progress(number / len(paths))
    return count


def _score_part(scorer: Scorer, path: Path, target: Path) -> int:
    schema, count = _schema(), 0
    partial = target.with_name(f".{target.name}.partial")
    with pq.ParquetWriter(partial, schema) as writer:
        for part in read_chunks(scorer.contract, path, CHUNK):
            writer.write_table(_chunk(scorer, part.keys, part.inputs, schema))
            count += len(part.keys)
    partial.replace(target)
    return count


def _schema() -> pa.Schema:
    reason = [
        field
        for i in range(1, MOST_REASONS + 1)
        for field in ((f"reason_{i}", pa.string()), (f"reason_{i}_log_odds", pa.float64()))
    ]
    return pa.schema(
        [
            ("application_id", pa.string()),
            ("applicant_id", pa.string()),
            ("probability_of_default", pa.float64()),
            ("log_odds", pa.float64()),
            ("points", pa.int64()),
            ("band", pa.string()),
            ("recommendation", pa.string()),
            ("capacity", pa.string()),
            *reason,
            ("masked_sources", pa.list_(pa.string())),
            ("model_version", pa.string()),
        ]
    )


def _chunk(scorer: Scorer, keys: pd.DataFrame, inputs: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    n = len(inputs)
    columns = {name: inputs[name].to_numpy() for name in inputs.columns}
    scores = scorer.score(columns, n)
    thin = scorer.thin_files.among(scores.matrix)
    referred = np.zeros(n, dtype=np.bool_) if thin is None else thin
    recommended = np.array(RECOMMENDATIONS)[scores.recommendation]
    data = {
        "application_id": pa.array(keys["application"], pa.string()),
        "applicant_id": pa.array(keys["applicant"], pa.string()),
        "probability_of_default": pa.array(scores.pd, mask=referred),
        "log_odds": pa.array(scores.log_odds, mask=referred),
        "points": pa.array(scores.points, mask=referred),
        "band": pa.array(np.array(scorer.bundle.rules.bands)[scores.band], mask=referred),
        "recommendation": np.where(referred, REFER, recommended),
        "capacity": _capacity(scores),
        **_reasons(scorer, scores, referred),
        "masked_sources": _masked(scorer, inputs),
        "model_version": [scorer.version] * n,
    }
    return pa.table(data, schema=schema)


def _capacity(scores: Scores) -> pa.Array:
    """Status of the capacity rule, by row; null without a rule."""
    if scores.capacity is None:
        return pa.nulls(len(scores.pd), pa.string())
    return pa.array(np.array(STATUSES)[scores.capacity.status])


def _reasons(scorer: Scorer, scores: Scores, referred: NDArray[np.bool_]) -> dict[str, pa.Array]:
    if scores.contributions is None:
        raise ValueError("reasons need contributions")
    totals = scorer.reason_writer.totals(scores.contributions)
    known = scorer.reason_writer.known(scores.matrix)
    picked = scorer.reason_writer.pick(totals, scores.by_score, known)
    none = (picked < 0) | referred[:, None]
    codes = np.array(scorer.reason_writer.codes, dtype=object)[picked]
    codes[none] = None
    values = np.where(none, np.nan, np.take_along_axis(totals, np.maximum(picked, 0), axis=1))
    _add_rule(scorer, scores, codes, values, ~referred)
    out: dict[str, pa.Array] = {}
    for i in range(MOST_REASONS):
        out[f"reason_{i + 1}"] = pa.array(codes[:, i], pa.string())
        out[f"reason_{i + 1}_log_odds"] = pa.array(values[:, i], from_pandas=True)
    return out


def _add_rule(
    scorer: Scorer,
    scores: Scores,
    codes: NDArray[np.object_],
    values: FloatArray,
    scored: NDArray[np.bool_],
) -> None:
    """Put the capacity rule's reason where ``capacity.with_reason`` puts it, for all rows."""
    rule, judged = scorer.capacity_rule, scores.capacity
    if rule is None or judged is None:
        return
    told, decided = rule.told(judged)
    ahead, last = scored & decided, MOST_REASONS - 1
    for kept in (codes, values):
        kept[ahead, 1:] = kept[ahead, :-1]
    place = np.where(ahead, 0, np.minimum(pd.notna(codes).sum(axis=1), last))
    rows = np.flatnonzero(scored & pd.notna(told))
    codes[rows, place[rows]], values[rows, place[rows]] = told[rows], np.nan


def _masked(scorer: Scorer, inputs: pd.DataFrame) -> list[list[str]]:
    sources = {s: list(names) for s, names in scorer.contract.inputs_by_source.items() if names}
    absent = {s: inputs[names].isna().all(axis=1).to_numpy() for s, names in sources.items()}
    masked: list[list[str]] = [[] for _ in range(len(inputs))]
    for source, rows in absent.items():
        for i in np.flatnonzero(rows):
            masked[i].append(source)
    return masked
