"""Estimates: what was told adds up, and stays as it was told."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators, Spent
from carecoord.estimates.amounts import Amounts
from carecoord.estimates.benefits import Benefit
from carecoord.estimates.estimate import (
    Estimate,
    Item,
    estimate_for_self_pay,
    estimate_with_plan,
)
from carecoord.estimates.plans import Plan, Tier
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.trace import recomputed
from carecoord.kernel.ids import BookingId, EstimateId, PatientId
from carecoord.kernel.money import Money, Rate
from carecoord.testing.estimates import IN, a_plan, accumulators, claims, none_of, plans, self_only

GIVEN = datetime(2026, 5, 4, 15, tzinfo=UTC)
ID = EstimateId("estimate-1")
PLAN = a_plan(
    Tier(
        IN,
        True,
        self_only("deductible", 50),
        none_of("limit"),
        (Benefit.after_deductible({"care"}, Rate.percent(20)),),
    )
)


def items(lines: tuple[ServiceLine, ...]) -> list[Item]:
    return [Item(f"service {number}", line) for number, line in enumerate(lines)]


def with_plan(*lines: ServiceLine, used: Accumulators) -> Estimate:
    return estimate_with_plan(items(lines), PLAN, IN, used, id=ID, given_at=GIVEN)


def adds_up(amounts: Amounts) -> bool:
    whole = amounts.paid + amounts.patient_responsibility
    return amounts.charge == (whole + amounts.contractual_adjustment + amounts.provider_liability)


@given(plans(unknown=True), claims(unknown=True).filter(bool), accumulators(unknown=True))
def test_charges_are_somebodys_or_undecided(
    plan: Plan, lines: tuple[ServiceLine, ...], used: Accumulators
) -> None:
    estimate = estimate_with_plan(items(lines), plan, IN, used, id=ID, given_at=GIVEN)
    assert adds_up(estimate.low)
    assert adds_up(estimate.high)
    assert all(adds_up(one) for line in estimate.lines for one in (line.low, line.high))
    low, high = estimate.patient_owes
    assert high is not None
    assert low <= high
    assert estimate.is_exact == (not estimate.unknown)
    if estimate.is_exact:
        assert low == high
        assert not estimate.undecided
        assert not estimate.trace_high
    assert estimate.undecided >= Money(0)


amounts = st.integers(0, 100_000).map(Money)


@given(st.lists(st.tuples(amounts, st.none() | amounts), min_size=1, max_size=5))
def test_a_self_pay_patient_owes_the_cash_prices(rows: list[tuple[Money, Money | None]]) -> None:
    lines = tuple(ServiceLine(None, None, charge, cash) for charge, cash in rows)
    estimate = estimate_for_self_pay(items(lines), id=ID, given_at=GIVEN)
    assert adds_up(estimate.low)
    assert estimate.is_exact
    assert estimate.low.patient_responsibility == Money.total(
        charge if cash is None else cash for charge, cash in rows
    )


def test_what_has_no_price_makes_the_most_unknown() -> None:
    lines = (
        ServiceLine(None, None, Money.of(100), Money.of(80)),
        ServiceLine(None, None),
        ServiceLine(None, None, None, None, (Money.of(10), Money.of(20))),
    )
    estimate = estimate_for_self_pay(items(lines), id=ID, given_at=GIVEN)
    assert estimate.patient_owes == (Money.of(90), None)
    assert estimate.unknown == ("the price of a service", "the cash price")
    assert estimate.undecided == Money.of(10)
    assert not estimate.is_exact


def test_an_estimate_knows_what_it_rests_on() -> None:
    used = Accumulators(date(2026, 5, 1), (Spent("deductible", Money.of(10)),))
    estimate = estimate_with_plan(
        items((ServiceLine(None, "care", Money.of(180), Money.of(100)),)),
        PLAN,
        IN,
        used,
        id=ID,
        given_at=GIVEN,
        patient=PatientId("patient-1"),
        visit=BookingId("booking-1"),
        service_date=date(2026, 6, 1),
        replaces=EstimateId("estimate-0"),
    )
    assert estimate.plans == (PLAN.id,)
    assert estimate.accumulators_as_of == date(2026, 5, 1)
    assert estimate.patient_owes == (Money.of(52), Money.of(52))
    assert "180" not in repr(estimate)


def test_a_later_change_of_benefits_leaves_what_was_told() -> None:
    line = ServiceLine(None, "care", Money.of(180), Money.of(100))
    used = Accumulators(None, (Spent("deductible", Money.of(50)),))
    before = with_plan(line, used=used)
    dearer = evolve(PLAN, tiers=(evolve(PLAN.tiers[0], deductible=self_only("deductible", 900)),))
    after = estimate_with_plan(items((line,)), dearer, IN, used, id=ID, given_at=GIVEN)
    assert after.patient_owes != before.patient_owes
    assert before.patient_owes == (Money.of(20), Money.of(20))


def test_what_does_not_add_up_cannot_be_made() -> None:
    fine = Amounts.cash(Money.of(100), Money.of(80))
    for fields in (
        {"charge": Money.of(99)},
        {"self_pay": Money.of(-80), "contractual_adjustment": Money.of(180)},
        {"payments": (Money.of(1),)},
    ):
        with pytest.raises(InvalidValue):
            evolve(fine, **fields)
    with pytest.raises(InvalidValue):
        Amounts.total([])
    estimate = estimate_for_self_pay(
        items((ServiceLine(None, None, Money.of(1)),)), id=ID, given_at=GIVEN
    )
    wrong: tuple[dict[str, Any], ...] = ({"lines": ()}, {"plans": (PLAN.id,)})
    for changed in wrong:
        with pytest.raises(InvalidValue):
            evolve(estimate, **changed)


@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(0, 10**6).map(Money),
            st.none() | st.integers(0, 10**6).map(Money),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_every_figure_of_a_self_pay_estimate_is_recomputed_from_its_trace(
    prices: list[tuple[Money | None, Money | None]],
) -> None:
    items = [Item("a service", ServiceLine(None, None, charge, cash)) for charge, cash in prices]
    told = estimate_for_self_pay(items, id=EstimateId("e"), given_at=GIVEN)
    assert all(recomputed(step) == step.amount for step in told.trace)
    for number, line in enumerate(told.lines):
        sums = {"charge": 0, "allowed": 0, "contractual": 0, "self_pay": 0}
        for step in told.trace:
            if step.line == number:
                sums[step.figure] += step.amount
        assert sums == {
            "charge": line.low.charge.cents,
            "allowed": line.low.allowed.cents,
            "contractual": line.low.contractual_adjustment.cents,
            "self_pay": line.low.self_pay.cents,
        }


def test_a_range_of_cash_prices_has_a_trace_at_both_ends() -> None:
    between = ServiceLine(None, None, Money.of(100), None, (Money.of(50), Money.of(70)))
    told = estimate_for_self_pay([Item("x", between)], id=EstimateId("e"), given_at=GIVEN)
    assert [step.amount for step in told.trace if step.figure == "self_pay"] == [50_00]
    assert [step.amount for step in told.trace_high if step.figure == "self_pay"] == [70_00]
