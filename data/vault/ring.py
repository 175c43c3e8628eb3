"""The master keys of the vault: files of 32 bytes, or the answers of a command (a KMS).

In the folder, ``active`` names the key that wraps new row keys, ``<id>.key`` holds each key and
``pseudonym.key`` the one behind pseudonyms, which never changes. With a command only ``active``
is here: ``COMMAND <id>`` prints a key's 32 bytes in base64, also for the id ``pseudonym``.
"""

from __future__ import annotations

import binascii
import re
import shlex
from base64 import b64decode
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from data.durable import replace, write_new
from data.errors import VaultError
from data.secret_key import KEY_BYTES, secret_key

FIRST = "1"
PSEUDONYM = "pseudonym"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_COMMAND_SECONDS = 10

Stamp = tuple[int, int]
"""Tells one state of the ring from the next: inode and time of ``active``."""


@dataclass(frozen=True)
class KeyRing:
    """The folder of the keys, and the command that knows them if there is one."""

    folder: Path
    command: str | None = None

    def active(self) -> str:
        """Id of the key that wraps; a first one is made when there is none. Raises VaultError."""
        if not self._pointer.exists():
            self._begin()
        key_id = self._pointer.read_text("ascii", "replace").strip()
        _check_id(key_id)
        return key_id

    def stamp(self) -> Stamp | None:
        """The state of ``active``, cheap enough to ask for at every group of rows."""
        try:
            state = self._pointer.stat()
        except OSError:
            return None
        return state.st_ino, state.st_mtime_ns

    def key(self, key_id: str) -> bytes:
        """The 32 bytes of a key that must be there. Raises VaultError."""
        _check_id(key_id)
        if self.command is not None:
            return self._asked(self.command, key_id)
        path = self._file(key_id)
        if not path.exists():
            raise VaultError(f"{path}: this key is missing; restore it from a backup")
        return secret_key(path, VaultError)

    def add(self, key_id: str) -> None:
        """Make the key ``key_id``, or with a command prove that it knows it. Raises VaultError."""
        _check_id(key_id)
        if self.command is not None:
            self._asked(self.command, key_id)
        else:
            secret_key(self._file(key_id), VaultError)

    def activate(self, key_id: str) -> None:
        """Let ``key_id`` wrap from now on. Raises VaultError when there is no such key."""
        self.key(key_id)
        replace(self._pointer, f"{key_id}\n".encode())

    def others(self) -> list[str]:
        """Ids of the keys in files that are not active; a command lists none."""
        kept = {PSEUDONYM, self.active()}
        return sorted(p.stem for p in self.folder.glob("*.key") if p.stem not in kept)

    def remove(self, key_id: str) -> None:
        """Delete a key's file: what it wraps can never be read again."""
        if key_id in {PSEUDONYM, self.active()}:
            raise VaultError("this key is in use")
        self._file(key_id).unlink(missing_ok=True)

    @cached_property
    def _pointer(self) -> Path:
        return self.folder / "active"

    def _file(self, key_id: str) -> Path:
        return self.folder / f"{key_id}.key"

    def _begin(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.command is None:
            secret_key(self._file(PSEUDONYM), VaultError)
        self.add(FIRST)
        write_new(self._pointer, f"{FIRST}\n".encode(), 0o600)

    @staticmethod
    def _asked(command: str, key_id: str) -> bytes:
        import subprocess

        try:
            answer = subprocess.run(  # noqa: S603  (the operator's own setting)
                [*shlex.split(command), key_id],
                capture_output=True,
                timeout=_COMMAND_SECONDS,
                check=True,
            ).stdout
            key = b64decode(answer.strip(), validate=True)
        except (OSError, ValueError, subprocess.SubprocessError, binascii.Error):
            key = b""
        if len(key) != KEY_BYTES:
            raise VaultError(
                f"MICROSCORE_VAULT_COMMAND must print {KEY_BYTES} bytes in base64 for the key "
                f"'{key_id}' and end with code 0"
            )
        return key


def _check_id(key_id: str) -> None:
    if not _ID.fullmatch(key_id):
        raise VaultError("a vault key's id is 1 to 32 of the characters A-Z a-z 0-9 _ . -")
