"""Responsibility 7: several coverages of one patient: who pays first, and what is left to pay."""

from datetime import date
from typing import Annotated

from attrs import evolve, frozen

from carecoord.coordination.belonging import check_visit_of
from carecoord.coordination.discussing_costs import (
    ESTIMATING,
    amounts_on,
    member_of,
    usable_plan,
)
from carecoord.coordination.priced_services import Asked, Service, plan_items
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators
from carecoord.estimates.billing_limits import Notice, within_limits
from carecoord.estimates.conditions import MemberFacts
from carecoord.estimates.coordinated import PlanInTurn
from carecoord.estimates.estimate import Estimate, Item, estimate_with_plans
from carecoord.estimates.payment_order import (
    SHARE_EQUALLY,
    ChildOf,
    CoordinatedCoverage,
    Employment,
    MedicareReason,
    PaymentOrder,
    in_payment_order,
)
from carecoord.estimates.plans import Plan, Program
from carecoord.estimates.secondary_payment import Method
from carecoord.kernel.ids import BookingId, CoverageId, EstimateId, FeeScheduleId, PatientId
from carecoord.kernel.values import Count, Range, checked
from carecoord.patients.coverages import Coverage, Relationship

__all__ = ["CoverageInTurn", "estimate_for_coverages", "order_of_payment"]

_NOBODY = MemberFacts()


@frozen(field_transformer=checked, kw_only=True)
class CoverageInTurn:
    """A coverage among several, with what is not on record but decides who pays first and how.

    `method` is how it pays where another pays before it; Medicare has its own. `contract_binds`
    says that the provider takes off what is above its allowed amount too. The rest is as in
    `CoordinatedCoverage`.
    """

    coverage: CoverageId
    tier: str
    method: Method | None = None
    contract_binds: bool = False
    accumulators: Accumulators | None = None
    coordinates: bool = True
    employment: Employment | None = None
    subscriber_born: tuple[Annotated[int, Range(1, 12)], Annotated[int, Range(1, 31)]] | None = None
    child_of: ChildOf | None = None
    employees: Count | None = None


@use_case("patient", reads=("patient", "plan"))
def order_of_payment(
    turn: Turn,
    patient: PatientId,
    coverages: tuple[CoverageInTurn, ...],
    *,
    medicare_because: MedicareReason | None = None,
    medicare_months: Count | None = None,
    on: date | None = None,
) -> PaymentOrder:
    """Which of a patient's coverages pays first, by which rule, and what should be asked.

    Raises:
        NotFound: no such patient, coverage or plan.
        NotAllowed: a coverage, or its plan, is not in force on the day.
        InvalidValue: a coverage names no plan, or is named twice.
    """
    record = turn.patients.get(patient)
    day = turn.today if on is None else on
    held = {one.coverage: record.coverage(one.coverage) for one in coverages}
    plans = {id: usable_plan(turn, one, day) for id, one in held.items()}
    return _ordered(coverages, held, plans, medicare_because, medicare_months)


@use_case("estimate", reads=ESTIMATING, writes=("estimate",))
def estimate_for_coverages(
    turn: Turn,
    patient: PatientId,
    coverages: tuple[CoverageInTurn, ...],
    services: tuple[Service, ...],
    *,
    medicare_because: MedicareReason | None = None,
    medicare_months: Count | None = None,
    fee_schedule: FeeScheduleId | None = None,
    member: MemberFacts = _NOBODY,
    is_qmb: bool | None = None,
    notice: Notice | None = None,
    visit: BookingId | None = None,
    service_date: date | None = None,
) -> Estimate:
    """Estimate what services will cost where several coverages pay in turn, and keep it as given.

    The order is that of the rules of coordination, whatever the order in which they are given; what
    should be known to be sure of it is among the cautions.

    Raises:
        NotFound: no such patient, coverage, plan or visit.
        InvalidValue: a coverage names no plan, is named twice, or has no method in its turn; the
            visit is another patient's; a plan has no such tier or accumulator.
        NotAllowed: a coverage, or its plan, is not in force on the day.
    """
    record = turn.patients.get(patient)
    sensitivities = check_visit_of(turn, patient, visit)
    on = turn.today if service_date is None else service_date
    named = {one.coverage: one for one in coverages}
    held = {id: record.coverage(id) for id in named}
    plans = {id: usable_plan(turn, one, on) for id, one in held.items()}
    order = _ordered(coverages, held, plans, medicare_because, medicare_months)
    cautions = [f"who pays first depends on {question}" for question in order.questions]
    if SHARE_EQUALLY in order.decided_by:
        cautions.append("no rule says which of the plans pays first")
    turns: list[PlanInTurn] = []
    items: tuple[Item, ...] = ()
    for id in order.coverages:
        one, plan = named[id], plans[id]
        used = amounts_on(turn, held[id], patient, plan, one.tier, on, one.accumulators)
        asked = Asked(patient, services, fee_schedule, on, member_of(record, held[id], member))
        its_items, against = plan_items(turn, asked, plan, one.tier, id)
        cautions += [f"{plan.name}: {words}" for words in (*used.cautions, *against)]
        items = items or its_items
        turns.append(
            PlanInTurn(
                plan,
                one.tier,
                used.accumulators,
                tuple(item.line for item in its_items),
                _method(one, plan) if turns else None,
                bool(turns) and one.contract_binds,
            )
        )
    estimate = estimate_with_plans(
        items,
        turns,
        id=EstimateId(turn.new_id("estimate")),
        given_at=turn.now,
        patient=patient,
        visit=visit,
        service_date=service_date,
    )
    estimate = evolve(estimate, cautions=tuple(cautions), sensitivities=sensitivities)
    for program in dict.fromkeys(plan.program for plan in plans.values()):
        estimate = within_limits(estimate, program, is_qmb=is_qmb, notice=notice)
    return turn.estimates.add(estimate)


def _method(one: CoverageInTurn, plan: Plan) -> Method:
    if one.method is not None:
        return one.method
    if plan.program is Program.MEDICARE:
        return Method.MEDICARE_SECONDARY
    raise InvalidValue("CoverageInTurn.method", "is needed where another coverage pays before")


def _ordered(
    coverages: tuple[CoverageInTurn, ...],
    held: dict[CoverageId, Coverage],
    plans: dict[CoverageId, Plan],
    medicare_because: MedicareReason | None,
    medicare_months: int | None,
) -> PaymentOrder:
    return in_payment_order(
        [
            CoordinatedCoverage(
                id=one.coverage,
                program=plans[one.coverage].program,
                coordinates=one.coordinates,
                as_dependent=held[one.coverage].relationship is not Relationship.SELF,
                employment=one.employment,
                subscriber_born=one.subscriber_born,
                child_of=one.child_of,
                since=held[one.coverage].starts,
                employees=one.employees,
            )
            for one in coverages
        ],
        medicare_because=medicare_because,
        medicare_months=medicare_months,
    )
