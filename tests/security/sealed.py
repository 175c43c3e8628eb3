"""A sealed small bundle, and ways to seal what the program itself would never seal."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scoring import sealing
from scoring.signing import SigningKey, TrustedKeys
from tests.bundles import small_bundle


@dataclass(frozen=True)
class Workshop:
    """Two bundles signed by a trusted key, and a key that nobody trusts."""

    folder: Path
    key: SigningKey
    stranger: SigningKey
    trusted: TrustedKeys
    bundle: Path
    other: Path

    @classmethod
    def open(cls, folder: Path) -> "Workshop":
        """Make the keys and bundles in ``folder``."""
        key = SigningKey.load_or_create(folder / "keys")
        write = [sealing.write_bundle(small_bundle(seed), folder, key).path for seed in (0, 1)]
        stranger = SigningKey(Ed25519PrivateKey.generate())
        return cls(folder, key, stranger, TrustedKeys(folder / "keys"), write[0], write[1])

    def copy(self, to: Path) -> Path:
        """A copy of the bundle that a test may spoil."""
        shutil.copytree(self.bundle, to)
        return to


def reseal(folder: Path, files: Mapping[str, bytes], key: SigningKey) -> Path:
    """Write ``files`` with a manifest and signature that fit them, whatever they hold."""
    folder.mkdir(exist_ok=True)
    manifest = sealing._manifest("small", files)
    sealed = {
        **files,
        sealing.MANIFEST: manifest,
        sealing.SIGNATURE: sealing._sign(manifest, key),
    }
    for name, content in sealed.items():
        (folder / name).write_bytes(content)
    return folder
