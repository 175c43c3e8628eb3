"""Rules of a contract that span several of its fields.

Each rule yields ``(location, message)``; the loader turns locations into line numbers.
"""

from collections import Counter
from collections.abc import Iterator
from zoneinfo import available_timezones

from data.contract import (
    Aggregate,
    ColumnLabel,
    Contract,
    Feature,
    ProtectedAttribute,
    RowOperation,
    Table,
)

Location = tuple[str, ...]
Finding = tuple[Location, str]


def findings(c: Contract) -> Iterator[Finding]:
    """Yield every broken rule of contract ``c`` that pydantic's types cannot express."""
    kinds = Counter(t.kind for t in c.tables.values())
    if kinds["applications"] != 1:
        yield ("tables",), f"exactly one table of kind 'applications', found {kinds['applications']}"
        return
    if c.timezone not in available_timezones():
        yield ("timezone",), "not a known IANA time zone"
    for name, table in c.tables.items():
        yield from _table(name, table)
    yield from _time(c)
    yield from _label(c)
    for name in c.features:
        yield from _feature(c, name)
    yield from _reasons(c)
    for name, attribute in c.protected.items():
        yield from _protected(c, name, attribute)
    if c.policy.approve_share + c.policy.decline_share > 1:
        yield ("policy",), "approve_share and decline_share together exceed 1"


def _table(name: str, table: Table) -> Iterator[Finding]:
    at = ("tables", name)
    for role, column in table.keys.items():
        if column not in table.columns:
            yield (*at, "keys", role), f"column '{column}' is not in this table"
    for column in table.unique:
        if column not in table.columns:
            yield (*at, "unique"), f"column '{column}' is not in this table"
    if not {"application", "applicant"} & set(table.keys):
        yield (*at, "keys"), "needs an application or applicant key to join by"
    if table.kind == "applications" and "application" not in table.keys:
        yield (*at, "keys"), "the applications table needs an application key"
    if table.kind == "events" and table.known_at is None:
        yield at, "an events table needs known_at, or late postings would leak"
    if table.known_at is not None and _type(table, table.known_at) not in {"date", "datetime"}:
        yield (*at, "known_at"), "must name a date or datetime column of this table"
    for column, spec in table.columns.items():
        where = (*at, "columns", column)
        if (spec.type == "category") != bool(spec.categories):
            yield where, "categories are needed for, and only for, type category"
        if spec.range and spec.range[0] > spec.range[1]:
            yield (*where, "range"), "the lowest value comes first"
        if spec.range and spec.type not in {"integer", "number"}:
            yield (*where, "range"), "only numbers have a range"
        if spec.format and spec.type not in {"date", "datetime"}:
            yield (*where, "format"), "only dates have a format"


def _type(table: Table, column: str) -> str | None:
    spec = table.columns.get(column)
    return spec.type if spec else None


def _time(c: Contract) -> Iterator[Finding]:
    table = c.tables[c.applications]
    if c.as_of is not None and _type(table, c.as_of) not in {"date", "datetime"}:
        yield ("as_of",), f"must name a date or datetime column of '{c.applications}'"
    if c.as_of is None and c.split.method == "time":
        yield ("split", "method"), "a split by time needs as_of"
    if c.as_of is None and any(t.kind == "events" for t in c.tables.values()):
        yield ("as_of",), "events can only be cut off with a time of application"


def _label(c: Contract) -> Iterator[Finding]:
    table = c.tables[c.applications]
    if isinstance(c.label, ColumnLabel):
        if c.label.column not in table.columns:
            yield ("label", "column"), f"column '{c.label.column}' is not in '{c.applications}'"
        if set(map(str, c.label.bad)) & set(map(str, c.label.good)):
            yield ("label", "bad"), "a value is both good and bad"
        return
    for field in ("disbursed_on", "written_off_on", "rescheduled_on"):
        column = getattr(c.label, field)
        if column is not None and _type(table, column) != "date":
            yield ("label", field), f"must name a date column of '{c.applications}'"
    if c.label.definition.days_past_due is None or c.label.definition.window_days is None:
        yield ("label", "definition"), "needs days_past_due and window_days"
    for field, columns in (
        ("instalments", (c.label.due_on, c.label.amount_due)),
        ("repayments", (c.label.paid_on, c.label.amount_paid, c.label.reversed_on)),
    ):
        other = c.tables.get(getattr(c.label, field))
        if other is None or "application" not in other.keys:
            yield ("label", field), "must name a table with an application key"
            continue
        for column in columns:
            if column is not None and column not in other.columns:
                yield ("label", field), f"column '{column}' is not in that table"


def _feature(c: Contract, name: str) -> Iterator[Finding]:
    f, at = c.features[name], ("features", name)
    if f.source not in c.sources:
        yield (*at, "source"), f"source '{f.source}' is not in sources"
    if sum(x is not None for x in (f.column, f.aggregate, f.formula)) != 1:
        yield at, "exactly one of column, aggregate and formula"
        return
    if f.column is not None:
        yield from _feature_column(c, f, at)
    if f.aggregate is not None:
        yield from _aggregate(c, f.aggregate, (*at, "aggregate"))
    if f.formula is not None:
        yield from _formula(c, f, at)


