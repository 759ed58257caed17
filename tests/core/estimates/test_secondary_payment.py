"""Secondary payment: each method by its name, and the published answers."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.estimates.secondary_payment import Method, Standing, secondary_payment

cents = st.integers(0, 100_000)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    allowed, own = draw(cents), draw(cents)
    paid = draw(st.integers(0, allowed))
    charge = draw(st.integers(max(allowed, own), 120_000))
    return Standing(
        charge=charge,
        allowed_before=allowed,
        paid_before=paid,
        owed=allowed - paid,
        obligated=allowed,
        own_allowed=own,
        own_benefit=draw(st.integers(0, own)),
    )


@given(standings(), st.sampled_from(Method))
def test_no_method_pays_more_than_its_benefit_or_together_than_the_highest_allowed(
    line: Standing, method: Method
) -> None:
    payment = secondary_payment(method, line)
    assert 0 <= payment <= line.own_benefit
    assert line.paid_before + payment <= max(line.allowed_before, line.own_allowed)


@given(standings(), st.sampled_from(Method), st.integers(0, 5000))
def test_a_higher_benefit_never_pays_less(line: Standing, method: Method, more: int) -> None:
    better = evolve(line, own_benefit=line.own_benefit + more)
    assert secondary_payment(method, line) <= secondary_payment(method, better)


@given(standings())
def test_non_duplication_never_pays_more_than_the_standard(line: Standing) -> None:
    standard = secondary_payment(Method.NAIC_STANDARD, line)
    for method in (Method.NON_DUPLICATION, Method.CARVE_OUT):
        assert secondary_payment(method, line) <= standard


DENTAL = Standing(
    charge=120_000, allowed_before=90_000, paid_before=45_000, owed=45_000, obligated=90_000,
    own_allowed=65_000, own_benefit=32_500,
)  # fmt: skip


@pytest.mark.parametrize(
    ("method", "payment"),
    [(Method.DENTAL_BASIC, 20_000), (Method.DENTAL_STANDARD, 32_500), (Method.CARVE_OUT, 0)],
)
def test_two_dental_plans_that_pay_half(method: Method, payment: int) -> None:
    assert secondary_payment(method, DENTAL) == payment


def test_medicare_pays_the_lowest_of_three() -> None:
    medicare = Standing(
        charge=17_500, allowed_before=15_000, paid_before=12_000, owed=5500, obligated=17_500,
        own_allowed=12_500, own_benefit=12_500,
    )  # fmt: skip
    assert secondary_payment(Method.MEDICARE_SECONDARY, medicare) == 3000


def test_medicare_pays_nothing_where_the_first_payment_is_payment_in_full() -> None:
    full = Standing(
        charge=17_500, allowed_before=12_000, paid_before=12_000, owed=0, obligated=12_000,
        own_allowed=12_500, own_benefit=12_500,
    )  # fmt: skip
    assert secondary_payment(Method.MEDICARE_SECONDARY, full) == 0


def test_medicare_asks_whether_anything_is_owed_at_all() -> None:
    accepted = Standing(
        charge=17_500, allowed_before=15_000, paid_before=12_000, owed=0, obligated=15_000,
        own_allowed=12_500, own_benefit=12_500,
    )  # fmt: skip
    assert secondary_payment(Method.MEDICARE_SECONDARY, accepted) == 0
