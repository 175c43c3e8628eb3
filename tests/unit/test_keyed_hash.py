"""The keyed hash is HMAC-SHA-256, as the standard library has it."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.keyed_hash import KeyedHash


@given(key=st.binary(max_size=64), message=st.binary(max_size=300))
def test_it_is_hmac_sha_256(key: bytes, message: bytes) -> None:
    assert KeyedHash(key).hex(message) == hmac.digest(key, message, "sha256").hex()


def test_one_message_leaves_nothing_for_the_next() -> None:
    keyed = KeyedHash(b"k" * 32)
    first = keyed.hex(b"first")
    keyed.hex(b"second")
    assert keyed.hex(b"first") == first


def test_a_longer_key_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        KeyedHash(bytes(65))
