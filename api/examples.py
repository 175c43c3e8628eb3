"""Example requests made from a contract: plausible values, the same every time."""

from math import ceil, floor, log10, sqrt
from typing import Any

from api.request_schema import is_required, sources_asked
from data.contract import Contract, FieldSpec
from data.statements import statement_adapter


def example_application(contract: Contract, *, complete: bool = True) -> dict[str, Any]:
    """A valid application; not ``complete``: only what the contract requires."""
    sources = {name: contract.sources[name] for name in sources_asked(contract)}
    asked = {name: s for name, s in sources.items() if complete or s.required}
    example: dict[str, Any] = {
        "application_id": "A-2026-000123",
        "applicant_id": "C-48213",
        "sources": {name: _values(contract, name, complete) for name in asked},
    }
    if complete:
        example |= {"branch_id": "B-07", "officer_id": "O-31"}
    if consents := {n: True for n, s in asked.items() if s.legal_basis == "consent"}:
        example["consents"] = consents
    return example


def example_statement(contract: Contract) -> dict[str, Any]:
    """A valid statement of every protected attribute."""
    properties = statement_adapter(contract).json_schema().get("properties", {})
    return {name: _stated(schema) for name, schema in properties.items()}


def example_outcomes() -> dict[str, list[dict[str, Any]]]:
    """A loan that is paid out and a first repayment of it."""
    loan = {"application_id": "A-2026-000123"}
    owed = [{"due_on": f"2026-0{month}-28", "amount_due": 18500.0} for month in range(2, 8)]
    return {
        "events": [
            {
                "kind": "disbursement",
                "event_id": "D-000123",
                "on": "2026-01-28",
                **loan,
                "applicant_id": "C-48213",
                "instalments": owed,
            },
            {
                "kind": "repayment",
                "event_id": "R-000977",
                "on": "2026-02-27",
                **loan,
                "amount": 18500.0,
                "known_at": "2026-02-28T07:15:00Z",
            },
        ]
    }


def _stated(schema: dict[str, Any]) -> float | str:
    """A value that the schema of one attribute allows."""
    kind: dict[str, Any] = next(s for s in schema["anyOf"] if s.get("type") != "null")
    if kind["type"] == "number":
        middle = round((kind["minimum"] + kind["maximum"]) / 2)
        return float(middle)
    if kind.get("format") == "date":
        return "1990-01-31"
    return str(kind["const"] if "const" in kind else kind.get("enum", ["A"])[0])


def _values(contract: Contract, source: str, complete: bool) -> dict[str, Any]:
    return {
        name: _value(contract.spec(name))
        for name in contract.inputs_by_source[source]
        if complete or is_required(contract, name)
    }


def _value(spec: FieldSpec) -> float | bool | str:
    if spec.categories:
        return spec.categories[0]
    if spec.type == "boolean":
        return True
    low, high = spec.range or (0.0, 100.0)
    value = _plausible(low, high)
    if spec.type == "integer":
        return min(max(round(value), ceil(low)), floor(high))
    return value


def _plausible(low: float, high: float) -> float:
    """Middle of a narrow range; of one over many powers of ten, its geometric middle."""
    if low <= 0 and high > 10:
        low = 1.0
    wide = low > 0 and high / low > 10
    middle = sqrt(low) * sqrt(high) if wide else (low + high) / 2
    if middle == 0:
        return 0.0
    value = round(middle, 1 - floor(log10(abs(middle))))
    return value if low <= value <= high else middle
