"""The reference: a sample of what the model was made for, and all that the checks need of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from data.errors import NotEnoughDataError
from drift.coding import Coder, Codes
from drift.dependence import Dependence, Table, normal_scores, standardised
from drift.domain import Matrix, canonical_order
from drift.profile import ReferenceProfile, profile
from drift.rows import Rows, decision_columns
from drift.statistics import Layout, Watched
from drift.units import UnitLimits
from scoring.scorer import Scorer
from scoring.vector import Columns, FloatArray

FEWEST_ROWS = 200
MOST_ROWS = 20_000
RESIDUAL_KNOTS = 40

Categories = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Reference:
    """Reference rows of ``features`` (k), and the model that decides on them if there is one.

    ``categories``: the features that are categories, and their values in the order of the
    matrix. Everything else is fitted when it is first asked for, and never changes.
    """

    features: tuple[str, ...]
    categories: Categories
    rows: Rows
    scorer: Scorer | None = None

    @classmethod
    def of_bundle(cls, scorer: Scorer) -> Self:
        """From the sample of held-out applications in the model's bundle."""
        import pyarrow.parquet as pq

        table = pq.read_table(BytesIO(scorer.bundle.reference))
        names = scorer.contract.model_features
        columns = [table.column(n).to_numpy().astype(np.float64) for n in names]
        return cls.of_matrix(scorer, np.column_stack(columns))

    @classmethod
    def of_matrix(
        cls, scorer: Scorer, matrix: FloatArray, overridden: FloatArray | None = None
    ) -> Self:
        """From rows of the model's matrix (n, k), for example those of the same season."""
        contract, names = scorer.contract, scorer.contract.model_features
        specs = {n: contract.spec(n).categories for n in names if n in contract.inputs}
        categories = {n: values for n, values in specs.items() if values is not None}
        kept = _at_most(matrix, overridden)
        return cls(names, categories, Rows.scored(scorer, *kept), scorer)

    @classmethod
    def of_columns(cls, columns: Columns, categories: Categories) -> Self:
        """From columns (n each) without a model; those in ``categories`` hold texts or None."""
        features = tuple(sorted(columns))
        matrix = _matrix(features, categories, columns)
        return cls(features, dict(categories), Rows(_at_most(matrix, None)[0], {}))

    def __post_init__(self) -> None:
        if len(self.rows) < FEWEST_ROWS:
            raise NotEnoughDataError(
                f"a reference needs at least {FEWEST_ROWS} rows: give a longer period"
            )

    def matrix(self, columns: Columns, n: int) -> FloatArray:
        """Matrix (n, k) of a window's columns, as the reference has its own."""
        if self.scorer is not None:
            return self.scorer.vectorizer.matrix(columns, n)
        given = {f: columns.get(f, [None] * n) for f in self.features}
        return _matrix(self.features, self.categories, given)

    def operands(self, name: str) -> tuple[str, ...]:
        """Features that the contract computes ``name`` from; none where it is an input."""
        formula = self.scorer.contract.features[name].formula if self.scorer else None
        return () if formula is None else next(iter(formula.values()))

    @cached_property
    def coders(self) -> tuple[Coder, ...]:
        """A coder for each feature."""
        return tuple(
            Coder.of_categories(column, self.categories[name])
            if name in self.categories
            else Coder.of_numbers(column)
            for name, column in zip(self.features, self.rows.matrix.T, strict=True)
        )

    @cached_property
    def codes(self) -> list[Codes]:
        """Codes of the reference's own rows, a column for each feature."""
        return self.code(self.rows.matrix)

    def code(self, matrix: FloatArray) -> list[Codes]:
        """Codes of rows (n, k), a column for each feature."""
        return [coder.codes(matrix[:, j]) for j, coder in enumerate(self.coders)]

    @cached_property
    def dependence(self) -> Dependence:
        """How inputs hang together; formulas are left out, as they would repeat a fault."""
        return Dependence.fit([self._table(j) for j in range(len(self.features))], self.codes)

    def _table(self, j: int) -> Table:
        name, coder = self.features[j], self.coders[j]
        if self.operands(name):
            return np.zeros(len(coder.counts))
        if name not in self.categories:
            return normal_scores(coder)
        if "score" not in self.rows.decisions:
            return standardised(coder.counts, coder)
        score = np.bincount(self.codes[j], self.rows.decisions["score"], len(coder.counts))
        return standardised(score / np.maximum(coder.counts, 1), coder)

    @cached_property
    def residuals(self) -> FloatArray:
        """Residuals of the reference's own rows, each predicted without itself."""
        return self.dependence.residuals(self.codes, own=True)

    @cached_property
    def layout(self) -> Layout:
        """The columns under watch: features, residuals, parts of the decision."""
        named = zip(self.features, self.coders, strict=True)
        watched = [Watched(n, "feature", c, n not in self.categories) for n, c in named]
        for at, residual in zip(self.dependence.columns, self.residuals.T, strict=True):
            coder = _without_rare(Coder.of_numbers(residual, knots=RESIDUAL_KNOTS, tails=False))
            watched.append(Watched(self.features[at], "dependence", coder, ordered=True))
        for name, categories in decision_columns(self.scorer).items():
            if name in self.rows.decisions:
                coder = _decision_coder(self.rows.decisions[name], categories)
                watched.append(Watched(name, "decision", coder, categories is None))
        return Layout(watched)

    def all_codes(self) -> list[Codes]:
        """Codes of the reference's own rows for every column under watch."""
        return [*self.codes, *self._later_codes(self.residuals, self.rows.decisions)]

    def histograms(self, rows: Rows, codes: Sequence[Codes]) -> list[FloatArray]:
        """Counts of codes of ``rows``, for every column under watch; ``codes`` of the features.

        A part of the decision that ``rows`` do not have counts no row.
        """
        later = self._later_codes(self.dependence.residuals(codes), rows.decisions)
        pairs = zip(self.layout.columns, [*codes, *later], strict=True)
        return [column.coder.histogram(coded) for column, coded in pairs]

    def _later_codes(
        self, residuals: FloatArray, decisions: Mapping[str, FloatArray]
    ) -> list[Codes]:
        """Codes of residuals and of parts of the decision."""
        k = len(self.features)
        decided = self.layout.columns[k + residuals.shape[1] :]
        nothing = np.array([], dtype=np.float64)
        values = [*residuals.T, *(decisions.get(c.name, nothing) for c in decided)]
        return [c.coder.codes(v) for c, v in zip(self.layout.columns[k:], values, strict=True)]

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The reference's rows in their canonical order."""
        return canonical_order(self.codes)

    @cached_property
    def contributions(self) -> FloatArray:
        """Contributions to the log-odds (n, k) of the reference's rows; zeros without a model."""
        return self.explain(self.rows.matrix)

    def explain(self, matrix: FloatArray) -> FloatArray:
        """Contributions to the log-odds (n, k) of rows; zeros without a model."""
        found = self.scorer.score_matrix(matrix).contributions if self.scorer else None
        return np.zeros(matrix.shape) if found is None else found[:, :-1]

    @cached_property
    def weights(self) -> FloatArray:
        """Mean absolute contribution (k) of each feature; 1 each without a model."""
        if self.scorer is None:
            return np.ones(len(self.features))
        return np.asarray(np.abs(self.contributions).mean(axis=0))

    @cached_property
    def spaces(self) -> dict[str, Matrix]:
        """What the domain classifier sees of the reference, in canonical order."""
        found = {"inputs": stacked(self.codes, self.order)}
        if self.scorer is not None:
            found["contributions"] = self.contributions[self.order].astype(np.float32)
        return found

    @cached_property
    def unit_limits(self) -> dict[int, UnitLimits]:
        """Sizes that are odd, for every feature that is a number."""
        numbers = [j for j, name in enumerate(self.features) if name not in self.categories]
        return {j: UnitLimits.of(self.rows.matrix[:, j]) for j in numbers}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the rows, the features, the model's version and overrides, where known."""
        version = self.scorer.version if self.scorer else ""
        about = repr((self.features, sorted(self.categories.items()), version))
        digest = hashlib.sha256(about.encode())
        digest.update(np.ascontiguousarray(self.rows.matrix).tobytes())
        if "override" in self.rows.decisions:
            digest.update(self.rows.decisions["override"].tobytes())
        return digest.hexdigest()

    @cached_property
    def profile(self) -> ReferenceProfile:
        """What the checks need of each feature, as JSON for people and pages."""
        return profile(
            self.fingerprint, self.features, self.categories, self.rows.matrix, self.weights
        )


