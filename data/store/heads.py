"""Signed heads of the chain, one a day, in files outside the database.

Whoever has the database alone can write the chain anew from any row on; a head says what its
link was. ``<day>.json`` holds position and link, signed with Ed25519 (RFC 8032).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from data.durable import write_new
from data.errors import AccessError
from data.secret_key import secret_key

_PREFIX = b"microscore audit head 1\n"


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stood on ``day``: its newest row's position and link."""

    day: date
    position: int
    link: bytes

    def message(self) -> bytes:
        """The bytes that are signed."""
        return _PREFIX + f"{self.day.isoformat()} {self.position} {self.link.hex()}".encode()


@dataclass(frozen=True)
class HeadBook:
    """The heads in ``folder``, signed with ``audit.key`` of ``keys_folder``."""

    folder: Path
    keys_folder: Path

    def has(self, day: date) -> bool:
        """Whether there is a head of ``day``."""
        return self._file(day).exists()

    def write(self, head: Head) -> None:
        """Sign and keep ``head``, whole or not at all; the first one of a day stays.

        Raises AccessError when the key is not as it must be.
        """
        key = self._key()
        content = {
            "day": head.day.isoformat(),
            "position": head.position,
            "link": head.link.hex(),
            "public_key": key.public_key().public_bytes_raw().hex(),
            "signature": key.sign(head.message()).hex(),
        }
        write_new(self._file(head.day), orjson.dumps(content, option=orjson.OPT_INDENT_2), 0o644)

    def read(self) -> tuple[list[Head], list[Path]]:
        """The heads that we signed, by day, and the files that hold none. Raises AccessError."""
        heads, bad = [], []
        for path in sorted(self.folder.glob("*.json")):
            head = self._read(path)
            if head is None:
                bad.append(path)
            else:
                heads.append(head)
        return heads, bad

    def _read(self, path: Path) -> Head | None:
        try:
            content = orjson.loads(path.read_bytes())
            day = date.fromisoformat(path.stem)
            head = Head(day, int(content["position"]), bytes.fromhex(content["link"]))
            signature = bytes.fromhex(content["signature"])
            self._key().public_key().verify(signature, head.message())
        except (ValueError, TypeError, KeyError, InvalidSignature):
            return None
        return head

    def _key(self) -> Ed25519PrivateKey:
        path = self.keys_folder / "audit.key"
        if not path.exists() and any(self.folder.glob("*.json")):
            raise AccessError(f"{path}: the key of the signed heads is missing; restore it")
        seed = secret_key(path, AccessError)
        return Ed25519PrivateKey.from_private_bytes(seed)

    def _file(self, day: date) -> Path:
        return self.folder / f"{day.isoformat()}.json"
