"""Rules of a contract that span several of its fields.

Each rule yields ``(location, message)``; the loader turns locations into line numbers.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from zoneinfo import available_timezones

from data.contract import (
    Column,
    ColumnLabel,
    Contract,
    PerformanceLabel,
    ProtectedAttribute,
    Table,
    band_names,
)
from data.contract_derivation_rules import (
    DATES,
    NUMBERS,
    Finding,
    Location,
    column_type,
    event_time_findings,
)
from data.contract_feature_rules import feature_findings, term_findings
from data.contract_policy_rules import policy_findings, repeated


def findings(c: Contract) -> Iterator[Finding]:
    """Yield every broken rule of contract ``c`` that pydantic's types cannot express."""
    applications = Counter(t.kind for t in c.tables.values())["applications"]
    if applications != 1:
        message = f"needs exactly one table of kind 'applications', has {applications}"
        yield ("tables",), message
        return
    for name, table in c.tables.items():
        yield from _table(table, ("tables", name))
    yield from _time(c)
    if isinstance(c.label, ColumnLabel):
        yield from _column_label(c, c.label)
    else:
        yield from _performance_label(c, c.label)
    yield from _propensity(c)
    yield from feature_findings(c)
    yield from term_findings(c)
    yield from _reasons(c)
    for name, attribute in c.protected.items():
        yield from _protected(c, name, attribute)
    yield from policy_findings(c)


def _table(table: Table, at: Location) -> Iterator[Finding]:
    named = [((*at, "keys", role), column) for role, column in table.keys.items()]
    named += [((*at, "unique"), column) for column in table.unique]
    for where, column in named:
        if column not in table.columns:
            yield where, f"column '{column}' is not in this table"
    if not {"application", "applicant"} & set(table.keys):
        yield (*at, "keys"), "needs an application or applicant key to join by"
    if table.kind == "applications" and "application" not in table.keys:
        yield (*at, "keys"), "the applications table needs an application key"
    if table.kind == "events" and table.known_at is None:
        yield at, "an events table needs known_at, or late postings would leak"
    if table.known_at is not None and column_type(table, table.known_at) not in DATES:
        yield (*at, "known_at"), "must name a date or datetime column of this table"
    yield from event_time_findings(table, at)
    for name, spec in table.columns.items():
        yield from _column(spec, (*at, "columns", name))


def _column(column: Column, at: Location) -> Iterator[Finding]:
    if (column.type == "category") != bool(column.categories):
        yield at, "categories are needed for, and only for, type category"
    for name in repeated(column.categories or ()):
        yield (*at, "categories"), f"'{name}' stands twice"
    if column.range and column.range[0] > column.range[1]:
        yield (*at, "range"), "the lowest value comes first"
    if column.range and column.type not in NUMBERS:
        yield (*at, "range"), "only numbers have a range"
    if column.format and column.type not in DATES:
        yield (*at, "format"), "only dates have a format"


def _time(c: Contract) -> Iterator[Finding]:
    if c.timezone not in available_timezones():
        yield ("timezone",), "is not a known IANA time zone"
    if c.as_of is not None and column_type(c.tables[c.applications], c.as_of) not in DATES:
        yield ("as_of",), f"must name a date or datetime column of '{c.applications}'"
    if c.as_of is None and c.split.method == "time":
        yield ("split", "method"), "a split by time needs as_of"
    if c.as_of is None and any(t.kind == "events" for t in c.tables.values()):
        yield ("as_of",), "is needed: events can only be cut off with a time of application"


def _column_label(c: Contract, label: ColumnLabel) -> Iterator[Finding]:
    spec = c.tables[c.applications].columns.get(label.column)
    if spec is None:
        yield ("label", "column"), f"column '{label.column}' is not in '{c.applications}'"
    bad, good = ({str(v) for v in values} for values in (label.bad, label.good))
    if bad & good:
        yield ("label", "bad"), "a value is both good and bad"
    if spec and spec.categories:
        for field, values in (("bad", bad), ("good", good)):
            for value in sorted(values - set(spec.categories)):
                yield ("label", field), f"'{value}' is not a category of '{label.column}'"


