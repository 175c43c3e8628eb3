"""PostgreSQL's grants: the scoring role's SELECT on protected attributes fails."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from data.errors import ProtectedError
from data.protected import ProtectedStore
from data.store import open_store
from tests.bundles import small_contract

pytestmark = pytest.mark.postgres
NOW = datetime(2024, 6, 10, 12, tzinfo=UTC)
CONTRACT = small_contract()
TABLES = ("statements", "access_log", "fingerprints", "versions")
_numbers = count(1)


@pytest.fixture
def roles(postgres_url: str) -> Iterator[tuple[str, str]]:
    """Two roles of their own, scoring and audit."""
    n = next(_numbers)
    names = f"scoring {n}", f"audit {n}"
    run(postgres_url, *(f'CREATE ROLE "{name}" LOGIN' for name in names))
    yield names
    for name in names:
        run(postgres_url, f'DROP OWNED BY "{name}" CASCADE', f'DROP ROLE "{name}"')


@pytest.fixture
def owner(postgres_url: str, tmp_path: Path) -> Iterator[ProtectedStore]:
    """The store, opened by the role that owns its tables, with one person in it."""
    store = ProtectedStore.open(postgres_url, tmp_path / "protected")
    store.put(CONTRACT, "C-1", {"sex": "F"}, "ana", NOW)
    yield store
    store.close()


def run(url: str, *commands: str, role: str | None = None) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if role is not None:
            connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role)))
        for command in commands:
            connection.execute(command.encode())


def refused(url: str, role: str, command: str) -> bool:
    """Whether ``role`` has no permission; any other fault is raised."""
    try:
        run(url, command, role=role)
    except InsufficientPrivilege:
        return True
    return False


def test_the_scoring_role_can_read_nothing_and_write_nothing(
    owner: ProtectedStore, postgres_url: str, roles: tuple[str, str]
) -> None:
    scoring, audit = roles
    run(
        postgres_url,
        f'GRANT USAGE ON SCHEMA protected TO "{scoring}", PUBLIC',
        f'GRANT ALL ON ALL TABLES IN SCHEMA protected TO "{scoring}", PUBLIC',
    )
    assert not refused(postgres_url, scoring, "SELECT * FROM protected.statements")
    owner.secure(scoring, audit)
    for table in TABLES:
        for command in ("SELECT * FROM", "DELETE FROM", "TRUNCATE", "ALTER TABLE"):
            ending = " ADD COLUMN more text" if command == "ALTER TABLE" else ""
            assert refused(postgres_url, scoring, f"{command} protected.{table}{ending}"), table
    assert refused(postgres_url, scoring, "CREATE TABLE protected.mine (a text)")
    run(postgres_url, "CREATE TABLE protected.later (a text)")
    assert refused(postgres_url, scoring, "SELECT * FROM protected.later")


def test_the_scoring_role_scores_all_the_same(
    owner: ProtectedStore, postgres_url: str, roles: tuple[str, str]
) -> None:
    scoring, audit = roles
    store = open_store(postgres_url)
    store.migrate()
    owner.secure(scoring, audit)
    rights = "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public"
    run(postgres_url, f'GRANT {rights} TO "{scoring}"')
    run(postgres_url, "SELECT * FROM decisions", role=scoring)
    store.close()


def test_the_audit_role_can_work_but_not_rewrite_the_log(
    owner: ProtectedStore, postgres_url: str, roles: tuple[str, str], tmp_path: Path
) -> None:
    scoring, audit = roles
    owner.secure(scoring, audit)
    owner.secure(scoring, audit)
    url = postgres_url.replace("microscore@", f"{audit.replace(' ', '%20')}@")
    store = ProtectedStore.open(url, tmp_path / "protected")
    store.put(CONTRACT, "C-2", {"sex": "M"}, "ana", NOW)
    found = store.read_groups(CONTRACT, ["C-1", "C-2"], None, purpose="audit", actor="ana")
    assert found["sex"].tolist() == ["F", "M"]
    assert store.erase("C-2", "ana", NOW) == 1
    assert len(store.accesses()) == 2
    store.close()
    for command in ("DELETE FROM", "UPDATE", "TRUNCATE"):
        ending = " SET purpose = ''" if command == "UPDATE" else ""
        assert refused(postgres_url, audit, f"{command} protected.access_log{ending}")


@pytest.mark.parametrize(
    "how",
    [
        'ALTER ROLE "{scoring}" SUPERUSER',
        'GRANT "{audit}" TO "{scoring}"',
        'ALTER TABLE protected.statements OWNER TO "{scoring}"',
        'GRANT pg_read_all_data TO "{scoring}"',
        'GRANT microscore TO "{scoring}"',
    ],
)
def test_a_role_that_could_still_get_in_is_told(
    owner: ProtectedStore, postgres_url: str, roles: tuple[str, str], how: str
) -> None:
    scoring, audit = roles
    run(postgres_url, how.format(scoring=scoring, audit=audit))
    with pytest.raises(ProtectedError, match="can still reach"):
        owner.secure(scoring, audit)
    run(postgres_url, f'ALTER ROLE "{scoring}" NOSUPERUSER')
    assert refused(postgres_url, audit, "SELECT * FROM protected.statements")


def test_roles_must_exist(owner: ProtectedStore, roles: tuple[str, str]) -> None:
    with pytest.raises(ProtectedError, match="create both roles"):
        owner.secure("nobody at all", roles[1])


def test_a_sqlite_file_has_no_roles(tmp_path: Path) -> None:
    folder = tmp_path / "protected"
    store = ProtectedStore.open(f"sqlite:///{folder / 'protected.db'}", folder)
    with pytest.raises(ProtectedError, match="only PostgreSQL"):
        store.secure("scoring", "audit")
    store.close()
