"""Who got in before is asked about anew: only the form of the same text is known already."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from api.api_keys import Pepper, create_key
from api.auth import Authenticator, Limits, Principal
from api.key_lookup import KeyLookup
from api.limits import Failures
from api.problems import Problem
from data.store import open_store
from data.store.keys import ApiKey

PEPPER = Pepper(b"p" * 32)
NOW = datetime.now(UTC)


class Keys:
    """A store with one key, which the test changes."""

    def __init__(self, row: ApiKey | None) -> None:
        self.row = row
        self.asked: list[str] = []

    async def find(self, key_id: str) -> ApiKey | None:
        self.asked.append(key_id)
        return self.row


class Door:
    """An authenticator, and a key that got in once."""

    def __init__(self, folder: Path) -> None:
        store = open_store(f"sqlite:///{folder / 'keys.db'}")
        store.migrate()
        expires = NOW + timedelta(hours=1)
        self.text, row = create_key(store, PEPPER, "officer", "Kisumu", "test", expires)
        store.close()
        self.row, self.keys = row, Keys(row)
        limits = Limits(requests_per_minute=1000, scores_per_day=1000)
        keys = cast(KeyLookup, self.keys)
        self.authenticator = Authenticator(keys, PEPPER, limits, Failures(1000))
        assert self.principal().branch == "Kisumu"

    def principal(self, text: str | None = None) -> Principal:
        asked = self.text if text is None else text
        return asyncio.run(self.authenticator.principal(asked, "192.0.2.1"))

    def refuses(self, text: str | None = None) -> bool:
        try:
            self.principal(text)
        except Problem as problem:
            return problem.slug == "unauthorized"
        return False


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def test_the_store_is_asked_about_it_each_time_and_its_form_once(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.auth.key_id_of", None)
    assert door.principal() == door.principal()
    assert door.keys.asked == [door.row.key_id] * 3


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": NOW}, {"expires_at": NOW}, {"role": "unknown"}, {"digest": "0" * 64}],
    ids=["revoked", "expires earlier", "of another role", "another key of this id"],
)
def test_what_the_store_says_of_it_now_counts(door: Door, change: dict[str, Any]) -> None:
    door.keys.row = replace(door.row, **change)
    assert door.refuses()
    door.keys.row = None
    assert door.refuses()
    door.keys.row = door.row
    assert not door.refuses()


def test_it_expires_between_two_requests(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            assert tz is UTC
            return door.row.expires_at

    assert not door.refuses()
    monkeypatch.setattr("api.auth.datetime", Later)
    assert door.refuses()


def test_another_branch_or_limit_counts_from_the_next_request_on(door: Door) -> None:
    door.keys.row = replace(door.row, branch="Nakuru", scores_per_day=7)
    assert (door.principal().branch, door.principal().limits.scores_per_day) == ("Nakuru", 7)


def test_a_known_id_opens_nothing_by_itself(door: Door) -> None:
    """Each other text is another mark: its form and checksum are looked at, then its digest."""
    last = "a" if door.text[-1] != "a" else "b"
    for text in (door.text[:-1] + last, door.text + "a", door.text.upper(), f"{door.text} "):
        assert door.refuses(text)
    assert door.keys.asked == [door.row.key_id], "the form is refused without the store"
