"""Rules of a contract's features: where they may come from, and from where never."""

from collections.abc import Iterator
from typing import get_args

from data.contract import ColumnLabel, Contract, Feature, TermRole
from data.contract_derivation_rules import (
    NUMBERS,
    OVERWRITTEN,
    Finding,
    Location,
    aggregate_findings,
    calendar_findings,
    column_type,
    told,
)

_BARRED = {
    "proxy": "a listed proxy of a protected attribute",
    "another_person": "data about another person",
}


def feature_findings(c: Contract) -> Iterator[Finding]:
    """Yield every broken rule of the features of ``c``."""
    forbidden = forbidden_columns(c)
    for name, f in c.features.items():
        at = ("features", name)
        if name == "rows":
            yield at, "a request brings a source's rows under this name; take another one"
        if f.source not in c.sources:
            yield (*at, "source"), f"source '{f.source}' is not in sources"
        if f.actionable == "no" and (f.with_time or f.step is not None):
            yield (*at, "actionable"), "with_time and step need a feature that can be moved"
        if sum(x is not None for x in (f.column, f.aggregate, f.calendar, f.formula)) != 1:
            yield at, "needs exactly one of column, aggregate, calendar and formula"
        elif f.column is not None:
            yield from _column(c, f, at, forbidden)
        elif f.aggregate is not None:
            yield from aggregate_findings(c, f.aggregate, (*at, "aggregate"), forbidden)
        elif f.calendar is not None:
            yield from calendar_findings(c, f.calendar, (*at, "calendar"))
        else:
            yield from _formula(c, f, (*at, "formula"))


def term_findings(c: Contract) -> Iterator[Finding]:
    """Yield every broken rule of the features that ``terms`` names."""
    seen: dict[str, str] = {}
    for role in get_args(TermRole):
        name, at = getattr(c.terms, role), ("terms", role)
        if name is None:
            continue
        if name not in c.features:
            yield at, f"'{name}' is not a feature"
        elif c.features[name].aggregate is not None:
            yield at, f"'{name}' comes from events; what is asked for stands in the application"
        elif c.features[name].formula is None and _type(c, name) not in NUMBERS:
            yield at, f"'{name}' is not a number"
        if name in seen:
            yield at, f"'{name}' is the {seen[name]} already"
        seen[name] = role
    yield from _offer_findings(c)


def _offer_findings(c: Contract) -> Iterator[Finding]:
    """Broken rules of term, instalment and product, which counterfactuals and reasons use."""
    for role in ("term", "instalment", "product"):
        name, at = getattr(c.terms, role), ("terms", role)
        if name is None:
            continue
        if name not in c.features or c.features[name].column is None:
            yield at, f"'{name}' is not an input that stands in a column"
        elif (_type(c, name) in NUMBERS) != (role != "product"):
            yield at, f"'{name}' is not a {'category' if role == 'product' else 'number'}"
    if c.terms.instalment is not None and None in {c.terms.amount, c.terms.term}:
        yield ("terms", "instalment"), "needs the amount and the term that it follows from"


def _type(c: Contract, name: str) -> str | None:
    table, _, column = str(c.features[name].column).partition(".")
    return column_type(c.tables[table], column) if table in c.tables else None


def forbidden_columns(c: Contract) -> dict[str, str]:
    """Columns (``table.column``) that no feature may touch, with the reason in words."""
    out = {a.column: "a protected attribute" for a in c.protected.values()}
    if isinstance(c.label, ColumnLabel):
        out[f"{c.applications}.{c.label.column}"] = "the label"
    if c.label.propensity is not None:
        out[f"{c.applications}.{c.label.propensity}"] = "the probability of a loan by chance"
    for name, table in c.tables.items():
        for role in ("application", "applicant"):
            if role in table.keys:
                out[f"{name}.{table.keys[role]}"] = "a key"
        for column, spec in table.columns.items():
            if spec.overwritten:
                out[f"{name}.{column}"] = OVERWRITTEN
            if spec.personal:
                out[f"{name}.{column}"] = "personal data"
            if spec.barred:
                out[f"{name}.{column}"] = _BARRED[spec.barred]
    return out


def _column(c: Contract, f: Feature, at: Location, forbidden: dict[str, str]) -> Iterator[Finding]:
    where = str(f.column)
    table_name, _, column = where.partition(".")
    table = c.tables.get(table_name)
    if table is None or column not in table.columns:
        yield (*at, "column"), f"'{where}' is not a table.column of this contract"
        return
    spec = table.columns[column]
    if table.kind in {"events", "protected"}:
        yield (
            (*at, "column"),
            f"a column of kind {table.kind} cannot be a feature itself",
        )
    if where in forbidden:
        yield (*at, "column"), told(where, forbidden[where])
    if spec.type in {"string", "date", "datetime"}:
        yield (*at, "column"), f"type {spec.type} cannot be a feature"
    if spec.type == "category" and f.monotone:
        yield (*at, "monotone"), "a category has no order"
    if f.range:
        yield (*at, "range"), "the range stands with the column"


def _formula(c: Contract, f: Feature, at: Location) -> Iterator[Finding]:
    formula = f.formula or {}
    if len(formula) != 1:
        yield at, "needs exactly one operation"
        return
    operation, names = next(iter(formula.items()))
    if operation not in {"sum", "product"} and len(names) != 2:
        yield at, f"{operation} takes two features"
    for name in names:
        other = c.features.get(name)
        if other is None or other.formula is not None:
            yield at, f"'{name}' is not an input feature"
        elif other.column is not None and _is_category(c, other.column):
            yield at, f"'{name}' is a category"


def _is_category(c: Contract, where: str) -> bool:
    table, _, column = where.partition(".")
    return table in c.tables and column_type(c.tables[table], column) == "category"
