"""The request schema of a contract: what checks a body, and what OpenAPI says about it.

Both come from the same pydantic types, so that the published schema is exactly what is checked.
"""

from collections.abc import Callable
from math import ceil, floor
from typing import Annotated, Any, Literal, NotRequired, cast

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from api.problem_rules import NO_SCORE
from api.raw_rows import Types, raw_tables, rows_fields
from data.contract import Column, Contract, FieldSpec, Source
from data.sentences import broken

BOUND = 1e15
"""Bounds of a number whose contract gives no range: below it every whole number is exact."""
KEY_PATTERN = "^[A-Za-z0-9\u00c0-\u024f._:-]{1,64}$"

Key = Annotated[str, Field(strict=True, pattern=KEY_PATTERN)]
_record = cast(Callable[[str, dict[str, Any]], type], TypedDict)


EITHER = None
"""Every source may come as values or as rows: what is published."""
_NONE: frozenset[str] = frozenset()


def request_adapter(
    contract: Contract, raw: frozenset[str] | None = _NONE
) -> TypeAdapter[dict[str, Any]]:
    """The checker of one application of which the sources ``raw`` come as rows.

    ``json_schema`` of that for EITHER is the published schema.
    """
    return TypeAdapter(request_type(contract, raw))


def request_type(contract: Contract, raw: frozenset[str] | None = _NONE) -> Any:
    """The type of one application, as pydantic understands it."""
    sources = {name: contract.sources[name] for name in sources_asked(contract)}
    consents = {name: _consent(s) for name, s in sources.items() if s.legal_basis == "consent"}
    consent = strict_record("Consents", consents)
    application = {
        "application_id": Annotated[Key, Field(title="Application")],
        "applicant_id": Annotated[Key, Field(title="Applicant")],
        "branch_id": NotRequired[Annotated[Key | None, Field(title="Branch")]],
        "officer_id": NotRequired[Annotated[Key | None, Field(title="Officer")]],
        "sources": strict_record(
            "Sources", {name: _source(contract, name, s, raw) for name, s in sources.items()}
        ),
        "consents": consent if _needs_consent(sources) else NotRequired[consent],
    }
    return strict_record("Application", application)


def sources_asked(contract: Contract) -> list[str]:
    """Sources that have at least one input."""
    return [name for name, inputs in contract.inputs_by_source.items() if inputs]


def strict_record(name: str, fields: dict[str, Any]) -> Any:
    """The type of an object with these ``fields`` and no others."""
    return with_config(ConfigDict(extra="forbid"))(_record(name, fields))


def _needs_consent(sources: dict[str, Source]) -> bool:
    return any(s.required and s.legal_basis == "consent" for s in sources.values())


def _consent(source: Source) -> Any:
    title = Field(title=source.title.en, description=source.purpose.en)
    if source.required:
        given = Field(strict=True, json_schema_extra={"const": True})
        return Annotated[bool, given, title, AfterValidator(_must_be_true)]
    return NotRequired[Annotated[bool, Field(strict=True), title]]


def _must_be_true(consent: bool) -> bool:
    if not consent:
        raise broken(NO_SCORE.of())
    return consent


def _source(contract: Contract, name: str, source: Source, raw: frozenset[str] | None) -> Any:
    record = _values(contract, name)
    if raw_tables(contract, name):
        if raw is EITHER:
            record = record | _with_rows(contract, name)
        elif name in raw:
            record = _with_rows(contract, name)
    text = Field(title=source.title.en, description=source.purpose.en)
    return (
        Annotated[record, text] if source.required else NotRequired[Annotated[record | None, text]]
    )


def _values(contract: Contract, source: str) -> Any:
    fields = {feature: _field(contract, feature) for feature in contract.inputs_by_source[source]}
    return strict_record(f"Source_{source}", fields)


def _with_rows(contract: Contract, source: str) -> Any:
    """A source that brings its rows, and the values that do not come from rows."""
    fields = {
        name: _field(contract, name)
        for name in contract.inputs_by_source[source]
        if contract.features[name].aggregate is None
    }
    types = Types(strict_record, lambda column: _type(_spec(column)))
    fields |= rows_fields(contract, raw_tables(contract, source), types)
    return strict_record(f"Rows_of_{source}", fields)


def _spec(column: Column) -> FieldSpec:
    return FieldSpec(column.type, column.unit, column.range, column.categories)


def _field(contract: Contract, name: str) -> Any:
    spec = contract.spec(name)
    kind, title = _type(spec), contract.features[name].title.en
    text = Field(title=title, description=f"Unit: {spec.unit}" if spec.unit else None)
    if is_required(contract, name):
        return Annotated[kind, text]
    return NotRequired[Annotated[kind | None, text]]


def is_required(contract: Contract, name: str) -> bool:
    """Whether the contract refuses an application whose source has no value for ``name``."""
    column = contract.features[name].column
    if column is None:
        return False
    table, _, field = column.partition(".")
    return contract.tables[table].columns[field].required


def _type(spec: FieldSpec) -> Any:
    low, high = spec.range or (-BOUND, BOUND)
    match spec.type:
        case "integer":
            bounds = Field(strict=True, ge=ceil(low), le=floor(high))
            return Annotated[int, bounds, BeforeValidator(_whole)]
        case "boolean":
            return Annotated[bool, Field(strict=True)]
        case "category":
            return Literal[spec.categories]
    return Annotated[float, Field(strict=True, allow_inf_nan=False, ge=low, le=high)]


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 30.0 is the integer 30."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
