"""Nothing that was planted in a decision can be found in the files or tables of the store."""

from pathlib import Path

import pytest

from data.store import open_store
from data.store.writer import DecisionWriter
from tests.decisions import decision, ledger_of
from tests.planted import dump, written_forms

PLANTED = ("PLANTED-APPLICANT-7", "PLANTED-APPLICATION-7", "PLANTED-INCOME-31337")


def _fill(url: str, folder: Path) -> None:
    store = open_store(url)
    store.migrate()
    ledger = ledger_of(store, folder)
    writer = DecisionWriter(store, ledger)
    person, application, value = PLANTED
    for n in range(20):
        content = {"request": f'{{"income": "{value}"}}'.encode(), "record": value.encode()}
        made = decision(n, applicant_id=person, application_id=application, **content)
        writer.submit([made]).result(20)
    writer.stop()
    with store.write() as connection:
        ledger.erase(connection, person, "ana")
    assert all(d.erased for d in ledger.of_applicant(person))
    store.close()


def _assert_silent(content: bytes) -> None:
    for word in PLANTED:
        assert not any(form in content for form in written_forms(word)), word


def test_sqlite_file_and_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = bytearray()
    original = DecisionWriter.stop

    def look_first(writer: DecisionWriter) -> None:
        for path in (tmp_path / "home").iterdir():
            seen.extend(path.read_bytes())
        original(writer)

    (tmp_path / "home").mkdir()
    monkeypatch.setattr(DecisionWriter, "stop", look_first)
    _fill(f"sqlite:///{tmp_path / 'home' / 'store.db'}", tmp_path)
    for path in (tmp_path / "home").iterdir():
        seen.extend(path.read_bytes())
    assert b"small-0123456789ab" in seen, "the file was read while rows were in it"
    _assert_silent(bytes(seen))


@pytest.mark.postgres
def test_postgresql_tables(postgres_url: str, tmp_path: Path) -> None:
    _fill(postgres_url, tmp_path)
    content = dump(postgres_url)
    assert b"small-0123456789ab" in content
    _assert_silent(content)
