"""Payment plans add up to the cent, fall due on days that exist, and warn where the law might."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.accounts.payment_plans import (
    WARNINGS,
    Instalment,
    PaymentPlan,
    plan_is_within_what_the_patient_owes,
    plan_stays_clear_of_regulation_z,
)
from carecoord.errors import InvalidValue
from carecoord.kernel.money import Money

AGREED = date(2026, 1, 15)


def test_a_repr_shows_neither_day_nor_amount() -> None:
    assert repr(Instalment(AGREED, Money(1_234))) == "Instalment(amount=USD)"


def plan(cents: int, count: int, down: int = 0, *, written: bool = True) -> PaymentPlan:
    return PaymentPlan.equal(
        Money(cents),
        count=count,
        first_due=date(2026, 1, 31),
        agreed_on=AGREED,
        down_payment=Money(down),
        written=written,
    )


@st.composite
def plans(draw: st.DrawFn) -> PaymentPlan:
    count = draw(st.integers(1, 36))
    down = draw(st.integers(0, 50_000))
    cents = draw(st.integers(count, 5_000_000))
    return PaymentPlan.equal(
        Money(cents + down),
        count=count,
        first_due=draw(st.dates(AGREED + timedelta(days=1), date(2030, 12, 31))),
        agreed_on=AGREED,
        down_payment=Money(down),
    )


@given(plans())
def test_instalments_add_up_exactly_and_differ_by_a_cent_at_most(one: PaymentPlan) -> None:
    parts = [instalment.amount.cents for instalment in one.instalments]
    assert sum(parts) + one.down_payment.cents == one.total.cents
    assert max(parts) - min(parts) <= 1
    assert one.due_by(one.instalments[-1].due) == one.total
    assert one.due_by(AGREED - timedelta(days=1)) == Money(0)


@given(plans(), st.integers(0, 5_050_000), st.integers(0, 4000))
def test_what_is_paid_and_what_is_behind_make_up_what_was_due(
    one: PaymentPlan, paid: int, days: int
) -> None:
    day = AGREED + timedelta(days=days)
    due = one.due_by(day - timedelta(days=1))
    behind = one.behind(Money(paid), day)
    assert behind.cents == max(0, due.cents - paid)
    following = one.next_due(Money(paid))
    assert (following is None) == (paid >= one.total.cents)
    if following is not None:
        assert Money(0) < following.amount
        before = sum(i.amount.cents for i in one.instalments if i.due < following.due)
        paid_in = max(paid, one.down_payment.cents + before)
        assert one.due_by(following.due).cents - paid_in == following.amount.cents


def test_a_third_of_500_dollars_on_the_last_days_of_months() -> None:
    assert plan(50_000, 3).instalments == (
        Instalment(date(2026, 1, 31), Money(16_667)),
        Instalment(date(2026, 2, 28), Money(16_667)),
        Instalment(date(2026, 3, 31), Money(16_666)),
    )


def test_without_a_down_payment_there_is_none() -> None:
    one = PaymentPlan.equal(
        Money(300, "EUR"), count=2, first_due=date(2026, 2, 1), agreed_on=AGREED
    )
    assert one.down_payment == Money(0, "EUR")
    assert one.due_by(date(2026, 1, 31)) == Money(0, "EUR")


def test_four_written_instalments_are_clear_and_five_warn() -> None:
    assert plan_stays_clear_of_regulation_z(plan(50_000, 4))
    assert plan_stays_clear_of_regulation_z(plan(50_000, 4, down=10_000))
    assert plan_stays_clear_of_regulation_z(plan(50_000, 12, written=False))
    assert not plan_stays_clear_of_regulation_z(plan(50_000, 5))
    assert plan_stays_clear_of_regulation_z.__name__ in WARNINGS


def test_a_plan_is_for_no_more_than_is_owed() -> None:
    assert plan_is_within_what_the_patient_owes(plan(500, 2), Money(500))
    assert not plan_is_within_what_the_patient_owes(plan(500, 2), Money(499))


@pytest.mark.parametrize("count", [0, -1, 601, True, 2.0])
def test_the_number_of_instalments_is_one(count: int) -> None:
    with pytest.raises(InvalidValue):
        plan(50_000, count)


@pytest.mark.parametrize(
    ("cents", "count", "down"), [(1, 2, 0), (0, 1, 0), (500, 2, 600), (500, 2, -1)]
)
def test_every_instalment_is_something(cents: int, count: int, down: int) -> None:
    with pytest.raises(InvalidValue):
        plan(cents, count, down)


def test_instalments_follow_one_another_and_the_agreement() -> None:
    days = (date(2026, 2, 1), date(2026, 2, 1))
    for due in (days, (AGREED, date(2026, 2, 1))):
        with pytest.raises(InvalidValue, match="one after the other"):
            PaymentPlan(
                agreed_on=AGREED,
                total=Money(200),
                instalments=tuple(Instalment(day, Money(100)) for day in due),
                down_payment=Money(0),
            )
    with pytest.raises(InvalidValue, match="add up"):
        PaymentPlan(
            agreed_on=AGREED,
            total=Money(200),
            instalments=(Instalment(days[0], Money(100)),),
            down_payment=Money(0),
        )


def test_a_plan_ends_before_the_calendar_does() -> None:
    with pytest.raises(InvalidValue):
        PaymentPlan.equal(Money(500), count=14, first_due=date(9998, 12, 1), agreed_on=AGREED)
