"""Registering, finding, promoting and rolling back, on both databases."""

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from data.errors import BundleError, RegistryError
from data.store import open_store
from scoring import canary
from scoring.gates import CHAMPION_NEEDS, GateResult
from scoring.registry import Registry
from scoring.sealing import SealedBundle, write_bundle
from scoring.signing import SigningKey, TrustedKeys
from tests.bundles import small_bundle
from tests.gates import CLEARED
from tests.security.canaries import ask, forking_canary

PASSED = GateResult("auc", True, "0.71 is not below 0.70")
FAILED = GateResult("fairness", False, "AIR 0.62 is below 0.80")


@pytest.fixture(scope="module")
def forks() -> Iterator[subprocess.Popen[bytes]]:
    with forking_canary() as process:
        yield process


@pytest.fixture
def registry(
    store_url: str,
    home: Path,
    forks: subprocess.Popen[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Registry]:
    monkeypatch.setattr(canary, "_ask", partial(ask, forks))
    store = open_store(store_url)
    store.migrate()
    yield Registry(store, home, TrustedKeys(home / "keys"))
    store.close()


def _seal(registry: Registry, seed: int) -> SealedBundle:
    key = SigningKey.load_or_create(registry.home / "keys")
    return write_bundle(small_bundle(seed), registry.models_folder, key)


def _register(registry: Registry, *seeds: int) -> list[str]:
    """Register bundles of these seeds; return their versions."""
    sealed = [_seal(registry, seed) for seed in seeds]
    return [registry.register(s, "ana").version for s in sealed]


def test_a_registered_version_is_known_with_its_metrics(registry: Registry) -> None:
    (version,) = _register(registry, 0)
    (known,) = registry.versions()
    assert (known.version, known.contract, known.created_by) == (version, "small", "ana")
    assert known.metrics == small_bundle(0).metrics
    assert known.path == f"models/{version}"
    again = registry.register(_seal(registry, 0), "ben", "a second time")
    assert again == known, "the first entry stays"


def test_a_ref_is_a_version_a_prefix_an_alias_or_a_folder(registry: Registry) -> None:
    one, two = _register(registry, 0, 1)
    expected = (one, registry.models_folder / one)
    assert registry.resolve(one) == expected
    assert registry.resolve(one[:-3]) == expected
    assert registry.resolve(str(registry.models_folder / one)) == expected
    registry.promote(one, [PASSED, *CLEARED], "ana")
    assert registry.resolve("champion") == expected
    assert registry.open("champion") == (one, small_bundle(0))
    assert registry.load(two).version == two


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("small-", "names several versions"),
        ("smal", "names several versions"),
        ("sma", "no version is called"),
        ("large-123456", "no version is called"),
        ("", "no version is called"),
        ("challenger", "no version is challenger yet"),
    ],
)
def test_a_ref_that_names_no_single_version(ref: str, message: str, registry: Registry) -> None:
    _register(registry, 0, 1)
    with pytest.raises(RegistryError, match=message):
        registry.resolve(ref)


def test_promotion_is_one_change_with_one_event(registry: Registry) -> None:
    one, two = _register(registry, 0, 1)
    assert registry.champion() is None
    registry.promote(one, [PASSED, *CLEARED], "ana", reason="first")
    registry.promote(two, [PASSED, *CLEARED], "ben", reason="better")
    registry.promote(one, [], "ana", alias="challenger")
    assert registry.aliases() == {"champion": two, "challenger": one}
    events = registry.events("champion")
    assert [(e.from_version, e.to_version, e.actor) for e in events] == [
        (None, one, "ana"),
        (one, two, "ben"),
    ]
    assert events[0].gates == [gate.plain() for gate in (PASSED, *CLEARED)]
    assert events[1].reason == "better"


def test_a_failed_gate_stops_a_promotion(registry: Registry) -> None:
    (one,) = _register(registry, 0)
    with pytest.raises(RegistryError, match=r"did not pass: fairness \(AIR 0\.62"):
        registry.promote(one, [PASSED, FAILED], "ana")
    assert registry.champion() is None
    assert registry.events("champion") == []


