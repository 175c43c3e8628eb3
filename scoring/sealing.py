"""Bundles on disk: signed when written, proved before anything reads their content.

``manifest.json`` names every file with size and SHA-256; ``manifest.sig`` is an Ed25519
signature (RFC 8032) over the manifest's bytes. What is verified is what is returned: each file
is read once, and nothing goes back to the disk after the check.
"""

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from data.contract import Frozen, Identifier
from data.durable import replace, write_folder
from data.errors import BundleError
from scoring.bundle import FILES, Bundle
from scoring.bundle_rules import check_bundle
from scoring.signing import SigningKey, TrustedKeys, is_signed

FORMAT = 1
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
MAX_FILE_BYTES = 64_000_000
MAX_MANIFEST_BYTES = 16_000


class FileEntry(Frozen):
    """Size in bytes and SHA-256 of one file."""

    size: Annotated[int, Field(ge=0, le=MAX_FILE_BYTES)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(Frozen):
    """What a bundle consists of. No clock: the same model has the same manifest."""

    format: Literal[1]
    contract: Identifier
    files: dict[str, FileEntry]


class Signature(Frozen):
    """Who signed the manifest, and the 64 bytes in hexadecimal."""

    algorithm: Literal["Ed25519"]
    key_id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


@dataclass(frozen=True, slots=True)
class SealedBundle:
    """A bundle on disk: its version and its folder."""

    version: str
    path: Path


def version_of(contract: str, manifest: bytes) -> str:
    """``<contract>-<first 12 hexadecimal digits of the manifest's SHA-256>``."""
    return f"{contract}-{hashlib.sha256(manifest).hexdigest()[:12]}"


def write_bundle(bundle: Bundle, root: Path, key: SigningKey) -> SealedBundle:
    """Write ``bundle`` to ``root/<version>``, whole and durable or not at all.

    The same bundle again gives the same folder; if an other key had signed it, it is signed
    anew. Raises BundleError when its parts do not fit together, or when the folder is there
    with other content.
    """
    check_bundle(bundle)
    files = bundle.to_files()
    for name, content in files.items():
        if len(content) > MAX_FILE_BYTES:
            raise BundleError(f"{name}: larger than {MAX_FILE_BYTES} bytes")
    manifest = _manifest(bundle.contract.contract, files)
    sealed = {**files, MANIFEST: manifest, SIGNATURE: _sign(manifest, key)}
    version = version_of(bundle.contract.contract, manifest)
    folder = root / version
    if not write_folder(folder, sealed):
        _same_bundle(folder, sealed)
    return SealedBundle(version, folder)


def copy_bundle(sealed: SealedBundle, root: Path) -> SealedBundle:
    """Copy ``sealed`` to ``root/<version>``, whole and durable; what is there already stays.

    The copy is for ``open_bundle`` to verify. Raises BundleError for a file that cannot be read.
    """
    folder = _Folder(sealed.path)
    files = {name: folder.read(name, MAX_FILE_BYTES) for name in (*FILES, MANIFEST, SIGNATURE)}
    write_folder(root / sealed.version, files)
    return SealedBundle(sealed.version, root / sealed.version)


def open_bundle(path: Path, trusted: TrustedKeys) -> tuple[Bundle, str]:
    """Read and verify the bundle in folder ``path``; return it with its version.

    Signature by a trusted key, then the exact set of files with sizes and hashes, then the
    model's text, then every file, then whether they fit together. LightGBM sees nothing yet:
    that is ``loading.load_scorer``. Raises BundleError naming file and rule.
    """
    folder = _Folder(path)
    content = folder.read(MANIFEST, MAX_MANIFEST_BYTES)
    _check_signature(content, folder.read(SIGNATURE, MAX_MANIFEST_BYTES), trusted)
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError:
        raise BundleError(f"{MANIFEST}: not a manifest of format {FORMAT}") from None
    if manifest.files.keys() != set(FILES):
        raise BundleError(f"{MANIFEST}: does not name exactly the files of a bundle")
    folder.check_names({*FILES, MANIFEST, SIGNATURE})
    files = {name: folder.read_verified(name, entry) for name, entry in manifest.files.items()}
    bundle = Bundle.from_files(files)
    if bundle.contract.contract != manifest.contract:
        raise BundleError("contract.json: not the contract that manifest.json names")
    check_bundle(bundle)
    return bundle, version_of(manifest.contract, content)


def _manifest(contract: str, files: Mapping[str, bytes]) -> bytes:
    entries = {
        name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    }
    return _canonical({"format": FORMAT, "contract": contract, "files": entries})


def _sign(manifest: bytes, key: SigningKey) -> bytes:
    signature = key.sign(manifest).hex()
    return _canonical({"algorithm": "Ed25519", "key_id": key.id, "signature": signature})


def _canonical(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, sort_keys=True, indent=1).encode() + b"\n"


def _check_signature(manifest: bytes, content: bytes, trusted: TrustedKeys) -> None:
    try:
        signature = Signature.model_validate_json(content)
    except ValidationError:
        raise BundleError(f"{SIGNATURE}: not a signature") from None
    if content != _canonical(signature.model_dump()):
        raise BundleError(f"{SIGNATURE}: not in its canonical form")
    public = trusted.find(signature.key_id)
    if public is None:
        raise BundleError(f"{SIGNATURE}: signed by key {signature.key_id}, which is not trusted")
    if not is_signed(manifest, bytes.fromhex(signature.signature), public):
        raise BundleError(f"{SIGNATURE}: does not sign this {MANIFEST}")


def _same_bundle(path: Path, sealed: Mapping[str, bytes]) -> None:
    """Hold a folder that was there already against what would have been written."""
    folder = _Folder(path)
    folder.check_names(set(sealed))
    for name, content in sealed.items():
        found = folder.read(name, MAX_FILE_BYTES)
        if found != content and name != SIGNATURE:
            raise BundleError(f"{path / name}: differs from this very bundle; move the folder away")
        if found != content:
            replace(path / name, content)


class _Folder:
    """Reads regular files of one folder, never more than a limit and never through a link."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def check_names(self, expected: set[str]) -> None:
        """Refuse a folder that does not hold exactly the files ``expected``."""
        found = set(os.listdir(self.path))  # noqa: PTH208  (iterdir would build a path for each)
        for name in sorted(found ^ expected):
            what = "does not belong to a bundle" if name in found else "is missing"
            raise BundleError(f"{self.path.name}: the file {name!r} {what}")

    def read(self, name: str, limit: int) -> bytes:
        """Content of the regular file ``name`` of at most ``limit`` bytes."""
        try:
            handle = os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise BundleError(f"{self.path / name}: cannot be opened ({reason})") from None
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise BundleError(f"{self.path / name}: not a regular file")
            if status.st_size > limit:
                raise BundleError(f"{self.path / name}: larger than {limit} bytes")
            with open(handle, "rb", closefd=False) as file:
                return file.read(limit)
        finally:
            os.close(handle)

    def read_verified(self, name: str, entry: FileEntry) -> bytes:
        """Content of the file ``name``, if it is what the manifest says."""
        content = self.read(name, entry.size)
        if len(content) != entry.size or hashlib.sha256(content).hexdigest() != entry.sha256:
            raise BundleError(f"{self.path / name}: its SHA-256 is not the one in {MANIFEST}")
        return content
