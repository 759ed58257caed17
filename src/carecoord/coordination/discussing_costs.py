"""Responsibility 7: the cost of services, coverage and payment. Plans, prices and estimates."""

from datetime import date
from enum import Enum

from attrs import evolve, frozen

from carecoord.coordination.belonging import check_estimate_of, check_visit_of
from carecoord.coordination.following_benefits import AmountsUsed, plan_of, used_by
from carecoord.coordination.priced_services import Asked, Service, cash_items, plan_items
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, Refused, insist
from carecoord.estimates.accumulators import Accumulators, check_names, in_the_year_of
from carecoord.estimates.adjudication import adjudicate
from carecoord.estimates.billing_limits import Notice, within_limits
from carecoord.estimates.comparison import (
    Change,
    Option,
    certainly_cheapest,
    compare,
    what_would_change,
)
from carecoord.estimates.conditions import MemberFacts
from carecoord.estimates.documents import html_document, markdown_document
from carecoord.estimates.estimate import Estimate, estimate_for_self_pay, estimate_with_plan
from carecoord.estimates.explanation import explained
from carecoord.estimates.fee_schedules import Price
from carecoord.estimates.plans import Plan, plan_is_in_force
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.surprise_billing import (
    OutOfNetworkCare,
    balance_may_be_billed,
    governing_tier,
)
from carecoord.kernel.ids import (
    BookingId,
    CoverageId,
    EstimateId,
    FeeScheduleId,
    PatientId,
    PlanId,
)
from carecoord.kernel.values import checked
from carecoord.patients.coverages import Coverage, coverage_is_in_force
from carecoord.patients.registration import Patient

__all__ = [
    "Comparison",
    "DocumentForm",
    "Service",
    "compare_estimates",
    "costs_would_change",
    "enter_plan",
    "enter_prices",
    "estimate_for_cash",
    "estimate_for_coverage",
    "estimate_for_plan",
    "estimates_of",
    "explain_estimate",
    "look_up_estimate",
    "write_estimate",
]

ESTIMATING = (
    "patient", "plan", "price", "authorization", "booking", "eligibility_response", "accumulation",
)  # fmt: skip
"""The kinds that an estimate under a coverage rests on."""

_NOBODY = MemberFacts()


class DocumentForm(Enum):
    """In which form an estimate is handed out."""

    MARKDOWN = "markdown"
    HTML = "html"


@frozen(field_transformer=checked)
class Comparison:
    """Options side by side; `cheapest` is the one that is so whatever the unknown is, if any."""

    options: tuple[Option, ...]
    cheapest: Option | None


@use_case("plan", writes=("plan",))
def enter_plan(turn: Turn, plan: Plan) -> Plan:
    """Enter a plan's benefits, or bring them up to date; estimates already given stay as given."""
    return turn.plans.enter(plan)


@use_case("price", writes=("price",))
def enter_prices(turn: Turn, prices: tuple[Price, ...]) -> tuple[Price, ...]:
    """Enter prices of a fee schedule, or bring them up to date."""
    return tuple(turn.prices.enter(price) for price in prices)


