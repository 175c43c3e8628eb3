"""What people state about themselves for audits: the values that a contract takes, and their form.

Values are kept raw (a code, a number, a year or date of birth), never as groups or bands, so that
these can change. Nothing here can read back what is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, NotRequired, cast

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from data.contract import Column, Contract, Frozen, Identifier, ProtectedAttribute
from data.sentences import Sentence, Words, broken

LONGEST = 64
"""Characters of a code where the contract does not list the codes."""

DATE_OF_BIRTH = Sentence(
    "date-of-birth",
    Words(
        "must be a date as in 1990-01-31",
        "doit être une date comme 1990-01-31",
        "lazima iwe tarehe kama 1990-01-31",
    ),
)
_DAYS_OF_150_YEARS = 54_787
_record = cast(Callable[[str, dict[str, Any]], type], TypedDict)

Measure = Literal["category", "years", "negative_days", "birth_year", "birth_date"]
Source = Literal["self_declared", "imported"]
Value = Annotated[str, Field(max_length=256)] | float | None


class Stated(Frozen):
    """One raw value and what it measures; None: the person does not say."""

    measure: Measure
    value: Value


class Statement(Frozen):
    """What one person stated at one time, and who wrote it down."""

    applicant_id: str
    stated: dict[Identifier, Stated]
    source: Source
    actor: str
    at: AwareDatetime


def padded(model: Frozen, page: int) -> bytes:
    """The JSON of ``model`` with spaces to full pages, so that its length tells nothing."""
    content = model.model_dump_json().encode()
    return content.ljust(-(-len(content) // page) * page)


def statement_adapter(contract: Contract) -> TypeAdapter[dict[str, Any]]:
    """The strict checker of ``{attribute: value or None}``; every attribute may be left out.

    Category: one of the codes of the contract as text, where it lists any. Ages: numbers, or
    a date of birth as text, within the range of the column.
    """
    fields = {
        name: NotRequired[
            Annotated[_kind(contract, attribute) | None, Field(title=attribute.title.en)]
        ]
        for name, attribute in contract.protected.items()
    }
    return TypeAdapter(with_config(ConfigDict(extra="forbid"))(_record("Protected", fields)))


def stated_values(contract: Contract, values: dict[str, Any]) -> dict[str, Stated]:
    """Checked ``values`` with what they measure."""
    return {
        name: Stated(measure=contract.protected[name].measure, value=value)
        for name, value in values.items()
    }


def column_of(contract: Contract, attribute: ProtectedAttribute) -> Column:
    """The column of the files that holds ``attribute``."""
    table, _, column = attribute.column.partition(".")
    return contract.tables[table].columns[column]


def _kind(contract: Contract, attribute: ProtectedAttribute) -> Any:
    column = column_of(contract, attribute)
    match attribute.measure:
        case "category":
            codes = _codes(column, attribute)
            short = Field(strict=True, min_length=1, max_length=LONGEST)
            return Literal[codes] if codes else Annotated[str, short]
        case "birth_date":
            schema = Field(description="Date of birth.", json_schema_extra={"format": "date"})
            return Annotated[str, Field(strict=True), AfterValidator(_day), schema]
        case "birth_year":
            year = _number(column, (1850, 2100), "Year of birth.")
            return Annotated[year, Field(multiple_of=1)]
        case "negative_days":
            return _number(column, (-_DAYS_OF_150_YEARS, 0), "Days since birth, below 0.")
    return _number(column, (0, 150), "Age in years.")


def _codes(column: Column, attribute: ProtectedAttribute) -> tuple[str, ...]:
    if column.type == "boolean":
        return ("true", "false")
    missing = {str(code) for code in column.missing_codes}
    codes = column.categories or tuple(attribute.groups)
    return tuple(code for code in codes if code not in missing)


def _number(column: Column, limits: tuple[float, float], description: str) -> Any:
    low, high = column.range or limits
    bounds = Field(strict=True, allow_inf_nan=False, ge=low, le=high)
    return Annotated[float, bounds, Field(description=description)]


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text).isoformat()
    except ValueError:
        day = None
    if day != text:
        raise broken(DATE_OF_BIRTH.of())
    return text
