"""The vault: nothing opens anywhere else, with another key or after a change; a ring of keys."""

import stat
import sys
from pathlib import Path

import pytest

from data.errors import VaultError
from data.vault import KeyRing, Vault
from data.vault.vault import label

PLAIN = b'{"income": 31337}' * 50


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


def test_what_is_sealed_opens_for_its_own_row_alone(folder: Path) -> None:
    vault = Vault.open(folder)
    sealed, row_key = vault.seal(PLAIN, "row-1")
    assert Vault.open(folder).unseal(sealed, row_key, "row-1") == PLAIN
    assert PLAIN[:8] not in sealed + row_key
    other_sealed, other_key = vault.seal(PLAIN, "row-2")
    assert other_sealed != sealed
    for parts in (
        (sealed, row_key, "row-2"),
        (other_sealed, row_key, "row-1"),
        (sealed, other_key, "row-1"),
    ):
        with pytest.raises(VaultError, match="was changed by others"):
            vault.unseal(*parts)


def test_every_changed_byte_is_noticed(folder: Path) -> None:
    vault = Vault.open(folder)
    sealed, row_key = vault.seal(b"income 31337", "row-1")
    for i in range(len(sealed)):
        broken = sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :]
        with pytest.raises(VaultError):
            vault.unseal(broken, row_key, "row-1")
    for i in range(len(row_key)):
        broken = row_key[:i] + bytes([row_key[i] ^ 1]) + row_key[i + 1 :]
        with pytest.raises(VaultError):
            vault.unseal(sealed, broken, "row-1")
    for end in range(len(row_key)):
        with pytest.raises(VaultError):
            vault.unseal(sealed, row_key[:end], "row-1")
        with pytest.raises(VaultError):
            vault.rewrap(b"\x019" + row_key[:end], "row-1")


def test_pseudonyms_are_steady_and_kept_apart(folder: Path, tmp_path: Path) -> None:
    vault = Vault.open(folder)
    made = vault.pseudonym("applicant", "P-1")
    assert made == Vault.open(folder).pseudonym("applicant", "P-1")
    others = {
        vault.pseudonym("application", "P-1"),
        vault.pseudonym("applicant", "P-2"),
        Vault.open(tmp_path / "other").pseudonym("applicant", "P-1"),
    }
    assert made not in others
    assert len(others | {made}) == 4
    assert len(made) == 64


def test_a_rotation_keeps_content_and_pseudonyms(folder: Path) -> None:
    ring = KeyRing(folder)
    server = Vault(ring)
    sealed, row_key = server.seal(PLAIN, "row-1")
    assert server.rewrap(row_key, "row-1") is row_key
    ring.add("2")
    ring.activate("2")
    command = Vault.open(folder)
    wrapped = command.rewrap(row_key, "row-1")
    assert wrapped.startswith(label("2"))
    assert server.unseal(sealed, wrapped, "row-1") == PLAIN, "an unknown id: the ring is asked"
    assert server.seal(PLAIN, "row-2")[1].startswith(label("1"))
    server.refresh()
    assert server.seal(PLAIN, "row-2")[1].startswith(label("2"))
    assert server.pseudonym("applicant", "P-1") == command.pseudonym("applicant", "P-1")
    assert ring.others() == ["1"]
    ring.remove("1")
    fresh = Vault.open(folder)
    assert fresh.unseal(sealed, wrapped, "row-1") == PLAIN
    with pytest.raises(VaultError, match="is missing; restore it"):
        fresh.unseal(sealed, row_key, "row-1")
    for kept in ("2", "pseudonym"):
        with pytest.raises(VaultError, match="in use"):
            ring.remove(kept)


def test_files_are_for_the_owner_and_a_lost_key_is_never_made_anew(folder: Path) -> None:
    Vault.open(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("1.key", "pseudonym.key"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    (folder / "1.key").chmod(0o640)
    with pytest.raises(VaultError, match="others may read"):
        Vault.open(folder)
    for name in ("1.key", "pseudonym.key"):
        (folder / name).unlink()
        with pytest.raises(VaultError, match="is missing; restore it"):
            Vault.open(folder)
        assert not (folder / name).exists()
        (folder / name).write_bytes(bytes(32))
        (folder / name).chmod(0o600)


@pytest.mark.parametrize("named", ["", "../1", "-x", "a b", "9"])
def test_active_must_name_a_key(named: str, folder: Path) -> None:
    Vault.open(folder)
    (folder / "active").write_text(named)
    with pytest.raises(VaultError):
        Vault.open(folder)


KMS = """
import base64, hashlib, sys
known = {"1", "2", "pseudonym"}
if sys.argv[1] not in known:
    sys.exit(3)
print(base64.b64encode(hashlib.sha256(sys.argv[1].encode()).digest()).decode())
"""


def test_a_command_may_know_the_keys(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "kms.py"
    program.write_text(KMS)
    command = f"{sys.executable} {program}"
    ring = KeyRing(folder, command)
    vault = Vault(ring)
    sealed, row_key = vault.seal(PLAIN, "row-1")
    assert [path.name for path in folder.iterdir()] == ["active"], "no key is on this disk"
    ring.add("2")
    ring.activate("2")
    again = Vault.open(folder, command)
    assert again.unseal(sealed, again.rewrap(row_key, "row-1"), "row-1") == PLAIN
    with pytest.raises(VaultError, match="for the key '3'"):
        ring.add("3")


@pytest.mark.parametrize("command", ["/no/such/program", "false", "echo", "echo short", "'"])
def test_a_command_that_fails_is_named(command: str, folder: Path) -> None:
    with pytest.raises(VaultError, match="MICROSCORE_VAULT_COMMAND must print 32 bytes"):
        Vault.open(folder, command)
