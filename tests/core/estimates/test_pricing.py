"""Pricing: amounts follow from what is stated, and only from that."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from carecoord.estimates.fee_schedules import Price
from carecoord.estimates.prices import AllowedAmounts, Methodology
from carecoord.estimates.pricing import (
    allowed_amount,
    allowed_bounds,
    expected_charge,
    gross_charge,
    service_line,
)
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.ids import FeeScheduleId, PriceId
from carecoord.kernel.money import Money, Rate

CODE = Code(CPT, "70551")


def price(**fields: Any) -> Price:
    return Price(
        id=PriceId("price-1"),
        fee_schedule=FeeScheduleId("office"),
        codes=(CODE,),
        description="MRI",
        **fields,
    )


@given(st.integers(0, 10**9), st.integers(0, 2_000_000), st.integers(1, 99))
def test_a_percentage_is_of_the_gross_charge_of_all_units(
    gross: int, percentage: int, units: int
) -> None:
    one = price(gross=Money(gross), negotiated_percentage=Rate(percentage))
    assert allowed_amount(one, units) == (Money(gross) * units).portion(Rate(percentage))
    assert gross_charge(one, units) == Money(gross * units)


def test_dollars_go_before_a_percentage_and_a_case_rate_has_no_units() -> None:
    both = price(
        gross=Money.of(100), negotiated_dollar=Money.of(80), negotiated_percentage=Rate.percent(50)
    )
    assert allowed_amount(both, 3) == Money.of(240)
    case = price(negotiated_dollar=Money.of(80), methodology=Methodology.CASE_RATE)
    assert allowed_amount(case, 3) == Money.of(80)
    diem = price(negotiated_dollar=Money.of(80), methodology=Methodology.PER_DIEM)
    assert allowed_amount(diem, 3) == Money.of(240)


def test_what_is_not_stated_stays_unknown() -> None:
    assert gross_charge(price()) is None
    assert allowed_amount(price()) is None
    assert allowed_amount(price(negotiated_percentage=Rate.percent(50))) is None
    assert expected_charge(price()) is None
    assert allowed_bounds(price()) is None
    assert allowed_bounds(price(allowed=AllowedAmounts(median=Money.of(9)))) is None


def test_the_cash_price_goes_before_the_charge() -> None:
    assert expected_charge(price(gross=Money.of(100)), 2) == Money.of(200)
    cash = price(gross=Money.of(100), discounted_cash=Money.of(0))
    assert expected_charge(cash, 2) == Money.of(0)


def test_an_algorithm_is_bounded_by_what_was_allowed_before() -> None:
    usual = AllowedAmounts(percentile_10=Money.of(30), percentile_90=Money.of(70))
    line = service_line(
        price(gross=Money.of(100), negotiated_algorithm="by grouper", allowed=usual),
        category="imaging",
        units=2,
        authorized=True,
    )
    assert line.allowed is None
    assert line.allowed_between == (Money.of(60), Money.of(140))
    assert (line.code, line.category, line.charge) == (CODE, "imaging", Money.of(200))
    exact = service_line(price(negotiated_dollar=Money.of(80), allowed=usual))
    assert (exact.allowed, exact.allowed_between) == (Money.of(80), None)
