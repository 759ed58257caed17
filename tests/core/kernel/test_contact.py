"""Names, numbers and addresses."""

import pytest
from hypothesis import given

from carecoord.errors import InvalidValue
from carecoord.kernel.contact import Address, HumanName, Telecom, folded
from carecoord.testing.strategies import texts, values_of


def test_a_name_has_a_part() -> None:
    with pytest.raises(InvalidValue):
        HumanName(prefix=("Dr.",))


def test_a_full_name_is_as_on_a_letter() -> None:
    name = HumanName(family="Lovelace", given=("Ada", "King"), prefix=("Dr.",), suffix=("III",))
    assert name.full == "Dr. Ada King Lovelace III"
    assert HumanName(given=("Plato",)).full == "Plato"


@given(values_of(HumanName) | values_of(Telecom) | values_of(Address))
def test_a_repr_shows_what_it_is_for_and_nothing_else(value: HumanName | Telecom | Address) -> None:
    shown = [f"system={value.system!r}"] if isinstance(value, Telecom) else []
    shown.append(f"use={value.use!r}")
    assert repr(value) == f"{type(value).__name__}({', '.join(shown)})"


@given(texts())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_folding_ignores_case_and_spaces() -> None:
    assert folded("  Anna\tMARIA  ") == "anna maria"
    assert folded("Stra\xdfe") == folded("STRASSE")
