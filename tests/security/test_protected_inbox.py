"""The inbox: whoever puts a statement in cannot take one out, and none is lost or taken twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from data.errors import StoreError
from data.inbox import Inbox, unseal
from data.protected import ProtectedStore
from data.protected.records import TakenIn
from data.statements import Statement, stated_values
from tests.bundles import small_contract

CONTRACT = small_contract()
NOW = datetime(2024, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox")


@pytest.fixture
def store(empty_store_url: str, tmp_path: Path, inbox: Inbox) -> Iterator[ProtectedStore]:
    opened = ProtectedStore.open(empty_store_url, tmp_path / "protected")
    assert opened.take_in(inbox) == TakenIn(0, 0)
    yield opened
    opened.close()


def statement(sex: str | None, at: datetime = NOW, person: str = "C-1") -> Statement:
    stated = stated_values(CONTRACT, {"sex": sex})
    return Statement(
        applicant_id=person, stated=stated, source="self_declared", actor="key 1", at=at
    )


def sex_of(store: ProtectedStore, person: str = "C-1") -> str:
    read = store.read_groups(CONTRACT, [person], None, purpose="test", actor="ana")
    return str(read["sex"].iloc[0])


def test_the_public_key_opens_nothing(store: ProtectedStore, inbox: Inbox) -> None:
    inbox.put(statement("F"))
    (sealed,) = (path.read_bytes() for path in inbox.files())
    assert b"PRIVATE" not in inbox.key_file.read_bytes()
    assert unseal(sealed, X25519PrivateKey.generate()) is None
    assert sorted(p.name for p in inbox.folder.iterdir()) == [inbox.files()[0].name, "public.pem"]


def test_the_same_statement_never_looks_the_same(store: ProtectedStore, inbox: Inbox) -> None:
    for sex in ("F", "F", None):
        inbox.put(statement(sex))
    sealed = [path.read_bytes() for path in inbox.files()]
    assert len(set(sealed)) == 3
    assert len({len(content) for content in sealed}) == 1


def test_the_later_statement_stands_whatever_its_file_is_called(
    store: ProtectedStore, inbox: Inbox
) -> None:
    inbox.put(statement("M", NOW + timedelta(hours=1)))
    inbox.put(statement("F", NOW))
    inbox.files()[0].rename(inbox.folder / "zz.sealed")
    assert store.take_in(inbox) == TakenIn(2, 0)
    assert sex_of(store) == "M"


def test_a_file_that_comes_again_changes_nothing(store: ProtectedStore, inbox: Inbox) -> None:
    inbox.put(statement("F", NOW))
    (path,) = inbox.files()
    content = path.read_bytes()
    store.take_in(inbox)
    store.put(CONTRACT, "C-1", {"sex": "M"}, "ana", NOW + timedelta(hours=1))
    path.write_bytes(content)
    assert store.take_in(inbox) == TakenIn(1, 0)
    assert sex_of(store) == "M"


def test_a_clock_that_is_ahead_does_not_shut_out_corrections(
    store: ProtectedStore, inbox: Inbox
) -> None:
    inbox.put(statement("F", datetime.now(UTC) + timedelta(days=9000)))
    store.take_in(inbox)
    inbox.put(statement("M", datetime.now(UTC)))
    store.take_in(inbox)
    assert sex_of(store) == "M"


def test_what_cannot_be_opened_stays_and_stops_nobody(store: ProtectedStore, inbox: Inbox) -> None:
    inbox.put(statement("F"))
    good = inbox.files()[0].read_bytes()
    for name, content in {"a": b"", "b": b"noise" * 50, "c": good[:-1], "d": good[1:]}.items():
        (inbox.folder / f"{name}.sealed").write_bytes(content)
    assert store.take_in(inbox) == TakenIn(1, 4)
    assert [path.stem for path in inbox.files()] == ["a", "b", "c", "d"]
    assert sex_of(store) == "F"


def test_nothing_is_deleted_before_it_is_kept(
    store: ProtectedStore, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_given: object) -> None:
        raise StoreError("the database cannot answer now")

    inbox.put(statement("F"))
    with monkeypatch.context() as patch:
        patch.setattr(store, "keep", fail)
        with pytest.raises(StoreError):
            store.take_in(inbox)
    assert len(inbox.files()) == 1
    assert store.take_in(inbox) == TakenIn(1, 0)


def test_an_inbox_of_another_store_is_refused(
    store: ProtectedStore, inbox: Inbox, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'other' / 'protected.db'}"
    other = ProtectedStore.open(url, tmp_path / "other")
    with pytest.raises(StoreError, match="is not the key of this store"):
        other.take_in(inbox)
    other.close()


def test_an_inbox_without_its_key_takes_nothing(inbox: Inbox) -> None:
    with pytest.raises(StoreError, match="takes nothing now"):
        inbox.put(statement("F"))
    assert not inbox.folder.exists()
