from datetime import date

import pytest
from attrs import evolve

from carecoord import InvalidValue, Money, NotAllowed, NotFound, Rate
from carecoord.authorizations import Action, Channel, Program, RequestedLine
from carecoord.coordination.discussing_costs import Service
from carecoord.estimates import (
    Accumulators,
    Benefit,
    GoodFaith,
    GoodFaithProvider,
    PayingWith,
    Plan,
    Price,
    Spent,
    Tier,
    Used,
    YearlyAmount,
    untouched,
)
from carecoord.estimates.benefits import Scope
from carecoord.kernel.codes import CPT, ICD_10_CM, Code
from carecoord.patients import CoverageType

MRI = Service(Code(CPT, "70551"), category="imaging")
HEADACHE = Code(ICD_10_CM, "R51.9")
TIER = "in network"


@pytest.fixture
def plan(desk):
    return desk.enter_plan(
        Plan(
            id="ppo",
            name="PPO 500",
            payer_name="Acme",
            plan_name="PPO",
            tiers=(
                Tier(
                    TIER,
                    in_network=True,
                    deductible=YearlyAmount("deductible", Scope.SELF_ONLY, Money.of(500)),
                    out_of_pocket=YearlyAmount("limit", Scope.SELF_ONLY, Money.of(4000)),
                    benefits=(Benefit.after_deductible({"imaging"}, Rate.percent(20)),),
                ),
            ),
        )
    )


@pytest.fixture
def prices(desk):
    common = {"fee_schedule": "own", "codes": (MRI.code,), "description": "MRI of the brain"}
    return desk.enter_prices(
        (
            Price(id="p0", **common, gross=Money.of(1200), discounted_cash=Money.of(600)),
            Price(
                id="p1",
                **common,
                payer_name="Acme",
                plan_name="PPO",
                gross=Money.of(1200),
                negotiated_dollar=Money.of(900),
            ),
        )
    )


@pytest.fixture
def ada(desk, small, plan):
    return desk.add_coverage(
        small.ada.id, type=CoverageType.COMMERCIAL, payer_name="Acme", plan=plan.id
    )


def estimated(desk, ada, **more):
    return desk.estimate_for_coverage(ada.id, ada.coverages[0].id, (MRI,), tier=TIER, **more)


def test_an_estimate_is_exact_where_all_is_known(desk, ada, plan, prices):
    estimate = estimated(desk, ada, accumulators=untouched(plan))
    # 500 deductible and a fifth of the 400 left
    assert estimate.patient_owes == (Money.of(580), Money.of(580))
    assert estimate.low.contractual_adjustment == Money.of(300)
    assert desk.look_up_estimate(estimate.id) == estimate
    assert "$580.00" in desk.explain_estimate(estimate.id)[0]


def test_an_unknown_deductible_makes_a_range_and_never_a_zero(desk, ada, prices):
    estimate = estimated(desk, ada)
    assert estimate.patient_owes == (Money(0), Money.of(580))
    assert not estimate.is_exact


def test_an_accumulator_that_the_plan_lacks_is_refused(desk, ada, plan, prices):
    for field, wrong in (
        ("spent", Accumulators(spent=(Spent("typo", Money(0)),))),
        ("used", Accumulators(used=(Used("typo", 0),))),
    ):
        with pytest.raises(InvalidValue, match=f"Accumulators.{field}"):
            estimated(desk, ada, accumulators=wrong)


def test_a_later_change_of_benefits_leaves_the_estimate_as_given(desk, ada, plan, prices):
    estimate = estimated(desk, ada, accumulators=untouched(plan))
    tier = plan.tiers[0]
    free = Benefit.free_of_charge({"imaging"})
    desk.enter_plan(evolve(plan, tiers=(evolve(tier, benefits=(free,)),)))
    assert desk.look_up_estimate(estimate.id) == estimate
    again = estimated(desk, ada, accumulators=untouched(plan))
    assert again.patient_owes == (Money(0), Money(0))
    assert desk.estimates_of(ada.id) == (estimate, again)


def test_a_required_authorization_on_file_makes_the_estimate_exact(desk, ada, plan, prices):
    needs = Benefit(
        frozenset({"imaging"}), coinsurance=Rate.percent(20), authorization_required=True
    )
    desk.enter_plan(evolve(plan, tiers=(evolve(plan.tiers[0], benefits=(needs,)),)))
    assert not estimated(desk, ada, accumulators=untouched(plan)).is_exact
    asked = desk.request_authorization(
        ada.id,
        ada.coverages[0].id,
        (RequestedLine(1, MRI.code, 1),),
        program=Program.ERISA,
        channel=Channel.FHIR_PAS,
    )
    desk.record_decision(
        asked.id,
        Action.CERTIFIED_IN_TOTAL,
        channel=Channel.FHIR_PAS,
        first=date(2026, 3, 1),
        last=date(2026, 6, 1),
    )
    exact = estimated(desk, ada, accumulators=untouched(plan))
    assert exact.patient_owes == (Money.of(580), Money.of(580))


