"""The published form of a drift check: plain JSON with a schema, nothing about a single person.

``words`` are keys of texts for people. Effects are in standard deviations of one row, so they do
not grow with the number of rows; ``p_corrected`` is a p of the whole run: it holds for all tests
together, and is significant at ``run_error`` or below.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from data.contract import Frozen

Rule = Literal[
    "no-rows",
    "absent-column",
    "unknown-column",
    "type",
    "range",
    "category",
    "required",
    "unit-too-large",
    "unit-too-small",
    "repeated-application",
    "stale",
    "too-few-rows",
    "too-many-rows",
]


class Broken(Frozen):
    """Layer 0: a rule that the window breaks; the batch is quarantined.

    ``field``: null for the window as a whole. ``rows``: how many break it. ``p_corrected``: only
    for units, which are judged against the reference; all other rules are exact.
    """

    rule: Rule
    field: str | None
    rows: int
    p_corrected: float | None = None


class Test(Frozen):
    """One test of one column.

    ``test``: cells (chi-square of the reference's deciles or categories), location (mean rank),
    spread (mean squared rank of a residual), missing, high:s and low:s (share beyond the
    reference's outermost s percent), category:name. ``layer`` dependence: of what the feature is
    beyond the others. ``statistic``: chi-square for cells, else z. ``reference`` and ``window``:
    share of rows, or mean rank; null for cells.
    """

    test: str
    layer: Literal["feature", "dependence", "decision"]
    statistic: float
    effect: float
    p: float
    p_corrected: float
    significant: bool
    reference: float | None
    window: float | None
    words: str


class Column(Frozen):
    """A column against the reference: PSI beside what chance alone passes in 5 % of windows."""

    name: str
    psi: float
    psi_critical: float
    significant: bool
    tests: tuple[Test, ...]


class FeatureVerdict(Column):
    """A feature. ``psi`` of a feature is also called its CSI.

    ``effect``: its largest significant one, else that of its cells; ``weight``: mean |SHAP| in
    the reference (log-odds), null without a model; ``severity``: effect times weight (1 without
    a model): it orders, and never decides. ``explained_by``: the feature whose fault shows here.
    """

    effect: float
    weight: float | None
    severity: float
    explained_by: str | None


class DomainVerdict(Frozen):
    """Whether a classifier tells the window from the reference, in a space.

    ``critical``: the area that chance passes with the error this test may spend. ``leads``: the
    features that it splits by most.
    """

    space: Literal["inputs", "contributions"]
    area: float
    critical: float
    p: float
    p_corrected: float
    significant: bool
    leads: tuple[str, ...]


class Against(Frozen):
    """Layers 1 to 3 against one reference of ``rows`` rows. Features at fault stand first."""

    reference: Literal["training", "season"]
    fingerprint: str
    rows: int
    alarm: bool
    features: tuple[FeatureVerdict, ...]
    together: tuple[DomainVerdict, ...]
    decisions: tuple[Column, ...]

    def has(self, name: str) -> bool:
        """Whether this reference has a feature, a space or a part of the decision."""
        columns = (c.name for c in (*self.features, *self.decisions))
        return name in {*columns, *(d.space for d in self.together)}

    def significant(self) -> set[str]:
        """Names of everything that differs."""
        differing = {c.name for c in (*self.features, *self.decisions) if c.significant}
        return differing | {d.space for d in self.together if d.significant}


class DriftReport(Frozen):
    """A whole check of a window of ``rows`` applications.

    ``quarantined``: a rule of layer 0 is broken. ``alarm``: something differs from the training
    reference and, where there is one, from the same season as well; ``confirmed`` names it.
    Overrides are compared with the same season alone: no training data know of them.
    ``at_fault``: features, worst first: those with a broken rule, then those of the alarm that no
    other feature explains.
    """

    schema_version: Literal[1] = 1
    contract: str | None
    model: str | None
    rows: int
    run_error: float = Field(gt=0, lt=1)
    quarantined: bool
    alarm: bool
    confirmed: tuple[str, ...]
    at_fault: tuple[str, ...]
    broken: tuple[Broken, ...]
    not_checked: tuple[Literal["freshness", "duplicates", "volume", "overrides", "decisions"], ...]
    against: tuple[Against, ...]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a drift report."""
    return DriftReport.model_json_schema(mode="serialization")
