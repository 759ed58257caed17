from datetime import date

import pytest
from attrs import evolve

from carecoord import InvalidValue, Money, NotAllowed, NotFound, Rate
from carecoord.authorizations import Action, Channel, Program, RequestedLine
from carecoord.coordination.discussing_costs import DocumentForm, Service
from carecoord.estimates import (
    Accumulators,
    Benefit,
    Care,
    Conditions,
    CostShare,
    Figure,
    Limit,
    Measure,
    MemberFacts,
    Notice,
    OutOfNetworkCare,
    Plan,
    Price,
    Renewal,
    Scope,
    Spent,
    Standing,
    Tier,
    Used,
    YearlyAmount,
    untouched,
)
from carecoord.estimates import Program as PlanProgram
from carecoord.kernel.codes import CDT, CPT, Code
from carecoord.patients import CoverageType

MRI = Service(Code(CPT, "70551"), category="imaging")
TIER = "in network"


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


def test_an_estimate_is_for_a_visit_of_the_same_patient(desk, small, ada, plan, prices):
    opening = desk.find_openings(small.type.id, small.tuesday).openings[0]
    visit = desk.book(small.ben.id, small.type.id, opening)
    theirs = desk.estimate_for_cash(small.ben.id, (MRI,), visit=visit.id)
    assert theirs.visit == visit.id
    for whose, error in ((visit.id, InvalidValue), ("nowhere", NotFound)):
        with pytest.raises(error):
            estimated(desk, ada, visit=whose)
        with pytest.raises(error):
            desk.estimate_for_cash(ada.id, (MRI,), visit=whose)
    with pytest.raises(InvalidValue, match="replaces: is of another patient"):
        estimated(desk, ada, replaces=theirs.id)


def test_what_the_payer_stated_last_is_what_was_used(desk, ada, plan, prices, clock):
    coverage = ada.coverages[0].id
    met = (
        Standing(Figure.DEDUCTIBLE, False, True, Money.of(500), remaining=Money.of(100)),
        Standing(Figure.OUT_OF_POCKET, False, True, spent=Money.of(400)),
    )
    desk.record_eligibility(ada.id, coverage, standings=met)
    estimate = estimated(desk, ada)
    # 100 deductible and a fifth of the 800 left
    assert estimate.patient_owes == (Money.of(260), Money.of(260))
    assert estimate.accumulators_as_of == date(2026, 3, 2)
    assert estimate.cautions == ()
    clock.pass_(days=31)
    stale = estimated(desk, ada)
    assert stale.patient_owes == estimate.patient_owes
    assert "2026-03-02, more than 30 days before" in stale.cautions[0]
    next_year = estimated(desk, ada, service_date=date(2027, 1, 4))
    assert next_year.patient_owes == (Money.of(580), Money.of(580))


def test_what_is_given_counts_for_its_own_benefit_year(desk, ada, plan, prices):
    used = Accumulators(
        date(2026, 3, 2), (Spent("deductible", Money.of(500)), Spent("limit", Money.of(500)))
    )
    assert estimated(desk, ada, accumulators=used).patient_owes[1] == Money.of(180)
    later = estimated(desk, ada, accumulators=used, service_date=date(2027, 1, 4))
    assert later.patient_owes == (Money.of(580), Money.of(580))


def test_a_plan_must_be_in_force(desk, ada, plan, prices):
    desk.enter_plan(evolve(plan, last_day=date(2026, 6, 30)))
    assert estimated(desk, ada)
    with pytest.raises(NotAllowed, match="plan_is_in_force"):
        estimated(desk, ada, service_date=date(2026, 7, 1))


def out_of_network():
    return Tier(
        "out of network",
        in_network=False,
        deductible=YearlyAmount("deductible elsewhere", Scope.NONE),
        out_of_pocket=YearlyAmount("limit elsewhere", Scope.NONE),
        benefits=(Benefit.after_deductible({"imaging"}, Rate.percent(50)),),
    )