@use_case("estimate", reads=ESTIMATING, writes=("estimate",))
def estimate_for_coverage(
    turn: Turn,
    patient: PatientId,
    coverage: CoverageId,
    services: tuple[Service, ...],
    *,
    tier: str,
    fee_schedule: FeeScheduleId | None = None,
    accumulators: Accumulators | None = None,
    member: MemberFacts = _NOBODY,
    out_of_network: OutOfNetworkCare | None = None,
    in_network_tier: str = "in network",
    is_qmb: bool | None = None,
    notice: Notice | None = None,
    visit: BookingId | None = None,
    service_date: date | None = None,
    replaces: EstimateId | None = None,
) -> Estimate:
    """Estimate what services will cost under a patient's coverage, and keep it as given.

    Prices are those of the fee schedule, or of any, that apply to the plan on the day. What has
    been used is what the payer stated last, unless `accumulators` are given; what nobody stated
    makes it a range. `member` says what is known of the patient besides the record, as a dental
    plan asks. With `out_of_network` the tier is the plan's for providers without a contract, and
    where the balance may not be billed the share is that of `in_network_tier`. Where a law keeps
    amounts from being billed to the patient, they are the provider's: `is_qmb` says whether the
    patient is a qualified Medicare beneficiary, `notice` what was given in writing beforehand.

    Raises:
        NotFound: no such patient, coverage, plan or visit, or no estimate that it replaces.
        InvalidValue: the coverage names no plan, the visit or the estimate is another patient's,
            or the plan has no such tier or accumulator.
        NotAllowed: the coverage, or its plan, is not in force on the day.
    """
    record = turn.patients.get(patient)
    sensitivities = check_visit_of(turn, patient, visit)
    sensitivities |= check_estimate_of(turn, patient, replaces, "replaces")
    on = turn.today if service_date is None else service_date
    held = record.coverage(coverage)
    plan = usable_plan(turn, held, on)
    cautions: tuple[str, ...] = ()
    if out_of_network is not None:
        answer = balance_may_be_billed(out_of_network)
        tier = governing_tier(answer, in_network=in_network_tier, out_of_network=tier)
        if isinstance(answer, Refused):
            cautions = (f"the balance may not be billed: {answer.reason}",)
    used = amounts_on(turn, held, patient, plan, tier, on, accumulators)
    known = member_of(record, held, member)
    asked = Asked(patient, services, fee_schedule, on, known)
    items, against = plan_items(turn, asked, plan, tier, coverage)
    estimate = estimate_with_plan(
        items,
        plan,
        tier,
        used.accumulators,
        id=EstimateId(turn.new_id("estimate")),
        given_at=turn.now,
        patient=patient,
        visit=visit,
        service_date=service_date,
        replaces=replaces,
    )
    estimate = evolve(
        estimate,
        cautions=(*cautions, *used.cautions, *against),
        sensitivities=sensitivities,
    )
    return turn.estimates.add(within_limits(estimate, plan.program, is_qmb=is_qmb, notice=notice))


