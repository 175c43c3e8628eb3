"""The three keys of the store of protected attributes, which no other part has.

``pseudonym.key`` turns an applicant's id into a pseudonym (HMAC-SHA-256), ``data.key`` encrypts
values (AES-256-GCM, NIST SP 800-38D), ``inbox.key`` opens what the server has sealed (X25519).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from data.errors import ProtectedError
from data.secret_key import secret_key
from data.statements import Stated, padded

_NONCE = 12
_PAGE = 128


@dataclass(frozen=True)
class ProtectedKeys:
    """The keys; none is ever shown."""

    pseudonym_key: bytes = field(repr=False)
    data_key: bytes = field(repr=False)
    inbox_key: X25519PrivateKey = field(repr=False)

    @classmethod
    def load_or_create(cls, folder: Path) -> ProtectedKeys:
        """The keys in ``folder`` (0700; files 0600 of 32 bytes), made on first use.

        Raises ProtectedError when a file is not such a key or when others may read it.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pseudonym, data, inbox = (
            secret_key(folder / f"{name}.key", ProtectedError)
            for name in ("pseudonym", "data", "inbox")
        )
        return cls(pseudonym, data, X25519PrivateKey.from_private_bytes(inbox))

    def pseudonym(self, applicant_id: str) -> bytes:
        """The 32 bytes that stand for a person in the store."""
        return hmac.digest(self.pseudonym_key, applicant_id.encode(), "sha256")

    def encrypt(self, stated: Stated, pseudonym: bytes, attribute: str) -> bytes:
        """A nonce and the encrypted value, bound to its person and attribute."""
        nonce = token_bytes(_NONCE)
        bound = pseudonym + attribute.encode()
        return nonce + self._cipher.encrypt(nonce, padded(stated, _PAGE), bound)

    def decrypt(self, content: bytes, pseudonym: bytes, attribute: str) -> bytes:
        """The JSON of the value. Raises ProtectedError when it was changed or belongs elsewhere."""
        bound = pseudonym + attribute.encode()
        try:
            return self._cipher.decrypt(content[:_NONCE], content[_NONCE:], bound)
        except (InvalidTag, ValueError):
            raise ProtectedError(
                "a stored protected value was changed by others; restore the store from a backup"
            ) from None

    @property
    def fingerprint(self) -> str:
        """Tells these keys from others, and nothing about them."""
        digest = hashlib.sha256(b"microscore protected keys 1")
        for key in (self.pseudonym_key, self.data_key):
            digest.update(key)
        return digest.hexdigest()

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.data_key)
