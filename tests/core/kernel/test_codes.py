"""Codes and identifiers, and the check digit of provider identifiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.codes import CPT, NPI, US_SSN, Code, Identifier, check_npi
from carecoord.testing.kernel import identifiers, npis


def test_the_published_example_of_an_npi_is_right() -> None:
    """1234567893 is the example in CMS's description of the check digit."""
    assert check_npi("npi", "1234567893") == "1234567893"
    assert Identifier(NPI, "1234567893").value == "1234567893"


@given(npis(), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(npi: str, place: int, by: int) -> None:
    wrong = str((int(npi[place]) + by) % 10)
    with pytest.raises(InvalidValue):
        check_npi("npi", npi[:place] + wrong + npi[place + 1 :])


@pytest.mark.parametrize(
    "bad", ["", "123456789", "12345678930", "123456789x", "\u0661234567893", "1234567890"]
)
def test_what_is_no_npi_is_refused_without_being_quoted(bad: str) -> None:
    for attempt in (lambda: check_npi("npi", bad), lambda: Identifier(NPI, bad)):
        with pytest.raises(InvalidValue) as caught:
            attempt()
        assert not bad or bad not in str(caught.value)


def test_identifiers_of_other_systems_are_taken_as_they_are() -> None:
    assert Identifier(US_SSN, "000-12-3456").token == f"{US_SSN}|000-12-3456"


@given(identifiers())
def test_a_repr_shows_no_identifier(identifier: Identifier) -> None:
    assert repr(identifier) == "Identifier()"


def test_a_code_is_shown_by_its_value() -> None:
    code = Code(CPT, "99213")
    assert str(code) == "99213"
    assert code.token == f"{CPT}|99213"
    assert repr(code) == "Code()"
    assert sorted([Code("b", "1"), Code("a", "2")])[0].system == "a"
