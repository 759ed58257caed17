"""Responsibility 7: the good-faith estimates that the law owes to who pays alone, and their clocks.

Source: 45 CFR 149.610 and 149.620.
"""

from datetime import date

from attrs import evolve, frozen

from carecoord.coordination.belonging import check_estimate_of, check_visit_of
from carecoord.coordination.openness import visit_with
from carecoord.coordination.priced_services import (
    Asked,
    Service,
    cash_items,
    described,
    price_for_anybody,
)
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, Refused, insist
from carecoord.estimates.cost_requests import CostRequest, RequestReason
from carecoord.estimates.disputes import bill_can_be_disputed
from carecoord.estimates.estimate import Estimate, estimate_for_self_pay
from carecoord.estimates.good_faith import (
    GoodFaith,
    GoodFaithItem,
    missing_contents,
    recurrence_is_within_twelve_months,
)
from carecoord.estimates.good_faith_deadlines import (
    PayingWith,
    estimate_is_owed,
    reissue_is_due,
    requested_estimate_is_due,
    scheduled_estimate_is_due,
)
from carecoord.estimates.pricing import expected_charge
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import BookingId, CostRequestId, EstimateId, FeeScheduleId, PatientId
from carecoord.kernel.money import Money
from carecoord.kernel.time import local_date
from carecoord.kernel.values import LongText, checked

__all__ = [
    "Reissue",
    "bill_against_estimate",
    "cost_questions_waiting",
    "give_good_faith_estimate",
    "good_faith_estimate_due",
    "receive_cost_question",
    "reissue_needed",
    "visit_scheduled_without_coverage",
]


@frozen(field_transformer=checked)
class Reissue:
    """Why a good-faith estimate no longer holds, and by when a new one is due."""

    reasons: tuple[str, ...]
    due: date | None
    """None where nothing is scheduled."""


@use_case("cost_request", reads=("patient", "booking"), writes=("cost_request",))
def receive_cost_question(
    turn: Turn,
    patient: PatientId,
    paying_with: PayingWith,
    *,
    visit: BookingId | None = None,
    about: LongText = "",
) -> CostRequest:
    """Take down a question about cost: from who pays alone it is a request, and starts the clock.

    Raises:
        NotFound: no such patient or visit.
        InvalidValue: the visit is another patient's.
        NotAllowed: no good-faith estimate is owed to somebody who uses a coverage.
    """
    turn.patients.get(patient)
    sensitivities = check_visit_of(turn, patient, visit)
    insist(estimate_is_owed(paying_with))
    due = requested_estimate_is_due(turn.today, turn.practice.business_days)
    return turn.cost_requests.add(
        CostRequest(
            id=CostRequestId(turn.new_id("cost_request")),
            patient=patient,
            reason=RequestReason.ASKED,
            paying_with=paying_with,
            due=due,
            received_at=turn.now,
            visit=visit,
            about=about,
            sensitivities=sensitivities,
        )
    )


@use_case("cost_request", reads=("patient", "booking"), writes=("cost_request",))
def visit_scheduled_without_coverage(
    turn: Turn, visit: BookingId, paying_with: PayingWith
) -> CostRequest | None:
    """Start the clock of a visit that was scheduled today; None where scheduling sets no deadline.

    Raises:
        NotFound: no such visit.
        NotAllowed: no good-faith estimate is owed to somebody who uses a coverage.
    """
    scheduled = visit_with(turn, visit)
    insist(estimate_is_owed(paying_with))
    on = local_date(scheduled.period.start, turn.practice.zone)
    due = scheduled_estimate_is_due(turn.today, on, turn.practice.business_days)
    if due is None:
        return None
    return turn.cost_requests.add(
        CostRequest(
            id=CostRequestId(turn.new_id("cost_request")),
            patient=scheduled.patient,
            reason=RequestReason.SCHEDULED,
            paying_with=paying_with,
            due=due,
            received_at=turn.now,
            visit=visit,
            sensitivities=scheduled.sensitivities,
        )
    )


@use_case("cost_request", reads=("cost_request",))
def cost_questions_waiting(turn: Turn, *, until: date | None = None) -> tuple[CostRequest, ...]:
    """Who waits for a good-faith estimate that is due by a day, today unless another is given."""
    return turn.cost_requests.open_until(turn.today if until is None else until)