def test_protected_care_out_of_network_costs_the_in_network_share(desk, ada, plan, prices):
    desk.enter_plan(evolve(plan, tiers=(*plan.tiers, out_of_network())))
    protected = OutOfNetworkCare(Care.EMERGENCY)
    scan = evolve(MRI, recognized=Money.of(800))

    def told(care):
        return desk.estimate_for_coverage(
            ada.id,
            ada.coverages[0].id,
            (scan,),
            tier="out of network",
            out_of_network=care,
            accumulators=untouched(plan),
        )

    # 500 deductible, a fifth of the 300 left; nothing of the 400 above what is recognized
    assert told(protected).patient_owes == (Money.of(560), Money.of(560))
    assert told(protected).tier == TIER
    assert told(protected).cautions[0].startswith("the balance may not be billed")
    # half of 800, and the balance of 400
    assert told(OutOfNetworkCare()).patient_owes == (Money.of(800), Money.of(800))


def test_what_may_not_be_billed_is_the_providers(desk, ada, plan, prices):
    medicare = desk.enter_plan(evolve(plan, program=PlanProgram.MEDICARE))
    used = untouched(plan)
    qmb = estimated(desk, ada, accumulators=used, is_qmb=True)
    assert qmb.patient_owes == (Money(0), Money(0))
    assert qmb.low.provider_liability == Money.of(580)
    assert "owes no Medicare cost sharing" in qmb.cautions[0]
    assert estimated(desk, ada, accumulators=used, is_qmb=False).patient_owes[1] == Money.of(580)
    unsure = estimated(desk, ada, accumulators=used)
    assert unsure.patient_owes == (Money(0), Money.of(580))
    excluded = evolve(plan.tiers[0], benefits=(Benefit.excluded({"imaging"}),))
    desk.enter_plan(evolve(medicare, tiers=(excluded,)))
    without = estimated(desk, ada, accumulators=used, is_qmb=False)
    assert without.patient_owes == (Money(0), Money(0))
    assert "advance beneficiary notice" in without.cautions[0]
    notice = Notice.ADVANCE_BENEFICIARY_NOTICE
    with_it = estimated(desk, ada, accumulators=used, is_qmb=False, notice=notice)
    assert with_it.patient_owes == (Money.of(1200), Money.of(1200))


CROWN, METAL = Code(CDT, "a crown"), Code(CDT, "a metal crown")
WORK = Service(CROWN, category="major", tooth="14", instead=METAL)


@pytest.fixture
def dental(desk):
    """Half of crowns after twelve months, up to 1,000 a year, paid as metal ones."""
    major = Benefit(
        frozenset({"major"}),
        steps=(CostShare.COINSURANCE,),
        coinsurance=Rate.percent(50),
        limits=("a year's maximum",),
        conditions=Conditions(
            waiting_months=12, excludes_teeth_lost_before=True, replacement_years=5
        ),
    )
    ortho = Benefit(
        frozenset({"orthodontic"}),
        steps=(CostShare.COINSURANCE,),
        coinsurance=Rate.percent(50),
        limits=("orthodontic, for life",),
        conditions=Conditions(greatest_age=18),
    )
    plan = Plan(
        id="dental",
        name="Smile",
        payer_name="Smile",
        program=PlanProgram.DENTAL,
        tiers=(
            Tier(
                TIER,
                in_network=True,
                deductible=YearlyAmount("deductible", Scope.NONE),
                out_of_pocket=YearlyAmount("limit", Scope.NONE),
                benefits=(major, ortho),
            ),
        ),
        limits=(
            Limit("a year's maximum", Measure.DOLLARS, 1000_00),
            Limit("orthodontic, for life", Measure.DOLLARS, 1500_00, Renewal.NEVER),
        ),
    )
    for id, code, words, allowed in (
        ("c1", CROWN, "A white crown", 900),
        ("c2", METAL, "A metal crown", 600),
        ("c3", BRACES, "Braces", 5000),
    ):
        price = Price(
            id=id,
            fee_schedule="own",
            codes=(code,),
            description=words,
            payer_name="Smile",
            gross=Money.of(allowed + 300),
            negotiated_dollar=Money.of(allowed),
        )
        desk.enter_prices((price,))
    return desk.enter_plan(plan)


BRACES = Code(CDT, "braces")


def at_the_dentist(desk, small, dental, *services, used, since=date(2024, 1, 1), **member):
    who = desk.change_record(evolve(desk.look_up_patient(small.ben.id), birth_date=BORN))
    if not who.coverages:
        who = desk.add_coverage(
            who.id, type=CoverageType.DENTAL, payer_name="Smile", plan=dental.id, starts=since
        )
    return desk.estimate_for_coverage(
        who.id,
        who.coverages[0].id,
        services,
        tier=TIER,
        accumulators=used,
        member=MemberFacts(**member),
    )


