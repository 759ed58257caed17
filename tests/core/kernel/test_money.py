"""Money is exact: it adds up, divides without losing a cent, and rounds half up where asked."""

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.money import Money, Rate
from carecoord.testing.kernel import money, rates

weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any)


@given(money(), weights)
def test_a_split_loses_no_cent_and_is_fair(amount: Money, shares: list[int]) -> None:
    parts = amount.split(shares)
    assert len(parts) == len(shares)
    assert Money.total(parts) == amount
    for part, weight in zip(parts, shares, strict=True):
        exact = Fraction(amount.cents * weight, sum(shares))
        assert abs(part.cents - exact) < 1
        assert part.cents == 0 or (part.cents < 0) == (amount.cents < 0)
        if weight == 0:
            assert part.cents == 0


@given(money(), weights)
def test_a_split_of_a_debt_mirrors_that_of_a_credit(amount: Money, shares: list[int]) -> None:
    assert (-amount).split(shares) == tuple(-part for part in amount.split(shares))


def test_leftover_cents_go_to_the_first_of_equals() -> None:
    parts = Money.of("100.00").split((1, 1, 1))
    assert parts == (Money.of("33.34"), Money.of("33.33"), Money.of("33.33"))


@pytest.mark.parametrize("bad", [(), (0, 0), (-1, 2), (2**62, 2**62), (0.5, 0.5)])
def test_impossible_weights_are_refused(bad: Any) -> None:
    with pytest.raises(InvalidValue):
        Money(1).split(bad)


@given(money(0), rates(), rates())
def test_a_larger_rate_never_gives_a_smaller_portion(amount: Money, one: Rate, two: Rate) -> None:
    low, high = sorted((one, two), key=lambda rate: rate.millionths)
    assert amount.portion(low) <= amount.portion(high)
    assert Money(0) <= amount.portion(low) <= amount


@given(money(0), money(0), rates())
def test_a_larger_amount_never_gives_a_smaller_portion(one: Money, two: Money, rate: Rate) -> None:
    low, high = sorted((one, two), key=lambda amount: amount.cents)
    assert low.portion(rate) <= high.portion(rate)


@given(money(), st.integers(-3_000_000, 3_000_000).map(Rate))
def test_a_portion_is_rounded_half_up_away_from_zero(amount: Money, rate: Rate) -> None:
    exact = Fraction(amount.cents * rate.millionths, 1_000_000)
    rounded = int(abs(exact) + Fraction(1, 2))
    assert amount.portion(rate).cents == (-rounded if exact < 0 else rounded)
    assert (-amount).portion(rate) == -amount.portion(rate)


@pytest.mark.parametrize(
    ("amount", "percent", "portion"),
    [("0.05", 10, "0.01"), ("0.04", 10, "0.00"), ("1234.50", 20, "246.90"), ("-0.05", 10, "-0.01")],
)
def test_portions_by_hand(amount: str, percent: int, portion: str) -> None:
    assert Money.of(amount).portion(Rate.percent(percent)) == Money.of(portion)


@given(money(), money(), st.integers(-100, 100))
def test_amounts_add_subtract_multiply_and_compare_as_their_cents(
    one: Money, two: Money, units: int
) -> None:
    assert (one + two).cents == one.cents + two.cents
    assert one - two == one + -two
    assert (one * units).cents == one.cents * units
    assert Money.total([one, two]) == one + two
    assert (one < two, one <= two) == (one.cents < two.cents, one.cents <= two.cents)
    assert (one > two, one >= two) == (one.cents > two.cents, one.cents >= two.cents)
    assert bool(one) is (one.cents != 0)


def test_nothing_sums_to_nothing() -> None:
    assert Money.total([]) == Money(0)
    assert Money.total([], "EUR") == Money(0, "EUR")


def test_amounts_of_different_currencies_never_mix() -> None:
    dollars, euros = Money(1), Money(1, "EUR")
    for mix in (
        lambda: dollars + euros,
        lambda: dollars - euros,
        lambda: dollars < euros,
        lambda: dollars >= euros,
        lambda: Money.total([euros, dollars]),
    ):
        with pytest.raises(InvalidValue):
            mix()
    assert dollars != euros
    assert Money.total([euros, euros]) == Money(2, "EUR")


def test_an_amount_is_multiplied_by_whole_numbers_only() -> None:
    for units in (0.5, True, Decimal(2)):
        with pytest.raises(InvalidValue):
            Money(1) * units  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "cents"),
    [("0", 0), ("12.3", 1230), (" -0.01 ", -1), ("1e2", 10_000), (5, 500), (Decimal("1.20"), 120)],
)
def test_amounts_are_read_as_written(text: Any, cents: int) -> None:
    assert Money.of(text).cents == cents


@pytest.mark.parametrize(
    "bad",
    [
        "", "x", "1,000", "$5", "1_000", "\u0661", "NaN", "Infinity", "-inf", "0.001", "1e99",
        "1e-99", "0e999", "1" * 10_000, 1.5, True, None, b"1", Decimal("NaN"), Decimal("0.005"),
        "1.0000000000000000000000000000001", "10000000000000.01", 10**30,
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(bad: Any) -> None:
    with pytest.raises(InvalidValue):
        Money.of(bad)


@given(money(), st.integers(0, 10**9).map(Rate), st.integers(1, 8))
def test_reading_and_writing_are_exact_whatever_the_decimal_context(
    amount: Money, rate: Rate, precision: int
) -> None:
    """An application may have set a precision of its own."""
    with decimal.localcontext(prec=precision):
        written = f"{amount.cents // 100}.{amount.cents % 100:02}"
        if amount.cents >= 0:
            assert Money.of(written) == amount
        assert Rate.percent(str(rate).removesuffix("%")) == rate


@pytest.mark.parametrize("currency", ["usd", "US", "EURO", "A1B", " AB", "\xc4BC", ""])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(InvalidValue):
        Money(1, currency)


def test_an_amount_has_a_limit() -> None:
    Money(10**15)
    for cents in (10**15 + 1, -(10**15) - 1):
        with pytest.raises(InvalidValue):
            Money(cents)
    with pytest.raises(InvalidValue):
        Money(10**15) + Money(1)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Money(-123456789), "-$1,234,567.89"),
        (Money(5), "$0.05"),
        (Money(100, "EUR"), "EUR 1.00"),
        (Rate.percent("33.3333"), "33.3333%"),
        (Rate.percent(20), "20%"),
        (Rate.of("-0.125"), "-12.5%"),
        (Rate.of("0.000001"), "0.0001%"),
        (Rate(0), "0%"),
        (Rate(10_000_000), "1000%"),
    ],
)
def test_amounts_and_rates_are_shown_as_people_write_them(amount: Money | Rate, text: str) -> None:
    assert str(amount) == text
    assert repr(amount) == f"{type(amount).__name__}({text})"


def test_a_rate_is_as_exact_as_written() -> None:
    assert Rate.percent(20) == Rate.of("0.2") == Rate(200_000)
    assert Rate.percent("33.3333").complement == Rate.percent("66.6667")
    for bad in ("0.00001", "20%"):
        with pytest.raises(InvalidValue):
            Rate.percent(bad)
    with pytest.raises(InvalidValue):
        Rate.of("0.0000001")
