"""The contract: the one description of every field of a portfolio.

From it come the checks of files, the request schema, the training matrix, the monotone
constraints, the reason codes, the fairness groups and the drift monitors. A field that is
not in the contract cannot enter.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from data.contract_base import LANGUAGES as LANGUAGES  # noqa: PLC0414
from data.contract_base import Frozen as Frozen  # noqa: PLC0414
from data.contract_base import Identifier as Identifier  # noqa: PLC0414
from data.contract_base import Language as Language  # noqa: PLC0414
from data.contract_base import Share
from data.contract_base import Text as Text  # noqa: PLC0414
from data.contract_capacity import Capacity
from data.contract_derivations import Aggregate, Arguments, Calendar

ColumnType = Literal["string", "integer", "number", "boolean", "date", "datetime", "category"]
KeyRole = Literal["application", "applicant", "branch", "officer"]
TermRole = Literal["amount", "rate", "collateral"]


class Column(Frozen):
    """One column of a file: its type and the values it may hold."""

    type: ColumnType
    unit: str | None = Field(None, description="Unit of the values, for people: NGN, days, ...")
    range: tuple[float, float] | None = Field(None, description="Lowest and highest valid value.")
    categories: tuple[str, ...] | None = Field(None, description="Valid values of a category.")
    format: str | None = Field(
        None, description="strptime format of a date; ISO 8601 when not given."
    )
    required: bool = Field(False, description="An empty cell is an error.")
    missing_codes: tuple[str | int | float, ...] = Field(
        (), description="Values that mean 'missing', for example 365243."
    )
    personal: bool = Field(False, description="Identifies a person; never a feature.")
    overwritten: bool = Field(
        False, description="The source system overwrites it in place; never a feature."
    )
    barred: Literal["proxy", "another_person"] | None = Field(
        None,
        description="A listed proxy of a protected attribute, or data about somebody else: never "
        "a feature, so never a reason.",
    )


class Table(Frozen):
    """One file of the portfolio and how its rows belong to an application."""

    kind: Literal["applications", "attributes", "events", "protected"] = Field(
        description="applications: one row to score each. attributes: at most one row for each "
        "applicant or application. events: many rows. protected: attributes that only audits see."
    )
    file: str | None = Field(None, description="File name without its ending; default: its key.")
    keys: dict[KeyRole, str] = Field(description="Which column holds which key.")
    unique: tuple[str, ...] = Field((), description="Columns that together name a row.")
    known_at: str | None = Field(
        None, description="Events: when the row became known to the lender (knowledge time)."
    )
    happened_at: str | None = Field(
        None, description="Events: when it happened (event time); windows go by it where given."
    )
    reversed_at: str | None = Field(
        None, description="Events: when the lender learned that the row does not stand."
    )
    optional: bool = Field(False, description="The file may be absent.")
    columns: dict[str, Column]


class Source(Frozen):
    """Where features come from, why they may be used and for how long they are kept."""

    title: Text
    purpose: Text
    legal_basis: Literal["contract", "consent", "legal_obligation", "legitimate_interest"]
    required: bool = Field(False, description="No score without it.")
    retention_days: int = Field(1825, ge=1)


FormulaOperation = Literal[
    "ratio", "difference", "margin", "sum", "product", "if_missing", "if_present"
]


class Feature(Frozen):
    """One input of the score: from a column, event rows, the calendar or other features.

    Exactly one of ``column`` (``table.column``), ``aggregate``, ``calendar`` and ``formula``.
    A ``formula`` is computed from other features of the same application, the same way in
    training and in serving: ``ratio: [a, b]``, ``difference: [a, b]``, ``margin: [a, b]``
    ((a - b) / a, such as what is left of money received), ``sum``, ``product``,
    ``if_missing: [a, b]`` (a where b is missing, else missing), ``if_present: [a, b]``.
    """

    source: str
    title: Text
    column: str | None = None
    aggregate: Aggregate | None = None
    calendar: Calendar | None = None
    formula: dict[FormulaOperation, Arguments] | None = None
    unit: str | None = None
    range: tuple[float, float] | None = None
    in_model: bool = Field(True, description="False: asked for, but only used by formulas.")
    monotone: Literal["increasing", "decreasing"] | None = Field(
        None, description="How the probability of default may move when the feature grows."
    )
    verified: bool = Field(
        True, description="False: the applicant says so, and nobody looks into it."
    )
    actionable: Literal["no", "up", "down", "both"] = Field(
        "no", description="Which way an applicant can move it; used by counterfactuals."
    )
    with_time: bool = Field(False, description="It can be moved, but only over months.")
    step: float | None = Field(None, gt=0, description="The smallest change worth advising.")


class ReasonGroup(Frozen):
    """Correlated features that are told to people as one reason, under one code."""

    features: tuple[str, ...] = Field(min_length=1)
    raises: Text
    lowers: Text
    check: Text | None = Field(None, description="What an officer can check on site.")


class ProtectedAttribute(Frozen):
    """An attribute that audits compare groups by and that is never a feature."""

    column: str
    title: Text
    measure: Literal["category", "years", "negative_days", "birth_year", "birth_date"] = "category"
    bands: tuple[float, ...] = Field((), description="Cut points in years for ages.")
    groups: dict[str, str] = Field(default={}, description="Code in the file to group name.")
    reference: str = Field(description="The group that others are compared with.")


def band_names(bands: tuple[float, ...]) -> list[str]:
    """Names of the age bands that the cut points part: 25, 35 gives "under 25", "25-34", ..."""
    between = [f"{low:g}-{high - 1:g}" for low, high in pairwise(bands)]
    return [f"under {bands[0]:g}", *between, f"{bands[-1]:g} and over"]


class Definition(Frozen):
    """What a bad loan is (Basel: 90 days past due; microfinance: commonly PAR30)."""

    days_past_due: int | None = Field(None, ge=1)
    window_days: int | None = Field(None, ge=1)
    write_offs: Literal["bad", "excluded"] = "bad"
    reschedules: Literal["bad", "excluded", "ignored"] = "bad"
    reversals: Literal["never_paid", "ignored"] = "never_paid"
    note: Text | None = None


PROPENSITY: Any = Field(
    None,
    description="Column of the applications table: the probability of a loan where chance was to "
    "decide (for those drawn and those not drawn); empty where it was not.",
)


class ColumnLabel(Frozen):
    """The outcome stands in a column; other values than these give no label."""

    kind: Literal["column"]
    column: str
    bad: tuple[str | int | bool, ...] = Field(min_length=1)
    good: tuple[str | int | bool, ...] = Field(min_length=1)
    propensity: str | None = PROPENSITY
    definition: Definition


class PerformanceLabel(Frozen):
    """The outcome is computed from instalments and repayments by the definition."""

    kind: Literal["performance"]
    disbursed_on: str = Field(description="Column of the applications table; empty: not lent.")
    written_off_on: str | None = None
    rescheduled_on: str | None = None
    instalments: str = Field(description="Table with due_on and amount_due.")
    due_on: str
    amount_due: str
    repayments: str = Field(description="Table with paid_on and amount_paid.")
    paid_on: str
    amount_paid: str
    reversed_on: str | None = None
    propensity: str | None = PROPENSITY
    definition: Definition


class Terms(Frozen):
    """Features that say what is asked for; audits compare them between groups."""

    amount: Identifier | None = Field(None, description="The feature that is the amount asked for.")
    rate: Identifier | None = Field(None, description="The feature that is the price of the loan.")
    collateral: Identifier | None = Field(None, description="The feature that is the collateral.")
    term: Identifier | None = Field(None, description="The input that is the number of months.")
    instalment: Identifier | None = Field(
        None, description="The input that follows from amount and term, at a flat rate."
    )
    product: Identifier | None = Field(None, description="The category that is the product.")


class Points(Frozen):
    """Score scaling: ``points`` at good:bad odds ``at_odds``, ``double`` points double them."""

    points: float = 600
    at_odds: float = Field(20, gt=0)
    double: float = Field(40, gt=0)


class Money(Frozen):
    """What a loan earns and costs, from the institution's own books.

    ``margin``, ``loss_given_default`` and ``declined_good`` are shares of the amount lent:
    interest and fees less the cost of funds of a loan that is repaid; what is lost of one that
    is not; what a good client is worth who is sent away. ``collection_cost`` is an amount for
    each bad loan.
    """

    margin: float = Field(gt=0, le=5)
    loss_given_default: float = Field(gt=0, le=1)
    collection_cost: float = Field(0, ge=0)
    declined_good: float = Field(0, ge=0, le=5)


class ThinFile(Frozen):
    """Fewer than ``at_least`` of ``sources`` with any value: no score, a person decides."""

    sources: tuple[Identifier, ...] = Field(min_length=1)
    at_least: int = Field(1, ge=1)


class Policy(Frozen):
    """Cut-offs, as shares of the calibration sample, the points scale, the money, and the rules
    that stand beside the score."""

    version: str = "1"
    approve_share: Share = 0.65
    decline_share: Share = 0.15
    bands: tuple[str, ...] = Field(("A", "B", "C", "D", "E"), min_length=2, max_length=10)
    points: Points = Points()
    money: Money | None = None
    thin_file: ThinFile | None = None
    capacity: Capacity | None = None


class Split(Frozen):
    """How rows are parted: by time where there is time, else by a stratified hash."""

    method: Literal["time", "hash"]
    test: Share = 0.25
    calibration: Share = 0.15


class FieldSpec(NamedTuple):
    """What one request field may hold, resolved from its column, if any."""

    type: ColumnType
    unit: str | None
    range: tuple[float, float] | None
    categories: tuple[str, ...] | None


class Contract(Frozen):
    """A portfolio: tables, label, sources, features, reasons, protected attributes, policy."""

    contract: Identifier
    version: str
    title: Text
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    timezone: str = "UTC"
    tables: dict[Identifier, Table]
    as_of: str | None = Field(None, description="Column of the applications table: its time.")
    label: Annotated[ColumnLabel | PerformanceLabel, Field(discriminator="kind")]
    sources: dict[Identifier, Source]
    features: dict[Identifier, Feature]
    reasons: dict[Identifier, ReasonGroup]
    protected: dict[Identifier, ProtectedAttribute] = Field(default={})
    terms: Terms = Terms()
    policy: Policy = Policy()
    split: Split

    @cached_property
    def applications(self) -> str:
        """Name of the one table that holds the applications."""
        return next(name for name, t in self.tables.items() if t.kind == "applications")

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Features that a request or a file gives (all but formulas), in contract order."""
        return tuple(n for n, f in self.features.items() if f.formula is None)

    @cached_property
    def model_features(self) -> tuple[str, ...]:
        """Features that the model sees, in the order of its matrix."""
        return tuple(n for n, f in self.features.items() if f.in_model)

    @cached_property
    def inputs_by_source(self) -> dict[str, tuple[str, ...]]:
        """Input features of each source, in contract order."""
        return {
            s: tuple(n for n in self.inputs if self.features[n].source == s) for s in self.sources
        }

    @cached_property
    def on_consent(self) -> frozenset[str]:
        """Sources with inputs that may be used only as long as the person agrees."""
        given = {n: s for n, s in self.sources.items() if self.inputs_by_source[n]}
        return frozenset(n for n, s in given.items() if s.legal_basis == "consent")

    def spec(self, name: str) -> FieldSpec:
        """Resolve type, unit, range and categories of feature ``name``."""
        feature = self.features[name]
        if feature.column is None:
            return FieldSpec("number", feature.unit, feature.range, None)
        table, column = feature.column.split(".", 1)
        c = self.tables[table].columns[column]
        return FieldSpec(c.type, feature.unit or c.unit, c.range, c.categories)
