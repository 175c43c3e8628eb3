"""Sealing: a key of its own for each row, wrapped by a master key, and pseudonyms.

Envelope encryption with AES-256-GCM (NIST SP 800-38D). A row key encrypts once, so its nonce is
fixed; a master key wraps with random nonces, good for 2^32 rows. Rotating a master key wraps row
keys anew and leaves what they sealed as it is; forgetting a row key erases what it sealed.
"""

from __future__ import annotations

import hmac
from os import urandom
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from data.errors import VaultError
from data.keyed_hash import KeyedHash
from data.secret_key import KEY_BYTES
from data.vault.ring import PSEUDONYM, KeyRing, Stamp

Kind = Literal["applicant", "application", "event"]
_NONCE = 12
_ONCE = bytes(_NONCE)
_UNREADABLE = "a stored row was changed by others, or its key was; restore it from a backup"


class Vault:
    """The keys at work. Threads may share it; keys never leave it."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._ciphers: dict[str, AESGCM] = {}
        self._stamp: Stamp | None = None
        ring.active()
        self._pseudonyms = KeyedHash(ring.key(PSEUDONYM))
        self.refresh()

    @classmethod
    def open(cls, folder: Path, command: str | None = None) -> Vault:
        """The vault of the ring in ``folder``; keys are made on first use. Raises VaultError."""
        return cls(KeyRing(folder, command))

    def refresh(self) -> None:
        """Look whether another key is active now, and take it. Raises VaultError."""
        stamp = self._ring.stamp()
        if stamp is not None and stamp == self._stamp:
            return
        active = self._ring.active()
        self._wrapping = active, label(active), self._cipher(active)
        self._stamp = stamp

    @property
    def active(self) -> str:
        """Id of the master key that wraps, as of the last ``refresh``."""
        return self._wrapping[0]

    def pseudonym(self, kind: Kind, text: str) -> str:
        """What stands for ``text`` in the store: HMAC-SHA-256, 64 hexadecimal digits."""
        return self._pseudonyms.hex(f"{kind}\0{text}".encode())

    def seal(self, plain: bytes, bound: str) -> tuple[bytes, bytes]:
        """``plain`` sealed under a key of its own, and that key wrapped; both only for ``bound``.

        ``bound`` is the id of the row: neither part opens in another row.
        """
        drawn = urandom(KEY_BYTES + _NONCE)
        row_key, nonce = drawn[:KEY_BYTES], drawn[KEY_BYTES:]
        sealed = AESGCM(row_key).encrypt(_ONCE, plain, bound.encode())
        return sealed, self._wrapped(row_key, nonce, bound)

    def unseal(self, sealed: bytes, row_key: bytes, bound: str) -> bytes:
        """What was sealed. Raises VaultError when a part was changed or a key is missing."""
        try:
            opened = AESGCM(self._unwrapped(row_key, bound))
            return opened.decrypt(_ONCE, sealed, bound.encode())
        except (InvalidTag, ValueError):
            raise VaultError(_UNREADABLE) from None

    def seal_beside(self, plain: bytes, row_key: bytes, row: str, bound: str) -> bytes:
        """``plain`` sealed under a key that follows from the wrapped ``row_key`` of ``row``.

        Nothing but that row key opens it, so that it goes with the row when the key is forgotten
        and stays when a master key changes. ``bound`` is the id of what is sealed. Raises
        VaultError.
        """
        nonce = urandom(_NONCE)
        return nonce + self._beside(row_key, row, bound).encrypt(nonce, plain, bound.encode())

    def unseal_beside(self, sealed: bytes, row_key: bytes, row: str, bound: str) -> bytes:
        """What ``seal_beside`` sealed. Raises VaultError when a part was changed."""
        nonce, rest = sealed[:_NONCE], sealed[_NONCE:]
        try:
            return self._beside(row_key, row, bound).decrypt(nonce, rest, bound.encode())
        except (InvalidTag, ValueError):
            raise VaultError(_UNREADABLE) from None

    def _beside(self, row_key: bytes, row: str, bound: str) -> AESGCM:
        try:
            opened = self._unwrapped(row_key, row)
        except (InvalidTag, ValueError):
            raise VaultError(_UNREADABLE) from None
        return AESGCM(hmac.digest(opened, b"beside\0" + bound.encode(), "sha256"))

    def rewrap(self, row_key: bytes, bound: str) -> bytes:
        """``row_key`` under the active key; the same bytes when it is already. Raises VaultError.

        What the row key sealed stays as it is.
        """
        if row_key.startswith(self._wrapping[1]):
            return row_key
        try:
            return self._wrapped(self._unwrapped(row_key, bound), urandom(_NONCE), bound)
        except (InvalidTag, ValueError):
            raise VaultError(_UNREADABLE) from None

    def _wrapped(self, row_key: bytes, nonce: bytes, bound: str) -> bytes:
        _, begins, cipher = self._wrapping
        return begins + nonce + cipher.encrypt(nonce, row_key, _key_bound(bound))

    def _unwrapped(self, wrapped: bytes, bound: str) -> bytes:
        size = 1 + wrapped[0] if wrapped else 0
        key_id = wrapped[1:size].decode("ascii")
        nonce, rest = wrapped[size : size + _NONCE], wrapped[size + _NONCE :]
        return self._cipher(key_id).decrypt(nonce, rest, _key_bound(bound))

    def _cipher(self, key_id: str) -> AESGCM:
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            cipher = self._ciphers[key_id] = AESGCM(self._ring.key(key_id))
        return cipher


def label(key_id: str) -> bytes:
    """What every row key that ``key_id`` wraps begins with."""
    return bytes([len(key_id)]) + key_id.encode("ascii")


def _key_bound(bound: str) -> bytes:
    return b"row key of " + bound.encode()