@pytest.mark.parametrize("missing", CHAMPION_NEEDS)
def test_nobody_becomes_champion_without_every_gate(registry: Registry, missing: str) -> None:
    (one,) = _register(registry, 0)
    others = [gate for gate in CLEARED if gate.name != missing]
    for gates in (others, [*others, GateResult(missing, False, "why")]):
        with pytest.raises(RegistryError, match=f"did not pass: {missing}"):
            registry.promote(one, gates, "ana")
    assert registry.champion() is None
    registry.promote(one, [PASSED], "ana", alias="challenger")
    assert registry.aliases() == {"challenger": one}


def test_a_rollback_needs_no_gate(registry: Registry) -> None:
    one, two = _register(registry, 0, 1)
    for version in (one, two):
        registry.promote(version, CLEARED, "ana")
    assert registry.rollback("champion", "ana") == one


def test_only_known_versions_and_aliases_are_promoted(registry: Registry) -> None:
    (one,) = _register(registry, 0)
    with pytest.raises(RegistryError, match="an alias is one of champion, challenger"):
        registry.promote(one, CLEARED, "ana", alias="winner")
    with pytest.raises(RegistryError, match="no version is called"):
        registry.promote("small-000000000000", CLEARED, "ana")


def test_a_damaged_bundle_is_not_promoted(registry: Registry) -> None:
    one, two = _register(registry, 0, 1)
    registry.promote(one, CLEARED, "ana")
    (registry.models_folder / two / "model.txt").write_bytes(b"tree")
    with pytest.raises(BundleError, match=r"model\.txt"):
        registry.promote(two, CLEARED, "ana")
    assert registry.champion() == one


def test_a_version_whose_folder_holds_another_is_not_promoted(registry: Registry) -> None:
    one, two = _register(registry, 0, 1)
    shutil.rmtree(registry.models_folder / one)
    (registry.models_folder / two).rename(registry.models_folder / one)
    with pytest.raises(RegistryError, match=f"the folder of {one} holds {two}"):
        registry.promote(one, CLEARED, "ana")


def test_only_bundles_of_the_home_are_registered(registry: Registry, tmp_path: Path) -> None:
    key = SigningKey.load_or_create(registry.home / "keys")
    with pytest.raises(RegistryError, match="must lie in"):
        registry.register(write_bundle(small_bundle(), tmp_path / "other", key), "ana")
    stranger = SigningKey.load_or_create(tmp_path / "stranger")
    with pytest.raises(BundleError, match="not trusted"):
        registry.register(write_bundle(small_bundle(), registry.models_folder, stranger), "ana")


def test_rolling_back_undoes_promotions_one_by_one(registry: Registry) -> None:
    one, two, three = _register(registry, 0, 1, 2)
    for version in (one, two, three, three):
        registry.promote(version, CLEARED, "ana")
    assert registry.rollback("champion", "ben", "complaints") == two
    assert registry.rollback("champion", "ben") == one
    with pytest.raises(RegistryError, match="no version was champion before"):
        registry.rollback("champion", "ben")
    registry.promote(three, CLEARED, "ana")
    assert registry.rollback("champion", "ben") == one
    assert registry.champion() == one
    last = registry.events("champion")[-1]
    assert (last.action, last.from_version, last.to_version) == ("rollback", three, one)
    with pytest.raises(RegistryError, match="no version was challenger before"):
        registry.rollback("challenger", "ben")


def test_promotions_at_once_make_one_chain_of_events(registry: Registry) -> None:
    versions = _register(registry, 0, 1, 2)
    registry.promote(versions[0], CLEARED, "ana")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda v: registry.promote(v, CLEARED, "ana"), versions * 2))
    events = registry.events("champion")
    assert len(events) == 7
    assert [e.from_version for e in events[1:]] == [e.to_version for e in events[:-1]]
    assert registry.champion() == events[-1].to_version
