"""The inbox of protected attributes: the server puts sealed statements in and can take none out.

A folder of files, one a statement, sealed with HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM)
to the public key in ``public.pem``. The private key is with the store of protected attributes,
where this module is not needed to have it.
"""

from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from pydantic import ValidationError

from data.durable import write_new
from data.errors import StoreError
from data.statements import Statement, padded

_INFO = b"microscore protected inbox 1"
_PAGE = 1024


@dataclass(frozen=True)
class Inbox:
    """The folder, which stands apart from the store of protected attributes."""

    folder: Path

    @property
    def key_file(self) -> Path:
        """The public key that statements are sealed to."""
        return self.folder / "public.pem"

    def publish(self, public: X25519PublicKey) -> None:
        """Let statements be sealed to ``public``. Raises StoreError when there is another key."""
        write_new(self.key_file, _pem(public), 0o644)
        if self.key_file.read_bytes() != _pem(public):
            raise StoreError(
                f"{self.key_file}: is not the key of this store of protected attributes; "
                "put back the store's inbox.key, or move the folder away"
            )

    def put(self, statement: Statement) -> None:
        """Seal ``statement`` and keep it durably, whole or not at all.

        Raises StoreError when there is no key yet or the disk does not take it.
        """
        try:
            public = _public(self.key_file.read_bytes())
            sealed = _suite().encrypt(padded(statement, _PAGE), public, info=_INFO)
            write_new(self.folder / f"{token_hex(16)}.sealed", sealed, 0o644)
        except OSError as error:
            raise StoreError("the inbox of protected attributes takes nothing now") from error

    def files(self) -> list[Path]:
        """The sealed statements."""
        return sorted(self.folder.glob("*.sealed"))


def unseal(content: bytes, private: X25519PrivateKey) -> Statement | None:
    """The statement in ``content``, or None when it was not sealed to this key."""
    try:
        return Statement.model_validate_json(_suite().decrypt(content, private, info=_INFO))
    except (InvalidTag, ValidationError):
        return None


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _pem(public: X25519PublicKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form)


def _public(content: bytes) -> X25519PublicKey:
    try:
        key = serialization.load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, X25519PublicKey):
        raise StoreError("public.pem of the protected inbox is not an X25519 key")
    return key
