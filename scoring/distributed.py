"""Training beyond one machine: LightGBM on a Dask cluster, from a folder of feature parts.

Choosing, calibrating and judging need no more than a few hundred thousand rows, so they are done
here as in any training, on a sample of whole applicants. Only the final trees learn from every
part: each worker reads its own, and no applicant of the sample's calibration or test is among
them. Distributed LightGBM adds gradients in the order in which workers answer, so two runs agree
in AUC, not in bits; the lineage says so.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.contract import Contract
from data.errors import DataFileError, NotEnoughDataError
from data.features.parts import Part, part_paths, read_part, rows_in
from data.processes import silent_children
from scoring.applicants import keyed_hash, names
from scoring.boosting import Learner, Sample, trees_of
from scoring.holes import with_holes, withhold
from scoring.preparing import Rows
from scoring.selection import Progress, Selection
from scoring.sources import optional_sources
from scoring.training import Fitted, TrainingOptions, TrainingResult, train
from scoring.vector import FloatArray, Vectorizer

SAMPLE_ROWS = 300_000
"""Applications that choosing, calibrating and judging are done on, at most about."""
CONNECT_SECONDS = 10
NOTE = "distributed LightGBM is not bit-reproducible: a second run gives the same AUC, other bits"
_KEEP_WEIGHTS = frozenset({"none", "weights"})
"""Ways with few bads that need no row of another part; any other becomes ``none``."""


@contextmanager
def cluster_client(workers: int, scheduler: str | None = None) -> Iterator[Any]:
    """A client of the cluster at ``scheduler``, or of ``workers`` processes started here.

    Raises DataFileError where Dask cannot be had or the scheduler does not answer.
    """
    try:
        import dask.distributed
    except ImportError:
        raise DataFileError("Dask is not installed: install microscore[dask]") from None
    lib: Any = dask.distributed
    if scheduler is not None:
        try:
            with lib.Client(scheduler, timeout=CONNECT_SECONDS) as client:
                yield client
        except OSError as error:
            raise DataFileError("the Dask scheduler does not answer: check its address") from error
        return
    with silent_children():
        cluster = lib.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    with cluster, lib.Client(cluster) as client:
        yield client


def train_distributed(
    contract: Contract,
    folder: Path,
    options: TrainingOptions,
    lineage: Mapping[str, Any],
    client: Any,
    progress: Progress | None = None,
) -> TrainingResult:
    """Train on the parts in ``folder`` with the workers of ``client`` (dask.distributed).

    The workers must see ``folder`` at the same path. Gives the same form of bundle as ``train``,
    and raises what it raises, and DataFileError for parts of another contract.
    """
    paths = part_paths(contract, folder)
    sample = _sample(contract, paths, options.seed)
    told = {**lineage, "engine": "dask", "parts": len(paths), "reproducible": NOTE}
    return train(
        contract,
        sample.inputs,
        sample.keys,
        sample.as_of,
        sample.y,
        options,
        told,
        progress,
        fit=partial(_fit_everywhere, client, paths, sample),
    )


def _sample(contract: Contract, paths: list[Path], seed: int) -> Part:
    """All rows of a random share of the applicants."""
    total = sum(rows_in(path) for path in paths)
    share = min(1.0, SAMPLE_ROWS / max(total, 1))
    parts = []
    for path in paths:
        part = read_part(contract, path)
        parts.append(part if share == 1 else _of_applicants(part, share, seed))
    times = [p.as_of for p in parts if p.as_of is not None]
    return Part(
        pd.concat([p.keys for p in parts], ignore_index=True),
        pd.concat(times, ignore_index=True) if times else None,
        pd.concat([p.inputs for p in parts], ignore_index=True),
        np.concatenate([p.y for p in parts]),
    )


def _of_applicants(part: Part, share: float, seed: int) -> Part:
    people, of_row = np.unique(names(part.keys), return_inverse=True)
    drawn = np.array([int(keyed_hash(str(n), seed + 1)) < share * 2**64 for n in people])
    at = np.flatnonzero(drawn[of_row])
    as_of = None if part.as_of is None else part.as_of.iloc[at]
    return Part(part.keys.iloc[at], as_of, part.inputs.iloc[at], part.y[at])


def _fit_everywhere(
    client: Any, paths: list[Path], sample: Part, learner: Learner, chosen: Selection, rows: Rows
) -> Fitted:
    """Fit what was chosen on the training rows of every part."""
    import dask.array
    from dask.delayed import delayed
    from lightgbm.dask import DaskLGBMClassifier

    array: Any = dask.array
    limit = _Limit.of(rows, sample)
    vectorizer = Vectorizer(learner.contract)
    loaded = [
        delayed(_learned)(learner.contract, path, limit, learner.seed + i)
        for i, path in enumerate(paths)
    ]
    counts = client.gather(client.compute([delayed(_counts)(one) for one in loaded]))
    if not sum(n for n, _ in counts):
        raise NotEnoughDataError("no part has a row to learn from")
    width = len(vectorizer.features)
    filled = [(one, n) for one, (n, _) in zip(loaded, counts, strict=True) if n]
    X = array.concatenate([array.from_delayed(one[0], (n, width), np.float64) for one, n in filled])
    y = array.concatenate([array.from_delayed(one[1], (n,), np.float64) for one, n in filled])
    way = chosen.way if chosen.way in _KEEP_WEIGHTS else "none"
    good, bad = (sum(c[0] - c[1] for c in counts), sum(c[1] for c in counts))
    weight = good / bad if way == "weights" else 1.0
    shift = -float(np.log(weight))
    parameters = learner.parameters(
        chosen.settings, Sample(np.empty((0, width)), np.empty(0), weight, shift)
    )
    model = DaskLGBMClassifier(
        client=client, n_estimators=chosen.rounds, **_as_estimator(parameters)
    )
    with warnings.catch_warnings(), redirect_stdout(sys.stderr):
        # Its own estimator always has n_jobs, and LightGBM warns that it does not use it.
        warnings.filterwarnings("ignore", "Parameter n_jobs will be ignored")
        names_of, coded = list(vectorizer.features), vectorizer.categorical
        model.fit(X, y, feature_name=names_of, categorical_feature=coded)
    told = {
        "shape": chosen.shape,
        "imbalance": way,
        "rounds": chosen.rounds,
        "parameters": parameters,
        "learned_from": int(good + bad),
    }
    return Fitted(trees_of(model.booster_), shift, told)


class _Limit:
    """Which labelled rows of a part may be learned from."""

    def __init__(self, before: Any, held_out: frozenset[str]) -> None:
        self.before = before
        self.held_out = held_out

    @classmethod
    def of(cls, rows: Rows, sample: Part) -> _Limit:
        """Rows before the calibration period, and nobody of the sample's held-out parts."""
        kept = rows.order[np.concatenate([rows.parts.calibration, rows.parts.test])]
        held_out = frozenset(names(sample.keys.iloc[kept]))
        if rows.parts.method == "time" and rows.as_of is not None:
            return cls(rows.as_of.iloc[rows.parts.calibration].min(), held_out)
        return cls(None, held_out)

    def rows(self, part: Part) -> NDArray[np.intp]:
        """Positions in ``part``."""
        good = ~np.isnan(part.y)
        if self.before is not None and part.as_of is not None:
            good &= (part.as_of < self.before).to_numpy()
        good &= ~np.isin(names(part.keys), list(self.held_out))
        return np.flatnonzero(good)


