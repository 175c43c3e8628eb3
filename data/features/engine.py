"""Where feature queries run: DuckDB in this process, or Spark."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Protocol, get_args

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import DataFileError
from data.processes import silent_children

EngineName = Literal["duckdb", "spark"]
DUCKDB_MEMORY = "1500MB"
"""What a query may hold besides its rows before it goes on in a temporary folder."""
ENGINES: tuple[str, ...] = get_args(EngineName)
Expression = Any  # an ibis table; ibis comes without types


def engine_name(name: str) -> EngineName:
    """``name`` as that of an engine. Raises ValueError for another name."""
    for known in get_args(EngineName):
        if name == known:
            found: EngineName = known
            return found
    raise ValueError(f"no engine is called {name}")


class Engine(Protocol):
    """What an expression is made of and answered by."""

    def table(self, rows: pa.Table) -> Expression:
        """The Ibis table of ``rows``."""

    def fetch(self, expression: Expression) -> pa.Table:
        """The rows of ``expression``."""


@contextmanager
def open_engine(name: EngineName = "duckdb", threads: int | None = None) -> Iterator[Engine]:
    """The engine called ``name``; ``threads``: all cores when not given.

    Results do not depend on the threads, and on the engine only beyond 1e-9 of each value.
    A Spark session that is running already is used and left running; else a local one is
    started, and stopped again. Raises DataFileError where Spark cannot be had.
    """
    with TemporaryDirectory(prefix="microscore-") as folder:
        if name == "duckdb":
            options: dict[str, Any] = {} if threads is None else {"threads": threads}
            options |= {"temp_directory": folder, "memory_limit": DUCKDB_MEMORY}
            backend = ibis.duckdb.connect(**options)
            try:
                yield _DuckDB(backend)
            finally:
                backend.disconnect()
        else:
            with _spark_session(threads) as session:
                yield _Spark(session, Path(folder))


class _DuckDB:
    """In this process; spills into a temporary folder."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def table(self, rows: pa.Table) -> Expression:
        """The Ibis table of ``rows``, which are not copied."""
        return ibis.memtable(rows)

    def fetch(self, expression: Expression) -> pa.Table:
        """The rows of ``expression``."""
        return self._backend.to_pyarrow(expression)


class _Spark:
    """Rows go in and out as Parquet files in a folder that the executors can see."""

    def __init__(self, session: Any, folder: Path) -> None:
        self._session = session
        self._backend = ibis.pyspark.connect(session)
        self._folder = folder
        self._files = 0

    def _path(self) -> Path:
        self._files += 1
        return self._folder / f"{self._files}.parquet"

    def table(self, rows: pa.Table) -> Expression:
        """The Ibis table of ``rows``, by way of a file."""
        path = self._path()
        pq.write_table(rows, path)
        return self._backend.read_parquet(path, table_name=f"microscore_{id(self)}_{path.stem}")

    def fetch(self, expression: Expression) -> pa.Table:
        """The rows of ``expression``, by way of files."""
        path = str(self._path())
        self._session.sql(self._backend.compile(expression)).write.parquet(path)
        return pq.read_table(path)


@contextmanager
def _spark_session(threads: int | None) -> Iterator[Any]:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise DataFileError("Spark is not installed: install microscore[spark]") from None
    running = SparkSession.getActiveSession()
    if running is not None:
        yield running
    else:
        with local_spark(threads) as session:
            yield session


@contextmanager
def local_spark(
    threads: int | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Any]:
    """A Spark session in this machine, with ``settings`` besides our own; silent.

    Raises DataFileError where there is no Java for it.
    """
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{threads or '*'}]").appName("microscore")
    own = {"spark.pyspark.python": sys.executable}
    for key, value in {**_LOCAL, **own, **(settings or {})}.items():
        builder = builder.config(key, value)
    try:
        with silent_children():
            session = builder.getOrCreate()
    except (PySparkException, OSError) as error:
        raise DataFileError("Spark did not start: it needs Java 17 (see JAVA_HOME)") from error
    try:
        yield session
    finally:
        session.stop()


_LOCAL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
