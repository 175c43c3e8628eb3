"""Rules of a contract's features: where they may come from, and from where never."""

from collections.abc import Iterator
from typing import get_args

from data.contract import Aggregate, ColumnLabel, Contract, Feature, Table, TermRole, operands

Location = tuple[str, ...]
Finding = tuple[Location, str]

NUMBERS = frozenset({"integer", "number"})
DATES = frozenset({"date", "datetime"})


def feature_findings(c: Contract) -> Iterator[Finding]:
    """Yield every broken rule of the features of ``c``."""
    forbidden = forbidden_columns(c)
    for name, f in c.features.items():
        at = ("features", name)
        if f.source not in c.sources:
            yield (*at, "source"), f"source '{f.source}' is not in sources"
        if sum(x is not None for x in (f.column, f.aggregate, f.formula)) != 1:
            yield at, "needs exactly one of column, aggregate and formula"
        elif f.column is not None:
            yield from _column(c, f, at, forbidden)
        elif f.aggregate is not None:
            yield from _aggregate(c, f.aggregate, (*at, "aggregate"), forbidden)
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
                out[f"{name}.{column}"] = "overwritten in place"
            if spec.personal:
                out[f"{name}.{column}"] = "personal data"
    return out


def column_type(table: Table, column: str) -> str | None:
    """Type of ``column``, or None when the table has no such column."""
    spec = table.columns.get(column)
    return spec.type if spec else None


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
        yield (*at, "column"), f"'{where}' is {forbidden[where]}; never a feature"
    if spec.type in {"string", "date", "datetime"}:
        yield (*at, "column"), f"type {spec.type} cannot be a feature"
    if spec.type == "category" and f.monotone:
        yield (*at, "monotone"), "a category has no order"
    if f.range:
        yield (*at, "range"), "the range stands with the column"


def _aggregate(
    c: Contract, a: Aggregate, at: Location, forbidden: dict[str, str]
) -> Iterator[Finding]:
    table = c.tables.get(a.table)
    if table is None or table.kind != "events":
        yield (*at, "table"), f"'{a.table}' is not an events table"
        return
    yield from _value(a, table, (*at, "value"))
    for column, wanted in a.where.items():
        yield from _filter(table, a.table, column, str(wanted), (*at, "where"))
    for column in dict.fromkeys((*operands(a)[1], *a.where)):
        where = f"{a.table}.{column}"
        if where in forbidden:
            yield at, f"'{where}' is {forbidden[where]}; never a feature"


def _value(a: Aggregate, table: Table, at: Location) -> Iterator[Finding]:
    operation, columns = operands(a)
    if (a.value is None) != (a.function == "count"):
        yield at, "is needed by every function but count"
    if operation == "days_since" and len(columns) != 1:
        yield at, "days_since takes one column"
    if operation not in {None, "days_since"} and len(columns) != 2:
        yield at, f"{operation} takes two columns"
    if isinstance(a.value, dict) and len(a.value) != 1:
        yield at, "needs exactly one operation"
    wanted = DATES if operation in {"days_between", "days_since"} else NUMBERS | {"boolean"}
    for column in columns:
        kind = column_type(table, column)
        if kind is None:
            yield at, f"column '{column}' is not in '{a.table}'"
        elif kind not in wanted:
            yield at, f"column '{column}' is a {kind}, which cannot be used here"


def _filter(table: Table, name: str, column: str, wanted: str, at: Location) -> Iterator[Finding]:
    spec = table.columns.get(column)
    if spec is None:
        yield at, f"column '{column}' is not in '{name}'"
    elif spec.categories and wanted not in spec.categories:
        yield (*at, column), f"'{wanted}' is not a category of that column"


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