@use_case("estimate", reads=("patient", "plan", "price", "authorization"), writes=("estimate",))
def estimate_for_plan(
    turn: Turn,
    patient: PatientId,
    plan: PlanId,
    services: tuple[Service, ...],
    *,
    tier: str,
    fee_schedule: FeeScheduleId | None = None,
    accumulators: Accumulators = Accumulators(),  # noqa: B008 - an immutable value
    service_date: date | None = None,
) -> Estimate:
    """Estimate what services would cost under a plan that the patient does not have, and keep it.

    Raises:
        NotFound: no such patient or plan.
        InvalidValue: the plan has no such tier or accumulator.
        NotAllowed: the plan is not in force on the day.
    """
    record = turn.patients.get(patient)
    on = turn.today if service_date is None else service_date
    other = turn.plans.get(plan)
    insist(plan_is_in_force(other, on))
    check_names(other, accumulators)
    asked = Asked(patient, services, fee_schedule, on, MemberFacts(born=record.birth_date))
    items, against = plan_items(turn, asked, other, tier, None)
    estimate = estimate_with_plan(
        items,
        other,
        tier,
        accumulators,
        id=EstimateId(turn.new_id("estimate")),
        given_at=turn.now,
        patient=patient,
        service_date=service_date,
    )
    return turn.estimates.add(evolve(estimate, cautions=against))


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

    A question about cost from such a patient starts a clock: see `receive_cost_question`.

    Raises:
        NotFound: no such patient or visit.
        InvalidValue: the visit is another patient's.
    """
    turn.patients.get(patient)
    sensitivities = check_visit_of(turn, patient, visit)
    on = turn.today if service_date is None else service_date
    estimate = estimate_for_self_pay(
        cash_items(turn, Asked(patient, services, fee_schedule, on)),
        id=EstimateId(turn.new_id("estimate")),
        given_at=turn.now,
        patient=patient,
        visit=visit,
        service_date=service_date,
    )
    return turn.estimates.add(evolve(estimate, sensitivities=sensitivities))


@use_case("estimate", reads=("estimate",))
def compare_estimates(turn: Turn, options: tuple[tuple[str, EstimateId], ...]) -> Comparison:
    """Estimates side by side under labels, as in network, in cash and under another plan.

    Raises:
        NotFound: no such estimate.
        InvalidValue: they are of several patients or in several currencies, or a label comes twice.
    """
    found = [(label, turn.estimates.get(estimate)) for label, estimate in options]
    if len({estimate.patient for _, estimate in found}) > 1:
        raise InvalidValue("options", "must be of one patient")
    compared = compare(found)
    return Comparison(compared, certainly_cheapest(compared))


@use_case("estimate", reads=ESTIMATING)
def costs_would_change(
    turn: Turn,
    patient: PatientId,
    coverage: CoverageId,
    services: tuple[Service, ...],
    *,
    tier: str,
    fee_schedule: FeeScheduleId | None = None,
    accumulators: Accumulators | None = None,
    member: MemberFacts = _NOBODY,
    service_date: date | None = None,
    other_days: tuple[date, ...] = (),
    other_fee_schedules: tuple[FeeScheduleId, ...] = (),
) -> tuple[Change, ...]:
    """What would change the costs, each tried by itself; nothing of it is kept.

    Tried are authorizations and referrals, a deductible that is met, the start of a benefit year,
    each of the other days, and each of the other fee schedules, as those of other sites. What would
    make no difference is left out.

    Raises:
        as `estimate_for_coverage`.
    """
    record = turn.patients.get(patient)
    held = record.coverage(coverage)
    on = turn.today if service_date is None else service_date
    known = member_of(record, held, member)

    def reckoned(
        day: date, prices: FeeScheduleId | None
    ) -> tuple[Plan, tuple[ServiceLine, ...], Accumulators]:
        plan = usable_plan(turn, held, day)
        used = amounts_on(turn, held, patient, plan, tier, day, accumulators)
        items, _ = plan_items(
            turn, Asked(patient, services, prices, day, known), plan, tier, coverage
        )
        return plan, tuple(item.line for item in items), used.accumulators

    plan, lines, used = reckoned(on, fee_schedule)
    given = adjudicate(plan, tier, lines, used).patient_owes
    changes = list(what_would_change(lines, plan, tier, used))
    for words, day, prices in (
        *((f"on {day}", day, fee_schedule) for day in other_days),
        *((f"at the prices of {other}", on, other) for other in other_fee_schedules),
    ):
        of_plan, its_lines, its_used = reckoned(day, prices)
        owed = adjudicate(of_plan, tier, its_lines, its_used).patient_owes
        if owed != given:
            changes.append(Change(words, *owed))
    return tuple(changes)


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


@use_case("estimate", reads=("estimate",))
def write_estimate(
    turn: Turn, estimate: EstimateId, form: DocumentForm = DocumentForm.HTML, *, provider: str
) -> str:
    """An estimate as a document to hand out, as it was given; `provider` is who gives it."""
    write = html_document if form is DocumentForm.HTML else markdown_document
    return write(turn.estimates.get(estimate), provider=provider, zone=turn.practice.zone)


def usable_plan(turn: Turn, held: Coverage, on: date) -> Plan:
    """The plan of a coverage that is in force on the day.

    Raises:
        NotAllowed: the coverage, or its plan, is not.
        NotFound, InvalidValue: as `plan_of`.
    """
    insist(coverage_is_in_force(held, on))
    plan = plan_of(turn, held)
    insist(plan_is_in_force(plan, on))
    return plan


def amounts_on(
    turn: Turn,
    held: Coverage,
    patient: PatientId,
    plan: Plan,
    tier: str,
    on: date,
    given: Accumulators | None,
) -> AmountsUsed:
    """What was given for the benefit year of the day, else what is on record.

    Raises:
        InvalidValue: the plan has no such accumulator.
    """
    if given is None:
        return used_by(turn, patient, held.id, plan, tier, on)
    check_names(plan, given)
    if given.as_of is None:
        return AmountsUsed(given)
    return AmountsUsed(evolve(in_the_year_of(on, plan, given), as_of=given.as_of))


def member_of(record: Patient, held: Coverage, told: MemberFacts) -> MemberFacts:
    """What is known of a member: what was told, and else what is on record."""
    return evolve(
        told,
        born=record.birth_date if told.born is None else told.born,
        covered_since=held.starts if told.covered_since is None else told.covered_since,
    )