def stacked(codes: Sequence[Codes], order: NDArray[np.intp]) -> Matrix:
    """Codes (n, k) of the rows ``order`` as a matrix."""
    return np.column_stack([c[order] for c in codes]).astype(np.float32)


def _matrix(features: Sequence[str], categories: Categories, columns: Columns) -> FloatArray:
    out = []
    for name in features:
        values: Sequence[Any] | NDArray[Any] = columns[name]
        if name in categories:
            index = {value: float(i) for i, value in enumerate(categories[name])}
            values = [index.get(v, np.nan) if isinstance(v, str) else np.nan for v in values]
        out.append(np.array(values, dtype=np.float64))
    return np.column_stack(out)


def _at_most(
    matrix: FloatArray, overridden: FloatArray | None
) -> tuple[FloatArray, FloatArray | None]:
    if len(matrix) <= MOST_ROWS:
        return matrix, overridden
    rows = np.sort(np.random.default_rng(1).choice(len(matrix), MOST_ROWS, replace=False))
    return matrix[rows], None if overridden is None else overridden[rows]


def _decision_coder(values: FloatArray, categories: tuple[str, ...] | None) -> Coder:
    if categories is None:
        return _without_rare(Coder.of_numbers(values, tails=False))
    return _without_rare(Coder.of_categories(values, categories))


def _without_rare(coder: Coder) -> Coder:
    return Coder(coder.knots, coder.counts, coder.cell, coder.rank, {})
