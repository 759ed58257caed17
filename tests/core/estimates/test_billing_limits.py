"""Billing limits: what may not be asked of the patient moves to the provider, to the cent."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.estimates.accumulators import Accumulators, untouched
from carecoord.estimates.benefits import Benefit
from carecoord.estimates.billing_limits import (
    Notice,
    cost_sharing_may_be_billed,
    non_covered_service_may_be_billed,
    within_limits,
)
from carecoord.estimates.estimate import Estimate, Item, estimate_with_plan
from carecoord.estimates.plans import Plan, Program, Tier
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.trace import figures_of, recomputed
from carecoord.kernel.ids import EstimateId
from carecoord.kernel.money import Money, Rate
from carecoord.testing.estimates import IN, a_plan, accumulators, claims, none_of, plans

GIVEN = datetime(2026, 5, 4, 15, tzinfo=UTC)
PLAN = a_plan(
    Tier(
        IN,
        True,
        none_of("deductible"),
        none_of("limit"),
        (
            Benefit.after_deductible({"care"}, Rate.percent(20)),
            Benefit.flat_copay({"visit"}, Money.of(3)),
            Benefit.excluded({"massage"}),
        ),
    )
)


def told(*categories: str) -> Estimate:
    items = [Item(one, ServiceLine(None, one, Money.of(100), Money.of(100))) for one in categories]
    return estimate_with_plan(items, PLAN, IN, untouched(PLAN), id=EstimateId("e"), given_at=GIVEN)


@settings(max_examples=60)
@given(
    plans(unknown=True),
    claims(unknown=True).filter(bool),
    accumulators(unknown=True),
    st.sampled_from(Program),
    st.none() | st.booleans(),
    st.none() | st.sampled_from(Notice),
)
def test_a_limit_never_makes_the_patient_owe_more_and_loses_no_cent(
    plan: Plan,
    lines: tuple[ServiceLine, ...],
    used: Accumulators,
    program: Program,
    is_qmb: bool | None,
    notice: Notice | None,
) -> None:
    items = [Item("a service", line) for line in lines]
    before = estimate_with_plan(items, plan, IN, used, id=EstimateId("e"), given_at=GIVEN)
    after = within_limits(before, program, is_qmb=is_qmb, notice=notice)
    assert after.low.patient_responsibility <= before.low.patient_responsibility
    assert after.high.patient_responsibility <= before.high.patient_responsibility
    assert after.low.patient_responsibility <= after.high.patient_responsibility
    assert after.low.paid == before.low.paid
    assert after.low.charge == before.low.charge
    assert after.undecided == before.undecided + (
        after.low.provider_liability - before.low.provider_liability
    ) - (after.high.provider_liability - before.high.provider_liability)
    for steps, which in ((after.trace, "low"), (after.trace_high or after.trace, "high")):
        assert all(recomputed(step) == step.amount for step in steps)
        for number, line in enumerate(after.lines):
            amounts = getattr(line, which)
            figures = figures_of(steps, number)
            assert figures.liable == amounts.provider_liability.cents
            assert figures.patient == amounts.patient_responsibility.cents


def test_a_qualified_medicare_beneficiary_owes_no_cost_sharing() -> None:
    def owed(program: Program, is_qmb: bool | None) -> tuple[Money, Money | None]:
        return within_limits(told("care"), program, is_qmb=is_qmb, notice=None).patient_owes

    assert owed(Program.MEDICARE, True) == (Money(0), Money(0))
    assert owed(Program.MEDICARE_ADVANTAGE, True) == (Money(0), Money(0))
    assert owed(Program.MEDICARE, False) == (Money.of(20), Money.of(20))
    assert owed(Program.COMMERCIAL, True) == (Money.of(20), Money.of(20))
    assert owed(Program.COMMERCIAL, None) == (Money.of(20), Money.of(20))
    unsure = within_limits(told("care"), Program.MEDICARE, is_qmb=None, notice=None)
    assert unsure.patient_owes == (Money(0), Money.of(20))
    assert unsure.unknown == ("whether the patient is a qualified Medicare beneficiary",)
    assert unsure.undecided == Money.of(20)


def test_a_medicaid_member_owes_the_copay_alone() -> None:
    limited = within_limits(
        told("care", "visit", "massage"), Program.MEDICAID, is_qmb=False, notice=None
    )
    assert [line.low.patient_responsibility for line in limited.lines] == [
        Money(0), Money.of(3), Money(0),
    ]  # fmt: skip
    assert limited.low.provider_liability == Money.of(120)


@pytest.mark.parametrize(
    ("program", "needed"),
    [
        (Program.MEDICARE, Notice.ADVANCE_BENEFICIARY_NOTICE),
        (Program.MEDICARE_ADVANTAGE, Notice.ORGANIZATION_DETERMINATION),
        (Program.MEDICAID, Notice.WRITTEN_AGREEMENT),
    ],
)
def test_a_service_not_covered_needs_the_programs_own_notice(
    program: Program, needed: Notice
) -> None:
    for notice in (None, *Notice):
        answer = non_covered_service_may_be_billed(program, notice)
        assert bool(answer) is (notice is needed)
        limited = within_limits(told("massage"), program, is_qmb=False, notice=notice)
        assert limited.patient_owes[0] == Money.of(100 if notice is needed else 0)
    assert non_covered_service_may_be_billed(Program.COMMERCIAL, None)
    assert not cost_sharing_may_be_billed(Program.MEDICARE, True)


def test_a_medicaid_member_is_billed_no_balance() -> None:
    out = a_plan(
        Tier(IN, False, none_of("deductible"), none_of("limit"), (Benefit.free_of_charge({"x"}),))
    )
    line = ServiceLine(None, "x", Money.of(100), Money.of(60))
    told_so = estimate_with_plan(
        [Item("x", line)], out, IN, untouched(out), id=EstimateId("e"), given_at=GIVEN
    )
    assert told_so.patient_owes[0] == Money.of(40)
    limited = within_limits(told_so, Program.MEDICAID, is_qmb=False, notice=None)
    assert limited.patient_owes == (Money(0), Money(0))
