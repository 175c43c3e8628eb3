"""One small Spark session for a run of the tests, without a word on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from shutil import which

import pytest

from data.features.engine import local_spark


@contextmanager
def spark_session() -> Iterator[None]:
    """Two threads, and nothing that only pays for more rows than a test has.

    Without compiled code a query of a few rows takes a third of the time; the expressions are
    the same.
    """
    if which("java") is None:
        pytest.skip("Spark needs Java 17, which is not here")
    small = {
        "spark.driver.memory": "1g",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.shuffle.partitions": "1",
    }
    with local_spark(2, small):
        yield