@use_case(
    "estimate",
    reads=("patient", "price", "booking"),
    writes=("estimate", "cost_request"),
)
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
    answers: CostRequestId | None = None,
) -> Estimate:
    """Give the good-faith estimate that the law owes an uninsured or self-pay patient.

    The patient and the items are filled in from the record, the services and their prices; items
    of co-providers in `contents` are kept. It answers the request that it names.

    Raises:
        NotAllowed: none is owed, or something that it must state is missing; all of it is named.
            The request was answered already.
        NotFound: no such patient, visit or request, or no estimate that it replaces.
        InvalidValue: the visit, the request, or the estimate that it replaces, is another
            patient's.
    """
    record = turn.patients.get(patient)
    sensitivities = check_visit_of(turn, patient, visit)
    sensitivities |= check_estimate_of(turn, patient, replaces, "replaces")
    request = None if answers is None else turn.cost_requests.get(answers)
    if request is not None and request.patient != patient:
        raise InvalidValue("answers", "is of another patient")
    on = contents.service_date or turn.today
    asked = Asked(patient, services, fee_schedule, on)
    filled = evolve(
        contents,
        patient_name=record.name.full,
        birth_date=record.birth_date,
        items=(*_own_items(turn, asked, contents, diagnoses), *contents.items),
    )
    recurrence = contents.recurrence
    insist(
        estimate_is_owed(paying_with),
        *missing_contents(filled),
        *(() if recurrence is None else (recurrence_is_within_twelve_months(recurrence),)),
    )
    estimate = estimate_for_self_pay(
        cash_items(turn, asked),
        id=EstimateId(turn.new_id("estimate")),
        given_at=turn.now,
        patient=patient,
        visit=visit,
        service_date=contents.service_date,
        good_faith=filled,
        replaces=replaces,
    )
    given = turn.estimates.add(evolve(estimate, sensitivities=sensitivities))
    if request is not None:
        turn.cost_requests.replace(request.answered(given.id))
    return given


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


@use_case("estimate", reads=("estimate", "price", "booking"))
def reissue_needed(
    turn: Turn, estimate: EstimateId, *, fee_schedule: FeeScheduleId | None = None
) -> Reissue | None:
    """Whether a good-faith estimate no longer holds, because its visit moved or a price changed.

    What was given stays as it was given; a new estimate replaces it.

    Raises:
        NotFound: no such estimate.
        InvalidValue: it is no good-faith estimate.
    """
    given = turn.estimates.get(estimate)
    contents = _contents(given)
    reasons = []
    on = given.service_date
    if given.visit is not None:
        visit_on = local_date(visit_with(turn, given.visit).period.start, turn.practice.zone)
        if on is not None and visit_on != on:
            reasons.append("the visit is on another day")
        on = visit_on
    for item in contents.items:
        if contents.providers[item.provider].convening and item.code is not None:
            service = Service(item.code, item.units)
            price = price_for_anybody(turn, service, fee_schedule, on or turn.today)
            now = None if price is None else expected_charge(price, item.units)
            if now != item.expected_charge:
                reasons.append(f"the price of {item.description} has changed")
    if not reasons:
        return None
    due = None if on is None else reissue_is_due(on, turn.practice.business_days)
    return Reissue(tuple(reasons), due)


@use_case("estimate", reads=("estimate",))
def bill_against_estimate(
    turn: Turn,
    estimate: EstimateId,
    *,
    billed: Money,
    first_billed_on: date,
    provider: int = 0,
    on: date | None = None,
) -> tuple[Refused, ...]:
    """What is against a dispute of one provider's bill; nothing where it can be disputed.

    Bills are held against what the same provider or facility estimated, never summed over several.

    Raises:
        NotFound: no such estimate.
        InvalidValue: it is no good-faith estimate, or has no total of this provider.
    """
    return bill_can_be_disputed(
        _contents(turn.estimates.get(estimate)),
        provider=provider,
        billed=billed,
        first_billed_on=first_billed_on,
        on=turn.today if on is None else on,
    )


def _contents(given: Estimate) -> GoodFaith:
    if given.good_faith is None:
        raise InvalidValue("estimate", "is no good-faith estimate")
    return given.good_faith


def _own_items(
    turn: Turn, asked: Asked, contents: GoodFaith, diagnoses: tuple[Code, ...]
) -> tuple[GoodFaithItem, ...]:
    """The items of the convening provider, where the contents name one."""
    own = next((i for i, one in enumerate(contents.providers) if one.convening), None)
    if own is None:
        return ()
    priced = [
        (service, price_for_anybody(turn, service, asked.fee_schedule, asked.on))
        for service in asked.services
    ]
    return tuple(
        GoodFaithItem(
            description=described(service, price),
            provider=own,
            code=service.code,
            diagnoses=diagnoses,
            units=service.units,
            expected_charge=None if price is None else expected_charge(price, service.units),
        )
        for service, price in priced
    )
