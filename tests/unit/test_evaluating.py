"""The kept first gate of a promotion: for whom it holds, and what a promotion makes of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from api.evaluating import evaluate, evaluation_of
from api.promoting import Person, promote
from api.settings import Settings
from data.errors import RegistryError
from data.store import open_store
from data.store.summaries import keep_summary
from scoring import canary
from scoring.registry import Registry
from scoring.sealing import write_bundle
from scoring.signing import SigningKey, TrustedKeys
from tests.bundles import small_bundle
from tests.gates import CLEARED
from tests.promotion import audited, compared, register
from tests.security.canaries import ask, forking_canary

NOW = datetime(2026, 11, 20, tzinfo=UTC)
MARGIN = 0.1


@pytest.fixture
def registry(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """The first version is champion, the second one registered."""
    with forking_canary() as forks:
        monkeypatch.setattr(canary, "_ask", partial(ask, forks))
        store = open_store(store_url)
        store.migrate()
        made = Registry(store, tmp_path, TrustedKeys(tmp_path / "keys"))
        made.promote(register(made, 0), CLEARED, "test")
        yield made
        store.close()


def test_it_holds_for_its_versions_and_margin_alone(registry: Registry) -> None:
    champion, version = registry.champion(), register(registry, 1)
    assert evaluation_of(registry.store, version, champion, MARGIN) is None
    made = evaluate(registry, version, champion, MARGIN, NOW)
    assert evaluation_of(registry.store, version, champion, MARGIN) == made
    assert made.gate.detail.startswith("AUC against the champion on ")
    assert made.gate.why("fr").startswith("AUC face au champion")
    assert set(made.protected) == {"sex"}
    for other in ((version, champion, 0.02), (version, None, MARGIN), (champion, version, MARGIN)):
        assert evaluation_of(registry.store, *other) is None, other
    again = evaluate(registry, version, champion, 0.02, NOW + timedelta(days=1))
    assert evaluation_of(registry.store, version, champion, 0.02) == again, "the newest counts"


def test_what_another_program_kept_counts_for_nothing(registry: Registry) -> None:
    champion, version = registry.champion(), register(registry, 1)
    made = evaluate(registry, version, champion, MARGIN, NOW).model_dump_json()
    for at, changed in enumerate((b"{}", made.replace("auc-compared", "so-so").encode()), 1):
        keep_summary(registry.store, f"evaluation-{version[-12:]}", NOW.replace(hour=at), changed)
        assert evaluation_of(registry.store, version, champion, MARGIN) is None


def test_a_promotion_asks_again_and_believes_nothing_kept(registry: Registry) -> None:
    key = SigningKey.load_or_create(registry.keys_folder)
    sealed = write_bundle(small_bundle(1), registry.models_folder, key)
    champion, version = registry.champion(), registry.register(sealed, "test").version
    assert champion is not None
    audited(registry.store, version)
    compared(registry.store, champion, version, "BETTER")
    made = evaluate(registry, version, champion, MARGIN, NOW)
    assert not made.gate.passed, "it keeps no loans to compare on"
    forged = made.model_copy(update={"passed": True}).model_dump_json().encode()
    keep_summary(registry.store, f"evaluation-{version[-12:]}", NOW + timedelta(hours=1), forged)
    kept = evaluation_of(registry.store, version, champion, MARGIN)
    assert kept is not None
    assert kept.gate.passed
    settings = Settings(home=registry.home, promotion_margin=MARGIN)
    with pytest.raises(RegistryError, match="did not pass: evaluation"):
        promote(registry, version, Person("Ana", "k1"), "x" * 30, settings, datetime.now(UTC))
