"""Keys are remembered without telling who did what."""

from hypothesis import given
from hypothesis import strategies as st

from carecoord.storage.idempotency import fingerprint_of, once_id


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3))
def test_an_id_tells_nothing(scope: list[str]) -> None:
    assert len(once_id(*scope)) == len("once-") + 64
    assert once_id(*scope) == once_id(*scope)


def test_keys_of_different_scopes_are_apart() -> None:
    assert len({once_id("a", "b"), once_id("ab"), once_id("a", "b", ""), once_id("b", "a")}) == 4


def test_a_fingerprint_tells_other_arguments_apart() -> None:
    assert fingerprint_of("key", b"1") == fingerprint_of("key", b"1")
    assert (
        len({fingerprint_of("key", b"1"), fingerprint_of("key", b"2"), fingerprint_of("k", b"1")})
        == 3
    )