BORN = date(2010, 5, 1)


def test_a_dental_plan_pays_the_cheaper_service_up_to_its_maximum(desk, small, dental):
    known = {"teeth_lost": (), "placed": ()}
    told = at_the_dentist(desk, small, dental, WORK, used=untouched(dental), **known)
    # The contract takes 300 off 1,200; half of the metal one's 600, and the 300 between them.
    assert told.patient_owes == (Money.of(600), Money.of(600))
    assert told.low.paid == Money.of(300)
    nearly_used = Accumulators(used=(Used("a year's maximum", 900_00),))
    capped = at_the_dentist(desk, small, dental, WORK, used=nearly_used, **known)
    assert capped.low.paid == Money.of(100)
    braces = Service(BRACES, category="orthodontic")
    for_life = Accumulators(used=(Used("orthodontic, for life", 1000_00),))
    assert at_the_dentist(desk, small, dental, braces, used=for_life).low.paid == Money.of(500)


def test_conditions_of_a_dental_plan_are_asked_for_and_named(desk, small, dental):
    used = untouched(dental)
    unsure = at_the_dentist(desk, small, dental, WORK, used=used)
    assert unsure.patient_owes == (Money.of(600), Money.of(1200))
    assert unsure.cautions == (
        "A white crown: when the tooth was lost is not known",
        "A white crown: how old the one in place is is not known",
    )
    recent = (("14", date(2023, 1, 1)),)
    refused = at_the_dentist(desk, small, dental, WORK, used=used, teeth_lost=(), placed=recent)
    assert refused.patient_owes == (Money.of(1200), Money.of(1200))
    assert "less than 5 years" in refused.cautions[0]


def test_a_downgrade_needs_the_price_of_the_cheaper_service(desk, small, dental):
    unpriced = evolve(WORK, instead=Code(CDT, "gold"))
    with pytest.raises(InvalidValue, match="instead"):
        at_the_dentist(desk, small, dental, unpriced, used=untouched(dental))


def test_options_stand_side_by_side(desk, small, ada, plan, prices):
    other = evolve(plan, id="hmo", plan_name="HMO", tiers=(plan.tiers[0],))
    desk.enter_plan(other)
    mine = estimated(desk, ada, accumulators=untouched(plan))
    cash = desk.estimate_for_cash(ada.id, (MRI,))
    under_hmo = desk.estimate_for_plan(ada.id, "hmo", (MRI,), tier=TIER)
    compared = desk.compare_estimates(
        (("my plan", mine.id), ("cash", cash.id), ("another plan", under_hmo.id))
    )
    assert [one.at_least for one in compared.options[:2]] == [Money.of(580), Money.of(600)]
    assert compared.cheapest is None
    assert desk.compare_estimates((("mine", mine.id), ("cash", cash.id))).cheapest.label == "mine"
    theirs = desk.estimate_for_cash(small.ben.id, (MRI,))
    with pytest.raises(InvalidValue, match="of one patient"):
        desk.compare_estimates((("mine", mine.id), ("theirs", theirs.id)))


def test_what_would_change_the_costs(desk, ada, plan, prices):
    cheaper = evolve(
        prices[1], id="p2", fee_schedule="other-site", negotiated_dollar=Money.of(600), version=0
    )
    desk.enter_prices((cheaper,))
    met = Accumulators(
        date(2026, 3, 2), (Spent("deductible", Money.of(500)), Spent("limit", Money.of(500)))
    )
    changes = desk.costs_would_change(
        ada.id,
        ada.coverages[0].id,
        (MRI,),
        tier=TIER,
        fee_schedule="own",
        accumulators=met,
        other_days=(date(2026, 4, 1), date(2027, 1, 4)),
        other_fee_schedules=("other-site",),
    )
    assert {one.what: one.at_most for one in changes} == {
        "at the start of a benefit year": Money.of(580),
        "on 2027-01-04": Money.of(580),
        "at the prices of other-site": Money.of(120),
    }
    assert desk.estimates_of(ada.id) == ()


def test_an_estimate_is_written_out_as_a_page_and_as_markdown(desk, ada, plan, prices):
    estimate = estimated(desk, ada, accumulators=untouched(plan))
    page = desk.write_estimate(estimate.id, provider="Main Street Clinic")
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    text = desk.write_estimate(estimate.id, DocumentForm.MARKDOWN, provider="Main Street Clinic")
    assert text.startswith("# Estimate of costs")
