"""Accounts of people: who they are, and how their passwords are kept (argon2id, RFC 9106)."""

from __future__ import annotations

import re
from base64 import b32encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from secrets import token_bytes, token_urlsafe

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from api.api_keys import Pepper
from api.request_schema import KEY_PATTERN
from api.roles import ROLES
from data.errors import AccessError
from data.store import RowRefusedError, Store
from data.store.ledger import Ledger
from data.store.people import Person, add_person, set_link, set_password

SHORTEST, LONGEST = 12, 256
"""Characters of a password; NIST SP 800-63B asks for length and for no classes of characters."""
LINK_LASTS = timedelta(hours=72)
PERSON = "person:"
"""What the key id of a person's decisions begins with."""


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def check_password(text: str, login: str) -> str | None:
    """What is wrong with a new password, or None."""
    if not SHORTEST <= len(text) <= LONGEST:
        return "length"
    if login.lower() in text.lower() or len(set(text)) < 5:
        return "simple"
    return None


def hashed(password: str) -> str:
    """The password's argon2id hash with its salt and cost; takes about 50 ms."""
    return _hasher().hash(password)


def matches(encoded: str | None, password: str) -> bool:
    """Whether ``password`` is the one of ``encoded``; None takes as long and never matches."""
    try:
        return _hasher().verify(encoded or _nobody(), password) and encoded is not None
    except (Argon2Error, InvalidHashError):
        return False


def outdated(encoded: str) -> bool:
    """Whether ``encoded`` was made with another cost than today's."""
    return _hasher().check_needs_rehash(encoded)


@cache
def _nobody() -> str:
    return hashed(token_urlsafe(24))


def new_person(login: str, role: str, branch: str | None, now: datetime) -> Person:
    """An account without a password. Raises AccessError naming the rule that is broken."""
    if not re.fullmatch(KEY_PATTERN, login):
        raise AccessError("a name to sign in with is 1 to 64 of the characters A-Z a-z 0-9 . _ : -")
    if role not in ROLES:
        raise AccessError(f"the role must be one of {', '.join(ROLES)}")
    if (branch is not None) != (role == "officer"):
        raise AccessError("an officer needs a branch, and nobody else has one")
    if branch is not None and not re.fullmatch(KEY_PATTERN, branch):
        raise AccessError("a branch is 1 to 64 of the characters A-Z a-z 0-9 . _ : -")
    return Person(
        person_id=b32encode(token_bytes(5)).decode().lower(),
        login=login,
        role=role,
        branch=branch,
        language=None,
        password=None,
        link=None,
        link_until=None,
        created_at=now,
        ended_at=None,
    )


def create_person(
    store: Store, ledger: Ledger, person: Person, password: str | None, actor: str
) -> Person:
    """Store ``person``, with ``password`` if one is given. Raises AccessError, StoreError."""
    if password is not None:
        refuse_weak(password, person.login)
        person = replace(person, password=hashed(password))
    try:
        add_person(store, ledger, person, actor)
    except RowRefusedError:
        raise AccessError("this name is taken; see microscore people list") from None
    return person


def change_password(
    store: Store, ledger: Ledger, person: Person, password: str, actor: str
) -> None:
    """Give ``person`` a new password and end all sessions. Raises AccessError, StoreError."""
    refuse_weak(password, person.login)
    set_password(store, ledger, person.person_id, hashed(password), actor)


def make_link(store: Store, ledger: Ledger, pepper: Pepper, person: Person, actor: str) -> str:
    """The path of a page where ``person`` chooses a password once, within 72 hours."""
    secret = token_urlsafe(24)
    until = datetime.now(UTC) + LINK_LASTS
    set_link(store, ledger, person.person_id, link_digest(pepper, secret), until, actor)
    return f"/welcome/{secret}"


def link_digest(pepper: Pepper, secret: str) -> str:
    """What the store keeps of the secret in a one-time link."""
    return pepper.digest(b"link", secret.encode())


def refuse_weak(password: str, login: str) -> None:
    """Raise AccessError for a password that is too short, too long or too simple."""
    match check_password(password, login):
        case "length":
            raise AccessError(f"a password has {SHORTEST} to {LONGEST} characters")
        case "simple":
            raise AccessError("a password has five different characters and not the person's name")
