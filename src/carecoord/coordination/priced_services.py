"""Priced services: what somebody asks the cost of, as lines that a plan can be applied to."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from attrs import evolve, frozen

from carecoord.coordination.turn import Turn
from carecoord.errors import InvalidValue
from carecoord.estimates.benefits import Benefit
from carecoord.estimates.conditions import (
    Conditions,
    MemberFacts,
    PlannedService,
    conditions_against,
)
from carecoord.estimates.estimate import Item
from carecoord.estimates.fee_schedules import Price
from carecoord.estimates.plans import Plan
from carecoord.estimates.prices import Setting
from carecoord.estimates.pricing import (
    allowed_amount,
    expected_charge,
    gross_charge,
    service_line,
)
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import CoverageId, FeeScheduleId, PatientId
from carecoord.kernel.money import Money
from carecoord.kernel.values import Positive, Text, checked

__all__ = ["Asked", "Service", "cash_items", "described", "plan_items", "price_for_anybody"]

Word = Annotated[str, Text(longest=100)]


@frozen(field_transformer=checked)
class Service:
    """A service that somebody asks the cost of.

    `category` is the kind of service in the plan's words, `description` is for the patient; unless
    it is given, that of the price is used. A dental service may name its `tooth`, and the cheaper
    service that the plan pays `instead`, a downgrade. `referred` says whether a referral is there.
    `recognized` is what the plan allows for all units where no contract says so, as for protected
    care out of network.
    """

    code: Code
    units: Positive = 1
    category: Word | None = None
    description: Annotated[str, Text(longest=2_000)] | None = None
    modifiers: tuple[Word, ...] = ()
    setting: Setting = Setting.OUTPATIENT
    tooth: Word | None = None
    instead: Code | None = None
    referred: bool | None = None
    recognized: Money | None = None


@frozen
class Asked:
    """What is asked about, of whom and when; the same whatever the plan is."""

    patient: PatientId
    services: tuple[Service, ...]
    fee_schedule: FeeScheduleId | None
    on: date
    member: MemberFacts = MemberFacts()  # noqa: RUF009 - an immutable value


def plan_items(
    turn: Turn, asked: Asked, plan: Plan, tier: str, coverage: CoverageId | None
) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """The services as the plan allows them, and which conditions are against which.

    Raises:
        InvalidValue: the plan has no such tier, or allows no amount for what it pays instead.
    """
    of_tier = plan.tier(tier)
    member = evolve(asked.member, benefit_year_starts=plan.year_starts)
    items, cautions = [], list[str]()
    for service in asked.services:
        price = _price(turn, service, asked.fee_schedule, asked.on, plan)
        line = (
            ServiceLine(service.code, units=service.units)
            if price is None
            else service_line(price, units=service.units)
        )
        if service.recognized is not None:
            line = evolve(line, allowed=service.recognized, allowed_between=None)
        on_file = coverage is not None and turn.authorizations.fitting(
            asked.patient, coverage, service.code, asked.on
        )
        eligible, reasons = _eligible(
            of_tier.benefit_for(service.code, service.category), service, asked.on, member
        )
        line = evolve(
            line,
            code=service.code,
            category=service.category,
            # None on file is not a no: it may be got before the visit, and until then it makes a
            # range.
            authorized=True if on_file else None,
            referred=service.referred,
            eligible=eligible,
            alternate=_instead(turn, service, asked, plan),
        )
        words = described(service, price)
        cautions += [f"{words}: {reason}" for reason in reasons]
        items.append(Item(words, line, None if price is None else price.id))
    return tuple(items), tuple(cautions)


def _price(
    turn: Turn,
    service: Service,
    fee_schedule: FeeScheduleId | None,
    on: date,
    plan: Plan | None = None,
) -> Price | None:
    return turn.prices.applying(
        service.code,
        on=on,
        fee_schedule=fee_schedule,
        payer_name=None if plan is None else plan.payer_name,
        plan_name=None if plan is None else plan.plan_name,
        setting=service.setting,
        modifiers=service.modifiers,
    )


def _instead(turn: Turn, service: Service, asked: Asked, plan: Plan) -> Money | None:
    if service.instead is None:
        return None
    instead = evolve(service, code=service.instead)
    price = _price(turn, instead, asked.fee_schedule, asked.on, plan)
    allowed = None if price is None else allowed_amount(price, service.units)
    if allowed is None:
        raise InvalidValue("Service.instead", "has no price that the plan allows")
    return allowed


def _eligible(
    benefit: Benefit | None, service: Service, on: date, member: MemberFacts
) -> tuple[bool | None, Iterable[str]]:
    conditions = Conditions() if benefit is None else benefit.conditions or Conditions()
    planned = PlannedService(service.code, on, tooth=service.tooth)
    refusals, unknown = conditions_against(conditions, planned, member)
    if refusals:
        return False, [one.reason for one in refusals]
    return (None if unknown else True), [f"{what} is not known" for what in unknown]


def cash_items(turn: Turn, asked: Asked) -> tuple[Item, ...]:
    """The services at what a patient who pays alone is expected to pay."""
    items = []
    for service in asked.services:
        price = price_for_anybody(turn, service, asked.fee_schedule, asked.on)
        line = ServiceLine(
            service.code,
            service.category,
            None if price is None else gross_charge(price, service.units),
            None if price is None else expected_charge(price, service.units),
            units=service.units,
        )
        items.append(Item(described(service, price), line, None if price is None else price.id))
    return tuple(items)


def price_for_anybody(
    turn: Turn, service: Service, fee_schedule: FeeScheduleId | None, on: date
) -> Price | None:
    """The price where no plan is used."""
    return _price(turn, service, fee_schedule, on)


def described(service: Service, price: Price | None) -> str:
    """The service in words for the patient."""
    if service.description is not None:
        return service.description
    return f"Service {service.code}" if price is None else price.description