def _feature_column(c: Contract, f: Feature, at: Location) -> Iterator[Finding]:
    table_name, _, column = (f.column or "").partition(".")
    table = c.tables.get(table_name)
    if table is None or column not in table.columns:
        yield (*at, "column"), f"'{f.column}' is not a table.column of this contract"
        return
    spec = table.columns[column]
    if table.kind in {"events", "protected"}:
        yield (*at, "column"), f"a column of an {table.kind} table cannot be a feature itself"
    if f.column in _forbidden(c):
        yield (*at, "column"), f"'{f.column}' is {_forbidden(c)[f.column or '']}; never a feature"
    if spec.type in {"string", "date", "datetime"}:
        yield (*at, "column"), f"type {spec.type} cannot be a feature"
    if spec.type == "category" and f.monotone:
        yield (*at, "monotone"), "a category has no order"
    if f.range:
        yield (*at, "range"), "the range stands with the column"


def _forbidden(c: Contract) -> dict[str, str]:
    """Columns that no feature may touch, with the reason in words."""
    out = {a.column: "a protected attribute" for a in c.protected.values()}
    if isinstance(c.label, ColumnLabel):
        out[f"{c.applications}.{c.label.column}"] = "the label"
    for name, table in c.tables.items():
        for column, spec in table.columns.items():
            if spec.overwritten:
                out[f"{name}.{column}"] = "overwritten in place"
            if spec.personal:
                out[f"{name}.{column}"] = "personal data"
    return out


def _aggregate(c: Contract, a: Aggregate, at: Location) -> Iterator[Finding]:
    table = c.tables.get(a.table)
    if table is None or table.kind != "events":
        yield (*at, "table"), f"'{a.table}' is not an events table"
        return
    operation, columns = operands(a)
    if (a.value is None) != (a.function == "count"):
        yield (*at, "value"), "needed by every function but count"
    if operation not in {None, "days_since"} and len(columns) != 2:
        yield (*at, "value"), f"{operation} takes two columns"
    wanted = {"date", "datetime"} if operation in {"days_between", "days_since"} else None
    for column in columns:
        kind = _type(table, column)
        if kind is None:
            yield (*at, "value"), f"column '{column}' is not in '{a.table}'"
        elif kind not in (wanted or {"integer", "number", "boolean"}):
            yield (*at, "value"), f"column '{column}' is a {kind}"
    for column in (*columns, *a.where):
        if f"{a.table}.{column}" in _forbidden(c):
            yield at, f"'{column}' is {_forbidden(c)[f'{a.table}.{column}']}; never a feature"
    for column in a.where:
        if column not in table.columns:
            yield (*at, "where"), f"column '{column}' is not in '{a.table}'"


def operands(a: Aggregate) -> tuple[RowOperation | None, tuple[str, ...]]:
    """Operation (None for a plain column) and columns of an aggregate's value."""
    if a.value is None:
        return None, ()
    if isinstance(a.value, str):
        return None, (a.value,)
    return next(iter(a.value.items()), (None, ()))


def _formula(c: Contract, f: Feature, at: Location) -> Iterator[Finding]:
    if f.formula is None or len(f.formula) != 1:
        yield (*at, "formula"), "exactly one operation"
        return
    operation, names = next(iter(f.formula.items()))
    if operation not in {"sum", "product"} and len(names) != 2:
        yield (*at, "formula"), f"{operation} takes two features"
    for other in names:
        target = c.features.get(other)
        if target is None or target.formula is not None:
            yield (*at, "formula"), f"'{other}' is not an input feature"
        elif target.column is not None and target.column.partition(".")[0] in c.tables:
            table, _, column = target.column.partition(".")
            if _type(c.tables[table], column) == "category":
                yield (*at, "formula"), f"'{other}' is a category"


def _reasons(c: Contract) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    for code, group in c.reasons.items():
        for name in group.features:
            seen[name] += 1
            if name not in c.features or not c.features[name].in_model:
                yield ("reasons", code, "features"), f"'{name}' is not a feature of the model"
            elif seen[name] == 2:
                yield ("reasons", code, "features"), f"'{name}' stands in two reasons"
    for name, feature in c.features.items():
        if feature.in_model and not seen[name]:
            yield ("features", name), "belongs to no reason: nobody could be told of it"
    if not any(f.in_model for f in c.features.values()):
        yield ("features",), "no feature is in the model"


def _protected(c: Contract, name: str, p: ProtectedAttribute) -> Iterator[Finding]:
    at = ("protected", name)
    table, _, column = p.column.partition(".")
    if table not in c.tables or column not in c.tables[table].columns:
        yield (*at, "column"), f"'{p.column}' is not a table.column of this contract"
    if name in c.features:
        yield at, "a feature has this name"
    if p.measure == "category" and p.bands:
        yield (*at, "bands"), "only ages have bands"
    if p.measure != "category" and not p.bands:
        yield (*at, "bands"), "an age needs bands"
    if p.groups and p.reference not in p.groups.values():
        yield (*at, "reference"), f"'{p.reference}' is not one of the groups"
