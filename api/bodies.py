"""Request bodies made from rows of a portfolio, for the demonstration, replays and tests."""

from collections.abc import Collection, Mapping
from typing import Any

from data.contract import ColumnType, Contract


def request_body(
    contract: Contract,
    keys: Mapping[str, Any],
    values: Mapping[str, Any],
    refused: Collection[str] = (),
) -> dict[str, Any]:
    """The body of POST /score for one application.

    ``keys`` has application and applicant, ``values`` the inputs (None or NaN is missing).
    Sources without a value and ``refused`` ones are left out and their consent is false.
    """
    sources: dict[str, Any] = {}
    for source, names in contract.inputs_by_source.items():
        given = {n: _plain(contract.spec(n).type, values.get(n)) for n in names}
        given = {n: v for n, v in given.items() if v is not None}
        if given and source not in refused:
            sources[source] = given
    return {
        "application_id": str(keys["application"]),
        "applicant_id": str(keys["applicant"]),
        "sources": sources,
        "consents": {
            name: name in sources
            for name, source in contract.sources.items()
            if source.legal_basis == "consent"
        },
    }


def _plain(kind: ColumnType, value: Any) -> Any:
    if value is None or value != value:  # noqa: PLR0124  (NaN is the one value unlike itself)
        return None
    if kind == "integer":
        return int(value)
    if kind == "boolean":
        return bool(value)
    return value if kind == "category" else float(value)
