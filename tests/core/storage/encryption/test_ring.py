"""Key-encryption keys on a ring: each unwraps what it wrapped, in the same context only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.storage.encryption.ring import KeyRing
from carecoord.storage.encryption.vault import WrappedKey

ONE, OTHER = bytes(range(32)), bytes(range(1, 33))


@given(st.binary(min_size=1, max_size=64), st.binary(max_size=40))
def test_what_was_wrapped_is_unwrapped_in_the_same_context(key: bytes, context: bytes) -> None:
    ring = KeyRing({"one": ONE}, current="one")
    wrapped = ring.wrap(key, context)
    assert wrapped.by == "one"
    assert ring.unwrap(wrapped, context) == key
    later = KeyRing({"one": ONE, "two": OTHER}, current="two")
    assert later.unwrap(wrapped, context) == key
    assert later.wrap(key, context).by == "two"
    with pytest.raises(InvalidValue):
        ring.unwrap(wrapped, context + b"x")


@given(st.integers(0, 59), st.integers(1, 255))
def test_a_changed_byte_is_noticed(at: int, change: int) -> None:
    ring = KeyRing({"one": ONE}, current="one")
    wrapped = ring.wrap(OTHER, b"search")
    text = bytearray(wrapped.text)
    text[at] ^= change
    with pytest.raises(InvalidValue):
        ring.unwrap(WrappedKey("one", bytes(text)), b"search")


def test_what_another_key_or_organization_wrapped_stays_wrapped() -> None:
    wrapped = KeyRing({"one": ONE}, current="one", organization="a").wrap(OTHER, b"")
    for ring in (
        KeyRing({"one": OTHER}, current="one", organization="a"),
        KeyRing({"one": ONE}, current="one", organization="b"),
        KeyRing({"one": ONE}, current="one"),
        KeyRing({"two": ONE}, current="two", organization="a"),
    ):
        with pytest.raises(InvalidValue) as caught:
            ring.unwrap(wrapped, b"")
        assert caught.value.field == "keys"
    with pytest.raises(InvalidValue):
        KeyRing({"one": ONE}, current="one").unwrap(WrappedKey("one", b"short"), b"")


def test_a_ring_needs_whole_keys_and_a_current_one() -> None:
    with pytest.raises(InvalidValue):
        KeyRing({}, current="one")
    with pytest.raises(InvalidValue):
        KeyRing({"one": ONE[:16]}, current="one")
    with pytest.raises(InvalidValue):
        KeyRing({"not an id": ONE}, current="not an id")


def test_a_repr_shows_names_only() -> None:
    ring = KeyRing({"b": b"canary-canary-canary-canary-cana", "a": ONE}, current="b")
    assert repr(ring) == "KeyRing(a, b; current=b)"
    assert "canary" not in f"{ring!r} {ring} {ring.wrap(b'canary', b'canary')!r}"
