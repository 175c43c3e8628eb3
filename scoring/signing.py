"""Ed25519 keys that sign bundles, and the public keys that a home folder trusts.

``HOME/keys/signing.pem`` is this installation's own key (mode 0600, made on first use);
``HOME/keys/trusted/*.pem`` are the public keys whose bundles may be loaded.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from data.errors import BundleError
from scoring.durable import write_new


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
    def generate(cls) -> SigningKey:
        """A new random key, kept nowhere."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def of_home(cls, home: Path) -> SigningKey:
        """The home folder's own key, made and trusted on first use.

        Raises BundleError when the file is not an Ed25519 key.
        """
        path = home / "keys" / "signing.pem"
        if not path.exists():
            write_new(path, _private_pem(Ed25519PrivateKey.generate()), 0o600)
        key = cls(_load_private(path))
        trusted = home / "keys" / "trusted" / f"{key.id}.pem"
        if not trusted.exists():
            write_new(trusted, _public_pem(key.private.public_key()), 0o644)
        return key


@dataclass(frozen=True)
class TrustedKeys:
    """Public keys by their name."""

    keys: Mapping[str, Ed25519PublicKey]

    def verify(self, key: str, message: bytes, signature: bytes) -> bool:
        """Whether the trusted key named ``key`` signed ``message``."""
        public = self.keys.get(key)
        if public is None:
            return False
        try:
            public.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @classmethod
    def of(cls, *signers: SigningKey) -> TrustedKeys:
        """Trust exactly these signers."""
        return cls({signer.id: signer.private.public_key() for signer in signers})

    @classmethod
    def of_home(cls, home: Path) -> TrustedKeys:
        """All keys that the home folder trusts; none when there is no folder.

        Raises BundleError for a file that is not an Ed25519 public key.
        """
        publics = [_load_public(path) for path in sorted((home / "keys" / "trusted").glob("*.pem"))]
        return cls({key_id(public): public for public in publics})


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _load_private(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError(f"{path}: not a private Ed25519 key without a password")
    if os.name == "posix" and path.stat().st_mode & 0o007:
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
