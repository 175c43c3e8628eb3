"""Which tables and columns a portfolio cannot do without."""

from data.contract import Contract, PerformanceLabel, Table


def needed_tables(contract: Contract, *, need_label: bool) -> set[str]:
    """Tables whose file must be there; those of the outcome alone only if ``need_label``."""
    needed = {name for name, table in contract.tables.items() if not table.optional}
    if need_label or not isinstance(contract.label, PerformanceLabel):
        return needed
    used = {f.aggregate.table for f in contract.features.values() if f.aggregate}
    return needed - ({contract.label.instalments, contract.label.repayments} - used)


def needed_columns(contract: Contract, table: str, *, need_label: bool) -> set[str]:
    """Columns of ``table`` that its file must have.

    Keys, the time of the row, required columns and whatever a feature is made from; columns of
    the outcome only if ``need_label``.
    """
    spec = contract.tables[table]
    outcome = _outcome_columns(contract, table)
    needed = {name for name, column in spec.columns.items() if column.required} - outcome
    needed |= {*spec.keys.values(), *spec.unique}
    needed |= {time for time in _times(spec) if time is not None}
    if table == contract.applications and contract.as_of is not None:
        needed.add(contract.as_of)
    for feature in contract.features.values():
        if feature.column is not None:
            source, _, column = feature.column.partition(".")
            needed |= {column} if source == table else set()
        elif feature.aggregate is not None and feature.aggregate.table == table:
            needed |= set(feature.aggregate.columns())
    return needed | outcome if need_label else needed


def _outcome_columns(contract: Contract, table: str) -> set[str]:
    label = contract.label
    if not isinstance(label, PerformanceLabel):
        return {label.column} if table == contract.applications else set()
    by_table: list[tuple[str, tuple[str | None, ...]]] = [
        (contract.applications, (label.disbursed_on, label.written_off_on, label.rescheduled_on)),
        (label.instalments, (label.due_on, label.amount_due)),
        (label.repayments, (label.paid_on, label.amount_paid, label.reversed_on)),
    ]
    return {c for name, columns in by_table if name == table for c in columns if c is not None}


def happened_columns(contract: Contract, name: str) -> set[str]:
    """Columns of table ``name`` that tell when something was asked for, paid or became known."""
    table, label = contract.tables[name], contract.label
    columns = set(_times(table))
    if name == contract.applications:
        columns.add(contract.as_of)
    if isinstance(label, PerformanceLabel) and name == label.repayments:
        columns |= {label.paid_on, label.reversed_on}
    return {column for column in columns if column is not None}


def _times(table: Table) -> tuple[str | None, ...]:
    return table.known_at, table.happened_at, table.reversed_at
