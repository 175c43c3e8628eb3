"""Keeping an audit: what is published and that it is are one transaction."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from api import auditing
from api.auditing import TRIES, Subject, keep
from data.errors import StoreError
from data.store import Store, open_store
from data.store.audits import audits_of
from data.store.disclosures import disclose, disclosed
from data.store.models import ModelVersion, add_version
from fairness.audit import audit as original
from fairness.profiles import load_profile
from tests.fairness.portfolio import VERSION, sample, scorer

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
EMPTY: dict[str, Any] = {"dimensions": [], "totals": [], "withheld": []}


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    add_version(opened, ModelVersion(VERSION, "small", "m", "0" * 64, NOW, {}, "ana", ""))
    yield opened
    opened.close()


def subject() -> Subject:
    drawn = sample(n=400)
    return Subject(
        scorer(), drawn, np.array([None] * len(drawn), dtype=object), {"loans": "0" * 64}
    )


def overtaken(store: Store, times: int, patch: pytest.MonkeyPatch) -> list[int]:
    """Let others publish while an audit is made, so many times; return how often it was made."""
    made: list[int] = []

    def audit(*arguments: Any, **options: Any) -> Any:
        made.append(len(made))
        if len(made) <= times:
            seen = disclosed(store, "small")
            with store.write() as connection:
                assert disclose(connection, "small", seen, EMPTY, NOW)
        return original(*arguments, **options)

    patch.setattr(auditing, "audit", audit)
    return made


def test_an_audit_and_what_it_published_are_kept_together(store: Store) -> None:
    (kept,) = keep(store, subject(), load_profile("eu"), NOW)
    (entry,) = audits_of(store, VERSION)
    assert (entry.audit_id, entry.result) == (kept.audit_id, kept.record.content())
    register = disclosed(store, "small").register
    assert register is not None
    assert register["totals"]


def test_an_audit_that_was_overtaken_is_made_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = overtaken(store, 1, monkeypatch)
    keep(store, subject(), load_profile("eu"), NOW)
    assert len(made) == 2
    assert len(audits_of(store)) == 1


def test_one_that_is_overtaken_all_the_time_publishes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    overtaken(store, TRIES, monkeypatch)
    with pytest.raises(StoreError, match="try again later"):
        keep(store, subject(), load_profile("eu"), NOW)
    assert audits_of(store) == []
    assert disclosed(store, "small").register == EMPTY
