"""Applications with their inputs as a folder of Parquet files, for portfolios beyond one memory.

Each file is a part: the keys, the time of application, the contract's inputs and the outcome.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.contract import Contract, KeyRole
from data.errors import DataFileError
from data.features.applications import Applications
from data.features.tables import as_floats, as_objects

AS_OF, OUTCOME = "_as_of", "_bad"
"""Columns beside the inputs, whose names begin with a letter; keys are ``_application``, ..."""
_CONTRACT = b"microscore.contract"
_INPUTS = b"microscore.inputs"


@dataclass(frozen=True)
class Part:
    """Some applications: keys, times, inputs and outcomes (NaN: none), as training takes them."""

    keys: pd.DataFrame
    as_of: pd.Series[pd.Timestamp] | None
    inputs: pd.DataFrame
    y: NDArray[np.float64]


def write_parts(
    applications: Applications, y: NDArray[np.float64] | None, folder: Path, rows: int
) -> list[Path]:
    """Write ``applications`` to ``folder``, ``rows`` to a file; files there are not touched.

    Raises DataFileError when the folder holds Parquet files already.
    """
    new_folder(folder)
    table = _table(applications, y)
    paths = []
    for number, start in enumerate(range(0, max(table.num_rows, 1), rows)):
        paths.append(folder / f"part-{number:05d}.parquet")
        pq.write_table(table.slice(start, rows), paths[-1], compression="zstd")
    return paths


def new_folder(folder: Path) -> None:
    """Make ``folder``. Raises DataFileError when it holds Parquet files already."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("*.parquet")):
        raise DataFileError(f"{folder} holds Parquet files already: name a new folder")


def part_paths(contract: Contract, folder: Path) -> list[Path]:
    """The parts in ``folder`` by name. Raises DataFileError for none, or another contract's."""
    paths = sorted(folder.glob("*.parquet"))
    if not paths:
        raise DataFileError(f"{folder} holds no Parquet file: see `microscore features export`")
    for path in paths:
        try:
            told = pq.read_schema(path).metadata or {}
        except (OSError, pa.ArrowException) as error:
            raise DataFileError(f"{path.name} cannot be read as Parquet") from error
        if (told.get(_CONTRACT), told.get(_INPUTS)) != _identity(contract):
            raise DataFileError(
                f"{path.name} was not made with the inputs of contract {contract.contract}: "
                "export the features again"
            )
    return paths


def part_hashes(contract: Contract, folder: Path) -> dict[str, str]:
    """SHA-256 of each part in ``folder``, in hexadecimal. Raises as ``part_paths``."""
    out = {}
    for path in part_paths(contract, folder):
        with path.open("rb") as stream:
            out[path.name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return out


def read_part(contract: Contract, path: Path) -> Part:
    """All of a part."""
    return _part(contract, pq.read_table(path))


def read_chunks(contract: Contract, path: Path, rows: int) -> Iterator[Part]:
    """A part in chunks of at most ``rows`` applications, in its order."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(rows):
            yield _part(contract, pa.Table.from_batches([batch]))


def rows_in(path: Path) -> int:
    """Applications in a part, without reading them."""
    return int(pq.read_metadata(path).num_rows)


def _table(applications: Applications, y: NDArray[np.float64] | None) -> pa.Table:
    keys, inputs = applications.keys, applications.inputs
    columns = {f"_{role}": pa.array(keys[role], pa.string()) for role in get_args(KeyRole)}
    if applications.as_of is not None:
        columns[AS_OF] = pa.array(applications.as_of, pa.timestamp("us"))
    for name in inputs:
        numeric = inputs[name].dtype.kind == "f"
        kind = pa.float64() if numeric else pa.string()
        columns[str(name)] = pa.array(inputs[name].to_numpy(), kind, from_pandas=True)
    outcomes = np.full(len(keys), np.nan) if y is None else y
    columns[OUTCOME] = pa.array(outcomes, from_pandas=True)
    contract, names = _identity(applications.contract)
    return pa.table(columns).replace_schema_metadata({_CONTRACT: contract, _INPUTS: names})


def _identity(contract: Contract) -> tuple[bytes, bytes]:
    return contract.contract.encode(), ",".join(contract.inputs).encode()


def _part(contract: Contract, table: pa.Table) -> Part:
    keys = pd.DataFrame(
        {role: as_objects(table[f"_{role}"]) for role in get_args(KeyRole)}, dtype=object
    )
    as_of = None
    if AS_OF in table.column_names:
        as_of = pd.Series(table[AS_OF].to_numpy(), name="as_of", dtype="datetime64[us]")
    inputs = {
        name: as_floats(table[name]) if contract.spec(name).categories is None
        else as_objects(table[name])
        for name in contract.inputs
    }  # fmt: skip
    frame = pd.DataFrame({n: pd.Series(v, dtype=v.dtype) for n, v in inputs.items()})
    return Part(keys, as_of, frame, as_floats(table[OUTCOME]))
