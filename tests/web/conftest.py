"""One served model for all tests of the API that do not change it."""

from collections.abc import Iterator

import pytest

from tests.bundles import small_bundle
from tests.web.process import Server, running
from tests.web.world import World, give_inbox_its_key, home_settings, promote, served


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The app in this process, with a champion."""
    with served(home_settings(tmp_path_factory.mktemp("world"))) as made:
        yield made


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server in its own process, with a champion."""
    home = tmp_path_factory.mktemp("server")
    promote(home_settings(home), small_bundle())
    give_inbox_its_key(home_settings(home))
    with running(home) as started:
        yield started
