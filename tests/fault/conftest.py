"""One PostgreSQL server for all faults; each test leaves it running."""

from collections.abc import Iterator

import pytest

from tests.fault.servers import Server, own_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of its own, which a test may stop and start again."""
    with own_server() as made:
        yield made
