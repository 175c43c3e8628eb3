"""Outcomes from the files of a contract: its loans, instalments and repayments as events.

Files have no ids of events, so that ids are made: of a loan's one disbursement, write-off or
reschedule from its application; of a repayment from the contract's ``unique`` columns, else from
all that its row says and how many rows before it say the same. The same file again is then the
same events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from data.contract import Contract, PerformanceLabel, Table
from data.errors import DataFileError
from data.features.tables import CheckedTable
from data.reading import Decimal, Portfolio, Rule, read_portfolio
from data.store.outcome_events import EventKind, Instalment, LoanEvent
from data.store.outcomes_book import definition_of

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (local time)
_ENDINGS = (".csv.gz", ".csv", ".parquet")


@dataclass(frozen=True)
class OutcomeFile:
    """One folder, workbook or file after all checks, under the outcome's part of a contract."""

    portfolio: Portfolio
    now: datetime

    def events(self) -> list[LoanEvent]:
        """Its events and instalments, loans first, then in the order of tables and rows."""
        label = self._label
        return [*self._loans(label), *self._instalments(label), *self._repayments(label)]

    @property
    def _label(self) -> PerformanceLabel:
        label = self.portfolio.contract.label
        if not isinstance(label, PerformanceLabel):
            raise TypeError("read_outcomes reads contracts with a computed label only")
        return label

    def _loans(self, label: PerformanceLabel) -> Iterator[LoanEvent]:
        contract = self.portfolio.contract
        table = self._table(contract.applications)
        applications = table.key("application").to_pylist()
        people = applications
        if "applicant" in table.spec.keys:
            people = table.key("applicant").to_pylist()
        lent_on = _column(table, label.disbursed_on)
        ends: dict[EventKind, str | None] = {
            "write_off": label.written_off_on,
            "reschedule": label.rescheduled_on,
        }
        days = {kind: _column(table, name) for kind, name in ends.items() if name}
        for i, (application, person, lent) in enumerate(
            zip(applications, people, lent_on, strict=True)
        ):
            if application is None or person is None or lent is None:
                continue
            place = self._place(table.name, i)
            known = self._end_of(lent)
            name = f"file disbursement {application}"
            yield LoanEvent(
                place, "disbursement", name, application, lent, known, applicant_id=person
            )
            for kind, found in days.items():
                if (on := found[i]) is not None:
                    known, name = self._end_of(on), f"file {kind} {application}"
                    yield LoanEvent(place, kind, name, application, on, known)

    def _instalments(self, label: PerformanceLabel) -> Iterator[LoanEvent]:
        table = self._table(label.instalments)
        applications, known = table.key("application").to_pylist(), self._known(table)
        due_on, amounts = _column(table, label.due_on), _column(table, label.amount_due)
        numbers = _numbers(table, applications, due_on)
        for i, application in enumerate(applications):
            if None in {application, numbers[i], due_on[i], amounts[i]}:
                continue
            due = Instalment(int(numbers[i]), due_on[i], float(amounts[i]), known(i))
            place = self._place(table.name, i)
            yield LoanEvent(place, None, "", application, due_on[i], known(i), instalments=(due,))

    def _repayments(self, label: PerformanceLabel) -> Iterator[LoanEvent]:
        table = self._table(label.repayments)
        applications, known = table.key("application").to_pylist(), self._known(table)
        paid_on, amounts = _column(table, label.paid_on), _column(table, label.amount_paid)
        none = [None] * len(applications)
        reversed_on = _column(table, label.reversed_on) if label.reversed_on else none
        names = _names(table, applications, known, paid_on, amounts)
        for i, application in enumerate(applications):
            if None in {application, paid_on[i], amounts[i]}:
                continue
            place, amount = self._place(table.name, i), float(amounts[i])
            name, on = names[i], paid_on[i]
            yield LoanEvent(place, "repayment", name, application, on, known(i), amount)
            if (back := reversed_on[i]) is not None:
                late, again = self._end_of(back), f"{name} reversed"
                yield LoanEvent(place, "reversal", again, application, back, late, reverses=name)

    def _table(self, name: str) -> CheckedTable:
        return CheckedTable.of(self.portfolio.contract, self.portfolio.tables, name)

    def _place(self, table: str, i: int) -> str:
        return f"{self.portfolio.files[table].name}, row {self.portfolio.rows[table][i]}"

    def _known(self, table: CheckedTable) -> Callable[[int], datetime]:
        """When each row became known; now, where its table does not say."""
        known = table.known().to_pylist()

        def at(i: int) -> datetime:
            if known[i] is None:
                return self.now
            return self._utc(_EPOCH + timedelta(microseconds=known[i]))

        return at

    def _end_of(self, day: date) -> datetime:
        """What has a day and no hour is known at the end of that day."""
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  (local time)
        return self._utc(midnight + timedelta(days=1, microseconds=-1))

    def _utc(self, local: datetime) -> datetime:
        zone = ZoneInfo(self.portfolio.contract.timezone)
        return local.replace(tzinfo=zone).astimezone(UTC)


