"""One small Spark session for a run of the tests, without a word on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

from data.features.engine import local_spark


@contextmanager
def spark_session() -> Iterator[None]:
    """Two threads and as few partitions as there are rows to test with."""
    with local_spark(2, {"spark.sql.shuffle.partitions": "1", "spark.driver.memory": "1g"}):
        yield