def _propensity(c: Contract) -> Iterator[Finding]:
    at, name = ("label", "propensity"), c.label.propensity
    if name is None:
        return
    spec = c.tables[c.applications].columns.get(name)
    if spec is None:
        yield at, f"column '{name}' is not in '{c.applications}'"
    elif spec.type != "number":
        yield at, f"column '{name}' is a {spec.type}, and a probability is a number"
    elif spec.range is None or spec.range[0] < 0 or spec.range[1] > 1:
        yield at, f"column '{name}' needs a range within 0 and 1"


def _performance_label(c: Contract, label: PerformanceLabel) -> Iterator[Finding]:
    for field in ("disbursed_on", "written_off_on", "rescheduled_on"):
        column = getattr(label, field)
        if column is not None and column_type(c.tables[c.applications], column) != "date":
            yield ("label", field), f"must name a date column of '{c.applications}'"
    if label.definition.days_past_due is None or label.definition.window_days is None:
        yield ("label", "definition"), "needs days_past_due and window_days"
    yield from _payments(c, label, "instalments", ("due_on",), "amount_due")
    yield from _payments(c, label, "repayments", ("paid_on", "reversed_on"), "amount_paid")


def _payments(
    c: Contract, label: PerformanceLabel, role: str, dates: tuple[str, ...], amount: str
) -> Iterator[Finding]:
    """Rules of the table that the label's field ``role`` names, and of its columns."""
    table = c.tables.get(getattr(label, role))
    if table is None or "application" not in table.keys:
        yield ("label", role), "must name a table with an application key"
        return
    for field in dates:
        column = getattr(label, field)
        if column is not None and column_type(table, column) not in DATES:
            yield ("label", field), f"must name a date or datetime column of the {role}"
    if column_type(table, getattr(label, amount)) not in NUMBERS:
        yield ("label", amount), f"must name a column of numbers of the {role}"


def _reasons(c: Contract) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    for code, group in c.reasons.items():
        at = ("reasons", code, "features")
        for name in group.features:
            seen[name] += 1
            if name not in c.features or not c.features[name].in_model:
                yield at, f"'{name}' is not a feature of the model"
            elif seen[name] == 2:
                yield at, f"'{name}' stands in two reasons"
    for name in c.model_features:
        if not seen[name]:
            yield ("features", name), "belongs to no reason: nobody could be told of it"
    if not c.model_features:
        yield ("features",), "no feature is in the model"


def _protected(c: Contract, name: str, p: ProtectedAttribute) -> Iterator[Finding]:
    at = ("protected", name)
    table_name, _, column_name = p.column.partition(".")
    table = c.tables.get(table_name)
    spec = table.columns.get(column_name) if table else None
    if name in c.features:
        yield at, "a feature has this name"
    if table is None or spec is None:
        yield (*at, "column"), f"'{p.column}' is not a table.column of this contract"
        return
    if table.kind == "events":
        yield (*at, "column"), "an events table has no one value for an application"
    yield from _category(p, spec, at) if p.measure == "category" else _age(c, p, spec, at)


def _category(p: ProtectedAttribute, spec: Column, at: Location) -> Iterator[Finding]:
    if p.bands:
        yield (*at, "bands"), "only ages have bands"
    for code in p.groups:
        if spec.categories and code not in spec.categories:
            yield (*at, "groups", code), "is not a category of that column"
    groups = tuple(p.groups.values()) or spec.categories
    if groups and p.reference not in groups:
        yield (*at, "reference"), f"'{p.reference}' is not one of the groups"


def _age(c: Contract, p: ProtectedAttribute, spec: Column, at: Location) -> Iterator[Finding]:
    if spec.type not in (DATES if p.measure == "birth_date" else NUMBERS):
        yield (*at, "column"), f"a column of type {spec.type} does not hold {p.measure}"
    if p.measure.startswith("birth") and c.as_of is None:
        yield (*at, "measure"), "an age from a birth needs as_of"
    if p.groups:
        yield (*at, "groups"), "an age has bands instead"
    if not p.bands:
        yield (*at, "bands"), "an age needs bands"
    elif p.bands[0] <= 0 or any(low >= high for low, high in pairwise(p.bands)):
        yield (*at, "bands"), "must be ages above 0, each above the one before"
    elif p.reference not in band_names(p.bands):
        known = ", ".join(f"'{band}'" for band in band_names(p.bands))
        yield (*at, "reference"), f"must be one of {known}"
