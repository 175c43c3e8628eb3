"""Who and what it takes to make a challenger champion."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from api.promoting import Person, promote
from api.settings import Settings
from data.errors import RegistryError
from data.store import open_store
from scoring import canary
from scoring.noninferiority import not_worse
from scoring.registry import Registry
from scoring.scorer import Scorer, Scores
from scoring.sealing import write_bundle
from scoring.signing import SigningKey, TrustedKeys
from scoring.vector import FloatArray
from tests.bundles import small_bundle
from tests.promotion import audited, compared, register, with_held_out
from tests.security.canaries import ask, forking_canary

NOW = datetime.now(UTC)
ANA, BEN = Person("Ana", "key1"), Person("Ben", "key2")
WHY = "it ranks late payers better"


@pytest.fixture(scope="module")
def forks() -> Iterator["subprocess.Popen[bytes]"]:
    with forking_canary() as process:
        yield process


@pytest.fixture
def registry(
    tmp_path: Path, forks: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> Iterator[Registry]:
    """The first version is champion; the second has passed all but what a test takes away."""
    monkeypatch.setattr(canary, "_ask", partial(ask, forks))
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    store.migrate()
    made = Registry(store, tmp_path, TrustedKeys(tmp_path / "keys"))
    first = register(made, 0)
    audited(store, first)
    done = promote(made, first, ANA, "", settings(), NOW)
    assert (done.state, done.people) == ("promoted", ("Ana",)), "the first needs one person"
    yield made
    store.close()


def settings(**changes: object) -> Settings:
    return Settings(promotion_margin=0.1, **changes)  # type: ignore[arg-type]


def second(registry: Registry, *, audit: bool = True, report: str | None = "NOT WORSE") -> str:
    champion, version = registry.champion(), register(registry, 1)
    assert champion is not None
    if audit:
        audited(registry.store, version)
    if report:
        compared(registry.store, champion, version, report)
    return version


def test_a_folder_from_elsewhere_is_taken_in_and_then_asked_for_its_gates(
    registry: Registry, tmp_path: Path
) -> None:
    key = SigningKey.load_or_create(registry.keys_folder)
    sealed = write_bundle(with_held_out(small_bundle(1)), tmp_path / "elsewhere", key)
    with pytest.raises(RegistryError, match="did not pass: fairness"):
        promote(registry, str(sealed.path), ANA, WHY, settings(), NOW)
    champion = registry.champion()
    assert champion is not None
    audited(registry.store, sealed.version)
    compared(registry.store, champion, sealed.version, "BETTER")
    for who in (ANA, BEN):
        promote(registry, str(sealed.path), who, WHY, settings(), NOW)
    assert registry.champion() == sealed.version


def test_two_people_promote_and_one_does_not(registry: Registry) -> None:
    version, first = second(registry), registry.champion()
    done = promote(registry, version, ANA, WHY, settings(), NOW)
    assert (done.state, done.people) == ("proposed", ("Ana",))
    for same in (ANA, Person("ana ", "key9"), Person("Anna", "key1")):
        assert promote(registry, version, same, WHY, settings(), NOW).state == "proposed"
        assert registry.champion() == first
    done = promote(registry, version, BEN, WHY, settings(), NOW)
    assert done.state == "promoted"
    assert done.people[1] == "Ben"
    assert registry.champion() == version
    event = registry.events("champion")[-1]
    assert {gate["name"] for gate in event.gates} == {"evaluation", "fairness", "shadow", "people"}
    assert all(gate["passed"] for gate in event.gates)
    assert "Ben (key2)" in event.actor
    assert promote(registry, version, ANA, WHY, settings(), NOW).state == "champion already"
    assert registry.rollback("champion", "Ana", "it was worse after all") == first


def test_an_old_proposal_does_not_count(registry: Registry) -> None:
    version = second(registry)
    promote(registry, version, ANA, WHY, settings(), NOW)
    later = NOW + timedelta(days=8)
    assert promote(registry, version, BEN, WHY, settings(), later).state == "proposed"


def test_a_proposal_is_for_its_version_and_champion(registry: Registry) -> None:
    version, first = second(registry), registry.champion()
    assert first is not None
    promote(registry, version, ANA, WHY, settings(), NOW)
    other = register(registry, 2)
    audited(registry.store, other)
    compared(registry.store, first, other, "BETTER")
    assert promote(registry, other, BEN, WHY, settings(), NOW).state == "proposed"


@pytest.mark.parametrize("state", [None, "WORSE", "KEEP WATCHING"])
def test_the_shadow_has_to_be_good_enough(registry: Registry, state: str | None) -> None:
    version = second(registry, report=state)
    with pytest.raises(RegistryError, match=rf"did not pass: shadow \({state or 'no report'}"):
        promote(registry, version, ANA, WHY, settings(), NOW)


def test_an_audit_and_a_reason_are_needed(registry: Registry) -> None:
    version = second(registry, audit=False)
    with pytest.raises(RegistryError, match="did not pass: fairness"):
        promote(registry, version, ANA, WHY, settings(), NOW)
    with pytest.raises(RegistryError, match="a reason of 20 characters"):
        promote(registry, version, ANA, "better", settings(), NOW)


class Blind(Scorer):
    """A model that knows nothing."""

    def score_matrix(self, matrix: FloatArray, *, explain: bool = True) -> Scores:
        scores = super().score_matrix(matrix, explain=explain)
        drawn = np.random.default_rng(1).normal(size=len(matrix))
        return replace(scores, log_odds=drawn)


def test_a_challenger_that_ranks_worse_on_held_out_loans_fails() -> None:
    """The loans follow the first model's PDs, so the first model is the better one on them."""
    bundle = with_held_out(small_bundle(0))
    good, blind = Scorer(bundle, "good"), Blind(bundle, "blind")
    assert not_worse(good, None, 0.0).passed, "nothing to compare with"
    assert not_worse(good, Scorer(bundle, "twin"), 0.0).passed, "the same model is not worse"
    assert not_worse(good, blind, 0.0).passed
    failed = not_worse(blind, good, 0.02)
    assert not failed.passed
    assert "margin 0.02" in failed.detail


def test_a_reference_without_outcomes_says_nothing() -> None:
    silent = not_worse(Scorer(small_bundle(1), "c"), Scorer(small_bundle(0), "d"), 0.02)
    assert not silent.passed
    assert "0 bad of 0 loans" in silent.detail
