"""The trace: steps stand in the plan's order and say where they come from."""

import pytest

from carecoord.estimates.accumulators import Accumulators, Spent, Used
from carecoord.estimates.adjudication import adjudicate
from carecoord.estimates.benefits import Benefit, CopayPer, CostShare, Limit, Measure, Without
from carecoord.estimates.plans import Plan, Tier
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.trace import Step, figures_of
from carecoord.kernel.money import Money, Rate
from carecoord.testing.estimates import IN, a_plan, self_only

D, C, S = CostShare.DEDUCTIBLE, CostShare.COPAY, CostShare.COINSURANCE
START = ["charge", "allowed_amount", "contractual_adjustment"]
CARE = frozenset({"care"})
LINE = ServiceLine(None, "care", Money.of(180), Money.of(100), units=2, authorized=False)


def plan_with(benefit: Benefit, in_network: bool = True) -> Plan:
    return a_plan(
        Tier(IN, in_network, self_only("deductible", 40), self_only("limit", 1000), (benefit,)),
        limits=(Limit("dollars", Measure.DOLLARS, 3000), Limit("units", Measure.UNITS, 1)),
    )


def steps(plan: Plan, spent: int = 0) -> tuple[Step, ...]:
    used = Accumulators(
        None,
        (Spent("deductible", Money(0)), Spent("limit", Money.of(spent))),
        (Used("dollars", 0), Used("units", 0)),
    )
    run = adjudicate(plan, IN, [LINE], used).low
    assert figures_of(run.steps(), 0) == run.figures()[0]
    return run.steps()


@pytest.mark.parametrize("order", [(C, D, S), (D, C, S), (D, S, C), (C,), (D, S), ()])
def test_steps_stand_in_the_plans_order(order: tuple[CostShare, ...]) -> None:
    benefit = Benefit(
        CARE,
        steps=order,
        copay=Money.of(10) if C in order else None,
        copay_per=CopayPer.SERVICE,
        coinsurance=Rate.percent(20) if S in order else None,
        source="summary of benefits, page 2",
    )
    found = steps(plan_with(benefit))
    assert [step.rule for step in found] == [*START, *(one.value for one in order), "plan_payment"]
    assert {step.source for step in found[3:]} == {"summary of benefits, page 2"}


def test_what_is_unusual_has_steps_of_its_own() -> None:
    half = Rate.percent(50)
    less = Benefit(CARE, steps=(S,), coinsurance=half, authorization_required=True,
                   without_authorization=Without.PAID_LESS, paid_less=half)  # fmt: skip
    assert [step.rule for step in steps(plan_with(less))][3:] == [
        "coinsurance", "paid_less", "plan_payment",
    ]  # fmt: skip
    most = Benefit(CARE, steps=(), limits=("dollars", "units"))
    assert [step.rule for step in steps(plan_with(most))] == [
        "charge", "allowed_amount", "not_covered", "contractual_adjustment",
        "benefit_maximum", "plan_payment",
    ]  # fmt: skip
    liable = Benefit(CARE, steps=(), authorization_required=True)
    denied = steps(plan_with(liable))
    assert [step.rule for step in denied][2] == "provider_liability"
    assert denied[2].source == "the plan's terms: no prior authorization"
    free = Benefit(CARE, steps=())
    assert [step.rule for step in steps(plan_with(free, in_network=False))][2:] == [
        "balance_bill", "plan_payment",
    ]  # fmt: skip


def test_the_limit_takes_off_one_figure_after_another() -> None:
    benefit = Benefit(CARE, steps=(D, S), coinsurance=Rate.percent(50))
    relief = [
        (step.figure, step.amount)
        for step in steps(plan_with(benefit), spent=990)
        if step.rule == "out_of_pocket_limit"
    ]
    assert relief == [("coinsurance", -3000), ("deductible", -3000)]
