"""The champion in service: swapped whole, and never lost to a bad successor."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from data.errors import BundleError, RegistryError, StoreError
from data.store import Store, open_store
from scoring import canary
from scoring.champion import ChampionWatcher
from scoring.registry import Registry
from scoring.sealing import write_bundle
from scoring.signing import SigningKey, TrustedKeys
from tests.bundles import small_bundle, small_columns
from tests.gates import CLEARED
from tests.security.canaries import ask, forking_canary

PATIENCE = 30


@pytest.fixture(scope="module")
def forks() -> Iterator[subprocess.Popen[bytes]]:
    with forking_canary() as process:
        yield process


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def registry(
    store: Store,
    home: Path,
    forks: subprocess.Popen[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> Registry:
    """A registry with two versions, none of them champion yet."""
    monkeypatch.setattr(canary, "_ask", partial(ask, forks))
    registry = Registry(store, home, TrustedKeys(home / "keys"))
    key = SigningKey.load_or_create(home / "keys")
    for seed in (0, 1):
        registry.register(write_bundle(small_bundle(seed), registry.models_folder, key), "ana")
    return registry


def test_a_bundle_of_another_installation_is_taken_in_when_its_key_is_trusted(
    registry: Registry, tmp_path: Path
) -> None:
    other = SigningKey.load_or_create(tmp_path / "other" / "keys")
    sealed = write_bundle(small_bundle(2), tmp_path / "other" / "models", other)
    copy = registry.models_folder / sealed.version
    with pytest.raises(BundleError, match="not trusted"):
        registry.take_in(str(sealed.path), "ana")
    assert not copy.exists()
    (registry.keys_folder / "trusted" / "other.pem").write_bytes(other.public_pem())
    assert registry.take_in(str(sealed.path), "ana") == sealed.version
    shutil.rmtree(sealed.path)
    assert (registry.versions()[0].version, registry.versions()[0].created_by) == (
        sealed.version,
        "ana",
    )
    registry.promote(sealed.version, CLEARED, "ana")
    assert registry.open("champion") == (sealed.version, small_bundle(2))
    for again in (sealed.version, "champion", str(copy)):
        assert registry.take_in(again, "ben") == sealed.version
    assert len(registry.versions()) == 3


def test_nothing_is_taken_in_over_another_bundle(registry: Registry, tmp_path: Path) -> None:
    key = SigningKey.load_or_create(registry.keys_folder)
    sealed = write_bundle(small_bundle(2), tmp_path / "elsewhere", key)
    changed = registry.models_folder / sealed.version
    shutil.copytree(registry.models_folder / _versions(registry)[0], changed)
    with pytest.raises(RegistryError):
        registry.take_in(str(sealed.path), "ana")
    assert len(registry.versions()) == 2


def _versions(registry: Registry) -> list[str]:
    """Versions of seeds 0 and 1, in this order."""
    return [v.version for v in reversed(registry.versions())]


def test_it_follows_the_alias(registry: Registry) -> None:
    one, two = _versions(registry)
    watcher = ChampionWatcher(registry)
    watcher.refresh()
    assert (watcher.current, watcher.failure) == (None, None)
    registry.promote(one, CLEARED, "ana")
    watcher.refresh()
    first = watcher.current
    assert first is not None
    assert first.version == one
    watcher.refresh()
    assert watcher.current is first, "the same version is not loaded again"
    registry.promote(two, CLEARED, "ana")
    watcher.refresh()
    assert watcher.current is not None
    assert watcher.current.version == two
    assert first.score(small_columns(1), 1).pd.shape == (1,), "who holds the old one may finish"


def test_a_bad_successor_does_not_disturb(registry: Registry) -> None:
    one, two = _versions(registry)
    registry.promote(one, CLEARED, "ana")
    watcher = ChampionWatcher(registry, retry_after=0)
    watcher.refresh()
    registry.promote(two, CLEARED, "ana")
    model = registry.models_folder / two / "model.txt"
    content = model.read_bytes()
    model.write_bytes(content[:-1])
    watcher.refresh()
    assert watcher.current is not None
    assert watcher.current.version == one
    assert watcher.failure is not None
    assert "model.txt" in watcher.failure
    model.write_bytes(content)
    watcher.refresh()
    assert watcher.current.version == two
    assert watcher.failure is None


def test_a_bad_successor_is_not_tried_again_at_once(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = _versions(registry)
    registry.promote(one, CLEARED, "ana")
    tries: list[str] = []

    def load(ref: str) -> None:
        tries.append(ref)
        raise OSError("no more processes")

    monkeypatch.setattr(registry, "load", load)
    watcher = ChampionWatcher(registry, retry_after=1000)
    watcher.refresh()
    watcher.refresh()
    assert tries == [one]
    assert watcher.failure == "the champion could not be loaded (OSError)"


def test_a_store_that_does_not_answer_leaves_the_champion(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.promote(_versions(registry)[0], CLEARED, "ana")
    watcher = ChampionWatcher(registry)
    watcher.refresh()

    def champion() -> str:
        raise StoreError("the database cannot answer now")

    with monkeypatch.context() as patch:
        patch.setattr(registry, "champion", champion)
        watcher.refresh()
        assert watcher.failure == "the database cannot answer now"
        assert watcher.current is not None
    watcher.refresh()
    assert watcher.failure is None


def test_its_thread_swaps_under_load_without_mixing(registry: Registry) -> None:
    """Readers score all the time; each result is wholly one version's or wholly the other's."""
    versions = _versions(registry)
    columns = small_columns(20)
    expected = {v: registry.load(v).score(columns, 20).log_odds.tolist() for v in versions}
    registry.promote(versions[0], CLEARED, "ana")
    watcher = ChampionWatcher(registry, interval=0.01)
    watcher.start()
    over = threading.Event()

    def read() -> set[str]:
        seen = set()
        while not over.is_set():
            scorer = watcher.current
            assert scorer is not None
            assert scorer.score(columns, 20).log_odds.tolist() == expected[scorer.version]
            seen.add(scorer.version)
        return seen

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for version in (versions[1], versions[0], versions[1]):
            registry.promote(version, CLEARED, "ana")
            _wait_for(watcher, version)
        over.set()
        assert set.union(*(reader.result(PATIENCE) for reader in readers)) <= set(versions)
    watcher.stop()
    assert watcher.current is not None
    assert watcher.current.version == versions[1]


def _wait_for(watcher: ChampionWatcher, version: str) -> None:
    tick = threading.Event()
    for _ in range(PATIENCE * 100):
        if watcher.current is not None and watcher.current.version == version:
            return
        tick.wait(0.01)
    raise AssertionError(watcher.failure)