def _learned(
    contract: Contract, path: Path, limit: _Limit, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Matrix and outcomes of a part's training rows, with the holes that models learn with."""
    part = read_part(contract, path)
    at = limit.rows(part)
    vectorizer = Vectorizer(contract)
    inputs = {name: part.inputs[name].to_numpy()[at] for name in contract.inputs}
    matrix = vectorizer.matrix(inputs, len(at))
    everyone = np.arange(len(at))
    learned = with_holes(matrix, everyone, contract, seed) if len(at) else matrix

    def without(source: str, rows: NDArray[np.intp]) -> FloatArray:
        gone = contract.inputs_by_source[source]
        given = {n: v[rows] for n, v in inputs.items() if n not in gone}
        return vectorizer.matrix(given, len(rows))

    withhold(learned, everyone, optional_sources(contract), without, seed)
    return learned, part.y[at]


def _counts(loaded: tuple[FloatArray, FloatArray]) -> tuple[int, int]:
    return len(loaded[1]), int(loaded[1].sum())


def _as_estimator(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """LightGBM's parameters under the one name each that its estimators know."""
    known = {
        "min_data_in_leaf": "min_child_samples",
        "lambda_l2": "reg_lambda",
        "feature_fraction": "colsample_bytree",
        "bagging_fraction": "subsample",
        "bagging_freq": "subsample_freq",
        "seed": "random_state",
    }
    return {known.get(key, key): value for key, value in parameters.items()}
