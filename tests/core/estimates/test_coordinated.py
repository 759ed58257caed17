"""Several plans: nothing is lost between them, and ranges stay safe."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators, Used, untouched
from carecoord.estimates.adjudication import adjudicate
from carecoord.estimates.amounts import Amounts
from carecoord.estimates.benefits import Benefit, Limit, Measure
from carecoord.estimates.coordinated import Coordinated, PlanInTurn, coordinate
from carecoord.estimates.documents import html_document
from carecoord.estimates.estimate import Item, estimate_with_plans
from carecoord.estimates.explanation import explained
from carecoord.estimates.plans import NonCovered, Plan, Tier
from carecoord.estimates.secondary_payment import Method
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.trace import figures_of, recomputed
from carecoord.kernel.ids import EstimateId, PlanId
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.time import Zone
from carecoord.testing.estimates import (
    IN,
    a_plan,
    accumulators,
    claims,
    none_of,
    plans,
    self_only,
    service_lines,
    worlds,
)

GIVEN = datetime(2026, 5, 4, 15, tzinfo=UTC)


@st.composite
def turns(draw: st.DrawFn, unknown: bool = False) -> tuple[PlanInTurn, ...]:
    lines = draw(claims(unknown))
    done = [PlanInTurn(draw(plans(unknown)), IN, draw(accumulators(unknown)), lines)]
    for number in range(draw(st.integers(0, 2))):
        others = tuple(
            evolve(one, charge=line.charge)
            for one, line in zip(
                draw(st.tuples(*(service_lines(unknown) for _ in lines))), lines, strict=True
            )
        )
        done.append(
            PlanInTurn(
                evolve(draw(plans(unknown)), id=PlanId(f"plan-{number + 2}")),
                IN,
                draw(accumulators(unknown)),
                others,
                draw(st.sampled_from(Method)),
                draw(st.booleans()),
            )
        )
    return tuple(done)


def check(answer: Coordinated, many: int) -> None:
    for one in (*answer.low, *answer.high):
        assert len(one.payments) == many
        assert one.charge == (
            one.paid
            + one.patient_responsibility
            + one.contractual_adjustment
            + one.provider_liability
        )


@given(turns())
def test_with_any_number_of_plans_every_line_adds_up(turns: tuple[PlanInTurn, ...]) -> None:
    answer = coordinate(turns)
    check(answer, len(turns))
    assert answer.is_exact
    assert answer.undecided() == Money(0)
    steps = answer.steps()
    assert all(recomputed(step) == step.amount for step in steps)
    for number, one in enumerate(answer.low):
        summed = figures_of(steps, number)
        assert Amounts.of(summed, payments=tuple(each.cents for each in one.payments)) == one
        assert summed.paid == one.paid.cents
        for plan, paid in enumerate(one.payments):
            of_plan = (s for s in steps if (s.line, s.plan, s.figure) == (number, plan, "paid"))
            assert sum(step.amount for step in of_plan) == paid.cents
    alone = adjudicate(turns[0].plan, IN, turns[0].lines, turns[0].accumulators)
    for number, (one, first) in enumerate(zip(answer.low, alone.low.figures(), strict=True)):
        allowed = [first.allowed]
        for turn in turns[1:]:
            of_line = turn.lines[number]
            assert of_line.allowed is not None
            allowed.append(of_line.allowed.cents)
        assert one.payments[0].cents == first.paid
        assert one.paid.cents <= max(allowed)
        assert one.patient_responsibility.cents <= first.patient


@settings(max_examples=60)
@given(turns(unknown=True))
def test_an_unknown_keeps_the_range_safe(turns: tuple[PlanInTurn, ...]) -> None:
    answer = coordinate(turns)
    check(answer, len(turns))
    low = sum(one.patient_responsibility.cents for one in answer.low)
    high = sum(one.patient_responsibility.cents for one in answer.high)
    assert low <= high
    assert answer.is_exact or answer.unknown
    assert answer.undecided() >= Money(0)


HALF = Benefit(frozenset({"care"}), steps=(), coinsurance=None)


def half(limit: Limit | None = None, tier: str = IN, in_network: bool = True) -> Plan:
    benefit = Benefit.after_deductible({"care"}, Rate.percent(50))
    if limit is not None:
        benefit = evolve(benefit, limits=(limit.name,))
    return a_plan(
        Tier(tier, in_network, none_of("deductible"), none_of("limit"), (benefit,)),
        limits=() if limit is None else (limit,),
    )


def two(method: Method, first: int, second: int, **fields: Any) -> Amounts:
    plan = half()

    def line(allowed: int) -> tuple[ServiceLine, ...]:
        return (ServiceLine(None, "care", Money.of(1200), Money.of(allowed)),)

    later = PlanInTurn(plan, IN, untouched(plan), line(second), method)
    (one,) = coordinate(
        [PlanInTurn(plan, IN, untouched(plan), line(first)), evolve(later, **fields)]
    ).low
    return one


@pytest.mark.parametrize(
    ("method", "paid", "patient"),
    [
        (Method.DENTAL_BASIC, 200, 250),
        (Method.DENTAL_STANDARD, 325, 125),
        (Method.NAIC_STANDARD, 325, 125),
        (Method.NON_DUPLICATION, 0, 450),
        (Method.CARVE_OUT, 0, 450),
        (Method.MAINTENANCE_OF_BENEFITS, 100, 350),
    ],
)
def test_two_dental_plans_that_pay_half(method: Method, paid: int, patient: int) -> None:
    one = two(method, 900, 650)
    assert one.payments == (Money.of(450), Money.of(paid))
    assert one.contractual_adjustment == Money.of(300)
    assert one.patient_responsibility == Money.of(patient)


def test_a_later_plan_that_allows_more_shrinks_the_adjustment() -> None:
    one = two(Method.NAIC_STANDARD, 650, 1000)
    assert one.payments == (Money.of(325), Money.of(500))
    assert one.patient_responsibility == Money(0)
    assert one.contractual_adjustment == Money.of(375)


def test_a_later_plans_contract_binds_only_where_it_is_said() -> None:
    assert two(Method.DENTAL_BASIC, 900, 650).patient_responsibility == Money.of(250)
    bound = two(Method.DENTAL_BASIC, 900, 650, contract_binds=True)
    assert bound.patient_responsibility == Money(0)
    assert bound.contractual_adjustment == Money.of(550)


def test_what_the_first_denies_and_may_not_bill_a_later_plan_can_pay() -> None:
    care = Benefit(frozenset({"care"}), steps=(), authorization_required=True)
    strict = a_plan(Tier(IN, True, none_of("deductible"), none_of("limit"), (care,)))
    line = (ServiceLine(None, "care", Money.of(100), Money.of(100), authorized=False),)
    later = PlanInTurn(half(), IN, untouched(half()), line, Method.NAIC_STANDARD)
    (one,) = coordinate([PlanInTurn(strict, IN, untouched(strict), line), later]).low
    assert one.payments == (Money(0), Money.of(50))
    assert one.provider_liability == Money.of(50)


def test_a_maximum_comes_after_coordination() -> None:
    limit = Limit("annual", Measure.DOLLARS, 30_000)
    first, second = half(), half(limit)
    lines = (ServiceLine(None, "care", Money.of(1000), Money.of(1000)),) * 2
    answer = coordinate(
        [
            PlanInTurn(first, IN, untouched(first), lines),
            PlanInTurn(
                second,
                IN,
                Accumulators(None, (), (Used("annual", 0),)),
                tuple(evolve(one, allowed=Money.of(700)) for one in lines),
                Method.DENTAL_BASIC,
            ),
        ]
    )
    assert [one.payments[1] for one in answer.low] == [Money.of(200), Money.of(100)]


def test_what_coordinates_badly_is_refused() -> None:
    plan = half()
    line = (ServiceLine(None, "care", Money.of(1), Money.of(1)),)
    first = PlanInTurn(plan, IN, untouched(plan), line)
    euros = a_plan(Tier(IN, True), currency="EUR")
    wrong: tuple[list[PlanInTurn], ...] = (
        [first, evolve(first, plan=euros, method=Method.CARVE_OUT)],
        [],
        [first, first],
        [evolve(first, method=Method.CARVE_OUT)],
        [first, evolve(first, method=Method.CARVE_OUT, lines=())],
    )
    for given_turns in wrong:
        with pytest.raises(InvalidValue):
            coordinate(given_turns)


@settings(max_examples=40)
@given(turns(unknown=True).filter(lambda turns: bool(turns[0].lines)))
def test_an_estimate_of_several_plans_names_their_methods(turns: tuple[PlanInTurn, ...]) -> None:
    items = [Item("a service", line) for line in turns[0].lines]
    told = estimate_with_plans(items, turns, id=EstimateId("e"), given_at=GIVEN)
    assert len(told.plans) == len(turns)
    assert told.methods == tuple(turn.method for turn in turns[1:])
    with pytest.raises(InvalidValue):
        estimate_with_plans(items[1:], turns, id=EstimateId("e"), given_at=GIVEN)
    with pytest.raises(InvalidValue):
        evolve(told, methods=(*told.methods, Method.CARVE_OUT))


def test_an_excluded_service_is_coordinated_on_the_charge() -> None:
    none = a_plan(
        Tier(IN, True, none_of("d"), none_of("o"), (Benefit.excluded({"care"}),)),
        non_covered=NonCovered.CHARGE,
    )
    line = (ServiceLine(None, "care", Money.of(200), Money.of(100)),)
    later = PlanInTurn(half(), IN, untouched(half()), line, Method.NAIC_STANDARD)
    (one,) = coordinate([PlanInTurn(none, IN, untouched(none), line), later]).low
    assert one.patient_responsibility == Money.of(150)
    (one,) = coordinate(
        [PlanInTurn(none, IN, untouched(none), line), evolve(later, contract_binds=True)]
    ).low
    assert one.patient_responsibility == Money.of(50)
    assert self_only("d", 1).individual == Money.of(1)


@settings(max_examples=60)
@given(worlds(), worlds(), st.sampled_from(Method), st.booleans())
def test_the_range_holds_the_truth_of_two_plans(
    one: Any, other: Any, method: Method, binds: bool
) -> None:
    (plan, lines, used), (true_plan, true_lines, true_used) = one
    (plan_2, lines_2, used_2), (true_plan_2, true_lines_2, true_used_2) = other
    many = min(len(lines), len(lines_2))
    same_charges = [line.charge for line in lines[:many]]

    def charged(some: Any) -> tuple[ServiceLine, ...]:
        # What is not known to be allowed lies below the charge, so the charge may only be higher.
        return tuple(
            evolve(line, charge=Money.total(filter(None, (line.charge, charge))))
            for line, charge in zip(some[:many], same_charges, strict=True)
        )

    def turns(first: Any, second: Any) -> list[PlanInTurn]:
        return [
            PlanInTurn(*first),
            evolve(PlanInTurn(*second), method=method, contract_binds=binds),
        ]

    second_lines = charged(lines_2)
    first_lines = tuple(
        evolve(line, charge=again.charge)
        for line, again in zip(lines[:many], second_lines, strict=True)
    )
    true_first = tuple(
        evolve(line, charge=again.charge)
        for line, again in zip(true_lines[:many], second_lines, strict=True)
    )
    told = coordinate(turns((plan, IN, used, first_lines), (plan_2, IN, used_2, second_lines)))
    truth = coordinate(
        turns(
            (true_plan, IN, true_used, true_first),
            (true_plan_2, IN, true_used_2, charged(true_lines_2)),
        )
    )
    assert truth.is_exact
    low, true, high = (
        sum(each.patient_responsibility.cents for each in side)
        for side in (told.low, truth.low, told.high)
    )
    assert low <= true <= high


def test_an_estimate_of_two_plans_says_that_plans_pay() -> None:
    line = (ServiceLine(None, "care", Money.of(200), Money.of(100)),)
    first = PlanInTurn(half(), IN, untouched(half()), line)
    later = evolve(first, method=Method.NAIC_STANDARD)
    told = estimate_with_plans(
        [Item("MRI", line[0])], [first, later], id=EstimateId("e"), given_at=GIVEN
    )
    assert "Your plans pay $100.00. You owe $0.00." in explained(told)[1]
    assert "Your plans pay" in html_document(told, provider="x", zone=Zone("UTC"))


def test_a_later_contract_takes_off_what_is_not_covered_before_cost_shares() -> None:
    eighty = Benefit.after_deductible({"care"}, Rate.percent(20))
    plan = a_plan(Tier(IN, True, none_of("deductible"), none_of("limit"), (eighty,)))
    white = ServiceLine(None, "care", Money.of(300), Money.of(250), alternate=Money.of(150))
    excluded = a_plan(
        Tier(IN, True, none_of("deductible"), none_of("limit"), (Benefit.excluded({"care"}),))
    )
    second = (ServiceLine(None, "care", Money.of(300), Money.of(200)),)
    (one,) = coordinate(
        [
            PlanInTurn(plan, IN, untouched(plan), (white,)),
            PlanInTurn(excluded, IN, untouched(excluded), second, Method.NAIC_STANDARD, True),
        ]
    ).low
    assert (one.coinsurance, one.not_covered) == (Money.of(30), Money.of(50))


def free_plan() -> Plan:
    free = Benefit.free_of_charge({"care"})
    return a_plan(Tier(IN, True, none_of("deductible"), none_of("limit"), (free,)))


def test_maintenance_of_benefits_is_capped_at_its_whole_allowed_amount() -> None:
    second = PlanInTurn(
        free_plan(),
        IN,
        untouched(free_plan()),
        (ServiceLine(None, "care", Money.of(1200), Money.of(300)),),
        Method.MAINTENANCE_OF_BENEFITS,
    )
    line = (ServiceLine(None, "care", Money.of(1200), Money.of(100)),)
    (one,) = coordinate([PlanInTurn(half(), IN, untouched(half()), line), second]).low
    assert one.payments == (Money.of(50), Money.of(250))


def test_a_range_counts_what_the_second_could_allow_once() -> None:
    lines = (ServiceLine(None, "care", Money.of(200), Money.of(200)),) * 2
    first = PlanInTurn(half(), IN, untouched(half()), lines)
    unsure = ServiceLine(None, "care", Money.of(200), allowed_between=(Money.of(10), Money.of(90)))
    nothing = ServiceLine(None, "care", Money.of(200), Money.of(0))
    second = PlanInTurn(
        free_plan(), IN, untouched(free_plan()), (unsure, nothing), Method.NAIC_STANDARD
    )
    answer = coordinate([first, second])
    low, high = (
        Money.total(one.patient_responsibility for one in side)
        for side in (answer.low, answer.high)
    )
    assert (low, high) == (Money.of(110), Money.of(200))