def read_outcomes(
    contract: Contract,
    path: Path,
    now: datetime,
    *,
    encoding: str | None = None,
    decimal: Decimal = ".",
    progress: Callable[[str, float], None] | None = None,
) -> OutcomeFile:
    """Read what ``path`` holds of loans, instalments and repayments.

    ``path``: a folder or workbook with any of the three tables, or the file of one of them, named
    like it. Columns that no outcome needs may be absent. Raises DataFileError,
    NotEnoughDataError where the contract's label stands in a column.
    """
    definition_of(contract)
    part = _outcome_part(contract)
    if path.is_file():
        stem = next((path.name[: -len(e)] for e in _ENDINGS if path.name.endswith(e)), None)
        mine = [n for n, t in part.tables.items() if stem == (t.file or n)]
        if stem is not None and not mine:
            names = ", ".join(t.file or n for n, t in part.tables.items())
            raise DataFileError(f"{path.name}: must be named after its table, one of {names}")
        if mine:
            table = part.tables[mine[0]].model_copy(update={"optional": False})
            part = part.model_copy(update={"tables": part.tables | {mine[0]: table}})
    read = read_portfolio(
        part, path, encoding=encoding, decimal=decimal, need_label=True, progress=progress
    )
    if not read.files:
        names = ", ".join(part.tables)
        raise DataFileError(f"{path}: holds none of the tables {names}")
    alone = {Rule.ABSENT_FILE, Rule.ORPHAN_ROWS}
    read.findings[:] = [f for f in read.findings if f.rule not in alone]
    return OutcomeFile(read, now)


def _outcome_part(contract: Contract) -> Contract:
    """The contract with nothing but the columns that an outcome is made of."""
    label = contract.label
    if not isinstance(label, PerformanceLabel):
        raise TypeError("definition_of refuses such a contract")
    columns = {
        contract.applications: (label.disbursed_on, label.written_off_on, label.rescheduled_on),
        label.instalments: (label.due_on, label.amount_due),
        label.repayments: (label.paid_on, label.amount_paid, label.reversed_on),
    }
    tables = {name: _narrow(contract.tables[name], kept) for name, kept in columns.items()}
    return contract.model_copy(update={"tables": tables, "features": {}, "as_of": None})


def _narrow(table: Table, wanted: tuple[str | None, ...]) -> Table:
    keys = {r: c for r, c in table.keys.items() if r in {"application", "applicant"}}
    kept = {*wanted, *keys.values(), *table.unique, table.known_at}
    columns = {name: column for name, column in table.columns.items() if name in kept}
    times = {"happened_at": None, "reversed_at": None}
    return table.model_copy(update={"columns": columns, "keys": keys, "optional": True, **times})


def _column(table: CheckedTable, name: str) -> list[Any]:
    values: list[Any] = table.column(name).to_pylist()
    if table.spec.columns[name].type == "datetime":
        return [None if v is None else v.date() for v in values]
    return values


def _numbers(table: CheckedTable, applications: list[Any], due_on: list[Any]) -> list[Any]:
    """Number of each instalment within its loan: the contract's, else by the order of days."""
    own = set(table.spec.unique) - {table.spec.keys["application"]}
    if len(own) == 1 and table.spec.columns[(name := own.pop())].type == "integer":
        return _column(table, name)
    numbers: list[Any] = [None] * len(applications)
    seen: Counter[str] = Counter()
    for i in sorted(range(len(due_on)), key=lambda i: due_on[i] or date.min):
        seen[applications[i]] += 1
        numbers[i] = seen[applications[i]]
    return numbers


def _names(
    table: CheckedTable,
    applications: list[Any],
    known: Callable[[int], datetime],
    paid_on: list[Any],
    amounts: list[Any],
) -> list[str]:
    """The id of each repayment, the same whenever its row is read."""
    if table.spec.unique:
        named = [_column(table, name) for name in table.spec.unique]
        return ["file repayment " + " ".join(map(str, row)) for row in zip(*named, strict=True)]
    seen: Counter[tuple[Any, ...]] = Counter()
    names = []
    at = known if table.spec.known_at else (lambda _: None)
    for i, application in enumerate(applications):
        row = (application, paid_on[i], at(i), amounts[i])
        seen[row] += 1
        names.append("file repayment " + " ".join(map(str, (*row, seen[row]))))
    return names
