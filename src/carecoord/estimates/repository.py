"""What the context of estimates asks of storage."""

from collections.abc import Iterable
from datetime import date
from typing import NoReturn

from attrs import evolve

from carecoord.errors import NotAllowed, Refused
from carecoord.estimates.accumulation import Accumulation
from carecoord.estimates.cost_requests import CostRequest
from carecoord.estimates.eligibility import EligibilityResponse
from carecoord.estimates.estimate import Estimate
from carecoord.estimates.fee_schedules import Price, PriceList
from carecoord.estimates.plans import Plan
from carecoord.estimates.prices import Setting
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import BookingId, CoverageId, FeeScheduleId, PatientId
from carecoord.storage.conditions import Order, at_most, equal, every, has, is_none, some
from carecoord.storage.kind import Kind, Searched
from carecoord.storage.repository import Repository

__all__ = [
    "ACCUMULATION",
    "COST_REQUEST",
    "ELIGIBILITY_RESPONSE",
    "ESTIMATE",
    "PLAN",
    "PRICE",
    "Accumulations",
    "CostRequests",
    "EligibilityResponses",
    "Estimates",
    "Plans",
    "Prices",
]

PLAN = Kind(
    "plan",
    Plan,
    (
        Searched("name", lambda it: it.name),
        Searched("payer_name", lambda it: it.payer_name),
        Searched("plan_name", lambda it: it.plan_name),
        Searched("program", lambda it: it.program),
        Searched("first_day", lambda it: it.first_day),
        Searched("last_day", lambda it: it.last_day),
    ),
)

PRICE = Kind(
    "price",
    Price,
    (
        Searched("fee_schedule", lambda it: it.fee_schedule),
        Searched("code", lambda it: [code.token for code in it.codes], many=True),
        Searched("payer_name", lambda it: it.payer_name),
        Searched("plan_name", lambda it: it.plan_name),
    ),
)

ESTIMATE = Kind(
    "estimate",
    Estimate,
    (
        Searched("visit", lambda it: it.visit, references="booking"),
        Searched("given_at", lambda it: it.given_at),
        Searched("service_date", lambda it: it.service_date),
        Searched("plan", lambda it: it.plans, many=True),
        Searched("replaces", lambda it: it.replaces),
    ),
    patient_of=lambda it: it.patient,
    sensitivity_of=lambda it: it.sensitivities,
)

ELIGIBILITY_RESPONSE = Kind(
    "eligibility_response",
    EligibilityResponse,
    (
        Searched("coverage", lambda it: it.coverage),
        Searched("as_of", lambda it: it.as_of),
        Searched("answered_at", lambda it: it.answered_at),
    ),
    patient_of=lambda it: it.patient,
)

ACCUMULATION = Kind(
    "accumulation",
    Accumulation,
    (
        Searched("coverage", lambda it: it.coverage),
        Searched("plan", lambda it: it.plan),
        Searched("service_day", lambda it: it.entry.service_day),
    ),
    patient_of=lambda it: it.patient,
)

COST_REQUEST = Kind(
    "cost_request",
    CostRequest,
    (
        Searched("due", lambda it: it.due),
        Searched("answered_by", lambda it: it.answered_by),
        Searched("visit", lambda it: it.visit, references="booking"),
    ),
    patient_of=lambda it: it.patient,
    sensitivity_of=lambda it: it.sensitivities,
)


class Plans(Repository[Plan]):
    """The plans, by payer and name."""

    kind = PLAN
    in_order = (Order("payer_name"), Order("plan_name"), Order("name"))

    def of_payer(self, payer_name: str, on: date, plan_name: str | None = None) -> tuple[Plan, ...]:
        """Those of the payer, or only those of this plan name, that are in force on the day."""
        where = [equal("payer_name", payer_name)]
        if plan_name is not None:
            where.append(equal("plan_name", plan_name))
        return tuple(plan for plan in self.all(every(*where)) if plan.in_force(on))


