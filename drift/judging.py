"""Layers 1 to 3 against one reference: every test with its p of the whole run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from drift.blame import explained
from drift.budget import RUN_ERROR, SHARES, corrected
from drift.domain import canonical_order, evenly, separation, sizes
from drift.null import Null, Nulls
from drift.observed import Observed, matrix_of
from drift.reference import Reference, stacked
from drift.statistics import Compared
from drift.verdicts import Against, Column, DomainVerdict, FeatureVerdict, Test
from drift.words import words
from scoring.vector import Columns, FloatArray

LEADS = 3


def against(
    role: Literal["training", "season"],
    reference: Reference,
    columns: Columns,
    seen: Observed,
    nulls: Nulls,
) -> Against:
    """Compare a window, its checked ``columns`` and what was ``seen`` of them, with a reference."""
    null = nulls.of(reference, seen.n)
    watched = _Watched(reference, null, seen)
    features, decisions = watched.features(), watched.decisions()
    together = _together(reference, null, columns, seen)
    return Against(
        reference=role,
        fingerprint=reference.fingerprint,
        rows=len(reference.rows),
        alarm=any(c.significant for c in (*features, *decisions))
        or any(d.significant for d in together),
        features=features,
        together=together,
        decisions=decisions,
    )


class _Watched:
    """Every watched column of one window."""

    def __init__(self, reference: Reference, null: Null, seen: Observed) -> None:
        layout, n, m = reference.layout, seen.n, len(reference.rows)
        self.reference, self.codes = reference, seen.codes
        sums = layout.sums(seen.histograms)
        self.found: Compared = layout.compare(sums, n, layout.reference, m)
        self.psi_critical = null.psi_critical(n, m)
        family = null.corrected(self.found.p)
        self.run_p = np.array([corrected(p, "columns") for p in family])
        self.levels = layout.levels(sums, n), layout.levels(layout.reference, m)
        self.tests: list[list[Test]] = [[] for _ in layout.columns]
        for at, name in enumerate(layout.tests):
            self.tests[name.column].append(self._test(at))

    def _test(self, at: int) -> Test:
        column, test = self.reference.layout.tests[at]
        watched = self.reference.layout.columns[column]
        effect = float(self.found.effect[at])
        window, before = (_known(levels[at]) for levels in self.levels)
        return Test(
            test=test,
            layer=watched.layer,
            statistic=float(self.found.statistic[at]),
            effect=effect,
            p=float(self.found.p[at]),
            p_corrected=float(self.run_p[at]),
            significant=bool(self.run_p[at] <= RUN_ERROR),
            reference=before,
            window=window,
            words=words(watched.name, watched.layer, test, effect, new=before == 0),
        )

    def decisions(self) -> tuple[Column, ...]:
        """Parts of the decision, in their order."""
        return tuple(
            Column(
                name=c.name,
                psi=float(self.found.psi[i]),
                psi_critical=float(self.psi_critical[i]),
                significant=any(t.significant for t in self.tests[i]),
                tests=tuple(self.tests[i]),
            )
            for i, c in enumerate(self.reference.layout.columns)
            if c.layer == "decision"
        )

    def features(self) -> tuple[FeatureVerdict, ...]:
        """Features, those at fault first, then those explained by them, then the others."""
        k = len(self.reference.features)
        beyond = {j: k + i for i, j in enumerate(self.reference.dependence.columns)}
        largest = [{j: _largest(self.tests[j]) for j in range(k)}]
        largest.append({j: _largest(self.tests[at]) for j, at in beyond.items()})
        alone, relation = ({j: e for j, e in each.items() if e} for each in largest)
        causes = explained(self.reference, self.codes, alone, relation) if alone or relation else {}
        verdicts = [
            self._feature(
                j, [*self.tests[j], *(self.tests[beyond[j]] if j in beyond else [])], causes
            )
            for j in range(k)
        ]
        return tuple(
            sorted(
                verdicts,
                key=lambda v: (not v.significant, v.explained_by is not None, -v.severity),
            )
        )

    def _feature(self, j: int, tests: list[Test], causes: dict[int, int]) -> FeatureVerdict:
        reference = self.reference
        effect = _largest(tests) or abs(tests[0].effect)
        return FeatureVerdict(
            name=reference.features[j],
            psi=float(self.found.psi[j]),
            psi_critical=float(self.psi_critical[j]),
            significant=any(t.significant for t in tests),
            tests=tuple(tests),
            effect=effect,
            weight=float(reference.weights[j]) if reference.scorer else None,
            severity=effect * float(reference.weights[j]),
            explained_by=reference.features[causes[j]] if j in causes else None,
        )


def _largest(tests: Sequence[Test]) -> float:
    return max((abs(t.effect) for t in tests if t.significant), default=0.0)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _together(
    reference: Reference, null: Null, columns: Columns, seen: Observed
) -> tuple[DomainVerdict, ...]:
    """The domain classifier among the inputs and, with a model, among the contributions."""
    at = sizes(seen.n, len(reference.rows))
    order = canonical_order(seen.codes)[evenly(seen.n, at.window)]
    windows = {"inputs": stacked(seen.codes, order)}
    if "contributions" in reference.spaces:
        explained_rows = reference.explain(matrix_of(reference, columns, order))
        windows["contributions"] = explained_rows.astype(np.float32)
    out = []
    for space, held in reference.spaces.items():
        found = separation(windows[space], held[evenly(len(held), at.reference)])
        chance = null.area(space)
        p = chance.p(found.area, at)
        run_p = corrected(p, space)
        out.append(
            DomainVerdict(
                space=space,
                area=found.area,
                critical=chance.critical(RUN_ERROR * SHARES[space], at),
                p=p,
                p_corrected=run_p,
                significant=run_p <= RUN_ERROR,
                leads=_leads(reference, found.gain),
            )
        )
    return tuple(out)


def _leads(reference: Reference, gain: FloatArray) -> tuple[str, ...]:
    best = np.argsort(-gain, kind="stable")[:LEADS]
    return tuple(reference.features[j] for j in best if gain[j] > 0)
