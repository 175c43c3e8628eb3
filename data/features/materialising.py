"""The features of every applicant at the start of a day, to be kept for their requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from data.contract import Contract
from data.features.applications import build_applications
from data.features.engine import EngineName
from data.features.kept import kept_sources
from data.features.tables import CheckedTable

Sources = Mapping[str, Mapping[str, float | str]]


def materialise(
    contract: Contract, tables: Mapping[str, pa.Table], day: date, engine: EngineName = "duckdb"
) -> Iterator[tuple[str, Sources]]:
    """Applicant and values by source, of everybody in the checked ``tables``.

    What was known when ``day`` began counts: the numbers are those of an application made at
    that moment. A source of which nothing is known is absent.
    """
    kept = kept_sources(contract)
    names = [name for source in kept for name in contract.inputs_by_source[source]]
    wanted = contract.model_copy(
        update={"features": {name: contract.features[name] for name in names}}
    )
    people = _people(contract, tables, kept)
    built = build_applications(
        wanted, {**tables, contract.applications: _asking(contract, people, day)}, engine=engine
    )
    inputs = built.inputs
    columns = {str(name): inputs[name].to_numpy() for name in inputs}
    for i, person in enumerate(people):
        found = {
            source: {
                name: float(columns[name][i])
                for name in contract.inputs_by_source[source]
                if columns[name][i] == columns[name][i]
            }
            for source in kept
        }
        yield person, {source: values for source, values in found.items() if values}


def _people(
    contract: Contract, tables: Mapping[str, pa.Table], sources: tuple[str, ...]
) -> list[str]:
    """Everybody who applied or has events, in order."""
    used = {
        a.table
        for source in sources
        for name in contract.inputs_by_source[source]
        if (a := contract.features[name].aggregate) is not None
    }
    keys = [
        CheckedTable.of(contract, tables, name).key("applicant")
        for name in sorted(used | {contract.applications})
    ]
    found = {person for key in keys for person in pc.unique(key).to_pylist()}
    return sorted(found - {None})


def _asking(contract: Contract, people: list[str], day: date) -> pa.Table:
    """A table of applications in which everybody of ``people`` asks when ``day`` begins."""
    spec = contract.tables[contract.applications]
    keys, as_of = spec.keys, contract.as_of
    columns = {keys["application"]: [f"{i}" for i in range(len(people))]}
    columns |= {keys["applicant"]: people} if "applicant" in keys else {}
    table = pa.table(columns)
    if as_of is None:
        return table
    moment = datetime.combine(day, datetime.min.time())
    return table.append_column(as_of, pa.array([moment] * len(people), pa.timestamp("us")))