def test_a_coverage_must_be_in_force_and_name_its_plan(desk, ada, small):
    later = evolve(ada.coverages[0], starts=date(2027, 1, 1))
    record = desk.change_record(ada.with_coverage_changed(later))
    with pytest.raises(NotAllowed, match="coverage_is_in_force"):
        estimated(desk, record)
    bare = desk.add_coverage(small.ben.id, type=CoverageType.COMMERCIAL, payer_name="Blue")
    with pytest.raises(InvalidValue, match="plan"):
        estimated(desk, bare)


def test_who_pays_alone_is_told_the_cash_price(desk, small, prices):
    estimate = desk.estimate_for_cash(small.ben.id, (MRI, evolve(MRI, units=2)))
    assert estimate.patient_owes == (Money.of(1800), Money.of(1800))
    unpriced = Service(Code(CPT, "99999"), description="Something rare")
    assert desk.estimate_for_cash(small.ben.id, (unpriced,)).patient_owes[1] is None
    assert desk.estimate_for_cash(small.ben.id, (Service(Code(CPT, "99999")),)).lines[
        0
    ].description == ("Service 99999")
    with pytest.raises(NotFound):
        desk.estimate_for_cash("patient-none", (MRI,))


def test_a_service_with_no_price_is_unknown_not_free(desk, ada, plan):
    estimate = estimated(desk, ada, accumulators=untouched(plan))
    assert not estimate.is_exact


def test_a_good_faith_estimate_is_complete_or_refused_with_all_that_is_missing(
    desk, small, prices, clock
):
    record = desk.change_record(evolve(small.ben, birth_date=date(1990, 2, 3)))
    provider = GoodFaithProvider(
        name="Main Street Clinic",
        npi="1234567893",
        tin="00-0000000",
        state="IL",
        location="Chicago",
        convening=True,
    )
    contents = GoodFaith(primary_service="MRI of the brain", providers=(provider,))
    asked = {"diagnoses": (HEADACHE,), "paying_with": PayingWith.NO_COVERAGE}
    estimate = desk.give_good_faith_estimate(record.id, (MRI,), contents, **asked)
    assert estimate.good_faith.expected_of(0) == Money.of(600)
    assert estimate.patient_owes == (Money.of(600), Money.of(600))
    with pytest.raises(NotAllowed) as error:
        desk.give_good_faith_estimate(
            record.id, (MRI,), GoodFaith(), diagnoses=(), paying_with=PayingWith.COVERAGE
        )
    assert {one.rule for one in error.value.refusals} == {
        "estimate_is_owed",
        "contents_are_complete",
    }
    assert len(error.value.refusals) > 2
    unpriced = Service(Code(CPT, "99999"))
    with pytest.raises(NotAllowed, match="expected charge"):
        desk.give_good_faith_estimate(record.id, (unpriced,), contents, **asked)


def test_an_estimate_is_for_a_visit_of_the_same_patient(desk, small, ada, plan, prices):
    opening = desk.find_openings(small.type.id, small.tuesday).openings[0]
    visit = desk.book(small.ben.id, small.type.id, opening)
    theirs = desk.estimate_for_cash(small.ben.id, (MRI,), visit=visit.id)
    assert theirs.visit == visit.id
    asked = {"diagnoses": (HEADACHE,), "paying_with": PayingWith.NO_COVERAGE}
    for whose, error in ((visit.id, InvalidValue), ("nowhere", NotFound)):
        with pytest.raises(error):
            estimated(desk, ada, visit=whose)
        with pytest.raises(error):
            desk.estimate_for_cash(ada.id, (MRI,), visit=whose)
        with pytest.raises(error):
            desk.give_good_faith_estimate(ada.id, (MRI,), GoodFaith(), **asked, visit=whose)
    with pytest.raises(InvalidValue, match="replaces: is of another patient"):
        desk.give_good_faith_estimate(ada.id, (MRI,), GoodFaith(), **asked, replaces=theirs.id)


def test_good_faith_deadlines_count_business_days(desk):
    # it is Monday 2 March 2026
    due = desk.good_faith_estimate_due
    assert due(PayingWith.NO_COVERAGE) == date(2026, 3, 5)
    assert due(PayingWith.OWN_MONEY, service_on=date(2026, 3, 16)) == date(2026, 3, 5)
    assert due(PayingWith.OWN_MONEY, service_on=date(2026, 3, 5)) == date(2026, 3, 3)
    assert due(PayingWith.OWN_MONEY, service_on=date(2026, 3, 4)) is None
    assert due(PayingWith.COVERAGE) is None
