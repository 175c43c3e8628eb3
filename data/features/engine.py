"""Where feature queries run."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import ibis


@contextmanager
def duckdb_engine(threads: int | None = None) -> Iterator[Any]:
    """An Ibis backend on an in-memory DuckDB that spills into a temporary folder.

    ``threads``: all cores when not given. Results do not depend on it.
    """
    options: dict[str, Any] = {} if threads is None else {"threads": threads}
    with TemporaryDirectory(prefix="microscore-") as folder:
        backend = ibis.duckdb.connect(temp_directory=folder, **options)
        try:
            yield backend
        finally:
            backend.disconnect()
