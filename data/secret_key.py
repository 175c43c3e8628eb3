"""Secret keys of 32 bytes, each in a file of its own that only its owner may read."""

from pathlib import Path
from secrets import token_bytes

from data.durable import write_new
from data.errors import MicroscoreError

KEY_BYTES = 32


def secret_key(path: Path, failure: type[MicroscoreError]) -> bytes:
    """Read the key in ``path`` (mode 0600), made at random on first use.

    Raises ``failure`` when others may read the file or it does not hold a key.
    """
    if not path.exists():
        write_new(path, token_bytes(KEY_BYTES), 0o600)
    if path.stat().st_mode & 0o077:
        raise failure(f"{path}: others may read this key; run chmod 600 on it")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise failure(f"{path}: must hold exactly {KEY_BYTES} bytes; restore it from a backup")
    return key
