"""The known truth about a portfolio, for tests alone: limits, disparities and drifts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from data.synthetic.arrays import Bools, Floats, Ints
from data.synthetic.bias import Bias
from data.synthetic.loans import DAYS_PAST_DUE, WINDOW_DAYS
from data.synthetic.world import (
    DROUGHT,
    ENDS_ON,
    EXTRACTED_ON,
    NANO_LAUNCHED_ON,
    REGIONS,
    STARTS_ON,
)

TEST_SHARE = 0.25
GROUPINGS = ("sex", "language_group", "residence")
DIFFERENCES = (
    "reliability (sex)",
    "remoteness (residence)",
    "sector, season and drought (residence, language_group)",
)


def auc(score: Floats, bad: Floats) -> float:
    """Area under the ROC curve of ``score`` (no ties) for outcomes or probabilities ``bad``.

    With probabilities it is the expected share of correctly ordered pairs of one bad and one
    good application over all outcomes that the probabilities allow.
    """
    p = bad[np.argsort(score, kind="stable")]
    q = 1 - p
    below = np.cumsum(q) - q
    return float((p * below).sum() / (p.sum() * q.sum() - (p * q).sum()))


def write_summary(folder: Path, seed: int, bias: Bias) -> Path:
    """Sum up ``truth.parquet`` in ``truth.json``.

    Holds a few columns for all applications at once, about 100 bytes each: the only step
    whose memory grows with their number.
    """
    source = folder / "truth.parquet"
    texts = ("applicant_id", *GROUPINGS)
    numbers = [n for n in pq.read_schema(source).names if n not in {"application_id", *texts}]
    table = pq.read_table(source, columns=numbers)
    truth = {name: table[name].to_numpy() for name in numbers}
    names: dict[str, list[str]] = {}
    for name in texts:
        column = pq.read_table(source, columns=[name])[name].combine_chunks().dictionary_encode()
        truth[name], names[name] = column.indices.to_numpy(), column.dictionary.to_pylist()
    path = folder / "truth.json"
    path.write_text(json.dumps(_summary(truth, names, seed, bias), indent=1) + "\n", "utf-8")
    return path


def _summary(
    t: dict[str, Any], names: dict[str, list[str]], seed: int, bias: Bias
) -> dict[str, Any]:
    """The summary of columns ``t``; texts are positions in ``names``."""
    labelled = t["lent"] & t["matured"]
    parts = {"all": t["matured"], "approved": labelled, **_latest(t, labelled)}
    return {
        "seed": seed,
        "applications": len(labelled),
        "calendar": {
            "from": str(STARTS_ON),
            "to": str(ENDS_ON),
            "extracted_on": str(EXTRACTED_ON),
        },
        "outcome": {"days_past_due": DAYS_PAST_DUE, "window_days": WINDOW_DAYS},
        "default_rate": {name: _rates(t, rows) for name, rows in parts.items()},
        "auc_true_pd": {name: _limits(t, "true_pd", rows) for name, rows in parts.items()},
        "auc_attainable": {name: _limits(t, "attainable_pd", rows) for name, rows in parts.items()},
        "disparity": {
            "approval_bias_log_odds": {"sex": {"female": bias.approvals}},
            "record_bias_standard_deviations": {"sex": {"female": bias.records}},
            "protected_terms_in_true_pd": [],
            "base_rates_differ_through": [] if bias.equal_groups else list(DIFFERENCES),
            "groups": {name: _groups(t, names[name], name, labelled) for name in GROUPINGS},
        },
        "drift": {
            "drought": {
                "from": str(DROUGHT[0]),
                "to": str(DROUGHT[1]),
                "regions": [r.name for r in REGIONS if r.drought],
                "share_of_applications": float(t["drought"].mean()),
            },
            "product_launch": {"product": "nano", "on": str(NANO_LAUNCHED_ON)},
        },
        "planted_leaks": [],
    }


def _latest(t: dict[str, Any], labelled: Bools) -> dict[str, Bools]:
    """The last quarter: of labelled loans, and of applicants by their first labelled loan."""
    time = t["applied_at"].astype(np.int64)
    first = np.full(len(time), np.iinfo(np.int64).max)
    np.minimum.at(first, t["applicant_id"][labelled], time[labelled])
    first = first[t["applicant_id"]]
    firsts = labelled & (time == first)
    return {
        "latest": labelled & (time >= _cut(time[labelled])),
        "test": labelled & (first >= _cut(time[firsts])),
    }


def _cut(time: Ints) -> int:
    """The moment from which the last quarter begins."""
    return int(np.quantile(time, 1 - TEST_SHARE, method="lower")) if len(time) else 0


def _rates(t: dict[str, Any], rows: Bools) -> dict[str, float | None]:
    return {
        "rows": int(rows.sum()),
        "bad": int(t["bad"][rows].sum()),
        "observed": _mean(t["bad"][rows]),
        "expected": _mean(t["true_pd"][rows]),
    }


def _limits(t: dict[str, Any], score: str, rows: Bools) -> dict[str, float | None]:
    """AUC of a score: expected over all outcomes, and with the outcomes that were drawn."""
    bad = t["bad"][rows].astype(np.float64)
    both = 0 < bad.sum() < len(bad)
    return {
        "expected": auc(t[score][rows], t["true_pd"][rows]) if len(bad) > 1 else None,
        "drawn": auc(t[score][rows], bad) if both else None,
    }


def _groups(
    t: dict[str, Any], groups: list[str], name: str, labelled: Bools
) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for group in sorted(groups):
        rows = t[name] == groups.index(group)
        out[group] = {
            "applications": int(rows.sum()),
            "true_pd": _mean(t["true_pd"][rows]),
            "approval_rate": _mean(t["approved"][rows]),
            "default_rate_approved": _mean(t["bad"][rows & labelled]),
        }
    return out


def _mean(values: Floats | Bools) -> float | None:
    return float(values.mean()) if len(values) else None
