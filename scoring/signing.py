"""Ed25519 keys that sign bundles, and the public keys that an installation trusts.

In the folder ``keys`` of a home folder, ``signing.pem`` is the installation's own key (mode
0600, made on first use) and ``trusted/*.pem`` are the public keys whose bundles may be loaded.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from data.durable import write_new
from data.errors import BundleError


def key_id(public: Ed25519PublicKey) -> str:
    """Name of a public key: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


@dataclass(frozen=True)
class SigningKey:
    """A private key that signs manifests."""

    private: Ed25519PrivateKey

    @property
    def id(self) -> str:
        """Name of its public key."""
        return key_id(self.private.public_key())

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same for the same message (RFC 8032)."""
        return self.private.sign(message)

    @classmethod
    def load_or_create(cls, folder: Path) -> SigningKey:
        """The key in ``folder/signing.pem``, made and trusted on first use.

        Raises BundleError when the file is not an Ed25519 key or when others may read it.
        """
        path = folder / "signing.pem"
        if not path.exists():
            write_new(path, _private_pem(Ed25519PrivateKey.generate()), 0o600)
        key = cls(_load_private(path))
        write_new(folder / "trusted" / f"{key.id}.pem", key.public_pem(), 0o644)
        return key

    def public_pem(self) -> bytes:
        """The public key as a file for another installation's ``trusted`` folder."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


@dataclass(frozen=True)
class TrustedKeys:
    """The public keys in ``folder/trusted/*.pem``, read anew each time: trust can be withdrawn."""

    folder: Path

    def find(self, key: str) -> Ed25519PublicKey | None:
        """The trusted key of this name. Raises BundleError for a file that holds no such key."""
        paths = sorted((self.folder / "trusted").glob("*.pem"))
        return {key_id(public): public for public in map(_load_public, paths)}.get(key)


def is_signed(message: bytes, signature: bytes, public: Ed25519PublicKey) -> bool:
    """Whether the owner of ``public`` signed ``message``."""
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _load_private(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError(f"{path}: not a private Ed25519 key without a password")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise BundleError(f"{path}: others may read this key; run chmod 600 on it")
    return key


def _load_public(path: Path) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise BundleError(f"{path}: not a public Ed25519 key")
    return key
