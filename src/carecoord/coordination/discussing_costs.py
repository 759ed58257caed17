"""Responsibility 7: the cost of services, coverage and payment. Plans, prices and estimates."""

from datetime import date
from typing import Annotated

from attrs import evolve, frozen

from carecoord.coordination.belonging import check_estimate_of, check_visit_of
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, insist
from carecoord.estimates.accumulators import Accumulators, check_names
from carecoord.estimates.estimate import (
    Estimate,
    Item,
    estimate_for_self_pay,
    estimate_with_plan,
)
from carecoord.estimates.explanation import explained
from carecoord.estimates.fee_schedules import Price
from carecoord.estimates.good_faith import (
    GoodFaith,
    GoodFaithItem,
    missing_contents,
)
from carecoord.estimates.good_faith_deadlines import (
    PayingWith,
    estimate_is_owed,
    requested_estimate_is_due,
    scheduled_estimate_is_due,
)
from carecoord.estimates.plans import Plan
from carecoord.estimates.pricing import expected_charge, gross_charge, service_line
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import (
    BookingId,
    CoverageId,
    EstimateId,
    FeeScheduleId,
    PatientId,
)
from carecoord.kernel.values import Positive, Text, checked
from carecoord.patients.coverages import coverage_is_in_force

__all__ = [
    "Service",
    "enter_plan",
    "enter_prices",
    "estimate_for_cash",
    "estimate_for_coverage",
    "estimates_of",
    "explain_estimate",
    "give_good_faith_estimate",
    "good_faith_estimate_due",
    "look_up_estimate",
]


@frozen(field_transformer=checked)
class Service:
    """A service that somebody asks the cost of.

    `category` is the kind of service in the plan's words, `description` is for the patient; unless
    it is given, that of the price is used.
    """

    code: Code
    units: Positive = 1
    category: Annotated[str, Text(longest=100)] | None = None
    description: Annotated[str, Text(longest=2_000)] | None = None


@use_case("plan", writes=("plan",))
def enter_plan(turn: Turn, plan: Plan) -> Plan:
    """Enter a plan's benefits, or bring them up to date; estimates already given stay as given."""
    return turn.plans.enter(plan)


@use_case("price", writes=("price",))
def enter_prices(turn: Turn, prices: tuple[Price, ...]) -> tuple[Price, ...]:
    """Enter prices of a fee schedule, or bring them up to date."""
    return tuple(turn.prices.enter(price) for price in prices)


@use_case(
    "estimate",
    reads=("patient", "plan", "price", "authorization", "booking"),
    writes=("estimate",),
)
def estimate_for_coverage(
    turn: Turn,
    patient: PatientId,
    coverage: CoverageId,
    services: tuple[Service, ...],
    *,
    tier: str,
    fee_schedule: FeeScheduleId | None = None,
    accumulators: Accumulators = Accumulators(),  # noqa: B008 - an immutable value
    visit: BookingId | None = None,
    service_date: date | None = None,
) -> Estimate:
    """Estimate what services will cost under a patient's coverage, and keep it as given.

    Prices are those of the fee schedule, or of any, that apply to the plan on the day. What is not
    known, as an accumulator that nobody stated, makes it a range.

    Raises:
        NotFound: no such patient, coverage, plan or visit.
        InvalidValue: the coverage names no plan, the visit is another patient's, or the plan has no
            such accumulator.
        NotAllowed: the coverage is not in force on the day.
    """
    held = turn.patients.get(patient).coverage(coverage)
    sensitivities = check_visit_of(turn, patient, visit)
    on = turn.today if service_date is None else service_date
    insist(coverage_is_in_force(held, on))
    if held.plan is None:
        raise InvalidValue("coverage.plan", "is not known; an estimate needs the plan's benefits")
    plan = turn.plans.get(held.plan)
    check_names(plan, accumulators)
    items = tuple(
        _item(turn, patient, coverage, plan, service, fee_schedule, on) for service in services
    )
    estimate = estimate_with_plan(
        items,
        plan,
        tier,
        accumulators,
        id=EstimateId(turn.new_id("estimate")),
        given_at=turn.now,
        patient=patient,
        visit=visit,
        service_date=service_date,
    )
    return turn.estimates.add(evolve(estimate, sensitivities=sensitivities))


@use_case("estimate", reads=("patient", "price", "booking"), writes=("estimate",))
def estimate_for_cash(
    turn: Turn,
    patient: PatientId,
    services: tuple[Service, ...],
    *,
    fee_schedule: FeeScheduleId | None = None,
    visit: BookingId | None = None,
    service_date: date | None = None,
) -> Estimate:
    """Estimate what services will cost a patient who pays alone, and keep it as given.

    A question about cost from such a patient starts a clock: see `good_faith_estimate_due`.

    Raises:
        NotFound: no such patient or visit.
        InvalidValue: the visit is another patient's.
    """
    turn.patients.get(patient)
    sensitivities = check_visit_of(turn, patient, visit)
    on = turn.today if service_date is None else service_date
    estimate = estimate_for_self_pay(
        tuple(_cash_item(turn, service, fee_schedule, on) for service in services),
        id=EstimateId(turn.new_id("estimate")),
        given_at=turn.now,
        patient=patient,
        visit=visit,
        service_date=service_date,
    )
    return turn.estimates.add(evolve(estimate, sensitivities=sensitivities))


