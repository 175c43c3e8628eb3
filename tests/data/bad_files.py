"""A small portfolio of loans to damage in every way that files come damaged."""

from pathlib import Path

from data.contract import (
    Column,
    ColumnLabel,
    Contract,
    Definition,
    Feature,
    Source,
    Split,
    Table,
    Text,
)
from data.contract_derivations import Aggregate
from data.reading import Finding, Portfolio, read_portfolio

WORD = Text(en="text", fr="texte", sw="maandishi")
NAMES = ("loan", "client", "applied_at", "born", "amount", "term", "sector", "repeat", "outcome")
HEADER = ",".join(NAMES)
ROWS = (
    "1001,C1,2024-03-01 09:15:00,1990-02-28,150000.5,12,Trade,true,Good",
    "1002,C2,2024-03-02,1985-12-31,250000,6,Farming,false,Bad",
    "1003,C3,2024-03-03T10:00:00,,90000,24,Café,false,Good",
    "1004,C4,2024-03-04 11:30:00,1979-06-15,,18,Trade,true,Good",
    "1005,C5,2024-03-05 08:00:00,2001-01-01,310000.25,3,Farming,,Bad",
)
CSV = "\n".join((HEADER, *ROWS)) + "\n"


def loans_table() -> Table:
    return Table(
        kind="applications",
        keys={"application": "loan", "applicant": "client"},
        unique=("loan",),
        columns={
            "loan": Column(type="integer", required=True),
            "client": Column(type="string", required=True),
            "applied_at": Column(type="datetime", required=True),
            "born": Column(type="date", missing_codes=("1900-01-01",)),
            "amount": Column(type="number", unit="UGX", range=(1000, 1_000_000)),
            "term": Column(type="integer", range=(1, 60), missing_codes=(-9,)),
            "sector": Column(type="category", categories=("Trade", "Farming", "Café")),
            "repeat": Column(type="boolean"),
            "outcome": Column(type="category", categories=("Good", "Bad")),
        },
    )


def payments_table() -> Table:
    return Table(
        kind="events",
        keys={"applicant": "client"},
        known_at="paid_on",
        columns={
            "client": Column(type="string", required=True),
            "paid_on": Column(type="date", required=True),
            "paid": Column(type="number", required=True),
        },
    )


def make_contract(**tables: Table) -> Contract:
    features = {
        name: Feature(source="application", title=WORD, column=f"loans.{name}")
        for name in ("amount", "term", "sector", "repeat")
    }
    if "payments" in tables:
        paid = Aggregate(table="payments", function="sum", value="paid")
        features["paid"] = Feature(source="application", title=WORD, aggregate=paid)
    return Contract(
        contract="reading",
        version="1",
        title=WORD,
        currency="UGX",
        timezone="Africa/Kampala",
        tables={"loans": loans_table(), **tables},
        as_of="applied_at",
        label=ColumnLabel(
            kind="column", column="outcome", bad=("Bad",), good=("Good",), definition=Definition()
        ),
        sources={"application": Source(title=WORD, purpose=WORD, legal_basis="contract")},
        features=features,
        reasons={},
        split=Split(method="time"),
    )


CONTRACT = make_contract()
BOTH = make_contract(payments=payments_table())
PAYMENTS = "client,paid_on,paid\nC1,2024-01-01,10\nC1,2024-01-01,10\nC9,2024-02-01,5\n"


def read(
    folder: Path, content: bytes | str, name: str = "loans.csv", encoding: str | None = None
) -> Portfolio:
    """Write one file of loans and read it."""
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return read_portfolio(CONTRACT, folder, encoding=encoding)


def places(findings: list[Finding]) -> list[tuple[str, int | None, str | None]]:
    """Rule, row and field of each finding."""
    return [(str(f.rule), f.row, f.field) for f in findings]


def with_row(row: int, line: str) -> str:
    """The good file with row ``row`` (the header is row 1) replaced by ``line``."""
    lines = [HEADER, *ROWS]
    lines[row - 1] = line
    return "\n".join(lines) + "\n"


def with_cell(row: int, field: str, value: str) -> str:
    """The good file with one cell replaced."""
    cells = [HEADER, *ROWS][row - 1].split(",")
    cells[NAMES.index(field)] = value
    return with_row(row, ",".join(cells))