class Prices(Repository[Price]):
    """The prices of all fee schedules, by fee schedule and payer."""

    kind = PRICE
    in_order = (Order("fee_schedule"), Order("payer_name"), Order("plan_name"))

    def applying(
        self,
        code: Code,
        *,
        on: date,
        fee_schedule: FeeScheduleId | None = None,
        payer_name: str | None = None,
        plan_name: str | None = None,
        setting: Setting = Setting.OUTPATIENT,
        modifiers: Iterable[str] = (),
    ) -> Price | None:
        """The most particular price in force on the day, as `PriceList.find` picks it."""
        anybody = is_none("payer_name")
        where = [
            has("code", code.token),
            anybody if payer_name is None else some(anybody, equal("payer_name", payer_name)),
        ]
        if fee_schedule is not None:
            where.append(equal("fee_schedule", fee_schedule))
        return PriceList(self.all(every(*where))).find(
            code,
            on=on,
            payer_name=payer_name,
            plan_name=plan_name,
            setting=setting,
            modifiers=modifiers,
        )

    def in_fee_schedule(self, fee_schedule: FeeScheduleId) -> tuple[Price, ...]:
        """All prices of a fee schedule."""
        return self.all(equal("fee_schedule", fee_schedule))


class Estimates(Repository[Estimate]):
    """The estimates that were given, by when they were."""

    kind = ESTIMATE
    in_order = (Order("given_at"),)

    def of_patient(self, patient: PatientId) -> tuple[Estimate, ...]:
        """Those of a patient, the oldest first."""
        return self.all(equal("patient", patient))

    def of_visit(self, visit: BookingId) -> tuple[Estimate, ...]:
        """Those of a visit, the oldest first."""
        return self.all(equal("visit", visit))

    def replace(self, aggregate: Estimate) -> NoReturn:
        """An estimate stays as it was given; another one can be given instead of it.

        Raises:
            NotAllowed: always.
        """
        raise NotAllowed(
            Refused(
                "estimate_stays_as_given",
                "an estimate stays as it was given; give another one that replaces it",
                "45 CFR 149.610(b)(1)(vii) and (x)",
            )
        )

    def enter(self, aggregate: Estimate) -> Estimate:
        """Keep it as handed in if it is new; one that is here already must be the same.

        Raises:
            NotAllowed: another estimate with this id is here.
        """
        here = self.get_or_none(aggregate.id)
        if here is None:
            return super().enter(aggregate)
        return here if evolve(aggregate, version=here.version) == here else self.replace(aggregate)


class EligibilityResponses(Repository[EligibilityResponse]):
    """What payers answered, by the day that their figures are of."""

    kind = ELIGIBILITY_RESPONSE
    in_order = (Order("as_of"), Order("answered_at"))

    def of_coverage(
        self, patient: PatientId, coverage: CoverageId
    ) -> tuple[EligibilityResponse, ...]:
        """Those about a coverage of a patient, the oldest first."""
        return self.all(every(equal("patient", patient), equal("coverage", coverage)))


class Accumulations(Repository[Accumulation]):
    """What counted toward the accumulators of coverages, by the day of service."""

    kind = ACCUMULATION
    in_order = (Order("service_day"),)

    def of_coverage(self, patient: PatientId, coverage: CoverageId) -> tuple[Accumulation, ...]:
        """Those of a coverage of a patient, the oldest first."""
        return self.all(every(equal("patient", patient), equal("coverage", coverage)))


class CostRequests(Repository[CostRequest]):
    """Who waits for a good-faith estimate, by when it is due."""

    kind = COST_REQUEST
    in_order = (Order("due"),)

    def open_until(self, day: date) -> tuple[CostRequest, ...]:
        """The open ones that are due on the day or before, the most urgent first."""
        return self.all(every(is_none("answered_by"), at_most("due", day)))
