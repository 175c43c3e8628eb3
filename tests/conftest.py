"""What every test may rely on: no network, deterministic examples, a home folder of its own."""

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.postgres", "tests.strictness", "tests.planted"]

settings.register_profile(
    "microscore",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("microscore")


class NetworkReachedError(AssertionError):
    """A test tried to leave this machine."""


def _refuse_others(host: Any) -> None:
    """Raise unless ``host`` names this machine."""
    if host in {None, "", "localhost"}:
        return
    with suppress(ValueError):
        address = ip_address(host)
        if address.is_loopback or address.is_unspecified:
            return
    raise NetworkReachedError(f"tests may only reach this machine, not {host!r}")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse to connect to other machines and to look up their names."""

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX:
                _refuse_others(address[0])
            return original(self, address)

        return connect

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        _refuse_others(host)
        return look_up(host, *arguments, **options)

    look_up = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def uv(root: Path) -> str:
    """The path of uv: the one that the Makefile set up, or the one on the PATH."""
    own = root / ".uvboot" / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        pytest.skip("uv is not installed; `make test` sets it up")
    return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, named by ``MICROSCORE_HOME``."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("MICROSCORE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def public_data(root: Path) -> Callable[[str], Path]:
    """Give the folder of a public data set by its name, or skip the test."""

    def find(name: str) -> Path:
        folder = root.parent / "shared" / "data" / name
        if not folder.is_dir():
            pytest.skip(f"the public data set '{name}' does not stand beside the project")
        return folder

    return find
