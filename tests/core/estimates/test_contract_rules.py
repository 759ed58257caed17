"""Contract rules: shares by modifier and rank, and cases that lose no cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.contract_rules import (
    USUAL_MODIFIERS,
    lesser_of_charge,
    modified,
    with_case_rate,
    with_multiple_procedures,
)
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.money import Money, Rate

SHARES = (Rate.percent(100), Rate.percent(50), Rate.percent(25))
cents = st.integers(0, 10**7)


def surgery(allowed: int | None, charge: int = 1000, category: str = "surgery") -> ServiceLine:
    return ServiceLine(None, category, Money(charge), None if allowed is None else Money(allowed))


@given(st.lists(cents, max_size=6), st.randoms(use_true_random=False))
def test_the_highest_keeps_its_share_whatever_the_order(
    amounts: list[int], random: st.DataObject
) -> None:
    def total(some: list[int]) -> int:
        lines = with_multiple_procedures(list(map(surgery, some)), {"surgery"}, SHARES)
        return sum(line.allowed.cents for line in lines if line.allowed)

    shuffled = list(amounts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert total(amounts) == total(shuffled)
    assert total(amounts) <= sum(amounts)
    assert total(amounts) >= max(amounts, default=0)


def test_later_procedures_get_the_later_shares() -> None:
    lines = [surgery(1000), surgery(4000), surgery(900, category="office"), surgery(2000),
             surgery(800)]  # fmt: skip
    reduced = with_multiple_procedures(lines, {"surgery"}, SHARES)
    assert [line.allowed for line in reduced] == [
        Money(250), Money(4000), Money(900), Money(1000), Money(200),
    ]  # fmt: skip
    with pytest.raises(InvalidValue):
        with_multiple_procedures(lines, {"surgery"}, ())
    with pytest.raises(InvalidValue):
        with_multiple_procedures([surgery(None)], {"surgery"}, SHARES)


def test_modifiers_allow_their_share_one_after_the_other() -> None:
    assert modified(surgery(1000), ("50", "80", "LT"), USUAL_MODIFIERS).allowed == Money(240)
    assert modified(surgery(1000), ("LT",), USUAL_MODIFIERS) == surgery(1000)
    between = ServiceLine(None, None, None, None, (Money(100), Money(300)))
    assert modified(between, ("50",), USUAL_MODIFIERS).allowed_between == (Money(150), Money(450))


@given(st.lists(cents, min_size=1, max_size=6).filter(any), cents)
def test_a_case_rate_is_split_without_losing_a_cent(charges: list[int], rate: int) -> None:
    lines = with_case_rate([surgery(None, charge) for charge in charges], Money(rate))
    assert Money.total(line.allowed for line in lines if line.allowed is not None) == Money(rate)
    assert [line.charge for line in lines] == list(map(Money, charges))


def test_a_case_rate_needs_charges() -> None:
    with pytest.raises(InvalidValue):
        with_case_rate([ServiceLine(None, None)], Money(100))
    with pytest.raises(InvalidValue):
        with_case_rate([surgery(None, 0)], Money(100))


def test_lesser_of_never_allows_more_than_is_charged() -> None:
    assert lesser_of_charge(surgery(2000, 1000)).allowed == Money(1000)
    assert lesser_of_charge(surgery(500, 1000)).allowed == Money(500)
    assert lesser_of_charge(surgery(None, 1000)).allowed is None
    between = ServiceLine(None, None, Money(200), None, (Money(100), Money(300)))
    assert lesser_of_charge(between).allowed_between == (Money(100), Money(200))
    uncharged = ServiceLine(None, None, None, Money(5))
    assert lesser_of_charge(uncharged) == uncharged
