"""Plans, prices and estimates are kept whole, found again, and estimates stay as given."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings

from carecoord.errors import NotAllowed
from carecoord.estimates.accumulators import Accumulators
from carecoord.estimates.estimate import Item, estimate_for_self_pay, estimate_with_plan
from carecoord.estimates.fee_schedules import Price
from carecoord.estimates.good_faith import GoodFaith, GoodFaithItem, GoodFaithProvider, Recurrence
from carecoord.estimates.plans import Plan, Tier
from carecoord.estimates.prices import (
    AllowedAmounts,
    BillingClass,
    DrugMeasure,
    DrugUnit,
    Methodology,
    Remittances,
    Setting,
)
from carecoord.estimates.repository import Estimates, Plans, Prices
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.contact import HumanName
from carecoord.kernel.ids import BookingId, EstimateId, FeeScheduleId, PatientId, PlanId, PriceId
from carecoord.kernel.money import Money, Rate
from carecoord.kinds import open_store
from carecoord.patients.registration import Patient
from carecoord.patients.repository import Patients
from carecoord.storage.work import Work
from carecoord.testing.estimates import IN, a_plan, accumulators, claims, plans

CODE = Code(CPT, "70551")
GIVEN = datetime(2026, 5, 4, 15, tzinfo=UTC)
TODAY = date(2026, 5, 4)
PATIENT = PatientId("patient-1")


@pytest.fixture
def work() -> Iterator[Work]:
    with open_store("memory:") as store, store.work() as work:
        Patients(work).add(Patient(id=PATIENT, name=HumanName(family="Okafor")))
        yield work


@settings(max_examples=15)
@given(plans(unknown=True), claims(unknown=True).filter(bool), accumulators(unknown=True))
def test_plans_and_estimates_come_back_as_they_were_kept(
    plan: Plan, lines: tuple[ServiceLine, ...], used: Accumulators
) -> None:
    items = [Item("a service", line) for line in lines]
    told = estimate_with_plan(items, plan, IN, used, id=EstimateId("e"), given_at=GIVEN)
    with open_store("memory:") as store:
        with store.work() as work:
            Plans(work).add(plan)
            Estimates(work).add(told)
        with store.work() as work:
            assert evolve(Plans(work).get(plan.id), version=0) == plan
            kept = Estimates(work).get("e")
            assert evolve(kept, version=0) == told
            assert kept.patient_owes == told.patient_owes


def price(number: int, **fields: Any) -> Price:
    return Price(
        **{
            "id": PriceId(f"price-{number}"),
            "fee_schedule": FeeScheduleId("office"),
            "codes": (CODE,),
            "description": "MRI",
            **fields,
        }
    )


def test_the_price_that_applies_is_found_by_code_payer_and_day(work: Work) -> None:
    prices = Prices(work)
    full = price(
        1,
        payer_name="Platform",
        plan_name="PPO",
        setting=Setting.OUTPATIENT,
        billing_class=BillingClass.FACILITY,
        modifiers=("26",),
        gross=Money.of(100),
        negotiated_percentage=Rate.percent("33.3333"),
        methodology=Methodology.OTHER,
        allowed=AllowedAmounts(median=Money.of(9), count=Remittances(1, 10)),
        drug=DrugMeasure(Decimal("0.5"), DrugUnit.EACH),
        first_day=date(2026, 1, 1),
    )
    for one in (
        full,
        price(2, gross=Money.of(120)),
        price(3, payer_name="Region", gross=Money.of(90)),
        price(4, fee_schedule=FeeScheduleId("hospital"), gross=Money.of(1)),
        price(5, codes=(Code(CPT, "70552"),)),
    ):
        prices.add(one)

    def found(**fields: Any) -> str | None:
        one = prices.applying(CODE, on=TODAY, **{"fee_schedule": FeeScheduleId("office"), **fields})
        return None if one is None else one.id

    assert found(payer_name="Platform", plan_name="PPO", modifiers=("26",)) == full.id
    assert evolve(prices.get(full.id), version=0) == full
    assert found(payer_name="Platform", plan_name="PPO") == "price-2"
    assert found(payer_name="Region") == "price-3"
    assert found() == "price-2"
    assert found(fee_schedule=FeeScheduleId("nobody's")) is None
    assert prices.applying(CODE, on=TODAY) is not None
    assert len(prices.in_fee_schedule(FeeScheduleId("office"))) == 4


def test_plans_of_a_payer_are_those_in_force(work: Work) -> None:
    repository = Plans(work)
    tier = Tier(IN, True)
    terms: tuple[dict[str, Any], ...] = (
        {"plan_name": "PPO", "last_day": date(2025, 12, 31)},
        {"plan_name": "PPO", "first_day": date(2026, 1, 1)},
        {"plan_name": "HMO"},
    )
    for number, fields in enumerate(terms):
        repository.add(evolve(a_plan(tier), id=PlanId(f"plan-{number}"), **fields))
    assert [one.id for one in repository.of_payer("Platform", TODAY)] == ["plan-2", "plan-1"]
    assert [one.id for one in repository.of_payer("Platform", TODAY, "PPO")] == ["plan-1"]
    assert repository.of_payer("Region", TODAY) == ()


def test_an_estimate_stays_as_it_was_given(work: Work) -> None:
    told = estimate_for_self_pay(
        [Item("MRI", ServiceLine(CODE, None, Money.of(120), Money.of(100)))],
        id=EstimateId("estimate-1"),
        given_at=GIVEN,
        patient=PATIENT,
        good_faith=GoodFaith(
            patient_name="A Patient",
            birth_date=date(1980, 1, 1),
            providers=(GoodFaithProvider(npi="1234567893", convening=True),),
            items=(GoodFaithItem(description="MRI", expected_charge=Money.of(100)),),
            recurrence=Recurrence("weekly", TODAY, TODAY),
        ),
    )
    estimates = Estimates(work)
    kept = estimates.add(told)
    assert estimates.of_patient(PATIENT) == (kept,)
    assert estimates.of_visit(BookingId("booking-1")) == ()
    assert evolve(kept, version=0) == told
    for change in (estimates.replace, estimates.enter):
        with pytest.raises(NotAllowed, match="estimate_stays_as_given"):
            change(evolve(kept, undecided=Money.of(1)))
    assert estimates.enter(told) == kept
    other = estimates.enter(evolve(told, id=EstimateId("estimate-2"), replaces=kept.id))
    assert len(estimates.of_patient(PATIENT)) == 2
    assert other.replaces == kept.id
