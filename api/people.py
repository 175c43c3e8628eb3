"""Who somebody is at the command line: the owner of an API key, never a name they type."""

import hmac
import os
from datetime import datetime
from getpass import getpass
from pathlib import Path

from api.api_keys import Pepper, key_id_of
from api.auth import in_force
from api.roles import Role
from data.errors import AccessError
from data.store import Store
from data.store.keys import ApiKey, find_key

VARIABLE = "MICROSCORE_API_KEY"


def given_key(file: Path | None) -> str:
    """The text of a key: from ``file``, else the variable, else a prompt that shows nothing.

    Never from an argument, which other users of the machine could see. Raises AccessError.
    """
    if file is not None:
        try:
            return file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise AccessError("--key-file: it cannot be read as text") from None
    return os.environ.get(VARIABLE) or getpass("API key (not shown): ").strip()


def owner(store: Store, pepper: Pepper, text: str, roles: tuple[Role, ...], at: datetime) -> ApiKey:
    """The person of key ``text``. Raises AccessError when it is not in force or not of ``roles``,
    or names nobody; StoreError."""
    key_id = key_id_of(text)
    key = find_key(store, key_id) if key_id else None
    mark = pepper.digest(text.encode())
    if key is None or not hmac.compare_digest(mark, key.digest) or not in_force(key, at):
        raise AccessError("this API key is unknown, expired or revoked")
    if key.role not in roles:
        raise AccessError(f"this needs a key with the role {' or '.join(roles)}")
    if not key.name.strip():
        raise AccessError("this key names nobody; make one with microscore keys create --name")
    return key