@use_case("estimate", reads=("patient", "price", "booking"), writes=("estimate",))
def give_good_faith_estimate(
    turn: Turn,
    patient: PatientId,
    services: tuple[Service, ...],
    contents: GoodFaith,
    *,
    diagnoses: tuple[Code, ...],
    paying_with: PayingWith,
    fee_schedule: FeeScheduleId | None = None,
    visit: BookingId | None = None,
    replaces: EstimateId | None = None,
) -> Estimate:
    """Give the good-faith estimate that the law owes an uninsured or self-pay patient.

    The patient and the items are filled in from the record, the services and their prices; items
    of co-providers in `contents` are kept.

    Raises:
        NotAllowed: none is owed, or something that it must state is missing; all of it is named.
        NotFound: no such patient or visit, or no estimate that it replaces.
        InvalidValue: the visit, or the estimate that it replaces, is another patient's.
    """
    record = turn.patients.get(patient)
    sensitivities = check_visit_of(turn, patient, visit)
    sensitivities |= check_estimate_of(turn, patient, replaces, "replaces")
    on = contents.service_date or turn.today
    own = next((i for i, one in enumerate(contents.providers) if one.convening), None)
    priced = [(service, _price(turn, service, fee_schedule, on)) for service in services]
    items = tuple(
        GoodFaithItem(
            description=_described(service, price),
            provider=own or 0,
            code=service.code,
            diagnoses=diagnoses,
            units=service.units,
            expected_charge=None if price is None else expected_charge(price, service.units),
        )
        for service, price in priced
        if own is not None
    )
    filled = evolve(
        contents,
        patient_name=record.name.full,
        birth_date=record.birth_date,
        items=(*items, *contents.items),
    )
    refusals = missing_contents(filled)
    insist(estimate_is_owed(paying_with), *refusals)
    estimate = estimate_for_self_pay(
        tuple(_cash_item(turn, service, fee_schedule, on) for service in services),
        id=EstimateId(turn.new_id("estimate")),
        given_at=turn.now,
        patient=patient,
        visit=visit,
        service_date=contents.service_date,
        good_faith=filled,
        replaces=replaces,
    )
    return turn.estimates.add(evolve(estimate, sensitivities=sensitivities))


@use_case("estimate")
def good_faith_estimate_due(
    turn: Turn, paying_with: PayingWith, *, service_on: date | None = None
) -> date | None:
    """The last day for a good-faith estimate asked for or scheduled today; None if none is owed.

    A question about cost is a request; with `service_on` a service is scheduled today for that day,
    and where that is less than 3 business days ahead, scheduling alone sets no deadline.
    """
    if not estimate_is_owed(paying_with):
        return None
    days = turn.practice.business_days
    if service_on is None:
        return requested_estimate_is_due(turn.today, days)
    return scheduled_estimate_is_due(turn.today, service_on, days)


@use_case("estimate", reads=("estimate",))
def look_up_estimate(turn: Turn, estimate: EstimateId) -> Estimate:
    """An estimate as it was given; raises NotFound."""
    return turn.estimates.get(estimate)


@use_case("estimate", reads=("estimate",))
def estimates_of(turn: Turn, patient: PatientId) -> tuple[Estimate, ...]:
    """The estimates that a patient was given, the oldest first."""
    return turn.estimates.of_patient(patient)


@use_case("estimate", reads=("estimate",))
def explain_estimate(turn: Turn, estimate: EstimateId) -> tuple[str, ...]:
    """An estimate in words that a patient understands: a summary, then each service."""
    return explained(turn.estimates.get(estimate))


def _item(
    turn: Turn,
    patient: PatientId,
    coverage: CoverageId,
    plan: Plan,
    service: Service,
    fee_schedule: FeeScheduleId | None,
    on: date,
) -> Item:
    price = turn.prices.applying(
        service.code,
        on=on,
        fee_schedule=fee_schedule,
        payer_name=plan.payer_name,
        plan_name=plan.plan_name,
    )
    found = turn.authorizations.fitting(patient, coverage, service.code, on)
    line = (
        ServiceLine(service.code, service.category, units=service.units)
        if price is None
        else service_line(price, category=service.category, units=service.units)
    )
    # None on file is not a no: it may be got before the visit, and until then it makes a range.
    line = evolve(line, code=service.code, authorized=True if found else None)
    return Item(_described(service, price), line, None if price is None else price.id)


def _cash_item(turn: Turn, service: Service, fee_schedule: FeeScheduleId | None, on: date) -> Item:
    price = _price(turn, service, fee_schedule, on)
    line = ServiceLine(
        service.code,
        service.category,
        None if price is None else gross_charge(price, service.units),
        None if price is None else expected_charge(price, service.units),
        units=service.units,
    )
    return Item(_described(service, price), line, None if price is None else price.id)


def _price(
    turn: Turn, service: Service, fee_schedule: FeeScheduleId | None, on: date
) -> Price | None:
    return turn.prices.applying(service.code, on=on, fee_schedule=fee_schedule)


def _described(service: Service, price: Price | None) -> str:
    if service.description is not None:
        return service.description
    return f"Service {service.code}" if price is None else price.description
